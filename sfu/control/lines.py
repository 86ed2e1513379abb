"""How each peer's line is, from two readings of the plane's counters. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sfu.node import LineStats
from sfu.plane import PlaneStats, PublicationStats, SlotStats

# Of fewer packets in two seconds, the few of silence, no share is worth the name.
FEWEST_VOICED: Final = 25


@dataclass(frozen=True, slots=True)
class LineParts:
    """What belongs to one peer: its publications and slots by id, its estimate, the layers its slots carry.

    `voices`: which of those are sound.
    """

    room: int
    publications: Sequence[int]
    slots: Sequence[int]
    downlink_bps: int | None = None
    layers: Mapping[str, int] = field(default_factory=dict)
    voices: Collection[int] = ()


class LineBook:
    """`read` counts from the reading before it; ids are never reused, so what is gone needs no farewell."""

    def __init__(self) -> None:
        self._publications: Mapping[int, PublicationStats] = {}
        self._slots: Mapping[int, SlotStats] = {}

    def read(self, peers: Mapping[int, LineParts], stats: PlaneStats) -> dict[int, LineStats]:
        lines = {peer: self._line(parts, stats) for peer, parts in peers.items()}
        self._publications, self._slots = stats.publications, stats.slots
        return lines

    def _line(self, parts: LineParts, stats: PlaneStats) -> LineStats:
        down_loss, rtt_ms = self._down(parts.slots, stats.slots)
        voices = [[one for one in ids if one in parts.voices] for ids in (parts.publications, parts.slots)]
        return LineStats(
            parts.room,
            self._up(parts.publications, stats),
            down_loss,
            rtt_ms,
            parts.downlink_bps,
            parts.layers,
            self._up(voices[0], stats, FEWEST_VOICED),
            self._down(voices[1], stats.slots, FEWEST_VOICED)[0],
        )

    def _up(self, publications: Sequence[int], stats: PlaneStats, fewest: int = 1) -> float | None:
        """What a gate drops was received: a muted microphone still tells how the line is."""
        received = lost = 0
        for pub in publications:
            new, old = stats.publications.get(pub), self._publications.get(pub)
            if new is not None:
                received += new.packets - (old.packets if old else 0)
                lost += new.lost - (old.lost if old else 0)
        lost = max(0, lost)
        return None if received + lost < fewest else lost / (received + lost)

    def _down(
        self, slots: Sequence[int], stats: Mapping[int, SlotStats], fewest: int = 1
    ) -> tuple[float | None, float | None]:
        """Weighted by what each slot sent: an old report of an idle slot says nothing."""
        sent, lost = 0, 0.0
        rtts = []
        for slot in slots:
            new, old = stats.get(slot), self._slots.get(slot)
            packets = 0 if new is None else new.packets - (old.packets if old else 0)
            if new is None or packets <= 0:
                continue
            sent += packets
            lost += new.fraction_lost * packets
            if new.rtt_ms is not None:
                rtts.append(new.rtt_ms)
        return (lost / sent if sent >= fewest else None), (min(rtts) if rtts else None)
