"""What a member sends: 50 Opus packets a second, 30 VP8 frames a second of 3 or 4 packets back to back.

Every payload carries its send time on the wall clock. A VP8 frame has a 15-bit picture id (RFC 7741) and a frame header
whose key bit is true (RFC 6386 section 9.1), so that a server opens its video on keyframes only.
"""

import struct
import time
from random import Random
from typing import Final

from bench.load.kernel import STRIDE, Outbox
from bench.load.sdp import OPUS, VP8
from bench.load.srtp import Protector

AUDIO_EVERY_NS: Final = 20_000_000
FRAME_EVERY_NS: Final = 1_000_000_000 // 30
AUDIO_BYTES: Final = 88
VIDEO_BYTES: Final = 1_100
FRAME_PACKETS: Final = (4, 4, 3)  # 110 packets a second
PER_SECOND: Final = {"audio": 50, "video": 110}
STAMP_AT: Final = {OPUS: 0, VP8: 14}  # in the payload
STAMP: Final = struct.Struct("!Q")
# RTP header and one-byte header extensions (RFC 8285): level 2, abs-send-time 3, transport-cc 4, padded to words.
_AUDIO: Final = struct.Struct("!BBHIIHHBBB3sBHxxxQ")
_VIDEO: Final = struct.Struct("!BBHIIHHB3sBHxBBH10sQ")
_KEY: Final = b"\x10\x02\x00\x9d\x01\x2a\x80\x02\x68\x01"
_DELTA: Final = b"\x31\x02\x00\x55\x55\x55\x55\x55\x55\x55"


class Uplink:
    """One link's transport-wide sequence number, shared by its sources."""

    def __init__(self, fd: int, outbox: Outbox, protector: Protector) -> None:
        self.fd = fd
        self.outbox = outbox
        self.protector = protector
        self.twcc = 0


class Microphone:
    """Next packet by `send`, which returns how many packets that were."""

    every_ns = AUDIO_EVERY_NS

    def __init__(self, uplink: Uplink, ssrc: int, random: Random) -> None:
        self._uplink = uplink
        self.ssrc = ssrc
        self._seq = random.getrandbits(14)
        self._timestamp = random.getrandbits(31)
        self._packet = bytearray(b"\x5a" * (_AUDIO.size - STAMP.size + AUDIO_BYTES))

    def send(self) -> int:
        up = self._uplink
        up.twcc = (up.twcc + 1) & 0xFFFF
        self._seq = (self._seq + 1) & 0xFFFF
        self._timestamp = (self._timestamp + 960) & 0xFFFFFFFF
        now = time.time_ns()
        _AUDIO.pack_into(
            self._packet,
            0,
            *(0x90, OPUS, self._seq, self._timestamp, self.ssrc, 0xBEDE, 3),
            *(0x20, 0x9E, 0x32, _abs_send_time(now), 0x41, up.twcc, now),
        )
        length = len(self._packet)
        up.outbox.view[:length] = self._packet
        up.outbox.set_length(0, up.protector.protect(0, length))
        up.outbox.send(up.fd, 1)
        return 1


class Camera:
    """Next frame by `send`; `wants_key` makes it a keyframe."""

    every_ns = FRAME_EVERY_NS

    def __init__(self, uplink: Uplink, ssrc: int, random: Random) -> None:
        self._uplink = uplink
        self.ssrc = ssrc
        self.wants_key = True
        self._seq = random.getrandbits(14)
        self._timestamp = random.getrandbits(31)
        self._picture = 0
        self._packet = bytearray(b"\x55" * (_VIDEO.size - STAMP.size - STAMP_AT[VP8] + VIDEO_BYTES))

    def send(self) -> int:
        up, packet = self._uplink, self._packet
        view, length = up.outbox.view, len(packet)
        count = FRAME_PACKETS[self._picture % len(FRAME_PACKETS)]
        head = _KEY if self.wants_key else _DELTA
        self.wants_key = False
        self._timestamp = (self._timestamp + 3_000) & 0xFFFFFFFF
        for index in range(count):
            up.twcc = (up.twcc + 1) & 0xFFFF
            self._seq = (self._seq + 1) & 0xFFFF
            second = VP8 | 0x80 if index == count - 1 else VP8
            now = time.time_ns()
            _VIDEO.pack_into(
                packet,
                0,
                *(0x90, second, self._seq, self._timestamp, self.ssrc, 0xBEDE, 2),
                *(0x32, _abs_send_time(now), 0x41, up.twcc),
                *(0x80 if index else 0x90, 0x80, 0x8000 | self._picture, head, now),
            )
            at = index * STRIDE
            view[at : at + length] = packet
            up.outbox.set_length(index, up.protector.protect(index, length))
        up.outbox.send(up.fd, count)
        self._picture = (self._picture + 1) & 0x7FFF
        return count


def is_keyframe(payload: bytes) -> bool:
    """Does this VP8 payload, as sent here, begin a keyframe?"""
    return len(payload) > 4 and payload[0] & 0x10 != 0 and not payload[4] & 1


def _abs_send_time(now_ns: int) -> bytes:
    """24 bits, 6.18 fixed point seconds."""
    return (((now_ns << 18) // 1_000_000_000) & 0xFFFFFF).to_bytes(3, "big")
