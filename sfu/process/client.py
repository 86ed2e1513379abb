"""`ProcessPlane`: the packet plane in a media process of its own, as the control process sees it."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any, Final

from sfu.plane import Address, Layer, PlaneSink, PlaneStats, PublicationSpec, SlotSpec, SrtpProfile
from sfu.process import link
from sfu.process.link import Upcall, Verb
from sfu.process.spawn import Child, spawn

log = logging.getLogger(__name__)

# Above these the media process does not read any more: shared playback skips first, then the plane counts as lost.
INJECT_BACKLOG: Final = 256 * 1024
MAX_BACKLOG: Final = 8 * 1024 * 1024
# A media process that has not done its verbs for so long is ended: nobody waits longer to hear that a gate is closed.
SETTLE_TIMEOUT_S: Final = 2.5
# A time-out that comes late by this much is a stall of control or of the whole machine: wait so long again.
STALL_S: Final = 1.0
START_TIMEOUT_S: Final = 30.0  # a busy machine, the port, and once the compiling of the fast plane
_NO_STATS: Final = PlaneStats({}, {}, {}, 0, 0, 0.0)


class ProcessPlane:
    """A `PacketPlane` whose packets live in a child process.

    `start` spawns the child, or takes the `child` that was spawned ahead, and returns when its sockets are bound. When
    the child dies, verbs become no-ops, `settle` returns at once (a dead plane forwards nothing), and the sink's
    `on_lost` is called once its port is free. Start a new one then. A process that does not answer `settle` in time is
    killed and counts as dead.
    """

    def __init__(
        self,
        child: Child | None = None,
        *,
        start_timeout_s: float = START_TIMEOUT_S,
        settle_timeout_s: float = SETTLE_TIMEOUT_S,
        close_timeout_s: float = 2.0,
    ) -> None:
        self._start_timeout_s = start_timeout_s
        self._settle_timeout_s = settle_timeout_s
        self._close_timeout_s = close_timeout_s
        self._sink: PlaneSink | None = None
        self._transport: asyncio.Transport | None = None
        self._child = child
        self._started: asyncio.Future[list[Address]] | None = None
        self._barriers: dict[int, asyncio.Future[None]] = {}
        self._stats: dict[int, asyncio.Future[PlaneStats]] = {}
        self._burial: asyncio.Task[None] | None = None
        self._numbers = 0
        self._is_closing = False

    @property
    def pid(self) -> int | None:
        """Of the media process, None when there is none."""
        return None if self._child is None else self._child.pid

    async def start(self, bind: Sequence[Address], sink: PlaneSink) -> list[Address]:
        """Spawn and bind.

        Raises OSError when an address cannot be bound within about 3 s or the child dies, TimeoutError (which is one)
        when the child says nothing.
        """
        if self._sink is not None:
            raise RuntimeError("a ProcessPlane starts once")
        loop = asyncio.get_running_loop()
        self._sink = sink
        self._started = loop.create_future()
        if self._child is None:
            self._child = spawn()
        control = self._child.control
        self._transport, _ = await loop.create_unix_connection(lambda: _Link(self), sock=control)
        self._send(Verb.START, link.pack_addresses(list(bind)))
        try:
            async with asyncio.timeout(self._start_timeout_s):
                return await self._started
        except BaseException:
            await self.close()
            raise

    async def settle(self) -> None:
        """Returns when every verb before it is in force; in a plane that was lost, when its process is gone."""
        if self._transport is None:
            if self._burial is not None:
                await asyncio.shield(self._burial)
            return
        loop = asyncio.get_running_loop()
        number = self._next_number()
        barrier: asyncio.Future[None] = loop.create_future()
        self._barriers[number] = barrier
        barrier.add_done_callback(lambda _: self._barriers.pop(number, None))
        self._send(Verb.SETTLE, number)
        # Of the verbs, not of whoever waits here: a waiter that is canceled must not keep a hanging process alive.
        due = loop.time() + self._settle_timeout_s
        loop.call_at(due, self._give_up, barrier, due)
        await asyncio.shield(barrier)

    def _give_up(self, barrier: "asyncio.Future[None]", due: float | None) -> None:
        """End a process that did not answer: at once, since all that it still forwards may be forbidden by now."""
        loop = asyncio.get_running_loop()
        if barrier.done():
            return
        if due is not None and loop.time() - due > STALL_S:
            loop.call_later(STALL_S, self._give_up, barrier, None)
            return
        log.error("media process does not answer, giving it up")
        if self._child is not None:
            self._child.kill()
        if self._transport is not None:
            self._transport.abort()

    async def stats(self) -> PlaneStats:
        """The plane's counters; empty ones after the plane was lost."""
        if self._transport is None:
            return _NO_STATS
        number = self._next_number()
        answer: asyncio.Future[PlaneStats] = asyncio.get_running_loop().create_future()
        self._stats[number] = answer
        self._send(Verb.STATS, number)
        try:
            return await answer
        finally:
            self._stats.pop(number, None)

    async def close(self) -> None:
        """End the media process and wait until its port is free."""
        self._is_closing = True
        child = self._child
        if self._transport is not None:
            self._transport.close()
        elif child is not None:
            child.control.close()
        if child is None:
            return
        try:
            async with asyncio.timeout(self._close_timeout_s):
                await child.wait()
        except TimeoutError:
            child.kill()
            await child.wait()
        self._child = None
        self._release()

    def add_peer(self, peer: int, room: int, ufrag: str, pwd: str) -> None:
        self._send(Verb.ADD_PEER, peer, room, ufrag, pwd)

    def set_ice(self, peer: int, ufrag: str, pwd: str) -> None:
        self._send(Verb.SET_ICE, peer, ufrag, pwd)

    def send_dtls(self, peer: int, datagram: bytes) -> None:
        self._send(Verb.SEND_DTLS, peer, bytes(datagram))

    def set_srtp(self, peer: int, profile: SrtpProfile, rx_key: bytes, tx_key: bytes) -> None:
        self._send(Verb.SET_SRTP, peer, profile.value, bytes(rx_key), bytes(tx_key))

    def set_uplink_cap(self, peer: int, bps: int | None) -> None:
        self._send(Verb.SET_UPLINK_CAP, peer, bps)

    def set_downlink_goal(self, peer: int, bps: int) -> None:
        self._send(Verb.SET_DOWNLINK_GOAL, peer, bps)

    def remove_peer(self, peer: int) -> None:
        self._send(Verb.REMOVE_PEER, peer)

    def add_publication(self, pub: int, peer: int | None, spec: PublicationSpec) -> None:
        self._send(Verb.ADD_PUBLICATION, pub, peer, link.pack_publication(spec))

    def set_gate(self, pub: int, is_open: bool) -> None:
        self._send(Verb.SET_GATE, pub, is_open)

    def inject(self, pub: int, packet: bytes) -> None:
        if self._transport is not None and self._transport.get_write_buffer_size() < INJECT_BACKLOG:
            self._send(Verb.INJECT, pub, bytes(packet))

    def request_keyframe(self, pub: int, rid: str | None = None) -> None:
        self._send(Verb.REQUEST_KEYFRAME, pub, rid)

    def remove_publication(self, pub: int) -> None:
        self._send(Verb.REMOVE_PUBLICATION, pub)

    def add_slot(self, slot: int, peer: int, spec: SlotSpec) -> None:
        self._send(Verb.ADD_SLOT, slot, peer, link.pack_slot(spec))

    def subscribe(self, slot: int, pub: int | None, target: Layer | None) -> None:
        self._send(Verb.SUBSCRIBE, slot, pub, link.pack_layer(target))

    def set_target_layer(self, slot: int, target: Layer) -> None:
        self._send(Verb.SET_TARGET_LAYER, slot, link.pack_layer(target))

    def set_paused(self, slot: int, is_paused: bool) -> None:
        self._send(Verb.SET_PAUSED, slot, is_paused)

    def remove_slot(self, slot: int) -> None:
        self._send(Verb.REMOVE_SLOT, slot)

    def _next_number(self) -> int:
        self._numbers += 1
        return self._numbers

    def _send(self, verb: Verb, *args: object) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        transport.write(link.encode(verb, *args))
        if transport.get_write_buffer_size() > MAX_BACKLOG:
            log.error("media process does not read its verbs, giving it up")
            transport.abort()

    def _receive(self, number: int, args: tuple[Any, ...]) -> None:
        sink = self._sink
        if sink is None or (self._is_closing and number >= Upcall.DTLS):
            return
        match number:
            case Upcall.STARTED:
                _resolve(self._started, link.unpack_addresses(args[0]))
            case Upcall.START_REFUSED:
                if self._started is not None and not self._started.done():
                    self._started.set_exception(OSError(*args))
            case Upcall.SETTLED:
                _resolve(self._barriers.get(args[0]), None)
            case Upcall.STATS:
                _resolve(self._stats.get(args[0]), link.unpack_stats(args[1]))
            case Upcall.DTLS:
                sink.on_dtls(*args)
            case Upcall.PATH:
                sink.on_path(args[0], Address(*args[1:]))
            case Upcall.QUIET:
                sink.on_quiet(*args)
            case Upcall.TIMEOUT:
                sink.on_timeout(*args)
            case Upcall.LAYERS:
                sink.on_layers(args[0], link.unpack_rates(args[1]))
            case Upcall.LEVELS:
                sink.on_levels(link.unpack_levels(args[0]))
            case Upcall.DOWNLINK_BPS:
                sink.on_downlink_bps(*args)
            case Upcall.SWITCHED:
                sink.on_switched(args[0], args[1], link.unpack_layer(args[2]))

    def _lost(self) -> None:
        self._transport = None
        if self._started is not None and not self._started.done():
            self._started.set_exception(OSError("the media process ended before it was ready"))
        elif not self._is_closing:
            self._burial = asyncio.get_running_loop().create_task(self._bury())

    async def _bury(self) -> None:
        """Make sure that nothing is forwarded any more and the port is free, then tell of the loss."""
        if self._child is not None:
            self._child.kill()
            await self._child.wait()
        self._release()
        if not self._is_closing and self._sink is not None:
            self._sink.on_lost()

    def _release(self) -> None:
        for barrier in self._barriers.values():
            _resolve(barrier, None)
        for answer in self._stats.values():
            _resolve(answer, _NO_STATS)


class _Link(asyncio.Protocol):
    """The control end of the socketpair."""

    def __init__(self, plane: ProcessPlane) -> None:
        self._plane = plane
        self._frames = link.FrameReader()
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        try:
            for number, args in self._frames.feed(data):
                try:
                    self._plane._receive(number, args)
                except Exception:
                    # One upcall's handler must not cost everybody the link.
                    log.exception("upcall %d", number)
        except link.LinkBroken:
            log.error("media process wrote an unreadable frame, giving it up")
            if isinstance(self._transport, asyncio.Transport):
                self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._plane._lost()


def _resolve(future: "asyncio.Future[Any] | None", value: object) -> None:
    if future is not None and not future.done():
        future.set_result(value)
