"""The icons: vendored drawings are as they were published, and the sprite is made from them."""

import hashlib
import re
from pathlib import Path

import pytest

from web.site import STATIC
from web.sprite import SPRITE, build_sprite

AXE = Path(__file__).parents[1] / "support" / "vendor" / "axe-core"


@pytest.mark.parametrize("folder", [STATIC / "vendor" / "lucide", AXE], ids=["lucide", "axe-core"])
def test_vendored_files_are_those_whose_hashes_were_noted(folder: Path) -> None:
    noted = dict(
        reversed(line.split(maxsplit=1)) for line in (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    )
    there = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "SHA256SUMS"
    }
    assert there == noted


def test_the_sprite_is_fresh() -> None:
    assert SPRITE.read_text(encoding="utf-8") == build_sprite(), "run `python -m web.sprite`"


def test_every_icon_that_is_named_is_in_the_sprite() -> None:
    there = set(re.findall(r'id="i-([a-z0-9-]+)"', build_sprite()))
    templates = "".join(path.read_text(encoding="utf-8") for path in (STATIC.parent / "templates").rglob("*.html"))
    named = set(re.findall(r'icon\("([a-z0-9-]+)"', templates))
    assert named
    assert named <= there


def test_a_drawing_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.svg").write_text("<p>nothing</p>", encoding="utf-8")
    with pytest.raises(ValueError, match=r"empty\.svg"):
        build_sprite(tmp_path)
