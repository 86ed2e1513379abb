"""Datagrams over a TCP connection (RFC 4571): 16 bits of length, then the datagram. Bytes in, bytes out, no socket.

What waits to be sent is bounded. Video waits behind everything else and has a bound of its own, so that on a line that
is too slow a voice never waits for a picture.
"""

from collections import deque
from collections.abc import Iterator
from typing import Final

from sfu.codecs import CODECS, Kind
from sfu.packet.arena import MAX_DATAGRAM

HEADER: Final = 2
MAX_WAITING: Final = 32 * 1024
MAX_WAITING_VIDEO: Final = 64 * 1024
_CHUNK: Final = 4 * 1024
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


class SendQueue:
    """Frames that wait. `take` gives the next bytes, `sent` says how many of them left; a begun frame is finished."""

    def __init__(self) -> None:
        self._urgent: deque[bytes] = deque()
        self._video: deque[bytes] = deque()
        self._urgent_size = self._video_size = 0
        self._chunk = b""
        self._rest: memoryview = memoryview(b"")

    def __bool__(self) -> bool:
        return bool(self._rest or self._urgent or self._video)

    @property
    def size(self) -> int:
        """Bytes that wait."""
        return len(self._rest) + self._urgent_size + self._video_size

    def put(self, datagram: bytes | memoryview) -> bool:
        """False: there is no room, the datagram is dropped."""
        size = HEADER + len(datagram)
        frame = len(datagram).to_bytes(HEADER, "big") + datagram
        if is_video(datagram):
            if self._video_size + size > MAX_WAITING_VIDEO:
                return False
            self._video.append(frame)
            self._video_size += size
            return True
        if self._urgent_size + size > MAX_WAITING:
            return False
        self._urgent.append(frame)
        self._urgent_size += size
        return True

    def take(self) -> memoryview:
        """The bytes to send next, whole frames of about 4 kB at most; empty when nothing waits."""
        if not self._rest and (self._urgent or self._video):
            frames: list[bytes] = []
            room = _CHUNK
            while self._urgent and room > 0:
                frame = self._urgent.popleft()
                self._urgent_size -= len(frame)
                room -= len(frame)
                frames.append(frame)
            while self._video and room > 0:
                frame = self._video.popleft()
                self._video_size -= len(frame)
                room -= len(frame)
                frames.append(frame)
            self._rest = memoryview(b"".join(frames))
        return self._rest

    def sent(self, count: int) -> None:
        """So many bytes of what `take` gave have left."""
        self._rest = self._rest[count:]


def is_video(datagram: bytes | memoryview) -> bool:
    """By the clear header of SRTP; SRTCP (RFC 5761), STUN and DTLS are not."""
    return len(datagram) >= 2 and datagram[0] >> 6 == 2 and (datagram[1] & 0x7F) in _VIDEO
