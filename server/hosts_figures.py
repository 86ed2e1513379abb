"""Figures of the rooms for operators; no label names a person, a session or an address."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class RoomFigures:
    """`count` takes words from the code only, so that the label stays small."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._events = Counter("holdspace_signaling", "What happened in signaling", ["what"], registry=registry)
        self.rooms = Gauge("holdspace_rooms", "Rooms hosted here", registry=registry)
        self.connections = Gauge("holdspace_connections", "Open signaling connections", registry=registry)

    def count(self, what: str) -> None:
        self._events.labels(what).inc()
