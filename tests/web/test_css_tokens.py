"""The contrast table of the colours, computed from the stylesheet: text 4.5 or more, edges and icons 3 or more."""

import re
from itertools import product
from pathlib import Path

import pytest

from web.site import STATIC

CSS = STATIC / "css"
TOKENS = (CSS / "tokens.css").read_text(encoding="utf-8")

GROUNDS = ("bg", "surface", "sunken")
SOFT = ("accent-soft", "warn-soft", "danger-soft")
TEXT, EDGE = 4.5, 3.0

# (foreground, ground, least ratio)
PAIRS = [
    *((text, ground, TEXT) for text, ground in product(("text", "muted", "accent", "ok", "warn", "danger"), GROUNDS)),
    *(("text", ground, TEXT) for ground in SOFT),
    *(("muted", ground, TEXT) for ground in SOFT),
    ("accent", "accent-soft", TEXT),
    ("warn", "warn-soft", TEXT),
    ("danger", "danger-soft", TEXT),
    ("on-accent", "accent", TEXT),
    ("on-danger", "danger", TEXT),
    *(("line", ground, EDGE) for ground in GROUNDS),
    *(("focus", ground, EDGE) for ground in (*GROUNDS, *SOFT)),
    *(("accent", ground, EDGE) for ground in SOFT),
]

THEMES = ("light", "device dark", "chosen dark")


def block(opening: str) -> dict[str, str]:
    """The colour tokens of the rule whose selector is `opening`."""
    start = TOKENS.index(opening + " {")
    body = TOKENS[start : TOKENS.index("}", start)]
    return dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{6});", body))


def colours(theme: str) -> dict[str, str]:
    if theme == "light":
        return block(":root")
    if theme == "device dark":
        assert "@media (prefers-color-scheme: dark) {\n  :root:not" in TOKENS
        return block(':root:not([data-theme="light"])')
    return block(':root[data-theme="dark"]')


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_is_21_to_1() -> None:
    assert ratio("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("front", "ground", "least"), PAIRS)
def test_a_pair_of_tokens_has_enough_contrast(theme: str, front: str, ground: str, least: float) -> None:
    tokens = colours(theme)
    found = ratio(tokens[front], tokens[ground])
    assert found >= least, f"{front} on {ground}, {theme}: {found:.2f}"


def test_both_dark_blocks_hold_the_same_colours_and_replace_every_light_one() -> None:
    assert colours("device dark") == colours("chosen dark")
    assert colours("device dark").keys() == colours("light").keys()


def rules() -> list[tuple[Path, str]]:
    return [
        (path, re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)) for path in CSS.glob("*.css")
    ]


def test_colours_come_from_tokens_only() -> None:
    literal = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch|lab|color)a?\(", re.IGNORECASE)
    found = {path.name: literal.findall(text) for path, text in rules() if path.name != "tokens.css"}
    assert not {name: hits for name, hits in found.items() if hits}


def test_every_token_that_is_used_exists() -> None:
    defined = {name for _, text in rules() for name in re.findall(r"(--[a-z0-9-]+)\s*:", text)}
    handed_over = {"--cols", "--tile-w", "--level", "--strip-cols"}  # by scripts
    used = {name for _, text in rules() for name in re.findall(r"var\((--[a-z0-9-]+)", text)}
    assert used - defined - handed_over == set()


def test_the_focus_ring_keeps_its_gap_and_is_taken_away_only_from_headings() -> None:
    assert "--ring-gap: 3px" in TOKENS
    for path, text in rules():
        for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", text):
            if re.search(r"outline:\s*(?:none|0)", body):
                assert all(
                    one.strip() in ("h1:focus", "h2:focus", '[tabindex="-1"]:focus', ".page:focus")
                    for one in selector.split(",")
                ), f"{path.name}: {selector.strip()}"


def test_directions_are_logical() -> None:
    physical = re.compile(
        r"(?:^|[\s;{])(?:margin|padding|border)-(?:left|right|top|bottom)\b|text-align:\s*(?:left|right)"
    )
    found = {path.name: physical.findall(text) for path, text in rules()}
    assert not {name: hits for name, hits in found.items() if hits}
