"""The organisation that an installation serves: its name and looks, what helps in a crisis, what it keeps how long."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

NAME_LENGTH: Final = 80
CRISIS_TEXT_LENGTH: Final = 600
LINE_LENGTH: Final = 120
MOST_LINES: Final = 60
LONGEST_DAYS: Final = 3_650


@dataclass(frozen=True, slots=True)
class Branding:
    """`colour` as "#rrggbb", before it is made readable (`rooms.program.colours`); "": the product's own."""

    colour: str = ""


@dataclass(frozen=True, slots=True)
class CrisisLine:
    """Somebody who answers: `country` as ISO 3166-1 alpha-2, or "" for everywhere; `number` as people dial it."""

    country: str
    name: str
    number: str
    note: str = ""

    @property
    def is_web(self) -> bool:
        return "." in self.number and any(c.isalpha() for c in self.number)

    @property
    def dialed(self) -> str:
        """The number as a telephone takes it (RFC 3966): digits, and a plus at the beginning."""
        digits = "".join(c for c in self.number if c.isascii() and c.isdigit())
        return f"+{digits}" if self.number.lstrip().startswith("+") else digits


@dataclass(frozen=True, slots=True)
class Crisis:
    """`text` "": the words of the operator's settings."""

    text: str = ""
    lines: tuple[CrisisLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Retention:
    """Days, after the end of what it is about; 0: it goes at the next round."""

    sessions: int = 14  # people, links, rooms and texts of sessions that are over
    places: int = 30  # of people who left, or were declined
    mail: int = 30  # what was sent, to which address
    audit: int = 90


@dataclass(frozen=True, slots=True)
class Organisation:
    """`logo_type`: the media type of the logo, None without one. `has_directory`: its groups are listed in public."""

    name: str
    zone: str = "UTC"
    language: str = "en"
    has_directory: bool = True
    branding: Branding = Branding()
    crisis: Crisis = Crisis()
    retention: Retention = Retention()
    logo_type: str | None = None
    version: int = 1


class BadOrganisation(ValueError):
    """`errors` maps each field that does not fit to one sentence for the admin."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(", ".join(sorted(errors)))
        self.errors = errors


def check_lines(rows: Iterable[tuple[str, str, str, str]]) -> tuple[CrisisLine, ...]:
    """Rows of country, name, number and note, as they were written; empty rows are left out.

    Raises `BadOrganisation` with fields named "name-0", "number-2" and so on.
    """
    found: list[CrisisLine] = []
    errors: dict[str, str] = {}
    for at, row in enumerate(rows):
        country, name, number, note = (" ".join(part.split()) for part in row)
        if not (country or name or number or note):
            continue
        if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
            errors[f"country-{at}"] = "Write the two letters of the country, like PT, or nothing for everywhere."
        if not name:
            errors[f"name-{at}"] = "Write who answers."
        if not any(c.isdigit() for c in number) and "." not in number:
            errors[f"number-{at}"] = "Write a number to call, or a web address."
        if max(map(len, (name, number, note))) > LINE_LENGTH:
            errors[f"note-{at}"] = f"Keep each part to {LINE_LENGTH} characters."
        found.append(CrisisLine(country.upper(), name, number, note))
    if len(found) > MOST_LINES:
        errors["text"] = f"Keep this to {MOST_LINES} lines."
    if errors:
        raise BadOrganisation(errors)
    return tuple(sorted(found, key=lambda line: line.country))
