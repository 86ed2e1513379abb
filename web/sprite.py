"""Builds the icon sprite from the vendored drawings: `python -m web.sprite` writes `web/static/icons/sprite.svg`.

Each drawing becomes `<symbol id="i-NAME">` without stroke attributes, so that one rule of the stylesheet sets the width
and colour of all of them. A test compares the stored sprite with a fresh one.
"""

import re
from pathlib import Path

STATIC = Path(__file__).parent / "static"
DRAWINGS = STATIC / "vendor" / "lucide" / "icons"
SPRITE = STATIC / "icons" / "sprite.svg"

_SHAPES = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


def build_sprite(drawings: Path = DRAWINGS) -> str:
    """The sprite as text, symbols in the order of their names.

    Raises `ValueError` for a drawing that is not one `<svg>` element.
    """
    symbols = [_symbol(path) for path in sorted(drawings.glob("*.svg"))]
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def _symbol(path: Path) -> str:
    match = _SHAPES.search(path.read_text(encoding="utf-8"))
    if match is None:
        raise ValueError(f"{path.name} is not an svg drawing")
    shapes = "".join(line.strip() for line in match.group(1).splitlines())
    return f'<symbol id="i-{path.stem}" viewBox="0 0 24 24">{shapes}</symbol>'


if __name__ == "__main__":
    SPRITE.write_text(build_sprite(), encoding="utf-8")
