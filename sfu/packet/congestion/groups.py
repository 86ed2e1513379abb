"""Packets that left together, as one: how two such groups differ in delay is what a queue does (GCC draft 5.2)."""

from typing import Final

BURST_US: Final = 5_000
MAX_BURST_US: Final = 100_000
RESTART_US: Final = 3_000_000


class Groups:
    """Feed it packets in the order of sending; times in microseconds, of two clocks that need not agree."""

    __slots__ = ("_arrival", "_arrived_first", "_former_arrival", "_former_sent", "_is_empty", "_sent", "_sent_first")

    def __init__(self) -> None:
        self._is_empty = True
        self._sent_first = self._sent = self._arrived_first = self._arrival = 0
        self._former_sent = self._former_arrival = -1

    def add(self, sent: int, arrival: int) -> int | None:
        """How much later than the group before it the last whole group came than it left; None while one is growing."""
        if self._is_empty:
            self._begin(sent, arrival)
            self._is_empty = False
            return None
        if sent < self._sent_first:
            return None  # overtaken by what left after it: its group is over
        if self._belongs(sent, arrival):
            self._sent = max(self._sent, sent)
            self._arrival = max(self._arrival, arrival)
            return None
        variation = None
        if self._former_sent >= 0:
            arrived = self._arrival - self._former_arrival
            if abs(arrived) < RESTART_US:
                variation = arrived - (self._sent - self._former_sent)
        self._former_sent, self._former_arrival = self._sent, self._arrival
        self._begin(sent, arrival)
        return variation

    @property
    def arrival(self) -> int:
        """When the last whole group had come."""
        return self._former_arrival

    def _begin(self, sent: int, arrival: int) -> None:
        self._sent_first = self._sent = sent
        self._arrived_first = self._arrival = arrival

    def _belongs(self, sent: int, arrival: int) -> bool:
        if sent - self._sent_first <= BURST_US:
            return True
        # A queue that lets go of several at once: they came closer together than they left.
        gap = arrival - self._arrival
        return gap <= BURST_US and gap < sent - self._sent and arrival - self._arrived_first < MAX_BURST_US
