"""Numbers for the media plane: fresh for ever, also after a restart, so that a page can trust them as names."""

from itertools import count
from typing import Generic, TypeVar

from rooms.ids import Instant

OwnerT = TypeVar("OwnerT")


class PeerBook(Generic[OwnerT]):
    """Which owner a living peer belongs to.

    Numbers start where no earlier process can have come to (a thousand a millisecond), and stay below 2**53 for
    JavaScript until the year 2255.
    """

    def __init__(self, now: Instant) -> None:
        self._numbers = count(now * 1_000)
        self._owners: dict[int, OwnerT] = {}

    def fresh(self, owner: OwnerT) -> int:
        number = next(self._numbers)
        self._owners[number] = owner
        return number

    def forget(self, number: int) -> None:
        self._owners.pop(number, None)

    def owner(self, number: int) -> OwnerT | None:
        return self._owners.get(number)

    def __len__(self) -> int:
        return len(self._owners)
