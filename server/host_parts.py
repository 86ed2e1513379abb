"""What every room of a process shares."""

from collections.abc import Callable
from dataclasses import dataclass, field

from server.effects import RoomMedia
from server.effects_peers import PeerBook
from server.host_alarm import Alarm
from server.hosts_figures import RoomFigures
from server.listeners import Listeners
from server.ports import Clock, Gatekeeper, RoomStore
from sfu.node import MediaNode


@dataclass(frozen=True, slots=True)
class HostParts:
    """`alarm` makes one for each that a room needs; `listeners` hear what happened in any of them."""

    store: RoomStore
    gatekeeper: Gatekeeper
    media: MediaNode
    clock: Clock
    peers: PeerBook[RoomMedia]
    figures: RoomFigures
    alarm: Callable[[], Alarm]
    listeners: Listeners = field(default_factory=Listeners)
