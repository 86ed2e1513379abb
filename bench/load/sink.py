"""What a link received: packets and gaps of each SSRC, and the delay of the packets that were decrypted."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.load.sdp import VP8
from bench.load.source import STAMP, STAMP_AT, is_keyframe


class Tracks:
    """What one link received, by SSRC: which number is expected next, and how many are missing.

    `expected` is open so that a packet in order costs one look and one store; everything else goes to `take_odd`.
    A window must be shorter than a wrap of the sequence numbers: 65 536 packets of one SSRC, about ten minutes.
    """

    __slots__ = ("_first", "_missing", "expected")

    def __init__(self) -> None:
        self.expected: dict[int, int] = {}
        self._first: dict[int, int] = {}
        self._missing: dict[int, int] = {}

    def clear(self) -> None:
        for one in (self.expected, self._first, self._missing):
            one.clear()

    def take_odd(self, ssrc: int, seq: int) -> None:
        """The first packet of an SSRC, one after a gap, or a late one, which fills its gap."""
        expected = self.expected.get(ssrc)
        if expected is None:
            self._first[ssrc] = seq
            self._missing[ssrc] = 0
        else:
            ahead = (seq - expected) & 0xFFFF
            if ahead >= 0x8000:
                self._missing[ssrc] = max(0, self._missing[ssrc] - 1)
                return
            self._missing[ssrc] += ahead
        self.expected[ssrc] = (seq + 1) & 0xFFFF

    def counts(self) -> list[tuple[int, int]]:
        """(received, missing) of each SSRC."""
        found = []
        for ssrc, expected in self.expected.items():
            missing = self._missing[ssrc]
            found.append((((expected - self._first[ssrc]) & 0xFFFF) - missing, missing))
        return found


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

    def add(self, tracks: Tracks) -> None:
        for received, missing in tracks.counts():
            self.received += received
            self.lost += missing
            self.tracks += 1
            self.least = received if self.tracks == 1 else min(self.least, received)

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
