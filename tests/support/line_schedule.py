"""A bad line as a pure function of time, size and seed: when does this datagram arrive, if ever.

One `Direction` is one way of the line. What it does to a datagram, in this order: blackout, random loss, bursts of
loss, a bottleneck with a queue of bounded length, delay with jitter. Nothing here looks at a clock.
"""

import random
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Bursts:
    """Gilbert-Elliott: nothing is lost in the good state, everything in the bad one.

    `share`: of all datagrams lost, in the long run; `mean`: datagrams in one burst, on average.
    """

    share: float
    mean: float

    @property
    def leave_bad(self) -> float:
        return 1 / self.mean

    @property
    def enter_bad(self) -> float:
        return self.leave_bad * self.share / (1 - self.share)


@dataclass(frozen=True)
class Impairment:
    """What one direction does. Rates in bits of UDP payload a second; the rest in seconds and shares of one.

    `jitter_s` is spread evenly around `delay_s`, and datagrams keep their order, as behind one queue. `queue_s` is how
    long a datagram may wait at the bottleneck; one that would wait longer is lost.
    """

    loss: float = 0.0
    bursts: Bursts | None = None
    delay_s: float = 0.0
    jitter_s: float = 0.0
    rate_bps: float | None = None
    queue_s: float = 0.3
    is_dark: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> "Impairment":
        bursts = fields.get("bursts")
        return cls(**fields | {"bursts": Bursts(**bursts) if bursts else None})


CLEAR = Impairment()


class Direction:
    """One way of the line; the same seed, times and sizes give the same arrivals."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._impairment = CLEAR
        self._in_burst = False
        self._free_at = 0.0
        self._last_due = 0.0
        self.lost = 0
        self.passed = 0

    def become(self, impairment: Impairment) -> None:
        """From the next datagram on; those under way arrive as they were told."""
        self._impairment = impairment
        self._in_burst = False

    def arrival(self, now: float, size: int) -> float | None:
        """When this datagram of so many bytes arrives, on the caller's clock in seconds; None when it is lost."""
        due = self._due(now, size)
        if due is None:
            self.lost += 1
        else:
            self.passed += 1
        return due

    def _due(self, now: float, size: int) -> float | None:
        line = self._impairment
        if line.is_dark or self._random.random() < line.loss or self._is_in_burst(line.bursts):
            return None
        sent_at = now
        if line.rate_bps is not None:
            begins = max(now, self._free_at)
            if begins - now > line.queue_s:
                return None
            sent_at = self._free_at = begins + 8 * size / line.rate_bps
        jitter = self._random.uniform(-line.jitter_s, line.jitter_s) if line.jitter_s else 0.0
        self._last_due = max(self._last_due, sent_at + line.delay_s + jitter)
        return self._last_due

    def _is_in_burst(self, bursts: Bursts | None) -> bool:
        if bursts is None:
            return False
        turns = bursts.leave_bad if self._in_burst else bursts.enter_bad
        if self._random.random() < turns:
            self._in_burst = not self._in_burst
        return self._in_burst
