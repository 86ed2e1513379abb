"""The way of one datagram into the plane: size, first byte, source, then STUN, DTLS, RTP or RTCP (media.md section 7).

Every step either goes on or names the cause why it ends; causes are counted, nothing is logged, and whatever a parser
let through costs its sender that packet and nobody else.
"""

from typing import Final

from sfu.packet import rtcp, stun
from sfu.packet.addresses import address_of, remote_of
from sfu.packet.arena import MAX_DATAGRAM, STRIDE
from sfu.packet.demux import REPAIRED
from sfu.packet.downlinks import Downlinks
from sfu.packet.ice import IceTable
from sfu.packet.load import Load
from sfu.packet.peer import MAX_RTCP_SOURCES, Peer
from sfu.packet.rtp import RtpView
from sfu.packet.transport_feedback import TransportFeedback
from sfu.packet.wire import Wire

MIN_DTLS: Final = 13
MIN_RTP: Final = 12
MIN_RTCP: Final = 8


class _Allowance:
    """What may be read of one datagram of a peer's RTCP, by its budgets; see `rtcp.Allowance`."""

    __slots__ = ("_downlinks", "_now", "_peer", "_wire")

    def __init__(self, peer: Peer, downlinks: Downlinks, wire: Wire, now: float) -> None:
        self._peer = peer
        self._downlinks = downlinks
        self._wire = wire
        self._now = now

    def nacks(self) -> int:
        left = self._peer.nack_budget.left(self._now)
        if not left:
            self._wire.drops["nack-rate"] += 1
        return left

    def takes_feedback(self) -> bool:
        return self._downlinks.takes_feedback(self._peer, self._now)


