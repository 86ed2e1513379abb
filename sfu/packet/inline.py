"""`InlinePlane`: the packet plane in this process, on virtual time and without sockets. For tests and tools."""

from collections.abc import Sequence
from ctypes import string_at
from random import Random

from sfu.packet.addresses import address_of, to_path
from sfu.packet.arena import STRIDE, VECTOR_BYTES, Arena, Sent
from sfu.packet.core import PlaneCore
from sfu.packet.forms import INTERPRETED, Forms
from sfu.plane import Address, Layer, PlaneSink, PlaneStats, PublicationSpec, SlotSpec, SrtpProfile


class InlinePlane:
    """A `PacketPlane` that is fed by `deliver` and `advance` and whose datagrams are fetched by `take`."""

    def __init__(
        self,
        *,
        seed: int = 1,
        now: float = 0.0,
        arena: Arena | None = None,
        direct_srtp: bool = True,
        forms: Forms = INTERPRETED,
        has_runs: bool | None = None,
    ) -> None:
        self.now = now
        self._random = Random(seed)  # noqa: S311 - tests want repeatable numbers
        self._arena = arena or Arena(batch=4, egress=256)
        self._direct_srtp = direct_srtp
        self._forms = forms
        self._has_runs = forms is not INTERPRETED if has_runs is None else has_runs
        self._sent: list[tuple[Address, bytes]] = []
        self.message_sizes: list[int] = []  # packets of each message that may hold several
        self._core: PlaneCore | None = None

    @property
    def core(self) -> PlaneCore:
        """Raises RuntimeError before `start`."""
        if self._core is None:
            raise RuntimeError("the plane was not started")
        return self._core

    # The world outside.

    def deliver(self, data: bytes, source: Address) -> None:
        """A datagram from `source` arrives now."""
        self.core.handle_datagram(data, to_path(0, source), self.now)
        self.core.flush()

    def deliver_batch(self, datagrams: Sequence[tuple[bytes, Address]]) -> None:
        """Several arrive at once, at most as many as the arena holds."""
        core = self.core
        for slot, (data, source) in enumerate(datagrams):
            self._arena.ingress[slot * STRIDE : slot * STRIDE + len(data)] = data
            core.handle_slot(slot, len(data), to_path(0, source), self.now, self.now)
        core.flush()

    def advance(self, seconds: float) -> None:
        """Let time pass; timers fire in order."""
        end = self.now + seconds
        while (due := self.core.deadline()) is not None and due <= end:
            self.now = max(self.now, due)
            self.core.advance(self.now)
            self.core.flush()
        self.now = end
        self.core.advance(end)
        self.core.flush()

    def take(self) -> list[tuple[Address, bytes]]:
        """What was sent since the last call: (destination, datagram)."""
        sent, self._sent = self._sent, []
        return sent

    def _transmit(self, entries: list[Sent]) -> None:
        for path, slot, length in entries:
            at = slot * STRIDE
            self._sent.append((address_of(path), bytes(self._arena.egress[at : at + length])))

    def _take_runs(self, count: int) -> None:
        """Read the messages as the kernel would; which packets a message holds says its I/O vector."""
        arena, words = self._arena, memoryview(self._arena.headers_store).cast("Q")
        for at in range(0, 8 * count, 8):
            path = bytes((words[at + 7] >> 32,)) + string_at(words[at], words[at + 1])
            self.message_sizes.append(words[at + 3])
            first = (words[at + 2] - arena.vectors_at) // VECTOR_BYTES
            for slot in range(first, first + words[at + 3]):
                self._transmit([(path, slot, arena.vectors[2 * slot + 1])])

    # PacketPlane.

    async def start(self, bind: Sequence[Address], sink: PlaneSink) -> list[Address]:
        self._core = PlaneCore(
            sink,
            self._transmit,
            random=self._random,
            arena=self._arena,
            direct_srtp=self._direct_srtp,
            forms=self._forms,
        )
        if self._has_runs:
            self._core.outbox.send_runs = self._take_runs
        self._core.advance(self.now)
        return list(bind)

    async def settle(self) -> None:
        self.core.flush()

    async def close(self) -> None:
        self._core = None

    async def stats(self) -> PlaneStats:
        return self.core.stats(0.0)

    def add_peer(self, peer: int, room: int, ufrag: str, pwd: str) -> None:
        self.core.add_peer(peer, room, ufrag, pwd)

    def set_ice(self, peer: int, ufrag: str, pwd: str) -> None:
        self.core.set_ice(peer, ufrag, pwd)

    def send_dtls(self, peer: int, datagram: bytes) -> None:
        self.core.send_dtls(peer, datagram)
        self.core.flush()

    def set_srtp(self, peer: int, profile: SrtpProfile, rx_key: bytes, tx_key: bytes) -> None:
        self.core.set_srtp(peer, profile, rx_key, tx_key)

    def set_uplink_cap(self, peer: int, bps: int | None) -> None:
        self.core.set_uplink_cap(peer, bps)

    def set_downlink_goal(self, peer: int, bps: int) -> None:
        self.core.set_downlink_goal(peer, bps)

    def remove_peer(self, peer: int) -> None:
        self.core.remove_peer(peer)

    def add_publication(self, pub: int, peer: int | None, spec: PublicationSpec) -> None:
        self.core.add_publication(pub, peer, spec)

    def set_gate(self, pub: int, is_open: bool) -> None:
        self.core.set_gate(pub, is_open)
        self.core.flush()

    def inject(self, pub: int, packet: bytes) -> None:
        self.core.inject(pub, packet)
        self.core.flush()

    def request_keyframe(self, pub: int, rid: str | None = None) -> None:
        self.core.request_keyframe(pub, rid)
        self.core.flush()

    def remove_publication(self, pub: int) -> None:
        self.core.remove_publication(pub)

    def add_slot(self, slot: int, peer: int, spec: SlotSpec) -> None:
        self.core.add_slot(slot, peer, spec)

    def subscribe(self, slot: int, pub: int | None, target: Layer | None) -> None:
        self.core.subscribe(slot, pub, target)
        self.core.flush()

    def set_target_layer(self, slot: int, target: Layer) -> None:
        self.core.set_target_layer(slot, target)
        self.core.flush()

    def set_paused(self, slot: int, is_paused: bool) -> None:
        self.core.set_paused(slot, is_paused)
        self.core.flush()

    def remove_slot(self, slot: int) -> None:
        self.core.remove_slot(slot)
