"""Who may have a transport where the media process is full: whoever had one here, and whoever leads. Others wait."""

from collections.abc import Callable, Collection
from typing import Final

from rooms.ids import Instant, PersonId
from rooms.live.rights import MediaRights
from sfu.node import MediaNode

LOOK_AGAIN_MS: Final = 3_000


class Newcomers:
    """Of one room. `waiting`: who was told to wait for their first transport."""

    def __init__(self, node: MediaNode, room: int) -> None:
        self._node = node
        self._room = room
        self._came: set[PersonId] = set()
        self.waiting: set[PersonId] = set()

    def may_come(self, person: PersonId, rights: MediaRights) -> bool:
        """True counts as having come: from now on this person is in the room, whatever happens to their transport."""
        if not (rights.comes_first or person in self._came or not self._node.is_full(self._room)):
            return False
        self._came.add(person)
        self.waiting.discard(person)
        return True

    def next_try(self, now: Instant) -> Instant:
        return Instant(now + LOOK_AGAIN_MS)

    def keep(self, allowed: Collection[PersonId], is_connected: Callable[[PersonId], bool]) -> set[PersonId]:
        """Forget who is out; those of them who waited are told. A room on hold keeps whoever stays with it."""
        self._came = {person for person in self._came if person in allowed or is_connected(person)}
        gone = {person for person in self.waiting if person not in allowed}
        self.waiting -= gone
        return gone
