"""Payload descriptors of VP8, and the keyframe tests of VP8, VP9 and H264."""

from collections.abc import Iterator

from sfu.packet import keyframes, vp8


def one(data: bytes) -> None:
    for test in keyframes.KEYFRAME_TESTS.values():
        answer = test(data)
        assert answer in (True, False)
        assert test(memoryview(data)) == answer
    read = vp8.parse(data)
    assert read == vp8.parse(memoryview(data))
    if read is None:
        assert not keyframes.is_vp8_keyframe(data)
        return
    assert keyframes.is_vp8_keyframe(data) == read.is_keyframe
    assert read.is_start or not read.is_keyframe
    assert read.picture_bits in (0, 7, 15)
    assert 0 <= read.picture_id < 1 << read.picture_bits
    assert 0 <= read.tid <= 3
    assert bool(read.picture_at) == bool(read.picture_bits)
    assert max(read.picture_at, read.tl0_at) < len(data)
    _rewrite(data, read)


def _rewrite(data: bytes, read: vp8.Descriptor) -> None:
    """Another picture id of the same width changes nothing else."""
    if not read.picture_bits:
        return
    wanted = (read.picture_id + 0x4321) & ((1 << read.picture_bits) - 1)
    buffer = bytearray(data)
    vp8.write_picture_id(memoryview(buffer), read.picture_at, read.picture_bits, wanted)
    again = vp8.parse(buffer)
    assert again is not None and again.picture_id == wanted
    again.picture_id = read.picture_id
    assert again == read
    end = read.picture_at + (2 if read.picture_bits == 15 else 1)
    assert buffer[: read.picture_at] == data[: read.picture_at] and buffer[end:] == data[end:]


def seeds() -> Iterator[bytes]:
    for text in (
        "90808abc10009d012a",
        "90e08abc076001",
        "9080450000",
        "9020a001",
        "10009d012a",
        "00ff",
        "8f00",
        "28ff00",
        "a8ff000000",
        "8a85020482",
        "7c85b8",
        "18000467640029000568eb",
        "67640029",
        "6588",
        "5c8188",
    ):
        yield bytes.fromhex(text)
