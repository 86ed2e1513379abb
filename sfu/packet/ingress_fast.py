"""`Ingress` that lets `steady_compiled` take what is steady, and teaches it what it will see again."""

from typing import Final

from cffi import FFI

from sfu.packet import entry_compiled, rows
from sfu.packet.arena import STRIDE
from sfu.packet.downlinks import Downlinks
from sfu.packet.fan_fast import FastFan
from sfu.packet.ice import IceTable
from sfu.packet.ingress import Ingress
from sfu.packet.paths_fast import PathTable
from sfu.packet.peer import Peer
from sfu.packet.peer_fast import FastPeer
from sfu.packet.steady_compiled import ODD
from sfu.packet.track_fast import FastTrack
from sfu.packet.wire import Wire

_SSRC: Final = slice(8, 12)


class FastIngress(Ingress):
    """See `Ingress`."""

    def __init__(self, wire: Wire, ice: IceTable[Peer], downlinks: Downlinks) -> None:
        super().__init__(wire, ice, downlinks)
        self.taken = 0  # of all packets, without the interpreter
        if not isinstance(wire.fan, FastFan) or not isinstance(ice.owners, PathTable):
            raise TypeError("not the parts of the fast plane")
        self._fan = wire.fan
        self._job = wire.fan.job
        self._call = FFI().cast("long long (*)(long long)", entry_compiled.ADDRESS)
        ice.owners.publish(self._job)

    def handle(self, slot: int, length: int, path: bytes, now: float, arrival: float) -> None:
        peer = self._owners.get(path)
        if isinstance(peer, FastPeer):
            words, reals = self._job.words, self._job.reals
            words[rows.J_STEP] = self.load.step
            words[rows.J_WHAT] = entry_compiled.ONE
            words[rows.J_PEER], words[rows.J_LENGTH] = peer.row.address, length
            words[rows.J_AT] = words[rows.J_INGRESS] + slot * STRIDE
            reals[rows.J_NOW], reals[rows.J_ARRIVAL] = now, arrival
            if self._call(self._job.address) != ODD:
                if words[rows.J_COUNT] >= words[rows.J_LIMIT]:
                    self._fan.run()
                self.count()
                return
        self.handle_odd(slot, length, path, now, arrival)

    def handle_odd(self, slot: int, length: int, path: bytes, now: float, arrival: float) -> None:
        """One datagram that is not steady."""
        super().handle(slot, length, path, now, arrival)

    def count(self) -> None:
        """Add what compiled code counted."""
        words = self._job.words
        self.packets += words[rows.J_TAKEN]
        self.taken += words[rows.J_TAKEN]
        words[rows.J_TAKEN] = 0
        for place, cause in ((rows.J_AUTH, "srtp-auth"), (rows.J_RATE, "media-rate"), (rows.J_SHED, "shed")):
            if words[place]:
                self._wire.drops[cause] += words[place]
                words[place] = 0

    def _rtp(self, peer: Peer, slot: int, length: int, now: float, arrival: float) -> str | None:
        at = slot * STRIDE
        ssrc = int.from_bytes(self._buffer[at : at + STRIDE][_SSRC], "big")
        cause = super()._rtp(peer, slot, length, now, arrival)
        route = peer.ssrcs.get(ssrc)
        if cause is not None or route is None or route.is_rtx or route.publication is None or route.layout is None:
            return cause
        track = route.publication.tracks.get(route.rid)
        if isinstance(track, FastTrack) and isinstance(peer, FastPeer) and track.ssrc == ssrc:
            track.expect(route.layout)
            peer.learn(ssrc, track)
        return None
