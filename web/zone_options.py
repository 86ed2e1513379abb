"""The options of a select of time zones: more than four hundred, of which one region differs from page to page."""

from collections.abc import Callable, Iterator
from functools import lru_cache

from jinja2 import Environment

from web.times import ZoneChoices

TEMPLATE = "parts/zones.html"


def zone_options(environment: Environment) -> Callable[[ZoneChoices, str], Iterator[str]]:
    """For templates: the HTML of each region, as the macro makes it. Kept are those without the selected zone."""

    def made(region: str, zones: tuple[tuple[str, str], ...], selected: str = "") -> str:
        html: str = environment.get_template(TEMPLATE).module.region_options(region, zones, selected)  # type: ignore[attr-defined]
        return html

    unmarked = lru_cache(maxsize=32)(made)

    def options(choices: ZoneChoices, selected: str) -> Iterator[str]:
        for region, zones in choices.items():
            is_here = any(zone == selected for zone, _ in zones)
            yield made(region, zones, selected) if is_here else unmarked(region, zones)

    return options
