"""Which rooms are hosted here, and to which of them the media plane speaks. Implements `Rooms` and `MediaSink`."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from itertools import count
from typing import Final, Protocol

import structlog

from rooms.ids import Instant, PersonId, SessionId
from rooms.live.settings import MINUTE_MS
from rooms.live.snapshot import UnreadableSnapshot
from rooms.live.state import RoomState
from rooms.live.steward import StewardCommand
from rooms.program.timers import EARLIEST_DOORS_MIN
from server.effects import RoomMedia
from server.effects_peers import PeerBook
from server.ending import end
from server.host import RoomHost
from server.host_alarm import Alarm, LoopAlarm
from server.host_faults import where
from server.host_parts import HostParts
from server.host_record import RoomRecord
from server.hosts_figures import RoomFigures
from server.listeners import Listeners
from server.ports import Clock, Gatekeeper, Glimpse, LeaseLost, RoomStore, StoreDown
from server.store.records import SessionEnd
from sfu.node import LineStats, MediaNode, Offer, Pictures, SlotShown, SourceWanted
from signaling.errors import CloseCode

SWEEP_S: Final = 30.0
AHEAD_MS: Final = 5 * MINUTE_MS  # a room whose doors open within this is hosted although nobody came yet

_log = structlog.get_logger("hosts")


class OpenLine(Protocol):
    """A connection, in a room or not yet."""

    def close(self, code: CloseCode) -> None: ...

    async def wait_closed(self) -> None: ...


class RoomHosts:
    """Makes a room's host when it is first needed, and lets it go when the room is over and nobody looks."""

    def __init__(
        self,
        store: RoomStore,
        gatekeeper: Gatekeeper,
        media: MediaNode,
        clock: Clock,
        figures: RoomFigures,
        alarm: Callable[[], Alarm] | None = None,
    ) -> None:
        self.listeners = Listeners()  # of what happens in rooms: mail, webhooks, attendance
        self._peers: PeerBook[RoomMedia] = PeerBook(clock.now())
        self._parts = HostParts(
            store=store,
            gatekeeper=gatekeeper,
            media=media,
            clock=clock,
            peers=self._peers,
            figures=figures,
            alarm=alarm or (lambda: LoopAlarm(clock)),
            listeners=self.listeners,
        )
        self._hosts: dict[SessionId, RoomHost] = {}
        self._by_number: dict[int, RoomHost] = {}
        self._numbers = count(1)
        self._starting: dict[SessionId, asyncio.Task[RoomHost | None]] = {}
        self._sweeper: asyncio.Task[None] | None = None
        self._lines: set[OpenLine] = set()
        self._is_draining = False

    # --- starting and ending --------------------------------------------------------------------------------------
    async def start(self) -> None:
        """Host every open session whose doors are near or past, now and from now on. Raises `StoreDown`."""
        await self.start_all()
        self._sweeper = asyncio.create_task(self._sweep(), name="sweep-rooms")

    async def start_all(self) -> None:
        """Host what is due. Raises `StoreDown`."""
        horizon = Instant(self._parts.clock.now() + AHEAD_MS)
        for session in await self._parts.store.open_sessions(Instant(horizon + EARLIEST_DOORS_MIN * MINUTE_MS + 1)):
            try:
                if session in self._hosts:
                    await self._hosts[session].rescheduled()
                    continue
                described = await self._parts.store.session(session)
                if described is not None and described.settings.schedule.doors_at <= horizon:
                    await self.host(session)
            except StoreDown:
                raise
            except Exception as error:
                # One room that cannot be taken must keep no other closed.
                self._not_taken(session, error)

    async def drain(self) -> None:
        self._is_draining = True
        if self._sweeper is not None:
            await end(self._sweeper)
        await asyncio.gather(*self._starting.values(), return_exceptions=True)
        await asyncio.gather(*(host.stop() for host in self._hosts.values()))
        lines = list(self._lines)
        for line in lines:
            line.close(CloseCode.GOING_AWAY)
        await asyncio.gather(*(line.wait_closed() for line in lines))
        self._let_go()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            try:
                self._let_go()
                await self.start_all()
            except StoreDown:
                _log.warning("sweep-not-done")
            except Exception as error:
                self._parts.figures.count("sweep-failed")
                _log.error("sweep-failed", kind=type(error).__name__, where=where(error))

    def _let_go(self) -> None:
        for session, host in list(self._hosts.items()):
            if host.is_gone or host.is_idle:
                host.retire()
                del self._hosts[session]
                del self._by_number[host.number]
        self._parts.figures.rooms.set(len(self._hosts))

    # --- connections ----------------------------------------------------------------------------------------------
    def opened(self, line: OpenLine) -> None:
        """A connection is there; while this server drains it is closed at once."""
        self._lines.add(line)
        self._parts.figures.connections.set(len(self._lines))
        if self._is_draining:
            line.close(CloseCode.GOING_AWAY)

    def closed(self, line: OpenLine) -> None:
        self._lines.discard(line)
        self._parts.figures.connections.set(len(self._lines))

    # --- rooms ----------------------------------------------------------------------------------------------------
    async def host(self, session: SessionId) -> RoomHost | None:
        """The host of a session's room; None for no such session, or while this server drains. Raises `StoreDown`."""
        if self._is_draining:
            return None
        host = self._hosts.get(session)
        if host is not None and not host.is_gone:
            return host
        if session not in self._starting:
            task = asyncio.create_task(self._take(session), name="take-room")
            self._starting[session] = task
            task.add_done_callback(lambda _: self._starting.pop(session, None))
        return await asyncio.shield(self._starting[session])

    async def _take(self, session: SessionId) -> RoomHost | None:
        self._let_go()
        try:
            record = await RoomRecord.take(session, self._parts.store, self._parts.clock.now())
        except (LeaseLost, UnreadableSnapshot) as error:
            self._not_taken(session, error)
            return None
        if record is None:
            return None
        host = RoomHost(record, self._parts, next(self._numbers))
        self._hosts[session] = host
        self._by_number[host.number] = host
        self._parts.figures.rooms.set(len(self._hosts))
        return host

    def _not_taken(self, session: SessionId, error: Exception) -> None:
        self._parts.figures.count("room-not-taken")
        _log.error("room-not-taken", room=session, kind=type(error).__name__, where=where(error))

    async def glimpse(self, session: SessionId) -> Glimpse | None:
        host = self._hosts.get(session)
        return None if host is None or host.is_gone else host.glimpse

    async def scheduled(self, session: SessionId) -> None:
        with contextlib.suppress(StoreDown):
            await self.start_all()

    async def rescheduled(self, session: SessionId) -> bool:
        if session in self._starting:
            # It may have read the row before it was rewritten.
            await asyncio.gather(self._starting[session], return_exceptions=True)
        host = self._hosts.get(session)
        if host is not None and not host.is_gone:
            return await host.rescheduled()
        await self.scheduled(session)
        return True

    async def cancel(self, session: SessionId) -> SessionEnd | None:
        host = await self.host(session)
        return None if host is None else await host.cancel()

    async def moderate(self, session: SessionId, command: StewardCommand) -> bool | None:
        host = await self.host(session)
        return None if host is None else await host.moderate(command)

    async def state(self, session: SessionId) -> RoomState | None:
        host = self._hosts.get(session)
        return None if host is None or host.is_gone else host.state

    async def link_opened(self, session: SessionId, person: PersonId) -> bool:
        host = self._hosts.get(session)
        return False if host is None or host.is_gone else await host.link_opened(person)

    async def turn_out(self, session: SessionId, person: PersonId) -> None:
        if (host := self._hosts.get(session)) is not None:
            await host.turn_out(person)

    def lost(self, session: SessionId) -> None:
        """The lease of this room is another's, or may be by now: nothing of it goes on here."""
        if (host := self._hosts.get(session)) is not None:
            host.retire()

    # --- the media plane ------------------------------------------------------------------------------------------
    def on_offer(self, peer: int, offer: Offer) -> None:
        if (media := self._peers.owner(peer)) is not None:
            media.on_offer(peer, offer)

    def on_connected(self, peer: int) -> None:
        if (media := self._peers.owner(peer)) is not None:
            media.on_connected(peer)

    def on_quiet(self, peer: int, is_quiet: bool) -> None:
        if (media := self._peers.owner(peer)) is not None:
            media.on_quiet(peer, is_quiet)

    def on_gone(self, peer: int) -> None:
        if (media := self._peers.owner(peer)) is not None:
            media.on_gone((peer,))

    def on_slots(self, peer: int, slots: tuple[SlotShown, ...]) -> None:
        if (media := self._peers.owner(peer)) is not None:
            media.on_slots(peer, slots)

    def on_speaking(self, room: int, peers: tuple[int, ...]) -> None:
        if (host := self._by_number.get(room)) is not None:
            host.media.on_speaking(peers)

    def on_layers_wanted(self, peer: int, sources: tuple[SourceWanted, ...]) -> None:
        if (media := self._peers.owner(peer)) is not None:
            media.on_layers_wanted(peer, sources)

    def on_pictures(self, peer: int, pictures: Pictures) -> None:
        if (media := self._peers.owner(peer)) is not None:
            media.on_pictures(peer, pictures)

    def on_lines(self, lines: Mapping[int, LineStats]) -> None:
        """A reading of everybody's line."""
        for host in list(self._hosts.values()):
            host.media.on_lines(lines)

    def on_lost(self, peers: tuple[int, ...]) -> None:
        self._parts.figures.count("media-lost")
        _log.error("media-lost", peers=len(peers))
        for media in {self._peers.owner(peer) for peer in peers}:
            if media is not None:
                media.on_gone(peers)
