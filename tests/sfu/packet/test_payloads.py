"""Payload descriptors: keyframes of VP8, VP9 and H264, and VP8's pictures; total for any bytes (rule U6)."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfu.packet import keyframes, vp8

# First bytes of a frame as Chromium and Firefox send them (interop.md 1): 15-bit picture id, and with TL0PICIDX.
VP8_KEY = bytes.fromhex("9080 8abc 10 00 9d012a".replace(" ", ""))
VP8_SIMULCAST = bytes.fromhex("90e0 8abc 07 60 01".replace(" ", ""))


def test_a_vp8_descriptor_is_read() -> None:
    picture = vp8.parse(VP8_KEY)
    assert picture is not None
    assert (picture.picture_at, picture.picture_bits, picture.picture_id) == (2, 15, 0x0ABC)
    assert (picture.is_start, picture.is_keyframe, picture.tl0_at, picture.tid) == (True, True, 0, 0)
    layered = vp8.parse(VP8_SIMULCAST)
    assert layered is not None
    assert (layered.tl0_at, layered.tl0, layered.tid, layered.is_sync) == (4, 7, 1, True)
    assert not layered.is_keyframe
    short = vp8.parse(b"\x90\x80\x45\x00")
    assert short is not None
    assert (short.picture_bits, short.picture_id) == (7, 0x45)


def test_a_picture_id_is_written_in_its_own_width() -> None:
    buffer = bytearray(4)
    vp8.write_picture_id(memoryview(buffer), 1, 15, 0x7FFF)
    assert buffer == b"\0\xff\xff\0"
    vp8.write_picture_id(memoryview(buffer), 3, 7, 0x85)
    assert buffer[3] == 5


@pytest.mark.parametrize(
    ("payload", "is_keyframe"),
    [
        (VP8_KEY, True),
        (VP8_SIMULCAST, False),
        (b"\x10\x00", True),
        (b"\x10\x01", False),
        (b"\x00\x00", False),
        (b"\x11\x00", False),
        (b"\x10", False),
        (b"", False),
    ],
)
def test_vp8_keyframes(payload: bytes, is_keyframe: bool) -> None:
    assert keyframes.is_vp8_keyframe(payload) is is_keyframe


@pytest.mark.parametrize(
    ("payload", "is_keyframe"),
    [
        (b"\x88\x80\x01data", True),
        (b"\xc8\x80\x01data", False),
        (b"\x80\x80\x01data", False),
        (b"\xa8\x05\x00data", True),
        (b"\xa8\x05\x02data", False),
        (b"\xa8\x85\x05\x00data", True),
        (b"\x88", False),
        (b"", False),
    ],
    ids=["key", "predicted", "middle", "layered key", "upper layer", "long id", "short", "empty"],
)
def test_vp9_keyframes(payload: bytes, is_keyframe: bool) -> None:
    assert keyframes.is_vp9_keyframe(payload) is is_keyframe


@pytest.mark.parametrize(
    ("payload", "is_keyframe"),
    [
        (b"\x67\x42", True),
        (b"\x65\x88", True),
        (b"\x41\x9a", False),
        (b"\x78\x00\x02\x06\x01\x00\x02\x67\x42", True),
        (b"\x78\x00\x02\x06\x01\x00\x02\x41\x42", False),
        (b"\x7c\x85data", True),
        (b"\x7c\x05data", False),
        (b"\x7c\x81data", False),
        (b"\x65", False),
    ],
    ids=["sps", "idr", "slice", "stap with sps", "stap without", "fu start", "fu middle", "fu slice", "short"],
)
def test_h264_keyframes(payload: bytes, is_keyframe: bool) -> None:
    assert keyframes.is_h264_keyframe(payload) is is_keyframe


@given(st.binary(max_size=40))
def test_any_bytes_are_judged(payload: bytes) -> None:
    for test in keyframes.KEYFRAME_TESTS.values():
        assert test(payload) in (True, False)
    picture = vp8.parse(payload)
    if picture is not None:
        assert picture.picture_at + (picture.picture_bits + 7) // 8 <= len(payload)
        assert picture.tl0_at < max(1, len(payload))


def test_many_mutations_of_real_descriptors() -> None:
    rng = random.Random(7741)
    for _ in range(20_000):
        payload = bytearray(rng.choice((VP8_KEY, VP8_SIMULCAST, b"\x78\x00\x02\x06\x01\x00\x02\x67\x42")))
        payload[rng.randrange(len(payload))] = rng.randrange(256)
        payload = payload[: rng.randrange(len(payload) + 1)]
        for test in keyframes.KEYFRAME_TESTS.values():
            test(bytes(payload))
        vp8.parse(bytes(payload))
