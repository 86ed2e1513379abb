"""One media process and the rooms pinned to it; when the process dies, a fresh one.

The upcalls of the plane arrive here and are handed to the peer or the room they belong to. What the server is told
comes from the event loop, never from inside one of its own verbs.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sfu.control.conference import Conference
from sfu.control.fullness import Fullness
from sfu.control.lines import LineBook
from sfu.control.peer import Peer, PeerKit, Publication
from sfu.control.sdp.ledger import new_ledger
from sfu.control.transport import Certificate, HalfOpen
from sfu.control.upcalls import Upcalls
from sfu.node import (
    IceServer,
    LineStats,
    MediaSink,
    Offer,
    Pictures,
    SlotShown,
    Source,
    SourceWanted,
    Wanted,
)
from sfu.plane import Address, PacketPlane, PlaneStats

RETRY_S: Final = (0.0, 0.2, 0.5, 1.0, 2.0, 5.0)
STEADY_S: Final = 10.0
WATCH_EVERY_S: Final = 1.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ShardKit:
    """What a shard is made with. `listen`: where its process binds; `candidates`: what browsers are told of that."""

    new_plane: Callable[[], PacketPlane]
    listen: Sequence[Address]
    candidates: Callable[[Sequence[Address]], tuple[Address, ...]]
    half_open: HalfOpen
    certificate: Callable[[], Certificate]
    new_id: Callable[[], int]
    new_token: Callable[[int], str]
    randomness: random.Random
    relay: Callable[[], IceServer | None] = lambda: None
    is_relay_only: bool = False
    numbers_downlink: bool = False
    watch_every_s: float = WATCH_EVERY_S


class Shard:
    """`start`, then verbs; peers opened while the process is down are reported lost when it is up again."""

    def __init__(self, kit: ShardKit, sink: MediaSink) -> None:
        self._kit = kit
        self._sink = sink
        self._plane: PacketPlane | None = None
        self._candidates: tuple[Address, ...] = ()
        self._peers: dict[int, tuple[Peer, Conference]] = {}
        self._rooms: dict[int, Conference] = {}
        self._lost: list[int] = []
        self._book = LineBook()
        self._fullness = Fullness()
        self._asked = self._in_force = 0  # verbs
        self._losses = 0
        self._up_at = 0.0
        self._restart: asyncio.Task[None] | None = None
        self._watch: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()

    async def start(self) -> None:
        """Raises OSError where the port cannot be bound."""
        plane = self._kit.new_plane()
        try:
            bound = await plane.start(self._kit.listen, Upcalls(self, plane))
        except BaseException:
            with contextlib.suppress(Exception):
                await plane.close()
            raise
        self._candidates = self._kit.candidates(bound)
        self._plane = plane
        self._up_at = self._loop.time()
        self._watch = self._loop.create_task(self._keep_watch(plane))

    async def close(self) -> None:
        for task in (self._restart, self._watch):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, Exception):
                    await task
        for peer in list(self._peers):
            self.close_peer(peer)
        plane, self._plane = self._plane, None
        if plane is not None:
            await plane.close()

    def has(self, peer: int) -> bool:
        return peer in self._peers or peer in self._lost

    @property
    def rooms(self) -> int:
        return len(self._rooms)

    @property
    def is_full(self) -> bool:
        """It is late as it is: another transport would cost everybody in it."""
        return self._fullness.is_full(self._loop.time())

    def open_peer(self, peer: int, room: int) -> None:
        self._asked += 1
        self._fullness.on_opened(self._loop.time())
        if self._plane is None:
            self._lost.append(peer)
            return
        conference = self._rooms.get(room)
        if conference is None:
            conference = self._rooms[room] = Conference(room, self._plane, self)
        kit = PeerKit(
            self._plane,
            self._candidates,
            self._kit.certificate(),
            self._kit.half_open,
            self._kit.new_id,
            self._kit.new_token,
            relay=self._kit.relay,
            is_relay_only=self._kit.is_relay_only,
            numbers_downlink=self._kit.numbers_downlink,
        )
        opened = Peer(peer, room, new_ledger(lambda: self._kit.randomness.getrandbits(32)), kit, self)
        self._peers[peer] = (opened, conference)
        conference.add(opened)
        opened.open()

    def close_peer(self, peer: int) -> None:
        self._asked += 1
        if peer in self._lost:
            self._lost.remove(peer)
        entry = self._peers.pop(peer, None)
        if entry is None:
            return
        opened, conference = entry
        opened.close()
        conference.remove(peer)
        if conference.is_empty:
            conference.close()
            del self._rooms[conference.room]

    def answer(self, peer: int, generation: int, text: str) -> None:
        self._asked += 1
        if peer in self._peers:
            self._peers[peer][0].answer(generation, text)

    def restart_ice(self, peer: int) -> None:
        self._asked += 1
        if peer in self._peers:
            self._peers[peer][0].restart_ice()

    def set_gate(self, peer: int, source: Source, is_open: bool) -> None:
        self._asked += 1
        if peer in self._peers:
            self._peers[peer][1].set_gate(peer, source, is_open)

    def set_receiving(self, peer: int, is_receiving: bool) -> None:
        self._asked += 1
        if peer in self._peers:
            self._peers[peer][1].set_receiving(peer, is_receiving)

    def set_wanted(self, peer: int, wanted: Wanted) -> None:
        self._asked += 1
        if peer in self._peers:
            self._peers[peer][1].set_wanted(peer, wanted)

    async def settle(self) -> None:
        """Returns when all verbs until now are in force, at once where none is new."""
        asked = self._asked
        if asked == self._in_force:
            return
        for conference in list(self._rooms.values()):
            conference.flush()
        if self._plane is not None:
            await self._plane.settle()
        self._in_force = max(self._in_force, asked)

    async def stats(self) -> PlaneStats | None:
        if (plane := self._plane) is None:
            return None
        stats = await plane.stats()
        if plane is self._plane:
            self._fullness.on_reading(stats.queue_s, stats.shed, self._loop.time())
        return stats

    async def lines(self) -> Mapping[int, LineStats]:
        """By peer; empty while the process is down."""
        stats = await self.stats()
        if stats is None:
            return {}
        parts = {peer: conference.line_parts(peer) for peer, (_, conference) in self._peers.items()}
        lines = self._book.read(parts, stats)
        for conference in self._rooms.values():
            conference.on_lines(lines)
        return lines

    # What peers and rooms report.

    def on_offer(self, peer: int, offer: Offer) -> None:
        self._sink.on_offer(peer, offer)

    def on_publications(self, peer: int, added: Sequence[Publication], removed: Sequence[Publication]) -> None:
        self._peers[peer][1].on_publications(peer, added, removed)

    def on_connected(self, peer: int) -> None:
        self._peers[peer][1].on_connected()
        self._sink.on_connected(peer)

    def on_ended(self, peer: int, reason: str) -> None:
        if peer in self._peers:
            _log.info("a transport ended: %s", reason)
            self.close_peer(peer)
            self._sink.on_gone(peer)

    def on_slots(self, peer: int, slots: tuple[SlotShown, ...]) -> None:
        self._loop.call_soon(self._tell_slots, peer, slots)

    def on_speaking(self, room: int, peers: tuple[int, ...]) -> None:
        self._sink.on_speaking(room, peers)

    def on_layers_wanted(self, peer: int, sources: tuple[SourceWanted, ...]) -> None:
        self._loop.call_soon(self._tell_layers_wanted, peer, sources)

    def on_pictures(self, peer: int, pictures: Pictures) -> None:
        self._loop.call_soon(self._tell_pictures, peer, pictures)

    def _tell_layers_wanted(self, peer: int, sources: tuple[SourceWanted, ...]) -> None:
        if peer in self._peers:
            self._sink.on_layers_wanted(peer, sources)

    def _tell_pictures(self, peer: int, pictures: Pictures) -> None:
        if peer in self._peers:
            self._sink.on_pictures(peer, pictures)

    def _tell_slots(self, peer: int, slots: tuple[SlotShown, ...]) -> None:
        if peer in self._peers:
            self._sink.on_slots(peer, slots)

    # What the plane reports, by way of `Upcalls`.

    def peer(self, peer: int) -> Peer | None:
        entry = self._peers.get(peer)
        return entry[0] if entry else None

    def conference_of(self, peer: int) -> Conference | None:
        entry = self._peers.get(peer)
        return entry[1] if entry else None

    def conferences(self) -> list[Conference]:
        return list(self._rooms.values())

    def on_quiet(self, peer: int, is_quiet: bool) -> None:
        if peer in self._peers:
            self._sink.on_quiet(peer, is_quiet)

    def on_lost(self, plane: PacketPlane) -> None:
        """The process died: nothing of it is left. People learn now that it is quiet, soon that it is back."""
        if plane is not self._plane:
            return
        _log.error("a media process was lost with %d transports", len(self._peers))
        self._plane = None
        self._fullness = Fullness()
        if self._watch is not None:
            self._watch.cancel()
        lost = list(self._peers)
        for peer in lost:
            self.close_peer(peer)
        self._lost.extend(lost)
        for peer in lost:
            self._sink.on_quiet(peer, True)
        self._losses = 0 if self._loop.time() - self._up_at > STEADY_S else self._losses + 1
        self._restart = self._loop.create_task(self._start_again(plane))

    async def _keep_watch(self, plane: PacketPlane) -> None:
        """Ask it now and then: a plane that does not answer ends itself, then tells of its loss."""
        while plane is self._plane:
            await asyncio.sleep(self._kit.watch_every_s)
            await plane.settle()

    async def _start_again(self, dead: PacketPlane) -> None:
        with contextlib.suppress(Exception):
            await dead.close()
        attempt = self._losses
        while True:
            await asyncio.sleep(RETRY_S[min(attempt, len(RETRY_S) - 1)])
            attempt += 1
            try:
                await self.start()
            except Exception as fault:
                # Whatever it is: without a plane nobody hears anybody, so go on trying.
                _log.error("a media process could not start: %s", getattr(fault, "strerror", None) or type(fault))
                continue
            break
        lost, self._lost = tuple(self._lost), []
        self._sink.on_lost(lost)
