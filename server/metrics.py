"""Figures for operators. No label names a person, a session or an address."""

from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest

SECONDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Metrics:
    """Other parts register their own figures in `registry`."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    requests: Counter = field(init=False)
    seconds: Histogram = field(init=False)
    limited: Counter = field(init=False)
    is_draining: Gauge = field(init=False)

    def __post_init__(self) -> None:
        def put(name: str, figure: Counter | Histogram | Gauge) -> None:
            object.__setattr__(self, name, figure)

        labels = ["method", "route", "status"]
        put("requests", Counter("holdspace_http_requests", "Answers", labels, registry=self.registry))
        put(
            "seconds",
            Histogram(
                "holdspace_http_seconds", "Time to an answer", ["route"], buckets=SECONDS, registry=self.registry
            ),
        )
        put("limited", Counter("holdspace_http_limited", "Refused by a limit", ["route"], registry=self.registry))
        put("is_draining", Gauge("holdspace_draining", "1 while it shuts down", registry=self.registry))

    def text(self) -> bytes:
        return generate_latest(self.registry)
