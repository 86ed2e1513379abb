"""RTP headers (RFC 3550 section 5.1) and one-byte header extensions (RFC 8285): read, and made safe to forward.

`RtpView` is filled once per received packet and reused for the next, so nothing keeps it across packets. `clean` makes
the packet ours in place: no CSRC, no padding, and of the extensions only those on the allow-list, the rest zeroed
(0x00 is padding inside an extension block).
"""

import struct
from typing import Final

from sfu.codecs import EXT_ABS_SEND_TIME, EXT_LEVEL, EXT_MID, EXT_RID, EXT_RRID, EXT_TWCC

MIN_HEADER: Final = 12
_FIXED: Final = struct.Struct("!BBHII")
_EXTENSION: Final = struct.Struct("!HH")
_ONE_BYTE: Final = 0xBEDE
HEADER_WORDS: Final = struct.Struct("!BBHII")  # first byte, marker and payload type, seq, timestamp, SSRC


class RtpView:
    """One packet at `start` in a buffer, positions absolute. Extension positions are those of the data, 0 if absent;
    `twcc_at` is that of the extension's head."""

    __slots__ = (
        "abs_send_time_at",
        "buffer",
        "end",
        "first",
        "header_end",
        "level",
        "marker_type",
        "mid",
        "mid_at",
        "payload_type",
        "repaired_rid",
        "rid",
        "seq",
        "ssrc",
        "start",
        "timestamp",
        "twcc",
        "twcc_at",
    )

    def __init__(self, buffer: memoryview) -> None:
        self.buffer = buffer
        self.start = self.end = self.header_end = 0
        self.first = self.marker_type = self.payload_type = 0
        self.seq = self.timestamp = self.ssrc = 0
        self.mid_at = self.abs_send_time_at = self.twcc_at = 0
        self.mid: bytes | None = None
        self.rid: bytes | None = None
        self.repaired_rid: bytes | None = None
        self.level: int | None = None
        self.twcc: int | None = None

    @property
    def payload_length(self) -> int:
        """In bytes; after `strip_padding` without padding."""
        return self.end - self.header_end

    def parse(self, start: int, end: int) -> bool:
        """Read the clear header of [start, end). False: not RTP, drop it. Total for any bytes."""
        buffer = self.buffer
        if end - start < MIN_HEADER:
            return False
        first, marker_type, self.seq, self.timestamp, self.ssrc = _FIXED.unpack_from(buffer, start)
        if first >> 6 != 2:
            return False
        self.start = start
        self.end = end
        self.first = first
        self.marker_type = marker_type
        self.payload_type = marker_type & 0x7F
        self.mid_at = self.abs_send_time_at = self.twcc_at = 0
        self.mid = self.rid = self.repaired_rid = None
        self.level = self.twcc = None
        header_end = start + MIN_HEADER + 4 * (first & 0x0F)
        if first & 0x10:
            if header_end + 4 > end:
                return False
            profile, words = _EXTENSION.unpack_from(buffer, header_end)
            extension = header_end + 4
            header_end = extension + 4 * words
            if header_end > end:
                return False
            if profile == _ONE_BYTE:
                self._walk(extension, header_end)
        if header_end > end:
            return False
        self.header_end = header_end
        return True

    def _walk(self, at: int, end: int) -> None:
        buffer = self.buffer
        while at < end:
            head = buffer[at]
            if head == 0:
                at += 1
                continue
            identifier = head >> 4
            length = (head & 0x0F) + 1
            data = at + 1
            at = data + length
            if identifier == 15 or at > end:
                return
            if identifier == EXT_MID:
                self.mid_at = data
                self.mid = bytes(buffer[data:at])
            elif identifier == EXT_TWCC:
                if length == 2:
                    self.twcc_at = data - 1
                    self.twcc = buffer[data] << 8 | buffer[data + 1]
            elif identifier == EXT_LEVEL:
                self.level = buffer[data]
            elif identifier == EXT_ABS_SEND_TIME:
                if length == 3:
                    self.abs_send_time_at = data
            elif identifier == EXT_RID:
                self.rid = bytes(buffer[data:at])
            elif identifier == EXT_RRID:
                self.repaired_rid = bytes(buffer[data:at])

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
        return self.parse(start + 2, self.end)

    def clean(self, now: float) -> None:
        """Blank what must not travel, and write abs-send-time anew (media.md 9, 10; rule N10)."""
        buffer = self.buffer
        contributors = self.first & 0x0F
        if contributors:
            self._drop_contributors(4 * contributors)
        if not self.first & 0x10:
            return
        at = self.start + MIN_HEADER + 4
        end = self.header_end
        profile, _ = _EXTENSION.unpack_from(buffer, at - 4)
        if profile != _ONE_BYTE:
            buffer[at:end] = bytes(end - at)
            buffer[at - 4 : at - 2] = b"\xbe\xde"
            return
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
            if identifier == EXT_ABS_SEND_TIME and at + 1 == self.abs_send_time_at:
                buffer[at + 1 : after] = abs_send_time(now)
            elif identifier == EXT_LEVEL and after - at == 2:
                pass
            elif identifier != EXT_MID or at + 1 != self.mid_at:
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
