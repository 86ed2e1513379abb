"""The options of a select of time zones: all of them on every page, and the chosen one marked there alone."""

import re

import pytest

from web.render import Renderer
from web.site import Site
from web.times import zone_choices
from web.zone_options import zone_options

SITE = Site(build="0", public_url="", quick_exit_url="", crisis_text="")
ALL = [zone for region in zone_choices().values() for zone, _ in region]
OPTION = re.compile(r'<option value="([^"]+)"( selected)?>')


def test_pages_after_one_another_mark_each_its_own_zone() -> None:
    options = zone_options(Renderer(SITE).environment)
    for chosen in (*ALL, *ALL[::-1]):
        found = OPTION.findall("".join(options(zone_choices(), chosen)))
        assert [zone for zone, _ in found] == ALL
        assert [zone for zone, mark in found if mark] == [chosen]


@pytest.mark.parametrize("text", ["", "Europe", "Nowhere/City", '"><b>', 'UTC">UTC</option><option value="x'])
def test_what_is_no_zone_marks_none_and_comes_back_in_no_page(text: str) -> None:
    options = zone_options(Renderer(SITE).environment)
    html = "".join(options(zone_choices(), text))
    assert [zone for zone, _ in OPTION.findall(html)] == ALL
    assert "selected" not in html
    assert "<b>" not in html