class Ingress:
    """Judges datagrams that lie in the arena's ingress slots."""

    def __init__(self, wire: Wire, ice: IceTable[Peer], downlinks: Downlinks) -> None:
        self.packets = 0
        self._wire = wire
        self._ice = ice
        self._downlinks = downlinks
        self._buffer = wire.arena.ingress
        self._view = RtpView(self._buffer)
        self._owners = ice.owners
        self.load = Load()

    def handle(self, slot: int, length: int, path: bytes, now: float, arrival: float) -> None:
        """One datagram of `length` bytes in ingress slot `slot`; `arrival` is when the kernel got it."""
        self.packets += 1
        try:
            peer, at = self._owners.get(path), slot * STRIDE
            if (
                peer is not None
                and MIN_RTP <= length <= MAX_DATAGRAM
                and 128 <= self._buffer[at] <= 191
                and not 192 <= self._buffer[at + 1] <= 223
            ):
                cause = self._rtp(peer, slot, length, now, arrival)
            else:
                cause = self._judge(slot, length, path, now, arrival)
        except Exception:
            cause = "error"
        if cause is not None:
            self._wire.drops[cause] += 1

    def _judge(self, slot: int, length: int, path: bytes, now: float, arrival: float) -> str | None:
        if length == 0:
            return "empty"
        if length > MAX_DATAGRAM:
            return "oversize"
        at = slot * STRIDE
        first = self._buffer[at]
        if 128 <= first <= 191:
            peer = self._ice.owners.get(path)
            if peer is None:
                return "unbound"
            if length >= MIN_RTCP and 192 <= self._buffer[at + 1] <= 223:
                return self._rtcp(peer, slot, length, now)
            return self._rtp(peer, slot, length, now, arrival) if length >= MIN_RTP else "rtp-short"
        if first <= 3:
            return self._stun(at, length, path, now) if length >= stun.MIN_SIZE else "stun-short"
        if 20 <= first <= 63:
            return self._dtls(at, length, path, now)
        return "unclassified"

    def _stun(self, at: int, length: int, path: bytes, now: float) -> str | None:
        answered = self._ice.handle(bytes(self._buffer[at : at + length]), path, now)
        if isinstance(answered, str):
            return answered
        peer = answered.owner
        address, port = remote_of(path)
        self._wire.outbox.put(path, stun.success(answered.check, address, port, answered.pwd))
        peer.has_timed_out = False
        if answered.has_moved or peer.path is None:
            peer.refresh_path(now)
            self.flush_dtls(peer)
        if answered.has_moved:
            if not peer.is_path_told:
                peer.is_path_told = True
                self._wire.sink.on_path(peer.number, address_of(path))
            else:
                peer.is_path_untold = True
        return None

    def flush_dtls(self, peer: Peer) -> None:
        """Send the handshake datagrams that waited for a path."""
        while peer.waiting_dtls and peer.path is not None:
            self._wire.outbox.put(peer.path, peer.waiting_dtls.popleft())

    def _dtls(self, at: int, length: int, path: bytes, now: float) -> str | None:
        if length < MIN_DTLS:
            return "dtls-short"
        peer = self._ice.owners.get(path)
        if peer is None:
            return "unbound"
        if not peer.dtls_budget.take(1, now):
            return "dtls-rate"
        self._wire.sink.on_dtls(peer.number, bytes(self._buffer[at : at + length]))
        return None

    def _rtp(self, peer: Peer, slot: int, length: int, now: float, arrival: float) -> str | None:
        rx = peer.rx
        if rx is None:
            return "no-keys"
        view = self._view
        at = slot * STRIDE
        if not view.read(at, at + length):
            return "rtp-malformed"
        known = route = peer.ssrcs.get(view.ssrc)
        if not view.extend(None if known is None else known.layout):
            return "rtp-malformed"
        if route is None:
            if not peer.ssrcs.has_room():
                return "ssrc-cap"
            route = peer.ssrcs.propose(view)
            if route is None:
                return "ssrc-unknown"
        publication = route.publication
        if publication is None:
            return "ssrc-retired"
        media_type = payload_type = view.payload_type
        if route.is_rtx:
            media_type = REPAIRED.get(payload_type, -1)
        # No RTX payload type is among those of media, so none passes on a media SSRC.
        if media_type not in publication.media_types:
            return "payload-type"
        layout = view.layout
        if layout.mid is not None and layout.mid != publication.mid:
            return "mid-conflict"
        if self.load.step and publication.is_shed(route.rid, self.load.step):
            return "shed"
        unprotect, handle, pointers, box, _ = rx.opening
        box[0] = length
        if unprotect(handle, pointers[slot], box):
            return "srtp-auth"
        length = box[0]
        if known is None:
            evicted = peer.ssrcs.latch(view.ssrc, route)
            if evicted is None:
                return "ssrc-cap"
            for ssrc in evicted:
                rx.forget(ssrc)
        route.layout = layout
        peer.ice.last_heard = peer.last_media = now
        view.end = at + length
        if layout.twcc_at:
            place = at + layout.twcc_at
            number = self._buffer[place + 1] << 8 | self._buffer[place + 2]
            peer.arrivals.on_packet(number, view.ssrc, arrival)
        if layout.abs_send_time_at:
            place = at + layout.abs_send_time_at
            peer.stamp = self._buffer[place] << 16 | self._buffer[place + 1] << 8 | self._buffer[place + 2]
            peer.stamped_at = arrival
        if view.header_end > view.end or (view.first & 0x20 and not view.strip_padding()):
            return "rtp-malformed"
        if route.is_rtx:
            cause = publication.receive_repair(view, route.rid, media_type, now)
            if cause in ("probe", "gated"):
                peer.unused_octets += length
            return cause
        return publication.receive(view, route.rid, now)

    def _rtcp(self, peer: Peer, slot: int, length: int, now: float) -> str | None:
        rx = peer.rx_rtcp
        if rx is None:
            return "no-keys"
        at = slot * STRIDE
        sender = int.from_bytes(self._buffer[at + 4 : at + 8], "big")
        if sender not in peer.rtcp_sources and len(peer.rtcp_sources) >= MAX_RTCP_SOURCES:
            return "rtcp-sources"
        length = rx.unprotect_rtcp(slot, length)
        if length < 0:
            return "srtcp-auth"
        peer.rtcp_sources.add(sender)
        peer.ice.last_heard = now
        # Counted only now: nobody else can use up what is this peer's.
        if not peer.rtcp_budget.take(1, now):
            return "rtcp-rate"
        for message in rtcp.parse(self._buffer[at : at + length], _Allowance(peer, self._downlinks, self._wire, now)):
            self._feedback(peer, message, now)
        return None

    def _feedback(self, peer: Peer, message: rtcp.Message, now: float) -> None:
        match message:
            case rtcp.ReceiverBlock():
                if (subscription := peer.slots.get(message.ssrc)) is not None:
                    subscription.on_block(message, now)
            case rtcp.Nack():
                peer.nack_budget.take(len(message.seqs), now)
                if not peer.nack_budget.left(now):
                    self._wire.drops["nack-rate"] += 1  # the rest was not read
                if (subscription := peer.slots.get(message.ssrc)) is not None:
                    subscription.repeat(message.seqs, now)
            case rtcp.KeyframeRequest():
                if (subscription := peer.slots.get(message.ssrc)) is not None:
                    subscription.on_keyframe_wanted()
            case rtcp.Remb():
                self._downlinks.on_remb(peer, message.bps, now)
            case TransportFeedback():
                self._downlinks.on_feedback(peer, message, now)
            case rtcp.SenderReport():
                self._sender_report(peer, message, now)
            case rtcp.Bye():
                pass  # a source that ended is silent; nobody else's is touched

    def _sender_report(self, peer: Peer, report: rtcp.SenderReport, now: float) -> None:
        route = peer.ssrcs.get(report.ssrc)
        if route is None or route.publication is None or route.is_rtx:
            return
        publication = route.publication
        track = publication.tracks.get(route.rid)
        if track is None or track.ssrc != report.ssrc:
            return
        # One in a while: a compound has room for dozens, and each would go to every viewer.
        if track.stats.on_sender_report(report.ntp, now) and publication.is_open:
            for viewer in publication.viewers:
                viewer.on_sender_report(track, report, now)
