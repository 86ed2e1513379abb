"""Where one core has enough: a search over load, and what counts as too much."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

P99_US: Final = 30_000.0
LOSS: Final = 0.001


def is_past(point: Mapping[str, Any]) -> bool:
    """Also where the run did not end, not every track came, or the server left some of it undone."""
    p99 = point.get("p99_us")
    if not point.get("is_complete") or p99 is None:
        return True
    shed = point.get("server", {}).get("drops", {}).get("shed", 0)
    return p99 > P99_US or point["loss"] > LOSS or shed > 0


def room_steps(most: int) -> list[int]:
    return list(range(1, most + 1))


class Search:
    """Doubles until it is too much, then halves the interval: the fewest long runs that tell the edge to one step."""

    def __init__(self, steps: Sequence[int]) -> None:
        self._steps = steps
        self._good = -1
        self._bad = len(steps)
        self._is_bounded = False

    def next(self) -> int | None:
        """The next load to try; None when the edge is known."""
        if self._bad - self._good <= 1:
            return None
        return self._steps[self._index()]

    def tell(self, step: int, *, is_past: bool) -> None:
        index = self._steps.index(step)
        if is_past:
            self._bad = index
            self._is_bounded = True
        else:
            self._good = index

    def _index(self) -> int:
        if self._is_bounded:
            return (self._good + self._bad) // 2
        return min(2 * (self._good + 1), self._bad - 1)


def knee(points: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The point of most packets a second that is not past the knee."""
    fine = [point for point in points if not is_past(point)]
    return max(fine, key=lambda point: float(point["out_per_s"])) if fine else None
