"""An organisation's colour can always be read, and stays as near to itself as that allows."""

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.program.colours import (
    DARK_GROUNDS,
    DARKEST,
    LIGHT_GROUNDS,
    TEXT,
    Shades,
    contrast,
    palette,
    read_colour,
)
from web.site import STATIC

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(COLOURS)
def test_every_colour_becomes_one_that_everybody_can_read(colour: str) -> None:
    found = palette(colour)
    themes: list[tuple[Shades, tuple[str, ...]]] = [(found.light, LIGHT_GROUNDS), (found.dark, DARK_GROUNDS)]
    for shades, grounds in themes:
        for ground in (*grounds, shades.accent_soft):
            assert contrast(shades.accent, ground) >= TEXT
        assert contrast(shades.on_accent, shades.accent) >= TEXT


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    assert palette("#1f6663").light.accent == "#1f6663"
    assert palette("#86cfc8").dark.accent == "#86cfc8"


def test_the_grounds_are_those_of_the_stylesheet() -> None:
    tokens = (STATIC / "css" / "tokens.css").read_text(encoding="utf-8")
    light, dark = tokens.split("@media (prefers-color-scheme: dark)")[:2]
    for css, grounds in ((light, LIGHT_GROUNDS), (dark, DARK_GROUNDS)):
        assert tuple(re.findall(r"--(?:bg|surface|sunken): (#[0-9a-f]{6});", css)[:3]) == grounds
    assert f"--on-accent: {DARKEST};" in dark


@pytest.mark.parametrize(
    ("text", "colour"),
    [("#1F6663", "#1f6663"), (" #ffffff ", "#ffffff"), ("#fff", None), ("red", None), ("#12345g", None), ("", None)],
)
def test_a_colour_is_read_or_not(text: str, colour: str | None) -> None:
    assert read_colour(text) == colour


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    for one, other in product(("#777777", "#1f6663"), repeat=2):
        assert contrast(one, other) == contrast(other, one) >= 1
