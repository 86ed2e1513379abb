"""What a plane is made of: the parts, in the interpreted form or with their state where compiled code reaches it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from sfu.packet.arena import Arena
from sfu.packet.downlinks import Downlinks
from sfu.packet.fan import Fan
from sfu.packet.ice import Credentials, IceAgent, IceTable
from sfu.packet.ingress import Ingress
from sfu.packet.outbox import Outbox
from sfu.packet.peer import Peer
from sfu.packet.publication import Publication
from sfu.packet.track import Track
from sfu.packet.wire import Wire
from sfu.plane import PublicationSpec

if TYPE_CHECKING:
    from sfu.packet.core import PlaneCore
    from sfu.packet.mux import Mux

OnGap = Callable[[Publication, Track], None]


class Loop(Protocol):
    """Takes what the sockets receive through the plane, without coming back for what is steady."""

    def run(self, deadline: float | None) -> None:
        """Until `deadline`, or something happened that the caller should look at."""


@dataclass(frozen=True, slots=True)
class Forms:
    """`loop` None: the shell waits and reads itself."""

    fan: Callable[[Arena, Outbox, Counter[str]], Fan]
    peer: Callable[[int, int, Credentials, float], Peer]
    publication: Callable[[int, Peer | None, PublicationSpec, OnGap, Fan], Publication]
    owners: Callable[[], dict[bytes, Peer]]
    ingress: Callable[[Wire, IceTable[Peer], Downlinks], Ingress]
    loop: "Callable[[PlaneCore, Mux, int], Loop | None] | None" = None


def _peer(number: int, room: int, credentials: Credentials, now: float) -> Peer:
    return Peer(number, room, IceAgent(credentials, last_check=now, last_heard=now))


INTERPRETED: Final = Forms(Fan, _peer, Publication, dict, Ingress)
