"""`Node`: the media of one server process, that is, its media processes and the rooms in them.

Every upcall comes from the event loop and never from inside a verb. A room is pinned to the process with the fewest
rooms among those that are not full when its first peer opens, and stays there until its last peer closes.
"""

import asyncio
import itertools
import random
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Final

from sfu.control.config import NodeConfig
from sfu.control.shard import Shard, ShardKit
from sfu.control.transport import Certificate, HalfOpen
from sfu.node import IceServer, LineStats, MediaSink, Source, Wanted
from sfu.plane import PacketPlane, PlaneStats

_NO_STATS: Final = PlaneStats({}, {}, {}, 0, 0, 0.0)


class Node:
    """Implements `sfu.node.MediaNode`. `new_plane` makes a plane that has not been started."""

    def __init__(self, config: NodeConfig, new_plane: Callable[[], PacketPlane]) -> None:
        self._config = config
        self._new_plane = new_plane
        self._shards: list[Shard] = []
        self._pinned: dict[int, Shard] = {}  # by room
        self._rooms: dict[int, int] = {}  # peer → room
        self._certificate = Certificate()
        self._ids = itertools.count(1)

    async def start(self, sink: MediaSink) -> None:
        """Start every media process. Raises OSError where a UDP port cannot be bound; nothing is left running then."""
        half_open = HalfOpen()
        try:
            for index in range(self._config.count):
                kit = ShardKit(
                    self._new_plane,
                    self._config.listen(index),
                    self._config.candidates,
                    half_open,
                    self._current_certificate,
                    lambda: next(self._ids),
                    _token,
                    random.SystemRandom(),
                    relay=self._relay_server,
                    is_relay_only=self._config.relay is not None and self._config.relay.is_only,
                    numbers_downlink=self._config.numbers_downlink,
                )
                shard = Shard(kit, _Forgetful(sink, self._forget))
                await shard.start()
                self._shards.append(shard)
        except OSError:
            await self.close()
            raise

    async def close(self) -> None:
        shards, self._shards = self._shards, []
        await asyncio.gather(*(shard.close() for shard in shards))
        self._pinned.clear()
        self._rooms.clear()

    def open_peer(self, peer: int, room: int) -> None:
        """Raises ValueError for an id that is in use."""
        if peer in self._rooms:
            raise ValueError("this peer is open")
        shard = self._pinned.get(room)
        if shard is None:
            shard = self._pinned[room] = min(self._shards, key=lambda one: (one.is_full, self._load(one)))
        self._rooms[peer] = room
        shard.open_peer(peer, room)

    def is_full(self, room: int) -> bool:
        shard = self._pinned.get(room)
        return all(one.is_full for one in self._shards) if shard is None else shard.is_full

    def full_processes(self) -> int:
        return sum(shard.is_full for shard in self._shards)

    def close_peer(self, peer: int) -> None:
        if shard := self._shard_of(peer):
            shard.close_peer(peer)
            self._forget(peer)

    def answer(self, peer: int, generation: int, sdp: str) -> None:
        if shard := self._shard_of(peer):
            shard.answer(peer, generation, sdp)

    def restart_ice(self, peer: int) -> None:
        if shard := self._shard_of(peer):
            shard.restart_ice(peer)

    def set_gate(self, peer: int, source: Source, is_open: bool) -> None:
        if shard := self._shard_of(peer):
            shard.set_gate(peer, source, is_open)

    def set_receiving(self, peer: int, is_receiving: bool) -> None:
        if shard := self._shard_of(peer):
            shard.set_receiving(peer, is_receiving)

    def set_wanted(self, peer: int, wanted: Wanted) -> None:
        if shard := self._shard_of(peer):
            shard.set_wanted(peer, wanted)

    async def settle(self) -> None:
        await asyncio.gather(*(shard.settle() for shard in self._shards))

    async def stats(self) -> PlaneStats:
        """Of all media processes together; one that is down counts as nothing."""
        found = [one for one in await asyncio.gather(*(shard.stats() for shard in self._shards)) if one is not None]
        if not found:
            return _NO_STATS
        drops: dict[str, int] = {}
        for one in found:
            for cause, count in one.drops.items():
                drops[cause] = drops.get(cause, 0) + count
        return PlaneStats(
            {pub: stats for one in found for pub, stats in one.publications.items()},
            {slot: stats for one in found for slot, stats in one.slots.items()},
            drops,
            sum(one.packets_in for one in found),
            sum(one.packets_out for one in found),
            sum(one.cpu_s for one in found),
            sum(one.peers for one in found),
            sum(one.contexts for one in found),
            max(one.queue_s for one in found),
            max(one.shed for one in found),
        )

    async def lines(self) -> Mapping[int, LineStats]:
        found = await asyncio.gather(*(shard.lines() for shard in self._shards))
        return {peer: line for lines in found for peer, line in lines.items()}

    def _shard_of(self, peer: int) -> Shard | None:
        room = self._rooms.get(peer)
        return None if room is None else self._pinned[room]

    def _load(self, shard: Shard) -> int:
        return sum(pinned is shard for pinned in self._pinned.values())

    def _forget(self, peer: int) -> None:
        room = self._rooms.pop(peer, None)
        if room is not None and room not in self._rooms.values():
            del self._pinned[room]

    def _relay_server(self) -> IceServer | None:
        relay = self._config.relay
        return None if relay is None else relay.server(time.time(), _token(16))

    def _current_certificate(self) -> Certificate:
        if self._certificate.is_stale():
            self._certificate = Certificate()
        return self._certificate


def _token(length: int) -> str:
    """Random ICE characters, 4 bits each (RFC 8445 section 5.3 asks for 128 bits in a password)."""
    return secrets.token_hex(length // 2)


class _Forgetful:
    """The server's sink, with the node forgetting a peer that ended by itself before the server hears of it."""

    def __init__(self, sink: MediaSink, forget: Callable[[int], None]) -> None:
        self._forget = forget
        self.on_offer = sink.on_offer
        self.on_connected = sink.on_connected
        self.on_quiet = sink.on_quiet
        self.on_slots = sink.on_slots
        self.on_speaking = sink.on_speaking
        self.on_layers_wanted = sink.on_layers_wanted
        self.on_pictures = sink.on_pictures
        self._sink = sink

    def on_gone(self, peer: int) -> None:
        self._forget(peer)
        self._sink.on_gone(peer)

    def on_lost(self, peers: tuple[int, ...]) -> None:
        for peer in peers:
            self._forget(peer)
        self._sink.on_lost(peers)
