"""How the lines of a room are, told to its people: one's own always, the others' only where they are bad."""

from collections.abc import Collection
from typing import Protocol

from rooms.ids import PersonId
from server.effects_transport import Transport
from signaling.server_media import OtherLine, Quality


class Told(Protocol):
    """Whom it is told."""

    def tell(self, person: PersonId, message: Quality, /) -> None: ...


def tell_quality(transports: Collection[Transport], pages: Told) -> None:
    """To each whom something new can be said. Of others only those hear who receive them."""
    bad = [(peer, state) for peer in transports if (state := peer.line.worse) != "good"]
    for peer in list(transports):
        others = tuple(
            OtherLine(person=other.person, state=state)
            for other, state in bad
            if other is not peer and peer.rights.may_receive
        )
        quality = Quality(
            transport=peer.number,
            up=peer.line.up.state,
            down=peer.line.down.state,
            pictures=peer.pictures.value,
            others=others,
        )
        if quality != (peer.quality or nothing_to_say(peer.number)):
            peer.quality = quality
            pages.tell(peer.person, quality)


def nothing_to_say(transport: int) -> Quality:
    """What a page takes for granted before it is told anything."""
    return Quality(transport=transport, up="good", down="good", pictures="all", others=())
