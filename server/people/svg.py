"""Whether bytes are an SVG that can do nothing but be looked at: a list of elements and attributes, and no more.

Nothing is repaired: whatever is not on the list is named, and the file is not taken. It is served as an image alone,
under a content security policy of its own, so this is the second lock and not the first.
"""

import re
from typing import Final
from xml.parsers import expat

SVG: Final = "http://www.w3.org/2000/svg"
MOST_ELEMENTS: Final = 2_000
DEEPEST: Final = 24

# No script, style, animation, foreign or embedded content; no `use`, which multiplies; no text, which needs fonts.
# fmt: off
ELEMENTS: Final = frozenset(
    {
        "svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "defs",
        "linearGradient", "radialGradient", "stop", "clipPath", "title", "desc",
    }
)
# fmt: on
# fmt: off
ATTRIBUTES: Final = frozenset(
    {
        "viewBox", "width", "height", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "fx", "fy",
        "d", "points", "transform", "id", "version", "preserveAspectRatio", "fill", "fill-opacity", "fill-rule",
        "stroke", "stroke-width", "stroke-opacity", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit",
        "stroke-dasharray", "stroke-dashoffset", "opacity", "color", "offset", "stop-color", "stop-opacity",
        "gradientUnits", "gradientTransform", "spreadMethod", "clip-path", "clip-rule", "clipPathUnits", "role",
        "aria-label", "aria-hidden", "shape-rendering",
    }
)
# fmt: on
_REFERENCE: Final = re.compile(r"url\(#[A-Za-z_][\w.-]*\)")
_NOT_A_DRAWING: Final = "This is neither an SVG nor a PNG. Save the logo as one of the two, and send it again."


def check_svg(content: bytes) -> None:
    """Raises `ValueError` with one sentence that names what is not allowed."""
    try:
        content.decode()  # UTF-8 alone: nothing that reads differently to somebody else
    except ValueError:
        raise ValueError(_NOT_A_DRAWING) from None
    check = _Check()
    parser = expat.ParserCreate(encoding="UTF-8", namespace_separator=" ")
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.StartDoctypeDeclHandler = check.doctype
    parser.EntityDeclHandler = check.entity
    parser.ProcessingInstructionHandler = check.instruction
    parser.StartElementHandler = check.start
    parser.EndElementHandler = check.end
    try:
        parser.Parse(content, True)
    except expat.ExpatError:
        raise ValueError(_NOT_A_DRAWING) from None
    if not check.has_box:
        raise ValueError("The svg element needs a viewBox, or a width and a height.")


class _Check:
    def __init__(self) -> None:
        self.count = 0
        self.depth = 0
        self.has_box = False

    def doctype(self, *_: object) -> None:
        raise ValueError("It has a DOCTYPE. Save it as plain SVG, without one.")

    def entity(self, *_: object) -> None:
        raise ValueError("It declares entities. Save it as plain SVG.")

    def instruction(self, *_: object) -> None:
        raise ValueError("It has a processing instruction. Save it as plain SVG.")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        self.depth += 1
        if self.count > MOST_ELEMENTS or self.depth > DEEPEST:
            raise ValueError("It is too detailed for a logo. Save a simpler one, or a PNG.")
        namespace, _, local = name.rpartition(" ")
        if namespace != SVG or local not in ELEMENTS:
            raise ValueError(f"It has an element “{local[:40]}”. Save it as plain SVG with shapes alone, or as a PNG.")
        if (local == "svg") != (self.depth == 1):
            raise ValueError(_NOT_A_DRAWING)
        for attribute, value in attributes.items():
            self._check_attribute(attribute, value)
        if local == "svg":
            self.has_box = "viewBox" in attributes or {"width", "height"} <= attributes.keys()

    def end(self, _name: str) -> None:
        self.depth -= 1

    @staticmethod
    def _check_attribute(attribute: str, value: str) -> None:
        if attribute not in ATTRIBUTES:
            raise ValueError(
                f"It has an attribute “{attribute.rpartition(' ')[2][:40]}”. Save it as plain SVG, or as a PNG."
            )
        if "url" in value.lower() and not _REFERENCE.fullmatch(value.strip()):
            raise ValueError("It refers to something outside itself. Save it as plain SVG, or as a PNG.")
        if ":" in value or "\\" in value or "<" in value:
            raise ValueError(f"The attribute “{attribute}” holds more than a number, a colour or a shape.")
