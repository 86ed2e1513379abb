"""A packet plane without packets: remembers every verb, keeps what is in force, and lets a test play the upcalls."""

from collections.abc import Callable, Sequence
from typing import Any

from sfu.plane import Address, Layer, PlaneSink, PlaneStats, PublicationSpec, SlotSpec, SrtpProfile


class FakePlane:
    """`calls` in order; `wires` carry DTLS to clients.

    `peers`, `publications`, `gates`, `slots` and `shown` are what a real plane would do now.
    """

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.sink: PlaneSink | None = None
        self.peers: dict[int, tuple[int, str, str]] = {}
        self.publications: dict[int, tuple[int | None, PublicationSpec]] = {}
        self.gates: dict[int, bool] = {}
        self.slots: dict[int, tuple[int, SlotSpec]] = {}
        self.shown: dict[int, int] = {}
        self.targets: dict[int, Layer] = {}
        self.goals: dict[int, int] = {}
        self.keys: dict[int, tuple[SrtpProfile, bytes, bytes]] = {}
        self.dtls: list[tuple[int, bytes]] = []
        self.wires: dict[int, Callable[[bytes], None]] = {}
        self.refuses_to_start = False
        self.queue_s, self.shed = 0.0, 0

    async def start(self, bind: Sequence[Address], sink: PlaneSink) -> list[Address]:
        if self.refuses_to_start:
            raise OSError(98, "Address already in use")
        self.sink = sink
        return [Address(one.host, one.port or 40_000) for one in bind]

    async def settle(self) -> None:
        self.calls.append(("settle",))

    async def close(self) -> None:
        self.calls.append(("close",))

    def add_peer(self, peer: int, room: int, ufrag: str, pwd: str) -> None:
        self.calls.append(("add_peer", peer, room))
        self.peers[peer] = (room, ufrag, pwd)

    def set_ice(self, peer: int, ufrag: str, pwd: str) -> None:
        self.calls.append(("set_ice", peer))
        self.peers[peer] = (self.peers[peer][0], ufrag, pwd)

    def send_dtls(self, peer: int, datagram: bytes) -> None:
        self.dtls.append((peer, datagram))
        if peer in self.wires:
            self.wires[peer](datagram)

    def set_srtp(self, peer: int, profile: SrtpProfile, rx_key: bytes, tx_key: bytes) -> None:
        self.calls.append(("set_srtp", peer))
        self.keys[peer] = (profile, rx_key, tx_key)

    def set_uplink_cap(self, peer: int, bps: int | None) -> None:
        self.calls.append(("set_uplink_cap", peer, bps))

    def set_downlink_goal(self, peer: int, bps: int) -> None:
        self.calls.append(("set_downlink_goal", peer, bps))
        self.goals[peer] = bps

    def remove_peer(self, peer: int) -> None:
        self.calls.append(("remove_peer", peer))
        self.peers.pop(peer, None)
        for pub in [pub for pub, (owner, _) in self.publications.items() if owner == peer]:
            self.remove_publication(pub)
        for slot in [slot for slot, (owner, _) in self.slots.items() if owner == peer]:
            self.remove_slot(slot)

    def add_publication(self, pub: int, peer: int | None, spec: PublicationSpec) -> None:
        self.calls.append(("add_publication", pub, peer))
        self.publications[pub] = (peer, spec)
        self.gates[pub] = False

    def set_gate(self, pub: int, is_open: bool) -> None:
        self.calls.append(("set_gate", pub, is_open))
        self.gates[pub] = is_open

    def inject(self, pub: int, packet: bytes) -> None:
        self.calls.append(("inject", pub))

    def request_keyframe(self, pub: int, rid: str | None = None) -> None:
        self.calls.append(("request_keyframe", pub, rid))

    def remove_publication(self, pub: int) -> None:
        self.calls.append(("remove_publication", pub))
        self.publications.pop(pub, None)
        self.gates.pop(pub, None)
        self.shown = {slot: shown for slot, shown in self.shown.items() if shown != pub}

    def add_slot(self, slot: int, peer: int, spec: SlotSpec) -> None:
        self.calls.append(("add_slot", slot, peer))
        self.slots[slot] = (peer, spec)

    def subscribe(self, slot: int, pub: int | None, target: Layer | None) -> None:
        self.calls.append(("subscribe", slot, pub))
        self.shown.pop(slot, None)
        self.targets.pop(slot, None)
        if pub is not None:
            self.shown[slot] = pub
        if target is not None:
            self.targets[slot] = target

    def set_target_layer(self, slot: int, target: Layer) -> None:
        self.calls.append(("set_target_layer", slot, target))
        self.targets[slot] = target

    def set_paused(self, slot: int, is_paused: bool) -> None:
        self.calls.append(("set_paused", slot, is_paused))

    def remove_slot(self, slot: int) -> None:
        self.calls.append(("remove_slot", slot))
        self.slots.pop(slot, None)
        self.shown.pop(slot, None)

    async def stats(self) -> PlaneStats:
        return PlaneStats({}, {}, {}, 0, 0, 0.0, queue_s=self.queue_s, shed=self.shed)

    def flows(self) -> set[tuple[int, int]]:
        """(publisher, viewer) pairs of peers between which packets could flow now, on any m-line."""
        pairs = set()
        for slot, pub in self.shown.items():
            publisher = self.publications[pub][0]
            if self.gates[pub] and publisher is not None:
                pairs.add((publisher, self.slots[slot][0]))
        return pairs
