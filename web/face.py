"""What every page shows of the organisation: its name, logo, colour, and whom one can call."""

from dataclasses import dataclass
from typing import Self

from rooms.program.colours import palette
from rooms.program.organisation import CrisisLine, Organisation
from web.countries import country_name
from web.site import Site


@dataclass(frozen=True, slots=True)
class Country:
    """Whom one can call there. `name` is "Everywhere" for those that answer from anywhere."""

    name: str
    lines: tuple[CrisisLine, ...]


@dataclass(frozen=True, slots=True)
class Face:
    """`name` is beside the mark and never in a tab's title, which others read over a shoulder; `logo` and
    `stylesheet` are addresses of ours, "" for none."""

    name: str
    crisis_text: str
    countries: tuple[Country, ...] = ()
    logo: str = ""
    stylesheet: str = ""
    has_directory: bool = True

    @classmethod
    def of(cls, organisation: Organisation, site: Site) -> Self:
        here = f"/brand/{organisation.version}"
        return cls(
            name=organisation.name,
            crisis_text=organisation.crisis.text or site.crisis_text,
            countries=_by_country(organisation.crisis.lines),
            logo=f"{here}/logo" if organisation.logo_type is not None else "",
            stylesheet=f"{here}/colours.css" if organisation.branding.colour else "",
            has_directory=organisation.has_directory,
        )


def colours_css(colour: str) -> str:
    """The organisation's colour in place of ours, in the same three places as `tokens.css`; nothing else of it."""
    found = palette(colour)
    light, dark = (
        f"--accent: {shades.accent}; --on-accent: {shades.on_accent}; --accent-soft: {shades.accent_soft};"
        for shades in (found.light, found.dark)
    )
    return (
        "@media not (forced-colors: active) {\n"
        f"  :root {{ {light} }}\n"
        f'  @media (prefers-color-scheme: dark) {{ :root:not([data-theme="light"]) {{ {dark} }} }}\n'
        f'  :root[data-theme="dark"] {{ {dark} }}\n'
        "}\n"
    )


def _by_country(lines: tuple[CrisisLine, ...]) -> tuple[Country, ...]:
    codes = dict.fromkeys(line.country for line in lines)
    countries = [Country(country_name(code), tuple(line for line in lines if line.country == code)) for code in codes]
    return tuple(sorted(countries, key=lambda country: (country.name != "Everywhere", country.name)))
