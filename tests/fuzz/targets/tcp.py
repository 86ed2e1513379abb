"""Datagrams over TCP: any bytes in any pieces, and a queue whose bytes are read back."""

from collections.abc import Iterator

from sfu.packet.arena import MAX_DATAGRAM
from sfu.packet.tcp_frames import (
    HEADER,
    MAX_WAITING,
    MAX_WAITING_VIDEO,
    BadFrame,
    FrameReader,
    SendQueue,
    is_video,
)


def one(data: bytes) -> None:
    """The first byte says how long the pieces are."""
    if len(data) < 2:
        return
    size, rest = data[0] % 97 + 1, data[1:]
    pieces = [rest[at : at + size] for at in range(0, len(rest), size)]
    whole, is_bad = _fed([rest])
    assert _fed(pieces) == (whole, is_bad), "pieces make no difference"
    assert all(0 < len(one) <= MAX_DATAGRAM for one in whole)
    assert sum(len(one) + HEADER for one in whole) <= len(rest)
    _queue(whole or pieces, size)


def _fed(pieces: list[bytes]) -> tuple[list[bytes], bool]:
    reader, found = FrameReader(), []
    try:
        for piece in pieces:
            found += reader.feed(piece)
            assert len(reader._buffer) <= HEADER + MAX_DATAGRAM
    except BadFrame:
        return found, True
    return found, False


def _queue(datagrams: list[bytes], step: int) -> None:
    """What was taken in comes out whole, and in order among its kind, however little leaves at a time."""

    def kind(datagram: bytes) -> str:
        if is_video(datagram):
            return "picture"
        return "voice" if len(datagram) >= 2 and datagram[0] >> 6 == 2 and not 192 <= datagram[1] <= 223 else "other"

    queue, accepted, out = SendQueue(), [], bytearray()
    for number, datagram in enumerate(datagrams):
        if queue.put(datagram, 0.0):
            accepted.append(datagram)
        assert queue.size <= MAX_WAITING + MAX_WAITING_VIDEO
        if number % 3 == 2:
            ready = bytes(queue.take()[:step])
            out += ready
            queue.sent(len(ready))
    while queue:
        ready = bytes(queue.take())
        assert ready
        out += ready
        queue.sent(len(ready))
    assert queue.size == 0
    found, is_bad = _fed([bytes(out)])
    assert not is_bad
    kept = [one for one in accepted if one]
    for wanted in ("picture", "voice", "other"):
        assert [one for one in found if kind(one) == wanted] == [one for one in kept if kind(one) == wanted]


def seeds() -> Iterator[bytes]:
    video = b"\x80\x60" + bytes(40)
    frames = b"".join(len(one).to_bytes(2, "big") + one for one in (b"\x00\x01hello", video, b"\x80\x6fopus", video))
    yield b"\x03" + frames
    yield b"\x60" + b"\x00\x00" + frames + b"\x01\x00partly"
    yield b"\x05" + frames + b"\xff\xff"
