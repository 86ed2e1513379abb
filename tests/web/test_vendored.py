"""Vendored files are what their project released: the listed hashes, a licence, a version, and nothing beside them."""

import hashlib
import re
from pathlib import Path

import pytest

VENDOR = Path(__file__).parents[2] / "web" / "static" / "vendor"
LIT_HTML = VENDOR / "lit-html"
LIST = "SHA256SUMS"
IMPORTS = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["']([^"']+)["']""")
IMPORT_LINES = re.compile(r"""^(?:import|export) (?:[^;="]*? from )?"([^"]+)";$""", re.MULTILINE)


def listed(folder: Path) -> dict[str, str]:
    """Path inside the folder → sha256."""
    rows = [line.split(maxsplit=1) for line in (folder / LIST).read_text().splitlines()]
    return {name: digest for digest, name in rows}


def test_lit_html_is_as_released() -> None:
    wanted = listed(LIT_HTML)
    present = {path.relative_to(LIT_HTML).as_posix() for path in LIT_HTML.rglob("*") if path.is_file()}
    assert present - {LIST} == set(wanted)
    for name, digest in wanted.items():
        assert hashlib.sha256((LIT_HTML / name).read_bytes()).hexdigest() == digest, f"{name} was changed"


def test_lit_html_names_its_version_and_licence() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", (LIT_HTML / "VERSION").read_text().strip())
    assert "Redistribution and use in source and binary forms" in (LIT_HTML / "LICENSE").read_text()


@pytest.mark.parametrize("path", sorted(LIT_HTML.rglob("*.js")), ids=lambda path: path.name)
def test_a_page_without_an_import_map_can_load_it(path: Path) -> None:
    """Every import is relative and leads to a file that lies here."""
    for specifier in IMPORTS.findall(path.read_text()):
        assert specifier.startswith("."), f"{path.name} imports {specifier!r}"
        assert (path.parent / specifier).is_file(), f"{path.name} imports {specifier!r}, which is not here"


def test_the_app_imports_by_relative_path_only() -> None:
    """No bundler and no import map: a browser can follow every import of the app itself."""
    app = VENDOR.parent / "js"
    for path in sorted(app.rglob("*.js")):
        specifiers = IMPORT_LINES.findall(path.read_text())
        assert specifiers or not re.search(r"^import\b", path.read_text(), re.MULTILINE), (
            f"{path.name} imports otherwise"
        )
        for specifier in specifiers:
            assert specifier.startswith("."), f"{path.name} imports {specifier!r}"
            assert (path.parent / specifier).is_file(), f"{path.name} imports {specifier!r}, which is not here"


def test_text_of_people_is_never_markup() -> None:
    """Templates bind text; nothing in the app writes HTML."""
    banned = re.compile(
        r"unsafeHTML|unsafeSVG|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
    )
    for path in sorted((VENDOR.parent / "js").rglob("*.js")):
        assert not banned.search(path.read_text()), path.name
