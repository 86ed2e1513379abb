"""RTCP that arrives (RFC 3550 section 6, RFC 4585, RFC 5104, REMB draft): a total parser of compound packets.

What is not listed here (SDES, APP, XR) ends at the plane unread. Malformed parts are skipped, bounds are capped. What
costs much is asked for before it is read, see `Allowance`.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from sfu.packet import transport_feedback
from sfu.packet.transport_feedback import TransportFeedback

SR: Final = 200
RR: Final = 201
SDES: Final = 202
BYE: Final = 203
RTPFB: Final = 205
PSFB: Final = 206
MAX_NACKS: Final = 512  # in one datagram
# Of transport-wide feedback in one datagram: more than a dark second of the busiest downlink.
MAX_STATUSES: Final = 2000
MAX_KEYFRAMES: Final = 32  # asked for in one datagram
MAX_PARTS: Final = 64
_HEAD: Final = struct.Struct("!BBH")
_PAIR: Final = struct.Struct("!II")
_SENDER: Final = struct.Struct("!IQIII")
_BLOCK: Final = struct.Struct("!IIIIII")


@dataclass(frozen=True, slots=True)
class SenderReport:
    """`ntp` is the 64-bit timestamp."""

    ssrc: int
    ntp: int
    timestamp: int


@dataclass(frozen=True, slots=True)
class ReceiverBlock:
    """One report block; `lsr` and `dlsr` in units of 1/65536 s."""

    ssrc: int
    fraction_lost: float
    lsr: int
    dlsr: int


@dataclass(frozen=True, slots=True)
class Nack:
    """Lost sequence numbers, in the order named."""

    ssrc: int
    seqs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class KeyframeRequest:
    """PLI or FIR."""

    ssrc: int


@dataclass(frozen=True, slots=True)
class Remb:
    """Receiver estimated maximum bitrate."""

    bps: int


@dataclass(frozen=True, slots=True)
class Bye:
    """Sources that ended."""

    ssrcs: tuple[int, ...]


Message = SenderReport | ReceiverBlock | Nack | KeyframeRequest | Remb | Bye | TransportFeedback


class Allowance(Protocol):
    """What may be read for the sender of a datagram, asked at each part that costs much."""

    def nacks(self) -> int:
        """So many lost numbers."""

    def takes_feedback(self) -> bool:
        """One transport-wide feedback."""


class _Unlimited:
    def nacks(self) -> int:
        return MAX_NACKS

    def takes_feedback(self) -> bool:
        return True


UNLIMITED: Final = _Unlimited()  # but for the bounds of one datagram


def parse(data: memoryview | bytes, allowance: Allowance = UNLIMITED) -> Iterator[Message]:
    """What a (compound or reduced-size) packet says; stops at the first part whose length does not fit."""
    at = 0
    size = len(data)
    nacks_left = MAX_NACKS
    statuses_left = MAX_STATUSES
    keyframes_left = MAX_KEYFRAMES
    for _ in range(MAX_PARTS):
        if size - at < 8:
            return
        first, kind, words = _HEAD.unpack_from(data, at)
        end = at + 4 + 4 * words
        if first >> 6 != 2 or end > size or words < 1:
            return
        count = first & 0x1F
        if kind == SR:
            yield from _sender_report(data, at + 4, end, count)
        elif kind == RR:
            yield from _blocks(data, at + 8, end, count)
        elif kind == BYE:
            fits = min(count, (end - at - 4) // 4)
            yield Bye(struct.unpack_from(f"!{fits}I", data, at + 4))
        elif kind == RTPFB and count == 1:
            for nack in _nack(data, at + 4, end, min(nacks_left, allowance.nacks())):
                nacks_left -= len(nack.seqs)
                yield nack
        elif kind == RTPFB and count == 15 and allowance.takes_feedback():
            feedback = transport_feedback.read(data, at + 12, end, statuses_left)
            if feedback is not None:
                statuses_left -= len(feedback.arrivals)
                yield feedback
        elif kind == PSFB:
            for message in _payload_feedback(data, at + 4, end, count, keyframes_left):
                keyframes_left -= isinstance(message, KeyframeRequest)
                yield message
        at = end


def _sender_report(data: memoryview | bytes, at: int, end: int, count: int) -> Iterator[Message]:
    if end - at < _SENDER.size:
        return
    ssrc, ntp, timestamp, _, _ = _SENDER.unpack_from(data, at)
    yield SenderReport(ssrc, ntp, timestamp)
    yield from _blocks(data, at + _SENDER.size, end, count)


def _blocks(data: memoryview | bytes, at: int, end: int, count: int) -> Iterator[Message]:
    for index in range(min(count, (end - at) // _BLOCK.size)):
        ssrc, lost, _, _, lsr, dlsr = _BLOCK.unpack_from(data, at + index * _BLOCK.size)
        yield ReceiverBlock(ssrc, (lost >> 24) / 256, lsr, dlsr)


def _nack(data: memoryview | bytes, at: int, end: int, most: int) -> Iterator[Nack]:
    if end - at < 12 or not most:
        return
    _, ssrc = _PAIR.unpack_from(data, at)
    seqs: list[int] = []
    for where in range(at + 8, end - 3, 4):
        base, mask = struct.unpack_from("!HH", data, where)
        seqs.append(base)
        seqs.extend((base + bit + 1) & 0xFFFF for bit in range(16) if mask >> bit & 1)
        if len(seqs) >= most:
            break
    yield Nack(ssrc, tuple(seqs[:most]))


def _payload_feedback(data: memoryview | bytes, at: int, end: int, kind: int, most: int) -> Iterator[Message]:
    if end - at < 8:
        return
    _, media = _PAIR.unpack_from(data, at)
    if kind == 1 and most:
        yield KeyframeRequest(media)
    elif kind == 4:
        for where in range(at + 8, min(end - 7, at + 8 + 8 * most), 8):
            (ssrc,) = struct.unpack_from("!I", data, where)
            yield KeyframeRequest(ssrc)
    elif kind == 15 and end - at >= 16 and bytes(data[at + 8 : at + 12]) == b"REMB":
        (word,) = struct.unpack_from("!I", data, at + 12)
        # 6 bits of exponent, 18 of mantissa: far more than any link, so cap it where a float and a reader stay sane.
        yield Remb(min((word & 0x3FFFF) << (word >> 18 & 0x3F), 10_000_000_000))
