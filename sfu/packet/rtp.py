"""RTP headers (RFC 3550 section 5.1): read, and made safe to forward.

`RtpView` is filled once per received packet and reused for the next, so nothing keeps it across packets. `clean` makes
the packet ours in place: no CSRC, no padding, and of the extensions only those on the allow-list, the rest zeroed
(0x00 is padding inside an extension block).
"""

import struct
from typing import Final

from sfu.codecs import EXT_ABS_SEND_TIME, EXT_LEVEL
from sfu.packet.layout import BARE, MIN_HEADER, ONE_BYTE, Layout, read_layout

_EXTENSION: Final = struct.Struct("!HH")
HEADER_WORDS: Final = struct.Struct("!BBHII")  # first byte, marker and payload type, seq, timestamp, SSRC
_NO_NUMBER: Final = bytes(3)


class RtpView:
    """One packet at `start` in a buffer; `start`, `end` and `header_end` are positions there, `layout` is relative."""

    __slots__ = (
        "_stamp",
        "_stamp_at",
        "buffer",
        "end",
        "first",
        "header_end",
        "layout",
        "marker_type",
        "payload_type",
        "seq",
        "ssrc",
        "start",
        "timestamp",
    )

    def __init__(self, buffer: memoryview) -> None:
        self.buffer = buffer
        self.start = self.end = self.header_end = 0
        self.first = self.marker_type = self.payload_type = 0
        self.seq = self.timestamp = self.ssrc = 0
        self.layout = BARE
        self._stamp_at = -1.0
        self._stamp = b""

    @property
    def payload_length(self) -> int:
        """In bytes; after `strip_padding` without padding."""
        return self.end - self.header_end

    @property
    def mid(self) -> bytes | None:
        """The MID extension."""
        return self.layout.mid

    @property
    def rid(self) -> bytes | None:
        """The RID extension."""
        return self.layout.rid

    @property
    def repaired_rid(self) -> bytes | None:
        """The repaired RID extension."""
        return self.layout.repaired_rid

    @property
    def level(self) -> int | None:
        """The audio level's byte."""
        at = self.layout.level_at
        return self.buffer[self.start + at] if at else None

    @property
    def twcc(self) -> int | None:
        """The publisher's transport-wide number, until `clean`."""
        at = self.layout.twcc_at
        if not at:
            return None
        at += self.start + 1
        return self.buffer[at] << 8 | self.buffer[at + 1]

    def parse(self, start: int, end: int) -> bool:
        """Read the clear header of [start, end). False: not RTP, drop it. Total for any bytes."""
        return self.read(start, end) and self.extend(None)

    def read(self, start: int, end: int) -> bool:
        """The first twelve bytes; `extend` has the rest. False: not RTP."""
        if end - start < MIN_HEADER:
            return False
        first, marker_type, self.seq, self.timestamp, self.ssrc = HEADER_WORDS.unpack_from(self.buffer, start)
        if first >> 6 != 2:
            return False
        self.start = start
        self.end = end
        self.first = first
        self.marker_type = marker_type
        self.payload_type = marker_type & 0x7F
        return True

    def extend(self, expected: Layout | None) -> bool:
        """The extensions, at once where they lie as `expected`. False: the header is longer than the packet."""
        start, first = self.start, self.first
        if expected is not None and first & 0x1F == 0x10:
            header_end = start + expected.header_length
            if header_end <= self.end and expected.fits(self.buffer, start):
                self.layout = expected
                self.header_end = header_end
                return True
        layout = read_layout(self.buffer, start, self.end, first)
        if layout is None:
            return False
        self.layout = layout
        self.header_end = start + layout.header_length
        return True

    def strip_padding(self) -> bool:
        """Take RTP padding off (RFC 3550 section 5.1). False: the count is impossible, drop the packet."""
        if self.first & 0x20:
            if self.end <= self.header_end:
                return False
            count = self.buffer[self.end - 1]
            if count == 0 or count > self.end - self.header_end:
                return False
            self.end -= count
            self.first &= ~0x20
            self.buffer[self.start] = self.first
        return True

    def unwrap_rtx(self, ssrc: int, payload_type: int) -> bool:
        """Turn a retransmission into the packet it repeats (RFC 4588 section 4), in place.

        False: nothing inside. Call after `strip_padding`; parse again afterwards is not needed.
        """
        if self.end - self.header_end < 2:
            return False
        buffer = self.buffer
        (seq,) = struct.unpack_from("!H", buffer, self.header_end)
        start, header_end = self.start, self.header_end
        buffer[start + 2 : header_end + 2] = bytes(buffer[start:header_end])
        marker_type = (self.marker_type & 0x80) | payload_type
        HEADER_WORDS.pack_into(buffer, start + 2, self.first, marker_type, seq, self.timestamp, ssrc)
        self.start, self.header_end = start + 2, header_end + 2
        self.seq, self.ssrc = seq, ssrc
        self.marker_type, self.payload_type = marker_type, payload_type
        return True

    def unwrap_red(self, payload_type: int) -> bool:
        """Leave only the newest block of a voice that repeats itself (RFC 2198 section 3), in place.

        False: malformed, or another codec inside. Call after `strip_padding`.
        """
        buffer, at, end = self.buffer, self.header_end, self.end
        older = 0
        while at < end and buffer[at] & 0x80:
            if at + 4 > end:
                return False
            older += (buffer[at + 2] & 0x03) << 8 | buffer[at + 3]
            at += 4
        if at >= end or buffer[at] != payload_type or at + 1 + older > end:
            return False
        at += 1 + older
        start, header_end = self.start, self.header_end
        moved = at - header_end
        buffer[start + moved : at] = bytes(buffer[start:header_end])
        self.start, self.header_end = start + moved, at
        self.marker_type, self.payload_type = (self.marker_type & 0x80) | payload_type, payload_type
        buffer[self.start + 1] = self.marker_type
        return True

    def clean(self, now: float) -> None:
        """Blank what must not travel, and write abs-send-time anew (media.md 9, 10; rule N10).

        The place of the transport-wide number stays, zeroed: each viewer who negotiated it gets their own.
        """
        buffer, layout = self.buffer, self.layout
        contributors = self.first & 0x0F
        if contributors:
            self._drop_contributors(4 * contributors)
            layout = self.layout = layout.without_contributors(4 * contributors)
        if not layout.is_plain:
            self._blank(layout)
        start = self.start
        if layout.twcc_at:
            at = start + layout.twcc_at
            buffer[at : at + 3] = _NO_NUMBER
        if layout.abs_send_time_at:
            if now != self._stamp_at:
                self._stamp_at, self._stamp = now, abs_send_time(now)
            at = start + layout.abs_send_time_at
            buffer[at : at + 3] = self._stamp

    def _blank(self, layout: Layout) -> None:
        buffer, start = self.buffer, self.start
        at = start + MIN_HEADER + 4
        end = self.header_end
        profile, _ = _EXTENSION.unpack_from(buffer, at - 4)
        if profile != ONE_BYTE:
            buffer[at:end] = bytes(end - at)
            buffer[at - 4 : at - 2] = b"\xbe\xde"
            return
        ours = EXT_ABS_SEND_TIME, start + layout.abs_send_time_at
        while at < end:
            head = buffer[at]
            if head == 0:
                at += 1
                continue
            identifier = head >> 4
            after = at + 2 + (head & 0x0F)
            if identifier == 15 or after > end:
                buffer[at:end] = bytes(end - at)
                return
            is_level = identifier == EXT_LEVEL and after - at == 2
            if not is_level and (identifier, at + 1) != ours:
                buffer[at:after] = bytes(after - at)
            at = after

    def _drop_contributors(self, size: int) -> None:
        buffer, start = self.buffer, self.start
        self.first &= 0xF0
        self.start = start + size
        buffer[self.start : self.start + MIN_HEADER] = bytes(buffer[start : start + MIN_HEADER])
        buffer[self.start] = self.first


def abs_send_time(now: float) -> bytes:
    """24 bits, 6.18 fixed-point seconds (http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time)."""
    return (int(now * 262_144) & 0xFFFFFF).to_bytes(3, "big")
