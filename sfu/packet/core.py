"""`PlaneCore`: the whole packet plane without a socket or a clock. Datagrams, verbs and `now` in, datagrams out."""

from collections import Counter
from collections.abc import Callable
from random import Random

from sfu.packet.arena import STRIDE, Arena, Sent
from sfu.packet.downlinks import Downlinks
from sfu.packet.fan import Fan
from sfu.packet.forms import INTERPRETED, Forms
from sfu.packet.ice import Credentials, IceTable
from sfu.packet.ingress import Ingress
from sfu.packet.outbox import Outbox
from sfu.packet.peer import Peer
from sfu.packet.publication import Publication
from sfu.packet.router import Router
from sfu.packet.rtp import RtpView
from sfu.packet.srtp import Cipher, Ciphers
from sfu.packet.subscription import Subscription
from sfu.packet.timers import Timers
from sfu.packet.upstream import Upstream
from sfu.packet.wire import FEEDBACK_SSRC, Streams, Wire
from sfu.plane import Layer, PlaneSink, PlaneStats, PublicationSpec, SlotSpec, SrtpProfile

MAX_INJECTED = 1400


class PlaneCore:
    """The verbs of `PacketPlane`, and the datagrams.

    The shell sets the time with `set_now` or `advance` before verbs, hands in datagrams, calls `advance` after batches
    and when it is due, and calls `flush`, which gives what is to be sent to `transmit` as (path, egress
    slot, length). One thread only.
    """

    def __init__(
        self,
        sink: PlaneSink,
        transmit: Callable[[list[Sent]], None],
        *,
        random: Random,
        arena: Arena | None = None,
        direct_srtp: bool = True,
        forms: Forms = INTERPRETED,
    ) -> None:
        self.arena = arena or Arena()
        self.outbox = Outbox(self.arena, transmit)
        drops: Counter[str] = Counter()
        self.fan: Fan = forms.fan(self.arena, self.outbox, drops)
        self._forms = forms
        self._wire = Wire(self.arena, self.outbox, sink, random, self.fan, drops)
        self._ciphers = Ciphers(self.arena, direct=direct_srtp)
        self._ice: IceTable[Peer] = IceTable(forms.owners())
        self._downlinks = Downlinks(self._wire)
        self.ingress: Ingress = forms.ingress(self._wire, self._ice, self._downlinks)
        self._upstream = Upstream(self._wire)
        self._injected = RtpView(self.arena.ingress)
        self._peers: dict[int, Peer] = {}
        self._publications: dict[int, Publication] = {}
        self._subscriptions: dict[int, Subscription] = {}
        self._routers: dict[int, Router] = {}
        self._freed: list[Cipher | None] = []
        self._timers = Timers(
            self._wire,
            self._ice,
            self._upstream,
            self._downlinks,
            self._peers,
            self._publications,
            self._subscriptions,
        )

    # Time and packets.

    @property
    def drops(self) -> Counter[str]:
        """How many datagrams were discarded, by cause; shells add their own."""
        return self._wire.drops

    def set_now(self, now: float) -> None:
        """The present, for the verbs that follow."""
        self._wire.now = now

    def advance(self, now: float) -> None:
        """The present, and everything that is due by it."""
        self._wire.now = now
        self._timers.run(now)

    def deadline(self) -> float | None:
        """When `advance` has something to do next, None: never."""
        return self._timers.deadline()

    def handle_slot(self, slot: int, length: int, path: bytes, now: float, arrival: float) -> None:
        """One datagram that the shell received into an ingress slot of the arena."""
        self._wire.now = now
        self.ingress.handle(slot, length, path, now, arrival)

    def begin(self, now: float, queued_s: float, *, stood: bool) -> Callable[[int, int, bytes, float, float], None]:
        """The present, and what `handle_slot` does with each datagram of a batch; of the first see `Load.on_batch`."""
        self._wire.now = now
        self.ingress.load.on_batch(queued_s, now, stood=stood)
        return self.ingress.handle

    def handle_datagram(self, data: bytes, path: bytes, now: float) -> None:
        """One datagram from elsewhere, copied into the arena."""
        self._wire.fan.run()  # what waits may still lie in that slot
        kept = data[:STRIDE]
        self.arena.ingress[: len(kept)] = kept
        self.handle_slot(0, len(kept), path, now, now)

    def is_bound(self, path: bytes) -> bool:
        """Does somebody's valid check stand for this path?"""
        return path in self._ice.owners

    def close_path(self, path: bytes, now: float) -> None:
        """A TCP connection ended: nothing comes from it or goes to it any more."""
        owner = self._ice.release(path)
        if owner is not None:
            owner.refresh_path(now)

    def attach(self, streams: Streams) -> None:
        """Connections beside the datagrams: told what must not leave any more."""
        self._wire.streams = streams

    def flush(self) -> None:
        """End of a batch: transmit, and free what peers left behind."""
        self._wire.fan.run()
        self.outbox.flush()
        self._freed.clear()

    def stats(self, cpu_s: float) -> PlaneStats:
        """A snapshot of all counters."""
        return PlaneStats(
            {number: publication.stats() for number, publication in self._publications.items()},
            {number: subscription.stats() for number, subscription in self._subscriptions.items()},
            dict(self._wire.drops),
            self.ingress.packets,
            self.outbox.packets,
            cpu_s,
            len(self._peers),
            sum(len(peer.ssrcs) + len(peer.slots) for peer in self._peers.values() if peer.keys is not None),
            self.ingress.load.queue_s(self._wire.now),
            self.ingress.load.step,
        )

    # Verbs on peers.

    def add_peer(self, peer: int, room: int, ufrag: str, pwd: str) -> None:
        if peer in self._peers:
            return self._refuse("peer-known")
        now = self._wire.now
        added = self._forms.peer(peer, room, Credentials(ufrag.encode(), pwd.encode()), now)
        if not self._ice.add(added):
            return self._refuse("ufrag-taken")
        self._peers[peer] = added
        self._routers.setdefault(room, Router(room)).peers += 1
        return None

    def set_ice(self, peer: int, ufrag: str, pwd: str) -> None:
        known = self._peers.get(peer)
        if known is not None and not self._ice.restart(known, Credentials(ufrag.encode(), pwd.encode())):
            self._refuse("ufrag-taken")

    def send_dtls(self, peer: int, datagram: bytes) -> None:
        known = self._peers.get(peer)
        if known is None or not 0 < len(datagram) <= MAX_INJECTED:
            return
        known.waiting_dtls.append(datagram)
        self.ingress.flush_dtls(known)

    def set_srtp(self, peer: int, profile: SrtpProfile, rx_key: bytes, tx_key: bytes) -> None:
        known = self._peers.get(peer)
        keys = (profile, rx_key, tx_key)
        if known is None or known.keys == keys:
            return None  # contexts made anew over the same keys would begin their sequence again
        try:
            contexts = (
                self._ciphers.rx(profile, rx_key),
                self._ciphers.rx(profile, rx_key),
                self._ciphers.tx(profile, tx_key),
            )
        except ValueError:
            return self._refuse("srtp-keys")
        self._freed += (known.rx, known.rx_rtcp, known.tx)
        known.keys = keys
        known.rx, known.rx_rtcp, known.tx = contexts
        self._wire.fan.settle()
        known.lane.seal_with(known.tx)
        return None

    def set_uplink_cap(self, peer: int, bps: int | None) -> None:
        known = self._peers.get(peer)
        if known is not None:
            known.uplink_cap = None if bps is None else max(0, bps)

    def set_downlink_goal(self, peer: int, bps: int) -> None:
        known = self._peers.get(peer)
        if known is not None:
            self._downlinks.set_goal(known, max(0, bps))

    def remove_peer(self, peer: int) -> None:
        gone = self._peers.pop(peer, None)
        if gone is None:
            return
        for number in list(gone.publications):
            self.remove_publication(number)
        for subscription in list(gone.slots.values()):
            self.remove_slot(subscription.number)
        if self._wire.streams is not None:
            self.flush()  # the goodbye (close_notify)
            self._wire.streams.end(gone.ice.paths)
        self._ice.remove(gone)
        self._downlinks.forget(gone)
        self._freed += (gone.rx, gone.rx_rtcp, gone.tx)
        gone.rx = gone.rx_rtcp = gone.tx = gone.path = None
        gone.lane.lead_to(None)
        gone.lane.seal_with(None)
        router = self._routers[gone.room]
        router.peers -= 1
        if not router.peers:
            del self._routers[gone.room]

    # Verbs on publications.

    def add_publication(self, pub: int, peer: int | None, spec: PublicationSpec) -> None:
        owner = None if peer is None else self._peers.get(peer)
        if pub in self._publications or (peer is not None and owner is None):
            return
        publication = self._publications[pub] = self._forms.publication(
            pub, owner, spec, self._upstream.on_gap, self._wire.fan
        )
        if owner is not None:
            owner.publications[pub] = publication
            refused, evicted = owner.ssrcs.declare(publication)
            if refused:
                self._refuse("ssrc-claimed", refused)
            for ssrc in evicted:
                if owner.rx is not None:
                    owner.rx.forget(ssrc)

    def set_gate(self, pub: int, is_open: bool) -> None:
        publication = self._publications.get(pub)
        if publication is not None:
            publication.set_gate(is_open)

    def inject(self, pub: int, packet: bytes) -> None:
        publication = self._publications.get(pub)
        if publication is None or publication.peer is not None:
            return None
        length = len(packet)
        view = self._injected
        if length > MAX_INJECTED:
            return self._refuse("inject-malformed")
        self._wire.fan.run()
        self.arena.ingress[:length] = packet
        if not view.parse(0, length) or not view.strip_padding() or not publication.accepts(view.payload_type):
            return self._refuse("inject-malformed")
        cause = publication.receive(view, None, self._wire.now)
        return self._refuse(cause) if cause is not None else None

    def request_keyframe(self, pub: int, rid: str | None = None) -> None:
        publication = self._publications.get(pub)
        if publication is not None:
            for track in publication.tracks.values():
                if rid is None or track.rid == rid:
                    self._upstream.ask_keyframe(publication, track)

    def remove_publication(self, pub: int) -> None:
        gone = self._publications.pop(pub, None)
        if gone is None:
            return
        gone.close()
        self._upstream.forget(gone)
        if gone.peer is not None:
            gone.peer.ssrcs.retire(gone)
            gone.peer.publications.pop(pub, None)

    # Verbs on slots.

    def add_slot(self, slot: int, peer: int, spec: SlotSpec) -> None:
        viewer = self._peers.get(peer)
        if viewer is None or slot in self._subscriptions:
            return None
        taken = {FEEDBACK_SSRC, *viewer.slots}
        taken.update(one.repair.ssrc for one in viewer.slots.values() if one.repair is not None)
        if spec.ssrc in taken or spec.rtx_ssrc in taken or spec.ssrc == spec.rtx_ssrc:
            return self._refuse("slot-ssrc-taken")
        subscription = Subscription(slot, viewer, spec, self._wire, self._upstream.ask_keyframe)
        self._subscriptions[slot] = viewer.slots[spec.ssrc] = subscription
        self._downlinks.on_slot(subscription, self._wire.now)
        return None

    def subscribe(self, slot: int, pub: int | None, target: Layer | None) -> None:
        subscription = self._subscriptions.get(slot)
        if subscription is None:
            return
        publication = None if pub is None else self._publications.get(pub)
        router, now = self._routers[subscription.viewer.room], self._wire.now
        is_gone = pub is not None and publication is None
        if is_gone or not router.subscribe(subscription, publication, target, now):
            # What it showed until now was not asked for either.
            subscription.subscribe(None, None, now)
            self._refuse("subscribe-refused")

    def set_target_layer(self, slot: int, target: Layer) -> None:
        subscription = self._subscriptions.get(slot)
        if subscription is not None:
            subscription.set_target(target, self._wire.now)

    def set_paused(self, slot: int, is_paused: bool) -> None:
        subscription = self._subscriptions.get(slot)
        if subscription is not None:
            subscription.set_paused(is_paused, self._wire.now)

    def remove_slot(self, slot: int) -> None:
        gone = self._subscriptions.pop(slot, None)
        if gone is not None:
            gone.close()
            self._wire.waiting.discard(gone)
            gone.viewer.slots.pop(gone.spec.ssrc, None)

    def _refuse(self, cause: str, count: int = 1) -> None:
        self._wire.drops[cause] += count
