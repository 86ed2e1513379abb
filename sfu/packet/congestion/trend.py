"""Does the delay grow: a line through the last group delays, and a threshold that learns what is usual on this line.

GCC draft sections 5.3 and 5.4, with a least-squares line in place of the Kalman filter. Judged once a feedback.
"""

from collections import deque
from enum import Enum
from typing import Final

WINDOW: Final = 40
WINDOW_MS: Final = 600.0
MIN_SAMPLES: Final = 10
SMOOTHING: Final = 0.9
GAIN: Final = 4.0
MAX_COUNT: Final = 60
FIRST_THRESHOLD: Final = 12.5
MIN_THRESHOLD: Final = 6.0
MAX_THRESHOLD: Final = 600.0
_UP: Final = 0.0087
_DOWN: Final = 0.039
_OUTLIER: Final = 15.0
_MAX_STEP_MS: Final = 100.0


class Usage(Enum):
    """Of the line: the queue empties, stays, or grows."""

    UNDER = -1
    NORMAL = 0
    OVER = 1


class Trend:
    """Feed it the delay variation of each group, then ask `judge` once."""

    __slots__ = ("_count", "_delay", "_former", "_judged_at", "_points", "_smoothed", "_threshold")

    def __init__(self) -> None:
        self._points: deque[tuple[float, float]] = deque(maxlen=WINDOW)
        self._delay = self._smoothed = self._former = 0.0
        self._count = 0
        self._threshold = FIRST_THRESHOLD
        self._judged_at = 0.0

    def add(self, variation_us: int, arrival_us: int) -> None:
        """One group: how much more (or less) it was delayed than the one before."""
        self._delay += variation_us / 1000
        self._smoothed = SMOOTHING * self._smoothed + (1 - SMOOTHING) * self._delay
        self._points.append((arrival_us / 1000, self._smoothed))
        self._count = min(self._count + 1, MAX_COUNT)

    def judge(self) -> Usage:
        """By the slope over the last 600 ms of arrivals."""
        points = self._points
        if len(points) < MIN_SAMPLES:
            return Usage.NORMAL
        newest = points[-1][0]
        while newest - points[0][0] > WINDOW_MS and len(points) > MIN_SAMPLES:
            points.popleft()
        strength = self._slope() * self._count * GAIN
        usage = Usage.NORMAL
        if strength > self._threshold:
            # A queue that already shrinks is not overuse any more.
            usage = Usage.OVER if strength >= self._former else Usage.NORMAL
        elif strength < -self._threshold:
            usage = Usage.UNDER
        self._former = strength
        self._adapt(abs(strength), newest)
        return usage

    def _slope(self) -> float:
        points = self._points
        count = len(points)
        first = points[0][0]
        mean_x = sum(x for x, _ in points) / count - first
        mean_y = sum(y for _, y in points) / count
        top = bottom = 0.0
        for x, y in points:
            offset = x - first - mean_x
            top += offset * (y - mean_y)
            bottom += offset * offset
        return top / bottom if bottom > 0 else 0.0

    def _adapt(self, strength: float, newest: float) -> None:
        elapsed = min(max(0.0, newest - self._judged_at), _MAX_STEP_MS)
        self._judged_at = newest
        if strength > self._threshold + _OUTLIER:
            return  # a spike tells nothing of what is usual
        rate = _DOWN if strength < self._threshold else _UP
        moved = self._threshold + rate * (strength - self._threshold) * elapsed
        self._threshold = min(max(moved, MIN_THRESHOLD), MAX_THRESHOLD)
