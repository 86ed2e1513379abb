"""Whether a media process takes one transport more. Pure; `now` is seconds of any steady clock.

Beyond its knee every further person costs all who are in. A process is full when it was late for `FULL_AFTER_S` on
end: it leaves video undone, or a packet waited for `LATE_S`. It is so until nothing was late for `CALM_S`. Then people
come in one by one, and the first lateness in that time closes it again. A single stall, however long, closes nothing.
"""

from typing import Final

LATE_S: Final = 0.1
FULL_AFTER_S: Final = 3.0
CALM_S: Final = 10.0
ONE_BY_ONE_S: Final = 30.0
APART_S: Final = 2.0


class Fullness:
    """`on_reading` every second or two, `on_opened` with every transport."""

    def __init__(self) -> None:
        self._is_full = False
        self._late_since: float | None = None
        self._late_at = 0.0
        self._careful_until = 0.0
        self._opened_at = 0.0

    def on_reading(self, queue_s: float, shed: int, now: float) -> None:
        """`queue_s` and `shed` as in `PlaneStats`."""
        if queue_s >= LATE_S or shed:
            self._late_at = now
            if self._late_since is None:
                self._late_since = now
            self._is_full = self._is_full or now < self._careful_until or now - self._late_since >= FULL_AFTER_S
            return
        self._late_since = None
        if self._is_full and now - self._late_at >= CALM_S:
            self._is_full = False
            self._careful_until = now + ONE_BY_ONE_S

    def on_opened(self, now: float) -> None:
        self._opened_at = now

    def is_full(self, now: float) -> bool:
        return self._is_full or (now < self._careful_until and now - self._opened_at < APART_S)
