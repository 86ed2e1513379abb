"""How people's lines are, for operators: spread over everybody and over rooms. No label names a person or a room."""

from collections.abc import Iterable, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Gauge, Histogram

from sfu.node import LineStats
from sfu.uplinks import CAMERA_LAYERS

_LOSS: Final = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4)
_RTT_S: Final = (0.01, 0.03, 0.06, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0)
_BPS: Final = (64e3, 128e3, 256e3, 512e3, 1e6, 2e6, 4e6, 8e6, 16e6)
_PEOPLE: Final = (1, 2, 4, 6, 8, 12, 16, 25)


class LineFigures:
    """`read` with every reading of the lines."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def spread(name: str, words: str, buckets: Iterable[float], *labels: str) -> Histogram:
            return Histogram(name, words, labels, buckets=tuple(buckets), registry=registry)

        self._loss = spread("holdspace_line_loss", "Share of packets lost, by person and reading", _LOSS, "way")
        self._rtt = spread("holdspace_line_rtt_seconds", "Round trip, by person and reading", _RTT_S)
        self._estimate = spread("holdspace_line_estimate_bps", "What lines towards people carry", _BPS)
        self._room_loss = spread("holdspace_room_loss", "Mean loss in a room, by reading", _LOSS, "way")
        self._room_rtt = spread("holdspace_room_rtt_seconds", "Mean round trip in a room, by reading", _RTT_S)
        self._room_people = spread("holdspace_room_people", "People with media in a room, by reading", _PEOPLE)
        self._layers = Gauge("holdspace_camera_layers", "Camera slots by layer", ["layer"], registry=registry)

    def read(self, lines: Mapping[int, LineStats]) -> None:
        rooms: dict[int, list[LineStats]] = {}
        layers = {layer.rid: 0 for layer in CAMERA_LAYERS}
        for line in lines.values():
            rooms.setdefault(line.room, []).append(line)
            _observe(self._loss.labels("up"), line.up_loss)
            _observe(self._loss.labels("down"), line.down_loss)
            _observe(self._rtt, _seconds(line.rtt_ms))
            _observe(self._estimate, line.downlink_bps)
            for rid in layers:
                layers[rid] += line.layers.get(rid, 0)
        for rid, count in layers.items():
            self._layers.labels(rid).set(count)
        for room in rooms.values():
            self._room_people.observe(len(room))
            _observe(self._room_loss.labels("up"), _mean(line.up_loss for line in room))
            _observe(self._room_loss.labels("down"), _mean(line.down_loss for line in room))
            _observe(self._room_rtt, _seconds(_mean(line.rtt_ms for line in room)))


def _observe(figure: Histogram, value: float | None) -> None:
    if value is not None:
        figure.observe(value)


def _seconds(ms: float | None) -> float | None:
    return None if ms is None else ms / 1_000


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
