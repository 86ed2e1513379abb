"""A `MediaNode` without packets: it remembers what was asked, in order, and says what a test makes it say."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from sfu.node import BadAnswer, LineStats, MediaSink, Offer, SlotShown, Source, Wanted
from sfu.plane import PlaneStats

SOURCES = tuple(Source)


@dataclass
class FakePeer:
    room: int
    generation: int = 1
    path_since: int = 1
    gates: set[Source] = field(default_factory=set)
    is_receiving: bool = False
    wanted: Wanted = Wanted()
    answers: list[str] = field(default_factory=list)


class FakeMedia:
    """`log` holds the verbs as tuples; `settle` appears in it when it is awaited. Peer numbers must be fresh."""

    def __init__(self) -> None:
        self.log: list[tuple[object, ...]] = []
        self.peers: dict[int, FakePeer] = {}
        self.sink: MediaSink | None = None
        self.used: set[int] = set()
        self.measured: dict[int, LineStats] = {}
        self.full_rooms: set[int] = set()
        self.may_settle = asyncio.Event()
        self.may_settle.set()

    async def start(self, sink: MediaSink) -> None:
        self.sink = sink

    async def close(self) -> None:
        self.peers.clear()

    def open_peer(self, peer: int, room: int) -> None:
        assert peer not in self.used, "a peer number was used twice"
        self.used.add(peer)
        self.log.append(("open-peer", peer))
        self.peers[peer] = FakePeer(room)
        asyncio.get_running_loop().call_soon(self.offer, peer)

    def is_full(self, room: int) -> bool:
        return room in self.full_rooms

    def full_processes(self) -> int:
        return len(self.full_rooms)

    def offer(self, peer: int) -> None:
        """An offer, as after `open_peer` or an ICE restart."""
        if peer in self.peers and self.sink is not None:
            uplinks = tuple((source, str(index)) for index, source in enumerate(SOURCES))
            known = self.peers[peer]
            offer = Offer(known.generation, f"v=0 offer of {peer}", uplinks, path_since=known.path_since)
            self.sink.on_offer(peer, offer)

    def reoffer(self, peer: int) -> None:
        """A further offer, for whatever reason."""
        self.peers[peer].generation += 1
        self.offer(peer)

    def answer(self, peer: int, generation: int, sdp: str) -> None:
        self.log.append(("answer", peer, generation))
        if sdp == "bad":
            raise BadAnswer("bad")
        if peer in self.peers and generation == self.peers[peer].generation:
            self.peers[peer].answers.append(sdp)

    def restart_ice(self, peer: int) -> None:
        self.log.append(("restart-ice", peer))
        self.peers[peer].path_since = self.peers[peer].generation + 1
        self.reoffer(peer)

    def set_gate(self, peer: int, source: Source, is_open: bool) -> None:
        self.log.append(("gate", peer, source.value, is_open))
        if peer in self.peers:
            (self.peers[peer].gates.add if is_open else self.peers[peer].gates.discard)(source)

    def set_receiving(self, peer: int, is_receiving: bool) -> None:
        self.log.append(("receiving", peer, is_receiving))
        if peer in self.peers:
            self.peers[peer].is_receiving = is_receiving

    def set_wanted(self, peer: int, wanted: Wanted) -> None:
        self.log.append(("wanted", peer, wanted))
        if peer in self.peers:
            self.peers[peer].wanted = wanted

    def close_peer(self, peer: int) -> None:
        self.log.append(("close-peer", peer))
        self.peers.pop(peer, None)

    async def settle(self) -> None:
        await self.may_settle.wait()
        self.log.append(("settle",))

    async def stats(self) -> PlaneStats:
        return PlaneStats({}, {}, {}, 0, 0, 0.0)

    async def lines(self) -> Mapping[int, LineStats]:
        return {peer: stats for peer, stats in self.measured.items() if peer in self.peers}

    # --- what a test makes it say ---------------------------------------------------------------------------------
    def lose(self, peer: int) -> None:
        """The transport ends by itself."""
        del self.peers[peer]
        assert self.sink is not None
        self.sink.on_gone(peer)

    def die(self) -> None:
        """The media process dies with every peer in it, and a fresh one is up."""
        lost = tuple(self.peers)
        self.peers.clear()
        assert self.sink is not None
        self.sink.on_lost(lost)

    def show(self, peer: int, *publishers: int | None) -> None:
        assert self.sink is not None
        slots = tuple(SlotShown(str(10 + index), Source.MIC, number) for index, number in enumerate(publishers))
        self.sink.on_slots(peer, slots)
