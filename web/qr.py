"""A QR code as the path of an SVG, so that a page can draw it without a picture from anywhere."""

from dataclasses import dataclass

import segno

QUIET_ZONE = 4  # modules of margin (ISO/IEC 18004, 6.3.8)


@dataclass(frozen=True, slots=True)
class Qr:
    """`path` draws the dark modules in a square box of `size` modules, the margin included."""

    size: int
    path: str


def qr_of(text: str) -> Qr:
    """Byte mode, medium error correction: it is read from a screen or from paper."""
    matrix = segno.make_qr(text, error="m").matrix
    parts = []
    for y, row in enumerate(matrix):
        x = 0
        while x < len(row):
            if not row[x]:
                x += 1
                continue
            end = x
            while end < len(row) and row[end]:
                end += 1
            parts.append(f"M{x + QUIET_ZONE} {y + QUIET_ZONE}h{end - x}v1h-{end - x}z")
            x = end
    return Qr(len(matrix) + 2 * QUIET_ZONE, "".join(parts))
