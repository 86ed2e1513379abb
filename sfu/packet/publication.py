"""One participant's track in the room: its sources, its statistics and THE GATE.

`receive` gets every packet of every SSRC of this publication after decryption. The gate is tested after
retransmissions are unwrapped and before anything is copied: closed means dropped, once per packet and not per viewer.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol

from sfu.codecs import CODECS, OPUS, RED, VP8, Kind
from sfu.packet import vp8
from sfu.packet.keyframes import KEYFRAME_TESTS
from sfu.packet.layers import temporal_layers
from sfu.packet.levels import LevelMeter
from sfu.packet.load import ALL_VIDEO
from sfu.packet.media import MediaPacket
from sfu.packet.munger import MAX_GAP
from sfu.packet.rtcp import SenderReport
from sfu.packet.rtp import RtpView
from sfu.packet.track import Track
from sfu.plane import LayerRate, PublicationSpec, PublicationStats

if TYPE_CHECKING:
    from sfu.packet.fan import Fan
    from sfu.packet.peer import Peer

# Far above what a browser sends, simulcast included; what is above would cost every viewer's slot.
_RTX_TYPES: Final = frozenset(codec.rtx for codec in CODECS if codec.rtx is not None)
MAX_PPS: Final = {Kind.AUDIO: 400, Kind.VIDEO: 2_500}
NO_ROOM: Final = -1
LOOKED_AT: Final = 32  # packets: a few pictures of each temporal layer
# Calls of `rates`: each of the first, then one in some. A browser rarely layers its pictures anew, and looking costs.
LOOKED_AT_FIRST: Final = 3
LOOK_EVERY: Final = 5
REPEATS: Final = 16  # so many packets back a voice may reach (RFC 2198 section 3: 341 ms, which is 17 of Opus)
BURST_S: Final = 1.0  # of it at once: what waited while this process or the publisher's network stood still


class Viewer(Protocol):
    """A slot that shows this publication."""

    def forward(
        self, publication: "Publication", packet: MediaPacket, track: Track, now: float, is_late: bool
    ) -> None: ...

    def accepts(self, payload_type: int) -> bool: ...

    def stop_flow(self) -> None: ...

    def on_source(self, publication: "Publication") -> None: ...

    def leave_out(self, track: Track, seq: int) -> None: ...

    def on_gate(self, publication: "Publication") -> None: ...

    def on_removed(self, publication: "Publication") -> None: ...

    def on_sender_report(self, track: Track, report: SenderReport, now: float) -> None: ...

    @property
    def filters_pictures(self) -> bool: ...


class Publication:
    """`peer` is None for a server-side one. `on_gap` is told of tracks that miss packets, to be asked for again."""

    def __init__(
        self,
        number: int,
        peer: "Peer | None",
        spec: PublicationSpec,
        on_gap: Callable[["Publication", Track], None],
        fan: "Fan",
    ) -> None:
        self.number = number
        self.peer = peer
        self.spec = spec
        self.room = NO_ROOM if peer is None else peer.room
        self.is_open = False
        self.mid = spec.mid.encode()
        self.tracks: dict[str | None, Track] = {}
        self.viewers: list[Viewer] = []
        self.watching: list[Viewer] = []  # those that must see each packet; the others' flows
        self.meter = LevelMeter()
        self.gated = 0
        self.told_rates: tuple[LayerRate, ...] = ()
        self._is_audio = spec.kind is Kind.AUDIO
        self.media_types = frozenset(spec.payload_types) - _RTX_TYPES
        self._on_gap = on_gap
        self._fan = fan
        self._interval = 1 / MAX_PPS[spec.kind]
        self._plain_left = 0
        self._paid_until = 0.0  # each forwarded packet moves it on by `_interval`
        # What tracks that are gone had counted.
        self._packets = self._bytes = self._lost = 0

    def accepts(self, payload_type: int) -> bool:
        """Did the answer accept this media payload type here?"""
        return payload_type in self.media_types

    def is_shed(self, rid: str | None, step: int) -> bool:
        """Whether too much to do means that this source of video is not forwarded: see `Load`."""
        if self._is_audio:
            return False
        rids = self.spec.rids
        return step >= ALL_VIDEO or (rid in rids[1:] and rids[0] in self.tracks)

    def set_gate(self, is_open: bool) -> None:
        """Closed: nothing of any source is forwarded, nothing is asked for again, no level is kept."""
        if self.is_open == is_open:
            return
        self.is_open = is_open
        self._plain_left = REPEATS
        self.meter.reset()
        for track in self.tracks.values():
            track.missing.clear()
            track.note_picture()
            # Nothing that was sent before may leave again, or come again.
            track.history.clear()
            track.sealed = track.stats.highest
        for viewer in list(self.viewers):
            viewer.on_gate(self)

    def close(self) -> None:
        """Gone: no viewer shows it any more."""
        self.is_open = False
        for viewer in list(self.viewers):
            viewer.on_removed(self)
        self.viewers.clear()
        self.watching.clear()

    def watch(self, viewer: Viewer) -> None:
        """It must see each packet from now on."""
        if viewer not in self.watching:
            self.watching.append(viewer)

    def unwatch(self, viewer: Viewer) -> None:
        """What flows suffices, or nothing is to be shown."""
        if viewer in self.watching:
            self.watching.remove(viewer)

    def receive(self, view: RtpView, rid: str | None, now: float) -> str | None:
        """A media packet on its own SSRC; returns why it was dropped, None if it went on."""
        track = self.tracks.get(rid)
        if track is None or track.ssrc != view.ssrc:
            track = self._begin(rid, view.ssrc, now)
        ahead = track.stats.on_packet(view.seq, view.timestamp, now)
        track.bytes += view.end - view.start
        track.last_at = now
        if not self.is_open:
            self.gated += 1
            return "gated"
        if ahead == 1:
            return self._pass(view, track, now, track.stats.highest + track.shift, False)
        if ahead <= 0:
            number = track.missing.take(view.seq)
            return "late" if number is None else self._pass(view, track, now, number, True)
        self._note_gap(track, ahead, now)
        return self._pass(view, track, now, track.stats.highest + track.shift, False)

    def receive_repair(self, view: RtpView, rid: str | None, media_type: int, now: float) -> str | None:
        """A retransmission: forwarded once, if what it repeats is missing. Probes end here cheaply."""
        track = self.tracks.get(rid)
        if not self.is_open:
            self.gated += 1
            return "gated"
        if track is None or view.payload_length < 2:
            return "probe"
        at = view.header_end
        seq = view.buffer[at] << 8 | view.buffer[at + 1]
        ahead = track.stats.ahead(seq)
        number = track.missing.repair(seq, now) if ahead <= 0 else self._take_early(track, ahead, now)
        if number is None:
            return "probe"
        if not view.unwrap_rtx(track.ssrc, media_type):
            return "rtx-malformed"
        track.bytes += view.end - view.start
        return self._pass(view, track, now, number, ahead <= 0)

    def _take_early(self, track: Track, ahead: int, now: float) -> int | None:
        """Let a repair in before its loss was noticed: its number, None where it can be no repair.

        A browser repeats what our feedback shows as lost; a picture's last packet is missed here only with the next.
        """
        if ahead > MAX_GAP or track.stats.highest == track.sealed:
            return None
        track.stats.highest += ahead  # but not counted as received: the publisher must learn of the loss
        if ahead > 1:
            self._note_gap(track, ahead, now)
        return track.stats.highest + track.shift

    def _note_gap(self, track: Track, ahead: int, now: float) -> None:
        """All but the last of the newest `ahead` packets are missing; what the gate may have hidden stays so."""
        highest = track.stats.highest
        if highest - ahead != track.sealed and track.missing.on_gap(highest, ahead, now, track.shift):
            self._on_gap(self, track)
        if ahead > MAX_GAP:
            track.shift -= ahead - MAX_GAP

    def _pass(self, view: RtpView, track: Track, now: float, number: int, is_late: bool) -> str | None:
        paid_until = self._paid_until
        if paid_until < now:
            paid_until = now
        elif paid_until - now >= BURST_S:
            return "media-rate"
        self._paid_until = paid_until + self._interval
        is_audio = self._is_audio
        # Once for all viewers: control lets a voice repeat itself only where everybody understands it (ADR 0061).
        if view.payload_type == RED.payload_type and self._is_plain_needed() and not view.unwrap_red(OPUS.payload_type):
            return "red-malformed"
        if is_audio and view.layout.level_at:
            self.meter.on_level(view.buffer[view.start + view.layout.level_at], now)
        if view.end <= view.header_end:
            return self._leave_out(track, view.seq, is_late)
        watching = self.watching
        is_keyframe, picture = False, None
        # Who is content with what flows does not care what begins here.
        if not is_audio and (watching or is_late or track.throttle.is_pending):
            is_keyframe, picture = self._look(view)
            if is_keyframe:
                # Of one that begins late, later packets came before it: no slot can begin there.
                is_keyframe = not is_late
                if is_keyframe:
                    track.throttle.on_keyframe()
        if not self.viewers:
            return None
        view.clean(now)
        packet = MediaPacket(view, is_keyframe, picture, number, now)
        if track.flows:
            if packet.payload_type != track.payload_type:
                for viewer in list(self.viewers):
                    viewer.stop_flow()
            else:
                if not is_audio:
                    track.history.add(packet)
                if is_late:
                    watching = self.viewers
                else:
                    track.on_flow(packet)
                    self._fan.add(self.room, track, packet, view.start)
        elif not (is_audio or is_late):
            track.unkept = packet
        # A viewer that switches leaves the list of what it showed before.
        for viewer in tuple(watching):
            viewer.forward(self, packet, track, now, is_late)
        return None

    def _is_plain_needed(self) -> bool:
        if self._plain_left:
            # What was said before the gate opened must not be repeated after.
            self._plain_left -= 1
            return True
        return not all(viewer.accepts(RED.payload_type) for viewer in self.viewers)

    def _look(self, view: RtpView) -> tuple[bool, vp8.Descriptor | None]:
        payload = view.buffer[view.header_end : view.end]
        payload_type = view.payload_type
        if payload_type == VP8.payload_type and any(viewer.filters_pictures for viewer in self.watching):
            picture = vp8.parse(payload)
            return (picture is not None and picture.is_keyframe), picture
        test = KEYFRAME_TESTS.get(payload_type)
        return (test is not None and test(payload)), None

    def _leave_out(self, track: Track, seq: int, is_late: bool) -> str:
        if not is_late:
            track.shift -= 1
        for viewer in self.watching:
            viewer.leave_out(track, seq)
        return "padding"

    def _begin(self, rid: str | None, ssrc: int, now: float) -> Track:
        old = self.tracks.get(rid)
        if old is not None:
            self._packets += old.stats.packets
            self._bytes += old.bytes
            self._lost += max(0, old.stats.lost)
            old.payload_type = -1  # whatever of it still comes is a new source
        track = self.tracks[rid] = self._new_track(rid, ssrc, now)
        if old is not None:
            for viewer in list(self.viewers):
                viewer.on_source(self)
        return track

    def _new_track(self, rid: str | None, ssrc: int, now: float) -> Track:
        return Track(rid, ssrc, self.spec.kind, now)

    def rates(self, now: float) -> tuple[LayerRate, ...]:
        """The live layers and their rates since the last call."""
        for track in self.tracks.values():
            track.measure(now)
            is_due = track.measured <= LOOKED_AT_FIRST or track.measured % LOOK_EVERY == 0
            if is_due and track.payload_type == VP8.payload_type:
                track.temporal = temporal_layers(track.history.latest(LOOKED_AT)) or track.temporal
        live = ((rid, track) for rid, track in self.tracks.items() if track.is_live(now))
        return tuple(LayerRate(rid, track.bps, track.temporal) for rid, track in live)

    def stats(self) -> PublicationStats:
        """Totals over all sources, those that are gone included."""
        tracks = self.tracks.values()
        return PublicationStats(
            self._packets + sum(track.stats.packets for track in tracks),
            self._bytes + sum(track.bytes for track in tracks),
            self._lost + sum(max(0, track.stats.lost) for track in tracks),
            self.gated,
            sum(track.bps for track in tracks),
        )
