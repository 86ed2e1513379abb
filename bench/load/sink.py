"""What a link received: packets and gaps of each SSRC, and the delay of the packets that were decrypted."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.load.sdp import VP8
from bench.load.source import STAMP, STAMP_AT, is_keyframe


class Track:
    """One received SSRC: how many packets, and over which span of sequence numbers."""

    __slots__ = ("count", "highest", "span")

    def __init__(self, seq: int) -> None:
        self.highest = seq
        self.span = 0
        self.count = 0

    def skip_to(self, seq: int) -> None:
        """A packet that is not the next one: numbers wrap at 16 bits, a late one fills its gap. Counting is apart."""
        step = (seq - self.highest) & 0xFFFF
        if step < 0x8000:
            self.highest = seq
            self.span += step

    @property
    def lost(self) -> int:
        """Gaps that nothing filled; a duplicate does not make up for a loss elsewhere by being negative."""
        return max(0, self.span + 1 - self.count)


@dataclass
class First:
    """When a link's first media came, by the kernel's wall clock; None: not yet."""

    packet_ns: int | None = None
    keyframe_ns: int | None = None


@dataclass
class Totals:
    """Of all links over one measured window."""

    received: int = 0
    lost: int = 0
    tracks: int = 0
    least: int = 0
    delays_ns: list[int] = field(default_factory=list)

    def add(self, tracks: Iterable[Track]) -> None:
        for track in tracks:
            self.received += track.count
            self.lost += track.lost
            self.tracks += 1
            self.least = track.count if self.tracks == 1 else min(self.least, track.count)

    def as_json(self) -> dict[str, Any]:
        """Delays in microseconds, loss as a share."""
        ordered = sorted(self.delays_ns)
        expected = self.received + self.lost
        return {
            "received": self.received,
            "lost": self.lost,
            "loss": self.lost / expected if expected else 0.0,
            "tracks": self.tracks,
            "least_of_a_track": self.least,
            "samples": len(ordered),
            "p50_us": percentile(ordered, 0.5),
            "p90_us": percentile(ordered, 0.9),
            "p99_us": percentile(ordered, 0.99),
            "max_us": ordered[-1] / 1e3 if ordered else None,
        }


def percentile(ordered_ns: Sequence[int], share: float) -> float | None:
    """Nearest rank, in microseconds; None without samples."""
    if not ordered_ns:
        return None
    return ordered_ns[max(0, math.ceil(len(ordered_ns) * share) - 1)] / 1e3


def payload_of(packet: bytes) -> bytes:
    """Of a plain RTP packet: what follows the header, its CSRCs and its extensions."""
    at = 12 + 4 * (packet[0] & 0x0F)
    if packet[0] & 0x10:
        at += 4 + 4 * int.from_bytes(packet[at + 2 : at + 4], "big")
    return packet[at:]


def sent_at_ns(payload: bytes, payload_type: int) -> int:
    """The send time that the payload carries."""
    (stamp,) = STAMP.unpack_from(payload, STAMP_AT[payload_type])
    return int(stamp)


def begins_keyframe(payload: bytes, payload_type: int) -> bool:
    return payload_type == VP8 and is_keyframe(payload)
