"""One room's publications and slots: who may be shown to whom. Nothing is ever forwarded from one room to another."""

from sfu.packet.publication import NO_ROOM, Publication
from sfu.packet.subscription import Subscription
from sfu.plane import Layer


class Router:
    """A server-side publication belongs to the room that shows it first."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.peers = 0

    def subscribe(self, slot: Subscription, publication: Publication | None, target: Layer | None, now: float) -> bool:
        """False: refused, of another room or kind; the slot is as it was."""
        if publication is not None:
            if publication.room == NO_ROOM:
                publication.room = self.room
            if publication.room != self.room or slot.viewer.room != self.room:
                return False
            if publication.spec.kind is not slot.spec.kind:
                return False
        slot.subscribe(publication, target, now)
        return True
