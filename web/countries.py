"""Names of countries by their two letters, from the data of the zones that are installed anyway."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

# Where the short name of the list is not what people call it.
_NAMES = {"GB": "United Kingdom"}


@cache
def country_names() -> Mapping[str, str]:
    """`{"PT": "Portugal", …}` by name."""
    table = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    names = {code: _NAMES.get(code, name) for code, name in rows}
    return dict(sorted(names.items(), key=lambda row: row[1]))


def country_name(code: str) -> str:
    """ "" is "Everywhere"; of an unknown code the code."""
    return country_names().get(code, code) if code else "Everywhere"
