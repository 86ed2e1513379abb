"""One slot of one viewer: which publication it shows now, and that publication's packets as this slot's own."""

from collections.abc import Callable, Sequence
from typing import Final

from sfu.codecs import Kind
from sfu.packet.layers import LayerSelector, Verdict
from sfu.packet.media import MediaPacket
from sfu.packet.munger import Munger
from sfu.packet.packet_cache import RESEND_S, Sent
from sfu.packet.peer import Peer
from sfu.packet.pictures import PictureMunger
from sfu.packet.publication import Publication
from sfu.packet.repair import Repair
from sfu.packet.rtcp import ReceiverBlock, SenderReport
from sfu.packet.slot_report import SlotReport
from sfu.packet.slot_writer import SlotWriter
from sfu.packet.steady import Steady
from sfu.packet.track import Track
from sfu.packet.wire import Wire
from sfu.plane import Layer, SlotSpec, SlotStats

# The person shown before stays until the next one's keyframe, but never longer than this under another's name.
GRACE_S: Final = 3.0
KEYFRAME_RETRY_S: Final = 0.5
MAX_FIRST_SEQ: Final = 0x7FFF  # below 2^15, so that no receiver can mistake the first rollover (media.md 11)

AskKeyframe = Callable[[Publication, Track], None]


