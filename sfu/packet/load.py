"""Too much to do: how long packets wait for us, and what is left undone then. Voices are never shed.

Above the knee packets stand in the socket: they were there when the batch before was read, and had to wait for one
more. While they wait so for longer than `LATE_S`, for `PATIENCE_S` on end, one more step of video is dropped unread:
first the upper layers of cameras that also send a lower one, then all. It comes back step by step once none stood for
`CALM_S`.

A single stall, however long, sheds nothing. Nor does a machine that wakes us late: what came while we slept is read at
once when we wake, and with less of it we would wake no sooner.
"""

from typing import Final

LATE_S: Final = 0.030
PATIENCE_S: Final = 0.3
LULL_S: Final = 0.1  # one socket may be empty between two looks at one where packets stand
CALM_S: Final = 2.0
ALL_VIDEO: Final = 2  # the last step; the one before is the upper layers
WINDOW_S: Final = 1.0


class Load:
    """`step`: 0, or what is shed now."""

    __slots__ = ("_began", "_late_since", "_longest", "_longest_before", "_quiet_since", "step")

    def __init__(self) -> None:
        self.step = 0
        self._late_since: float | None = None
        self._quiet_since = 0.0
        self._began = 0.0
        self._longest = self._longest_before = 0.0

    def on_batch(self, queued_s: float, now: float, *, stood: bool) -> None:
        """The first packet of a batch that is read now came `queued_s` ago; `stood`: before the last read there."""
        if now - self._began >= WINDOW_S:
            fresh = now - self._began < 2 * WINDOW_S
            self._longest_before = self._longest if fresh else 0.0
            self._began, self._longest = now, 0.0
        if queued_s > self._longest:
            self._longest = queued_s
        if stood and queued_s >= LATE_S:
            if self._late_since is None:
                self._late_since = now
            elif now - self._late_since >= PATIENCE_S and self.step < ALL_VIDEO:
                self.step += 1
                self._late_since = now
            self._quiet_since = now
            return
        if now - self._quiet_since >= LULL_S:
            self._late_since = None
        if self.step and now - self._quiet_since >= CALM_S:
            self.step -= 1
            self._quiet_since = now

    def queue_s(self, now: float) -> float:
        """The longest wait of a packet in the last second or two."""
        if now - self._began >= 2 * WINDOW_S:
            return 0.0
        return max(self._longest, self._longest_before)
