"""Time that a test turns: a `Clock`, and the alarms that ring by it."""

from collections.abc import Callable

from rooms.ids import Instant


class VirtualClock:
    """Starts at `start_ms`; only `advance` moves it. Alarms made by `alarm()` ring in the order of their instants."""

    def __init__(self, start_ms: int = 1_800_000_000_000) -> None:
        self._now_ms = start_ms
        self._start_ms = start_ms
        self._alarms: list[VirtualAlarm] = []

    def now(self) -> Instant:
        return Instant(self._now_ms)

    def monotonic(self) -> float:
        return (self._now_ms - self._start_ms) / 1_000

    def alarm(self) -> "VirtualAlarm":
        alarm = VirtualAlarm()
        self._alarms.append(alarm)
        return alarm

    def advance(self, ms: int) -> None:
        """Turn time; alarms due meanwhile ring at the end of the turn, each once."""
        self._now_ms += ms
        due = [alarm for alarm in self._alarms if alarm.at is not None and alarm.at <= self._now_ms]
        for alarm in sorted(due, key=lambda alarm: alarm.at or 0):
            alarm.ring()

    def forget_alarms(self) -> None:
        """Those of a process that died."""
        self._alarms.clear()


class VirtualAlarm:
    def __init__(self) -> None:
        self.at: Instant | None = None
        self._ring: Callable[[], None] | None = None

    def set(self, at: Instant | None, ring: Callable[[], None]) -> None:
        self.at = at
        self._ring = ring

    def ring(self) -> None:
        self.at = None
        if self._ring is not None:
            self._ring()
