"""The VP8 payload descriptor (RFC 7741 section 4.2): keyframes, temporal layers, picture id and TL0PICIDX."""

from dataclasses import dataclass


@dataclass(slots=True)
class Descriptor:
    """Offsets are from the start of the payload, 0 when the field is absent.

    `picture_bits` is 7, 15 or 0; `tid` is 0 without temporal layers. `is_sync` is the Y bit.
    """

    is_start: bool
    is_keyframe: bool
    picture_at: int
    picture_bits: int
    picture_id: int
    tl0_at: int
    tl0: int
    tid: int
    is_sync: bool


def parse(payload: memoryview | bytes) -> Descriptor | None:
    """None for a payload too short for the descriptor that it announces."""
    size = len(payload)
    if size < 1:
        return None
    first = payload[0]
    at = 1
    picture_at = picture_bits = picture_id = tl0_at = tl0 = tid = 0
    is_sync = False
    if first & 0x80:
        if size < 2:
            return None
        extension = payload[1]
        at = 2
        if extension & 0x80:
            if size < at + 1:
                return None
            picture_at = at
            picture_id = payload[at]
            if picture_id & 0x80:
                if size < at + 2:
                    return None
                picture_id = (picture_id & 0x7F) << 8 | payload[at + 1]
                picture_bits = 15
                at += 2
            else:
                picture_bits = 7
                at += 1
        if extension & 0x40:
            if size < at + 1:
                return None
            tl0_at, tl0 = at, payload[at]
            at += 1
        if extension & 0x30:
            if size < at + 1:
                return None
            if extension & 0x20:
                tid = payload[at] >> 6
                is_sync = bool(payload[at] & 0x20)
            at += 1
    # RFC 7741 section 4.3: the P bit of the frame's first byte, in the first packet of partition 0, is 0 in a keyframe.
    is_start = bool(first & 0x10) and first & 0x07 == 0
    is_keyframe = is_start and size > at and not payload[at] & 0x01
    return Descriptor(is_start, is_keyframe, picture_at, picture_bits, picture_id, tl0_at, tl0, tid, is_sync)


def write_picture_id(buffer: memoryview, at: int, bits: int, picture_id: int) -> None:
    """Overwrite a picture id of 7 or 15 bits at `at`, keeping its width."""
    if bits == 15:
        buffer[at] = 0x80 | (picture_id >> 8 & 0x7F)
        buffer[at + 1] = picture_id & 0xFF
    elif bits == 7:
        buffer[at] = picture_id & 0x7F
