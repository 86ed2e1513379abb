"""Wall time that never jumps."""

import time

from rooms.ids import Instant


class AnchoredClock:
    """Reads the wall clock once, then adds the monotonic clock: a correction of the system's time moves no deadline.

    The price: after a large correction a restart is needed to follow it; `doctor` compares the two.
    """

    def __init__(self) -> None:
        self._anchor_ns = time.time_ns() - time.monotonic_ns()

    def now(self) -> Instant:
        return Instant((self._anchor_ns + time.monotonic_ns()) // 1_000_000)

    def monotonic(self) -> float:
        return time.monotonic()
