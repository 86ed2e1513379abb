"""What the plane asks of publishers: keyframes, throttled, and the packets that are missing."""

from sfu.codecs import Kind
from sfu.packet import rtcp_write
from sfu.packet.nack import REORDER_S
from sfu.packet.publication import Publication
from sfu.packet.track import Track
from sfu.packet.wire import FEEDBACK_SSRC, Wire


class Upstream:
    """Requests that are due now leave at once, the others by `run`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._kept: dict[Track, Publication] = {}
        self._gaps: dict[Track, Publication] = {}
        self.nack_due: float | None = None

    def ask_keyframe(self, publication: Publication, track: Track) -> None:
        """One PLI per 500 ms and layer; nothing is asked while the gate is closed."""
        if publication.peer is None or not publication.is_open:
            return
        if track.throttle.request(self._wire.now):
            self._wire.send_rtcp(publication.peer, rtcp_write.pli(FEEDBACK_SSRC, track.ssrc))
        else:
            self._kept[track] = publication

    def on_gap(self, publication: Publication, track: Track) -> None:
        """Packets of a video source are missing; audio has no retransmissions."""
        if publication.spec.kind is Kind.VIDEO and publication.peer is not None and publication.viewers:
            self._gaps[track] = publication
            due = self._wire.now + REORDER_S
            self.nack_due = due if self.nack_due is None else min(self.nack_due, due)

    def forget(self, publication: Publication) -> None:
        """The publication is gone."""
        for waiting in (self._kept, self._gaps):
            for track in [track for track, owner in waiting.items() if owner is publication]:
                del waiting[track]

    def run_keyframes(self, now: float) -> None:
        """Send kept requests whose time has come."""
        for track, publication in list(self._kept.items()):
            if not track.throttle.is_pending:
                del self._kept[track]
            elif track.throttle.is_due(now):
                del self._kept[track]
                if publication.is_open and publication.peer is not None:
                    track.throttle.request(now)
                    self._wire.send_rtcp(publication.peer, rtcp_write.pli(FEEDBACK_SSRC, track.ssrc))

    def run_nacks(self, now: float) -> None:
        """Ask for what is missing and due."""
        if self.nack_due is None or now < self.nack_due:
            return
        self.nack_due = None
        for track, publication in list(self._gaps.items()):
            asked = track.missing.due(now)
            if asked and publication.is_open and publication.peer is not None:
                self._wire.send_rtcp(publication.peer, rtcp_write.nack(FEEDBACK_SSRC, track.ssrc, asked))
            due = track.missing.next_due()
            if due is None:
                del self._gaps[track]
            else:
                self.nack_due = due if self.nack_due is None else min(self.nack_due, due)
