"""How many connections one person and one network may have open at once."""

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SocketLimits:
    """`tick_s`: how often a connection looks at its deadlines. `late_s`: how long a message may wait for its reader.

    `unsent`: how many bytes the kernel may hold that it has not sent, so that the waiting is seen here.
    """

    per_person: int = 5
    per_prefix: int = 50
    send_queue: int = 256
    ping_s: float = 5.0
    close_s: float = 2.0
    tick_s: float = 1.0
    late_s: float = 10.0
    unsent: int = 16 * 1024


class Places:
    """Counts what is open per key; every `take` that gave True needs one `give_back`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: Counter[Hashable] = Counter()

    def take(self, key: Hashable) -> bool:
        if self._open[key] >= self._most:
            return False
        self._open[key] += 1
        return True

    def give_back(self, key: Hashable) -> None:
        self._open[key] -= 1
        if self._open[key] <= 0:
            del self._open[key]

    def __len__(self) -> int:
        return self._open.total()
