"""Datagrams over a TCP connection (RFC 4571): 16 bits of length, then the datagram. Bytes in, bytes out, no socket.

What waits to be sent is bounded. Video waits behind everything else and has a bound of its own, so that on a line that
is too slow a voice never waits for a picture. A voice that waited too long never leaves, nor does what was said or
shown before a mute, a pause or a parting and has not begun to leave.
"""

from collections import deque
from collections.abc import Collection, Iterator
from itertools import chain
from typing import Final

from sfu.codecs import CODECS, Kind
from sfu.packet.arena import MAX_DATAGRAM

HEADER: Final = 2
MAX_WAITING: Final = 32 * 1024
MAX_WAITING_VIDEO: Final = 64 * 1024
MAX_VOICE_AGE_S: Final = 1.0
_CHUNK: Final = 4 * 1024
_SSRC: Final = slice(HEADER + 8, HEADER + 12)
_VIDEO: Final = frozenset(
    number for codec in CODECS if codec.kind is Kind.VIDEO for number in (codec.payload_type, codec.rtx)
)


class BadFrame(ValueError):
    """A length that no datagram of ours has: the two ends do not speak the same any more."""


class FrameReader:
    """Total: any bytes are frames, the beginning of one, or `BadFrame`."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The datagrams complete now; empty ones are left out. Raises `BadFrame`, then nothing more can be read."""
        buffer = self._buffer
        buffer += data
        at = 0
        try:
            while len(buffer) - at >= HEADER:
                length = buffer[at] << 8 | buffer[at + 1]
                if length > MAX_DATAGRAM:
                    raise BadFrame("longer than a datagram")
                end = at + HEADER + length
                if len(buffer) < end:
                    break
                if length:
                    yield bytes(memoryview(buffer)[at + HEADER : end])
                at = end
        finally:
            del buffer[:at]


class _Line:
    """Whole frames in order, each with when it came; `size` is their bytes."""

    __slots__ = ("frames", "size")

    def __init__(self) -> None:
        self.frames: deque[tuple[float, bytes]] = deque()
        self.size = 0

    def put(self, frame: bytes, now: float) -> None:
        self.frames.append((now, frame))
        self.size += len(frame)

    def pop(self) -> bytes:
        frame = self.frames.popleft()[1]
        self.size -= len(frame)
        return frame

    def forget(self, ssrcs: Collection[int]) -> None:
        self.frames = deque(one for one in self.frames if int.from_bytes(one[1][_SSRC], "big") not in ssrcs)
        self.size = sum(len(frame) for _, frame in self.frames)


class SendQueue:
    """Frames that wait. `take` gives the next bytes, `sent` says how many of them left; a begun frame is finished."""

    def __init__(self) -> None:
        self._urgent = _Line()  # neither voice nor picture: checks, handshakes, reports
        self._voices = _Line()
        self._video = _Line()
        self._begun = b""  # what is left of a frame whose beginning is on its way

    def __bool__(self) -> bool:
        return self.size > 0

    @property
    def size(self) -> int:
        """Bytes that wait."""
        return len(self._begun) + self._urgent.size + self._voices.size + self._video.size

    def put(self, datagram: bytes | memoryview, now: float) -> bool:
        """False: there is no room, the datagram is dropped."""
        size = HEADER + len(datagram)
        line, waiting, room = self._video, self._video.size, MAX_WAITING_VIDEO
        if not is_video(datagram):
            line = self._voices if _is_rtp(datagram) else self._urgent
            waiting, room = self._urgent.size + self._voices.size, MAX_WAITING
        if waiting + size > room:
            return False
        line.put(len(datagram).to_bytes(HEADER, "big") + datagram, now)
        return True

    def expire(self, now: float) -> int:
        """Drop the voices that waited longer than anybody should hear them after they spoke; returns how many."""
        voices, count = self._voices, 0
        while voices.frames and now - voices.frames[0][0] > MAX_VOICE_AGE_S:
            voices.pop()
            count += 1
        return count

    def forget(self, ssrcs: Collection[int]) -> None:
        """Drop the voices and pictures of these SSRCs."""
        self._voices.forget(ssrcs)
        self._video.forget(ssrcs)

    def take(self) -> bytes:
        """The bytes to send next, about 4 kB at most; empty when nothing waits. They wait on until `sent`."""
        parts, room = [self._begun], _CHUNK - len(self._begun)
        for _, frame in chain.from_iterable(line.frames for line in self._lines()):
            if room <= 0:
                break
            parts.append(frame)
            room -= len(frame)
        return b"".join(parts)

    def sent(self, count: int) -> None:
        """So many bytes of what `take` gave last have left; nothing may come or go between the two."""
        while count > 0:
            rest = self._begun or next(line for line in self._lines() if line.frames).pop()
            self._begun = rest[count:]
            count -= len(rest)

    def _lines(self) -> tuple[_Line, _Line, _Line]:
        """What goes first comes first."""
        return self._urgent, self._voices, self._video


def _is_rtp(datagram: bytes | memoryview) -> bool:
    return len(datagram) >= 2 and datagram[0] >> 6 == 2 and not 192 <= datagram[1] <= 223  # RFC 5761 section 4


def is_video(datagram: bytes | memoryview) -> bool:
    """By the clear header of SRTP; SRTCP (RFC 5761), STUN and DTLS are not."""
    return len(datagram) >= 2 and datagram[0] >> 6 == 2 and (datagram[1] & 0x7F) in _VIDEO