class Subscription:
    """`publication` is what control asked for; `_shown` is what flows, until the switch."""

    def __init__(self, number: int, viewer: Peer, spec: SlotSpec, wire: Wire, ask: AskKeyframe) -> None:
        self.number = number
        self.viewer = viewer
        self.spec = spec
        self.publication: Publication | None = None
        self.is_paused = False
        self._is_parked = False  # by control
        self._is_held = False  # by the line
        self.filters_pictures = False  # this slot looks into VP8 descriptors: since the first temporal target
        self.next_request = 0.0
        self.selector = LayerSelector()
        self.report = SlotReport(spec.ssrc, spec.mid)
        self.repair: Repair | None = None
        self._wire = wire
        self._writer = SlotWriter(viewer, spec, wire, self.report)
        self._ask = ask
        self._ssrc = spec.ssrc
        self._is_audio = spec.kind is Kind.AUDIO
        self._accepted = frozenset(spec.payload_types)
        self._shown: Publication | None = None
        self._audio: Track | None = None
        self._told: tuple[Publication, Layer | None] | None = None
        self._grace_ends = 0.0
        random = wire.random
        self._munger = Munger(
            viewer.spent.pop(spec.ssrc, random.randint(1, MAX_FIRST_SEQ)),
            random.getrandbits(32),
            48_000 if self._is_audio else 90_000,
        )
        self._pictures = PictureMunger()
        if spec.rtx_ssrc is not None and not self._is_audio:
            first = viewer.spent.pop(spec.rtx_ssrc, random.randint(1, MAX_FIRST_SEQ))
            self.repair = Repair(spec.rtx_ssrc, spec.payload_types, first)
        self._steady = Steady(viewer, spec, wire, self.report, self.repair)

    @property
    def needs_keyframe(self) -> bool:
        """A video slot waits for a keyframe that somebody may ask for."""
        publication = self.publication
        if self._is_audio or self.is_paused or publication is None or not publication.is_open:
            return False
        return self._is_switching(publication)

    def accepts(self, payload_type: int) -> bool:
        """Did the viewer's answer accept this payload type here?"""
        return payload_type in self._accepted

    # What control asks.

    def subscribe(self, publication: Publication | None, target: Layer | None, now: float) -> None:
        """Show this publication: audio at once, video from its next keyframe; None: show nothing from now on."""
        self._aim(target or Layer())
        former = self.publication
        if publication is not former:
            if former is not None and (former is not self._shown or self._is_audio or publication is None):
                self._leave(former)
            self.publication = publication
            self._grace_ends = now + GRACE_S
            if publication is None:
                if self._shown is not None:
                    self._leave(self._shown)
            elif publication is not self._shown:
                publication.viewers.append(self)
                self._wire.waiting.add(self)
        self._watch()
        self.want_keyframe(now)

    def set_target(self, target: Layer, now: float) -> None:
        """Another layer of the same publication, from its next keyframe."""
        self._aim(target)
        self._watch()
        self.want_keyframe(now)

    def _aim(self, target: Layer) -> None:
        self.selector.target = target
        if target.tid is not None and not self.filters_pictures:
            self.filters_pictures = True
            self._pictures.begin()
            self.stop_flow()

    def set_paused(self, is_paused: bool, now: float) -> None:
        """Paused: nothing is sent. Video goes on with a keyframe."""
        self._is_parked = is_paused
        self._rest(is_paused or self._is_held, now)

    def hold(self, is_held: bool, now: float) -> None:
        """The same, for as long as the viewer's line is clogged."""
        self._is_held = is_held
        self._rest(is_held or self._is_parked, now)

    def _rest(self, is_paused: bool, now: float) -> None:
        if self.is_paused == is_paused:
            return
        self.is_paused = is_paused
        if is_paused:
            if self._shown is not None and self._shown is not self.publication:
                self._leave(self._shown)
            self._interrupt()
            self._watch()
        else:
            self._watch()
            self.want_keyframe(now)

    def close(self) -> None:
        """Leave everything; numbers that were used stay spent for this viewer's keys."""
        for publication in (self._shown, self.publication):
            if publication is not None:
                self._leave(publication)
        self.publication = None
        self.viewer.spent[self._ssrc] = (self._munger.last_seq + 1) & 0xFFFF
        if self.repair is not None:
            self.viewer.spent[self.repair.ssrc] = self.repair.next_seq
            self.repair.clear()

    # What happens to publications.

    def on_gate(self, publication: Publication) -> None:
        """Opened or closed: the next packet, for video the next keyframe, continues without a hole."""
        if publication is self._shown:
            if publication is self.publication:
                self._interrupt()
            else:
                self._leave(publication)
        if publication.is_open and publication is self.publication:
            self.want_keyframe(self._wire.now)

    def on_source(self, publication: Publication) -> None:
        """One of its sources was replaced by another one: what follows must be looked at."""
        if self._is_audio:
            self.stop_flow()
        self._watch()

    def on_removed(self, publication: Publication) -> None:
        """The publication is gone."""
        self._leave(publication)
        if publication is self.publication:
            self.publication = None

    def want_keyframe(self, now: float) -> None:
        """Ask for a keyframe of the target, if the slot needs one; again every 500 ms by the timer."""
        publication = self.publication
        if publication is None or not self.needs_keyframe:
            return
        self._wire.waiting.add(self)
        if self.viewer.path is None:
            return  # nobody could see it
        self.next_request = now + KEYFRAME_RETRY_S
        rid = self.selector.target.rid
        for track in publication.tracks.values():
            if rid is None or track.rid == rid:
                self._ask(publication, track)
                return

    def wait(self, now: float) -> bool:
        """By the timer while a switch is under way; False when there is nothing to wait for."""
        if self._shown is not None and self._shown is not self.publication and now >= self._grace_ends:
            self._leave(self._shown)
        if self.needs_keyframe and now >= self.next_request:
            self.want_keyframe(now)
        return self.needs_keyframe or (self._shown is not None and self._shown is not self.publication)

    # Packets.

    def forward(self, publication: Publication, packet: MediaPacket, track: Track, now: float, is_late: bool) -> None:
        """A clean packet of a publication in whose list this slot is."""
        if self.is_paused or packet.payload_type not in self._accepted:
            return
        flow = self._steady.flow
        if flow is not None and track is flow.track:
            # The others of this track are the fan's.
            if is_late and packet.number >= flow.first:
                self._writer.send(packet, (packet.number + flow.offset) & 0xFFFF, flow.timestamp_offset, None)
            return
        if self._is_audio:
            if track is not self._audio:
                self._audio = track
                self._switch(publication, track)
        elif (
            packet.picture is not None or track is not self.selector.current or publication is not self.publication
        ) and self._judge(publication, packet, track, now) is not Verdict.FORWARD:
            return
        if self.viewer.path is None or self.viewer.tx is None:
            self._miss(packet.seq)
            return
        munger = self._munger
        seq = munger.forward(packet.seq, packet.timestamp, now)
        if seq < 0:
            return
        picture = None
        if (detail := packet.picture) is not None and detail.picture_bits:
            picture = self._pictures.forward(detail.picture_id, detail.tl0, detail.picture_bits)
            if not self._pictures.is_active:
                picture = None
            elif picture is None:
                return
        if self.repair is not None:
            timestamp = (packet.timestamp + munger.timestamp_offset) & 0xFFFFFFFF
            self.repair.on_sent(Sent(seq, now, packet, timestamp, picture))
        self._writer.send(packet, seq, munger.timestamp_offset, picture)
        if not is_late and seq == munger.last_seq and not self.filters_pictures:
            self._start_flow(packet, track)

    # What flows without being looked at.

    def _start_flow(self, packet: MediaPacket, track: Track) -> None:
        if self.viewer.lane.pacer is not None and not self._is_audio:
            return  # each packet waits its turn
        if self._steady.start(packet, track, self._munger):
            self._watch()

    def stop_flow(self) -> None:
        """What comes next is looked at again; it continues the numbers."""
        if self._steady.stop(self._munger):
            self._watch()

    def _watch(self) -> None:
        """Be told of each packet of a publication exactly while something must be decided about it."""
        for publication in (self._shown, self.publication):
            if publication is None:
                continue
            if self in publication.viewers and self._must_see(publication):
                publication.watch(self)
            else:
                publication.unwatch(self)

    def _must_see(self, publication: Publication) -> bool:
        if self.is_paused:
            return False
        if self._steady.flow is None:
            return True
        return publication is self.publication and not self._is_audio and self._is_switching(publication)

    def _is_switching(self, publication: Publication) -> bool:
        current = self.selector.current
        if self._shown is not publication or current is None or self.selector.is_waiting():
            return True
        return publication.tracks.get(current.rid) is not current

    def _miss(self, seq: int) -> None:
        """Nothing can be sent now: audio goes on without a hole, video with a keyframe."""
        if self._is_audio:
            self._munger.drop(seq)
        else:
            self._interrupt()
            self._wire.waiting.add(self)

    def leave_out(self, track: Track, seq: int) -> None:
        """A packet of this track carries nothing: no hole for it."""
        if self._steady.flow is None and (track is self.selector.current or track is self._audio):
            self._munger.drop(seq)

    def _judge(self, publication: Publication, packet: MediaPacket, track: Track, now: float) -> Verdict:
        former = self.selector.current
        if publication is not self.publication:
            # What was shown before flows on until the new one's keyframe, on the layer that it has.
            is_flowing = track is self.selector.current and now < self._grace_ends
            return Verdict.FORWARD if is_flowing else Verdict.IGNORE
        if self._shown is not publication:
            if not (packet.is_keyframe and self.selector.target.rid in (None, track.rid)):
                return Verdict.IGNORE
            self.selector.current = None
        verdict = self.selector.judge(track, packet.is_keyframe, packet.picture)
        if verdict is Verdict.SWITCH:
            self.filters_pictures |= self._pictures.goes_back(packet, former)
            self._switch(publication, track)
            return Verdict.FORWARD
        if verdict is Verdict.LEAVE_OUT:
            self._munger.drop(packet.seq)
            if packet.picture is not None and packet.picture.picture_bits:
                self._pictures.drop(packet.picture.picture_id, packet.picture.picture_bits)
        return verdict

    def _switch(self, publication: Publication, track: Track) -> None:
        self.stop_flow()
        former = self._shown
        self._shown = publication
        if former is not None and former is not publication:
            former.viewers.remove(self)
            former.unwatch(self)
            self._forget_sent()
        self._munger.begin(track)
        self._pictures.begin()
        layer = None if self._is_audio else Layer(track.rid, self.selector.target.tid)
        if self._told != (publication, layer):
            # Once: a publisher that changes its SSRC with every packet must not flood control.
            self._told = publication, layer
            self._wire.sink.on_switched(self.number, publication.number, layer)

    def _interrupt(self) -> None:
        """What flows stops here; whatever comes next continues without a hole."""
        self.stop_flow()
        self._munger.interrupt()
        self._pictures.note(self.selector.current)
        self._audio = self.selector.current = None
        self._forget_sent()

    def _forget_sent(self) -> None:
        """Nothing that was sent before may leave again, or only now: its gate may be closed by then."""
        if self.repair is not None:
            self.repair.clear()
        pacer = self.viewer.lane.pacer
        if pacer is not None and not self._is_audio:
            pacer.drop(lambda paced: paced[2] == self._ssrc)
        streams = self._wire.streams
        if streams is not None:
            streams.forget(self.viewer.ice.paths, (self._ssrc, self.spec.rtx_ssrc or self._ssrc))

    def _leave(self, publication: Publication) -> None:
        if publication is self._shown:
            self._interrupt()
            self._shown = self._told = None
        if self in publication.viewers:
            publication.viewers.remove(self)
        publication.unwatch(self)

    # Feedback.

    def on_sender_report(self, track: Track, report: SenderReport, now: float) -> None:
        """The publisher's SR for a track: if that flows here, the viewer gets it as this slot's."""
        self._steady.count()
        is_flowing = track is self.selector.current or track is self._audio
        if is_flowing and not self.is_paused and self.report.packets and self._munger.is_mapped:
            self._wire.send_rtcp(self.viewer, self.report.rewrite(report, self._munger.timestamp_offset, now))

    def on_block(self, block: ReceiverBlock, now: float) -> None:
        """The viewer's receiver report on this slot."""
        self.report.on_block(block, now)

    def on_keyframe_wanted(self) -> None:
        """The viewer's PLI or FIR: asked of the layer that flows now."""
        current, shown = self.selector.current, self._shown
        if shown is not None and current is not None and not self.is_paused:
            self._ask(shown, shown.tracks.get(current.rid, current))

    def repeat(self, seqs: Sequence[int], now: float, pause_s: float = RESEND_S) -> None:
        """The viewer misses packets: what is kept goes out on the RTX SSRC, unless it did less than `pause_s` ago."""
        repair = self.repair
        if repair is None or self.is_paused or not self._writer.has_way:
            return
        self._steady.count()
        for sent, rtx_seq, payload_type in repair.repeat(seqs, now, pause_s):
            self._writer.repeat(sent, rtx_seq, payload_type, repair.ssrc, now)

    def pad(self, size: int, now: float) -> int:
        """Send about `size` bytes that say nothing, to learn what the line carries; returns how many."""
        repair = self.repair
        if repair is None or self._is_held or not self._writer.has_way:
            return 0
        sent = 0
        while sent < size and (named := repair.next_padding()) is not None:
            length = self._writer.pad(*named, self._munger.last_timestamp or 0, repair.ssrc, now)
            if length < 0:
                break
            sent += length
        return sent

    def stats(self) -> SlotStats:
        """Since the slot was added."""
        self._steady.count()
        report = self.report
        return SlotStats(
            report.packets,
            report.bytes,
            0 if self.repair is None else self.repair.retransmitted,
            report.fraction_lost,
            report.rtt_ms,
        )
