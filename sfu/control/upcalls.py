"""What one plane reports, handed to the peer or the room it belongs to."""

from typing import TYPE_CHECKING

from sfu.plane import Address, AudioLevel, Layer, LayerRate, PacketPlane

if TYPE_CHECKING:
    from sfu.control.shard import Shard


class Upcalls:
    """The `PlaneSink` of one plane; a plane that was replaced talks to nobody."""

    def __init__(self, shard: "Shard", plane: PacketPlane) -> None:
        self._shard = shard
        self._plane = plane

    def on_dtls(self, peer: int, datagram: bytes) -> None:
        if found := self._shard.peer(peer):
            found.on_dtls(datagram)

    def on_path(self, peer: int, address: Address) -> None:
        if found := self._shard.peer(peer):
            found.on_path()

    def on_quiet(self, peer: int, quiet_ms: int) -> None:
        self._shard.on_quiet(peer, quiet_ms > 0)

    def on_timeout(self, peer: int) -> None:
        self._shard.on_ended(peer, "silence")

    def on_layers(self, pub: int, live: tuple[LayerRate, ...]) -> None:
        for conference in self._shard.conferences():
            conference.on_layers(pub, live)

    def on_levels(self, levels: tuple[AudioLevel, ...]) -> None:
        for conference in self._shard.conferences():
            conference.on_levels(levels)

    def on_downlink_bps(self, peer: int, bps: int) -> None:
        if found := self._shard.conference_of(peer):
            found.on_downlink_bps(peer, bps)

    def on_switched(self, slot: int, pub: int, layer: Layer | None) -> None:
        for conference in self._shard.conferences():
            conference.on_switched(slot, None if layer is None else layer.rid)

    def on_lost(self) -> None:
        self._shard.on_lost(self._plane)
