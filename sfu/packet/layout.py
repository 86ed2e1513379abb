"""Where the header extensions of a packet lie. A source repeats one layout for minutes: it is read once and recognised.

One-byte header extensions (RFC 8285) only; a block of any other form counts as empty and is blanked by `RtpView.clean`.
"""

import struct
from typing import Final

from sfu.codecs import EXT_ABS_SEND_TIME, EXT_LEVEL, EXT_MID, EXT_RID, EXT_RRID, EXT_TWCC

MIN_HEADER: Final = 12
ONE_BYTE: Final = 0xBEDE
MAX_RECOGNISED: Final = 64  # bytes of extensions; longer ones are read each time
_BLOCK: Final = struct.Struct("!HH")


class Layout:
    """Offsets are from the start of the packet, 0 if absent: of the data, `twcc_at` of the extension's head.

    `is_plain`: `clean` has nothing to do but abs-send-time and the transport-wide number.
    """

    __slots__ = (
        "_constant",
        "_fixed",
        "abs_send_time_at",
        "header_length",
        "is_plain",
        "level_at",
        "mid",
        "repaired_rid",
        "rid",
        "twcc_at",
    )

    def __init__(self, header_length: int) -> None:
        self.header_length = header_length
        self.abs_send_time_at = self.twcc_at = self.level_at = 0
        self.mid: bytes | None = None
        self.rid: bytes | None = None
        self.repaired_rid: bytes | None = None
        self.is_plain = True
        self._fixed: struct.Struct | None = None
        self._constant: tuple[bytes, ...] = ()

    def fits(self, buffer: memoryview, start: int) -> bool:
        """Has the packet at `start`, without contributors and at least `header_length` long, this very layout?"""
        fixed = self._fixed
        return fixed is not None and fixed.unpack_from(buffer, start + MIN_HEADER) == self._constant

    @property
    def pattern(self) -> tuple[bytes, bytes] | None:
        """(mask, values) of the extension block: what stays the same from packet to packet; None: not recognisable."""
        fixed = self._fixed
        if fixed is None:
            return None
        return fixed.pack(*(b"\xff" * len(part) for part in self._constant)), fixed.pack(*self._constant)

    def without_contributors(self, size: int) -> "Layout":
        """The same after `size` bytes before the extensions were cut out."""
        moved = Layout(self.header_length - size)
        for name in ("abs_send_time_at", "twcc_at", "level_at"):
            at = getattr(self, name)
            setattr(moved, name, at - size if at else 0)
        moved.mid, moved.rid, moved.repaired_rid = self.mid, self.rid, self.repaired_rid
        moved.is_plain = self.is_plain
        return moved


BARE: Final = Layout(MIN_HEADER)


def read_layout(buffer: memoryview, start: int, end: int, first: int) -> Layout | None:
    """The layout of the packet in [start, end) with this first byte; None: it does not fit. Total for any bytes."""
    fixed = start + MIN_HEADER + 4 * (first & 0x0F)
    if not first & 0x10:
        return (BARE if fixed == start + MIN_HEADER else Layout(fixed - start)) if fixed <= end else None
    if fixed + 4 > end:
        return None
    profile, words = _BLOCK.unpack_from(buffer, fixed)
    header_end = fixed + 4 + 4 * words
    if header_end > end:
        return None
    layout = Layout(header_end - start)
    if profile != ONE_BYTE:
        layout.is_plain = False
        return layout
    varying = _walk(layout, buffer, start, fixed + 4, header_end)
    if varying is not None and fixed == start + MIN_HEADER and 4 * words <= MAX_RECOGNISED:
        _recognise(layout, buffer, fixed, header_end, varying)
    return layout


def _walk(layout: Layout, buffer: memoryview, start: int, at: int, end: int) -> list[tuple[int, int]] | None:
    """Fill in the layout; returns the parts that differ from packet to packet, None if the block is broken."""
    varying: list[tuple[int, int]] = []
    while at < end:
        head = buffer[at]
        if head == 0:
            at += 1
            continue
        identifier, length, data = head >> 4, (head & 0x0F) + 1, at + 1
        at = data + length
        if identifier == 15 or at > end:
            layout.is_plain = False
            return None
        if identifier == EXT_TWCC and length == 2 and not layout.twcc_at:
            layout.twcc_at = data - 1 - start
            varying.append((data, at))
        elif identifier == EXT_LEVEL and length == 1:
            layout.level_at = data - start
            varying.append((data, at))
        elif identifier == EXT_ABS_SEND_TIME and length == 3 and not layout.abs_send_time_at:
            layout.abs_send_time_at = data - start
            varying.append((data, at))
        else:
            layout.is_plain = False
            if identifier == EXT_MID and layout.mid is None:
                layout.mid = bytes(buffer[data:at])
            elif identifier == EXT_RID:
                layout.rid = bytes(buffer[data:at])
            elif identifier == EXT_RRID:
                layout.repaired_rid = bytes(buffer[data:at])
            else:
                varying.append((data, at))
    return varying


def _recognise(layout: Layout, buffer: memoryview, begin: int, end: int, varying: list[tuple[int, int]]) -> None:
    form, at = "", begin
    for first, last in sorted(varying):
        form += f"{first - at}s{last - first}x"
        at = last
    if at < end:
        form += f"{end - at}s"
    layout._fixed = struct.Struct(form)
    layout._constant = layout._fixed.unpack_from(buffer, begin)
