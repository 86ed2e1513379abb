"""Framing over TCP: total for any bytes, bounded in what waits, voices ahead of pictures."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfu.codecs import OPUS, VP8
from sfu.packet.arena import MAX_DATAGRAM
from sfu.packet.tcp_frames import MAX_WAITING, MAX_WAITING_VIDEO, BadFrame, FrameReader, SendQueue, is_video

DATAGRAMS = st.lists(st.binary(min_size=1, max_size=MAX_DATAGRAM), max_size=8)


def framed(*datagrams: bytes) -> bytes:
    return b"".join(len(one).to_bytes(2, "big") + one for one in datagrams)


def rtp(payload_type: int, size: int, *, marker: bool = False) -> bytes:
    return bytes((0x80, marker << 7 | payload_type)) + bytes(size - 2)


def drained(queue: SendQueue, step: int = 1_000_000, begun: bytes = b"") -> list[bytes]:
    wire = bytearray(begun)
    while chunk := queue.take():
        part = bytes(chunk[:step])
        wire += part
        queue.sent(len(part))
    return list(FrameReader().feed(bytes(wire)))


@given(DATAGRAMS, st.lists(st.integers(1, 700), max_size=40))
def test_however_the_bytes_are_cut_the_datagrams_are_the_same(datagrams: list[bytes], cuts: list[int]) -> None:
    wire = framed(*datagrams)
    reader = FrameReader()
    found: list[bytes] = []
    for cut in cuts:
        found += reader.feed(wire[:cut])
        wire = wire[cut:]
    found += reader.feed(wire)
    assert found == datagrams


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_any_bytes_are_frames_or_refused(pieces: list[bytes]) -> None:
    reader = FrameReader()
    with suppress(BadFrame):
        for piece in pieces:
            for datagram in reader.feed(piece):
                assert 0 < len(datagram) <= MAX_DATAGRAM


def test_empty_frames_are_nothing() -> None:
    assert list(FrameReader().feed(bytes(8) + framed(b"x"))) == [b"x"]


def test_what_is_longer_than_a_datagram_is_refused_before_it_is_gathered() -> None:
    reader = FrameReader()
    found = []
    with pytest.raises(BadFrame):
        for datagram in reader.feed(framed(b"x") + (MAX_DATAGRAM + 1).to_bytes(2, "big")):
            found.append(datagram)
    assert found == [b"x"]


@given(DATAGRAMS, st.integers(1, 5_000))
def test_what_was_put_arrives_whole_and_once(datagrams: list[bytes], step: int) -> None:
    queue = SendQueue()
    kept = [one for one in datagrams if queue.put(one, 0.0)]
    assert sorted(drained(queue, step)) == sorted(kept)
    assert not queue
    assert queue.size == 0


def test_a_voice_goes_ahead_of_the_pictures_that_wait() -> None:
    queue = SendQueue()
    pictures = [rtp(VP8.payload_type, 1_000 + n) for n in range(30)]
    for picture in pictures:
        assert queue.put(picture, 0.0)
    begun = bytes(queue.take()[:1])
    queue.sent(len(begun))
    voice = rtp(OPUS.payload_type, 100)
    assert queue.put(voice, 0.0)
    arrived = drained(queue, begun=begun)
    assert arrived.index(voice) < len(pictures) // 2
    arrived.remove(voice)
    assert arrived == pictures


def test_nothing_waits_without_limit_and_pictures_are_dropped_first() -> None:
    queue = SendQueue()
    picture, voice = rtp(VP8.payload_type, 1_200), rtp(OPUS.payload_type, 120)
    pictures = sum(queue.put(picture, 0.0) for _ in range(1_000))
    assert pictures * 1_202 <= MAX_WAITING_VIDEO
    voices = sum(queue.put(voice, 0.0) for _ in range(1_000))
    assert 0 < voices * 122 <= MAX_WAITING
    assert queue.size <= MAX_WAITING + MAX_WAITING_VIDEO
    assert not queue.put(picture, 0.0)
    assert not queue.put(voice, 0.0)


def of_slot(payload_type: int, ssrc: int, size: int = 200) -> bytes:
    return rtp(payload_type, 8) + ssrc.to_bytes(4, "big") + bytes(size - 12)


def test_what_is_forgotten_never_leaves_but_what_has_begun_is_finished() -> None:
    queue = SendQueue()
    of_ann = [of_slot(OPUS.payload_type, 7, 150 + n) for n in range(5)]
    of_bob = [of_slot(OPUS.payload_type, 8, 150 + n) for n in range(5)]
    shown = [of_slot(VP8.payload_type, 7, 500), of_slot(VP8.rtx or 0, 9, 500), of_slot(VP8.payload_type, 6, 500)]
    report = bytes((0x80, 200, 0, 6)) + bytes(4) + (7).to_bytes(4, "big") + bytes(40)
    for datagram in (*shown, *(one for both in zip(of_ann, of_bob, strict=True) for one in both), report):
        assert queue.put(datagram, 0.0)
    begun = bytes(queue.take()[: 2 + len(report) + 2 + len(of_ann[0]) - 10])
    queue.sent(len(begun))
    queue.forget((7, 9))
    assert queue.size == 10 + sum(2 + len(one) for one in of_bob) + 502
    assert drained(queue, begun=begun) == [report, of_ann[0], *of_bob, shown[2]]
    assert queue.size == 0


def test_a_voice_waits_a_second_and_everything_else_for_as_long_as_it_takes() -> None:
    queue = SendQueue()
    picture, check = rtp(VP8.payload_type, 300), bytes((1, 1)) + bytes(30)
    voices = [rtp(OPUS.payload_type, 100 + n) for n in range(4)]
    assert queue.put(picture, 0.0)
    assert queue.put(check, 0.0)
    for number, voice in enumerate(voices):
        assert queue.put(voice, number * 0.5)
    assert queue.expire(1.0) == 0
    assert queue.expire(1.9) == 2
    assert drained(queue) == [check, *voices[2:], picture]
    assert queue.size == 0


@pytest.mark.parametrize(
    ("datagram", "video"),
    [
        (rtp(OPUS.payload_type, 50), False),
        (rtp(OPUS.payload_type, 50, marker=True), False),
        (rtp(VP8.payload_type, 50), True),
        (rtp(VP8.payload_type, 50, marker=True), True),
        (rtp(VP8.rtx or 0, 50), True),
        (bytes((0x81, 205)) + bytes(20), False),
        (bytes((0, 1)) + bytes(18), False),
        (bytes((22, 254)) + bytes(18), False),
        (b"", False),
        (b"\x80", False),
    ],
)
def test_a_picture_is_known_by_its_clear_header(datagram: bytes, video: bool) -> None:
    assert is_video(datagram) is video
