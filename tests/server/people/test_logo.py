"""What is taken as a logo, and everything that looks like one and is not."""

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.program.organisation import BadOrganisation
from server.people.logo import PNG_BYTES, SVG_BYTES, check_logo
from server.people.png import SIGNATURE

XMLNS = 'xmlns="http://www.w3.org/2000/svg"'
SHAPES = '<g fill="#1f6663" fill-opacity="0.5"><path d="M1 1h22v22z"/><circle cx="12" cy="12" r="4"/></g>'
GRADIENT = (
    '<defs><linearGradient id="a"><stop offset="0" stop-color="red"/></linearGradient></defs>'
    '<rect width="9" height="9" fill="url(#a)"/>'
)


def svg(inside: str = SHAPES, attributes: str = 'viewBox="0 0 24 24"', before: str = "") -> bytes:
    return f"{before}<svg {XMLNS} {attributes}>{inside}</svg>".encode()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int = 64, height: int = 32, more: bytes = b"", after: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + b"\x1f\x66\x63\xff" * width for _ in range(height)))
    return SIGNATURE + chunk(b"IHDR", header) + more + chunk(b"IDAT", rows) + chunk(b"IEND", b"") + after


def refused(content: bytes) -> str:
    with pytest.raises(BadOrganisation) as caught:
        check_logo(content)
    return caught.value.errors["logo"]


@pytest.mark.parametrize("inside", [SHAPES, GRADIENT, "<title>Evening groups</title>", ""])
def test_a_drawing_of_shapes_is_taken(inside: str) -> None:
    assert check_logo(svg(inside)) == "image/svg+xml"
    assert check_logo(svg(inside, before='<?xml version="1.0" encoding="UTF-8"?>')) == "image/svg+xml"
    assert check_logo(svg(inside, 'width="24" height="24"')) == "image/svg+xml"


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        "<style>* { fill: red }</style>",
        "<foreignObject><p>words</p></foreignObject>",
        '<image href="https://evil.example/x.png"/>',
        '<use href="#a"/>',
        '<a href="https://evil.example"><path d="M0 0"/></a>',
        '<animate attributeName="href" to="x"/>',
        '<set attributeName="onload" to="x"/>',
        "<text>words</text>",
        f"<svg {XMLNS}/>",
        '<path xmlns="http://www.w3.org/1999/xhtml" d="M0 0"/>',
        '<x:path xmlns:x="http://example.org/x" d="M0 0"/>',
        '<path d="M0 0" onload="x"/>',
        '<path d="M0 0" style="fill: url(https://evil.example)"/>',
        '<path fill="url(https://evil.example/#a)"/>',
        '<path fill="URL( #a )"/>',
        '<path fill="u\\72l(#a)"/>',
        '<path clip-path="javascript:x"/>',
        '<path xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="#a"/>',
        '<?xml-stylesheet href="https://evil.example/x.css"?>',
        "<g>" * 30 + "</g>" * 30,
        "<g/>" * 2_001,
        "<path",
        "&unknown;",
    ],
)
def test_a_drawing_that_could_do_more_is_not_taken(inside: str) -> None:
    assert refused(svg(inside))


def test_entities_are_not_even_declared() -> None:
    bomb = '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    assert "DOCTYPE" in refused(svg("<title>&b;</title>", before=bomb))
    outside = '<!DOCTYPE svg SYSTEM "file:///etc/passwd">'
    assert "DOCTYPE" in refused(svg(before=outside))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"<html><body>svg</body></html>",
        svg(attributes=""),
        svg().decode().encode("utf-16"),
        svg() + b"<script/>",
        svg("<title>" + "x" * SVG_BYTES + "</title>"),
    ],
)
def test_other_files_are_not_taken(content: bytes) -> None:
    assert refused(content)


def test_a_whole_png_is_taken() -> None:
    assert check_logo(png()) == "image/png"
    assert check_logo(png(more=chunk(b"tEXt", b"Title\0Evening groups"))) == "image/png"


@pytest.mark.parametrize(
    "content",
    [
        png(15, 64),
        png(64, 2_049),
        png(after=b"<script>"),
        png(after=png()),
        png()[:-1],
        png()[:60],
        png().replace(b"IDAT", b"IDAx"),
        png(more=chunk(b"EVIL", b"")),
        png(more=chunk(b"IHDR", b"\0" * 13)),
        SIGNATURE,
        SIGNATURE + chunk(b"IEND", b""),
        SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 6, 0, 0, 0)) + chunk(b"IEND", b""),
        png(more=chunk(b"tEXt", b"x" * PNG_BYTES)),
    ],
)
def test_a_png_that_is_not_whole_or_too_much_is_not_taken(content: bytes) -> None:
    assert refused(content)


@given(st.binary(max_size=300), st.booleans())
def test_bytes_are_taken_or_refused_with_a_sentence(noise: bytes, is_png: bool) -> None:
    content = (SIGNATURE if is_png else b"<svg ") + noise
    assert refused(content).endswith(".")


@given(st.integers(0, 200), st.integers(0, 255))
def test_one_byte_that_changed_is_noticed(at: int, value: int) -> None:
    whole = bytearray(png(16, 16))
    at %= len(whole)
    if whole[at] != value:
        whole[at] = value
        assert refused(bytes(whole))
