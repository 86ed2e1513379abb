"""Three words for each line of a room, and who is told. Pure: one reading every two seconds.

A line is judged by the plane's own figures and by what the page says of itself, the worse of both. It sinks after four
seconds and rises after ten, so that the word does not flicker; a transport that went quiet is lost at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from sfu.node import LineStats
from signaling.client_media import LineReport, QualityReport

State = Literal["good", "weak", "lost"]

EVERY_S: Final = 2.0
REPORT_HOLDS_S: Final = 15.0  # pages report every ten seconds
WEAK_LOSS: Final = 0.05
WEAK_RTT_MS: Final = 500.0
SINK_AFTER: Final = 2
RISE_AFTER: Final = 5
_RANK: Final[Mapping[State, int]] = {"lost": 0, "weak": 1, "good": 2}


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of one transport now. `report_age_s` is how old the page's own word is."""

    is_quiet: bool
    stats: LineStats | None
    report: QualityReport | None = None
    report_age_s: float = 0.0


class Gauge:
    """One direction of one line."""

    def __init__(self) -> None:
        self.state: State = "good"
        self._agreeing = 0

    def handle(self, verdict: State, *, at_once: bool = False) -> State:
        if verdict == self.state:
            self._agreeing = 0
            return self.state
        self._agreeing += 1
        needed = SINK_AFTER if _RANK[verdict] < _RANK[self.state] else RISE_AFTER
        if at_once or self._agreeing >= needed:
            self.state = verdict
            self._agreeing = 0
        return self.state


@dataclass(slots=True)
class Line:
    """Both directions of one transport, as its own person is told. `worse` is what others are told where it is bad."""

    up: Gauge = field(default_factory=Gauge)
    down: Gauge = field(default_factory=Gauge)

    def handle(self, reading: Reading) -> None:
        if reading.is_quiet:
            self.up.handle("lost", at_once=True)
            self.down.handle("lost", at_once=True)
            return
        stats, report = reading.stats, reading.report
        if report is not None and reading.report_age_s > REPORT_HOLDS_S:
            report = None
        rtt_ms = None if stats is None else stats.rtt_ms
        self.up.handle(
            _verdict(None if stats is None else stats.up_loss, rtt_ms, None if report is None else report.up)
        )
        self.down.handle(
            _verdict(None if stats is None else stats.down_loss, rtt_ms, None if report is None else report.down)
        )

    @property
    def worse(self) -> State:
        return min(self.up.state, self.down.state, key=_RANK.__getitem__)


def _verdict(loss: float | None, rtt_ms: float | None, report: LineReport | None) -> State:
    said: State = "good" if report is None else report.state
    is_weak = (loss is not None and loss > WEAK_LOSS) or (rtt_ms is not None and rtt_ms > WEAK_RTT_MS)
    return "weak" if is_weak and said == "good" else said
