"""A logo is taken as it is or not at all: PNG by its structure, SVG by a list of what may be in it."""

from rooms.program.organisation import BadOrganisation
from server.people.png import check_png, is_png
from server.people.svg import check_svg

PNG_BYTES = 256 * 1024
SVG_BYTES = 64 * 1024


def check_logo(content: bytes) -> str:
    """Its media type. Raises `BadOrganisation` with a sentence for the field "logo"."""
    try:
        if is_png(content):
            if len(content) > PNG_BYTES:
                raise ValueError(f"Keep a PNG to {PNG_BYTES // 1024} kB.")
            check_png(content)
            return "image/png"
        if len(content) > SVG_BYTES:
            raise ValueError(f"Use a PNG, or an SVG of at most {SVG_BYTES // 1024} kB.")
        check_svg(content)
        return "image/svg+xml"
    except ValueError as error:
        raise BadOrganisation({"logo": str(error)}) from None
