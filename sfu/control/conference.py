"""One room: who publishes, who sees whom in which slot and layer, who speaks.

The room word for this is a session; here it is only a set of peers that may receive one another. A peer never gets its
own publications, a peer that is not receiving gets nothing, and a closed gate's publication is in nobody's slot.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Protocol

from sfu.control.allocator import Candidate, assign, choose_cameras
from sfu.control.chooser import goal_bps, voices_bps
from sfu.control.lines import LineParts
from sfu.control.member import Member, Published
from sfu.control.peer import Peer, Publication
from sfu.control.sdp.ledger import AUDIO_SLOTS, CAMERA_SLOTS, SCREEN_SLOTS
from sfu.control.speakers import Speakers
from sfu.control.speaking import SpeakingNews
from sfu.control.video_plan import Picture
from sfu.control.watched import Watched
from sfu.node import LineStats, Pictures, SlotShown, Source, SourceWanted, Video, Wanted, WantedCamera
from sfu.plane import AudioLevel, LayerRate, PacketPlane

# An estimate that wavers less than this changes nothing.
WAVER: Final = 0.05


class ConferenceOwner(Protocol):
    """What a room tells the node; called from the event loop."""

    def on_slots(self, peer: int, slots: tuple[SlotShown, ...]) -> None: ...

    def on_speaking(self, room: int, peers: tuple[int, ...]) -> None: ...

    def on_layers_wanted(self, peer: int, sources: tuple[SourceWanted, ...]) -> None: ...

    def on_pictures(self, peer: int, pictures: Pictures) -> None: ...


class Conference:
    """The peers of one room on one plane. Verbs act on the plane at once where they restrict; the rest on `flush`."""

    def __init__(self, room: int, plane: PacketPlane, owner: ConferenceOwner) -> None:
        self.room = room
        self._plane = plane
        self._owner = owner
        self._members: dict[int, Member] = {}
        self._published: dict[int, Published] = {}  # by publication
        self._speakers = Speakers()
        self._loop = asyncio.get_running_loop()
        self._stale: set[Member] = set()  # viewers whose slots are to be chosen anew
        self._flush: asyncio.Handle | None = None
        self._due: asyncio.TimerHandle | None = None
        self._news = SpeakingNews(self._speaking, lambda peers: owner.on_speaking(room, peers))

    @property
    def is_empty(self) -> bool:
        return not self._members

    def add(self, peer: Peer) -> None:
        self._members[peer.id] = Member(peer)

    def remove(self, peer: int) -> None:
        """The caller has closed the peer, which took its slots and publications out of the plane."""
        member = self._members.pop(peer, None)
        if member is None:
            return
        self._stale.discard(member)
        for publication in member.peer.publications.values():
            self._withdraw(publication)
        self._changed()

    def set_gate(self, peer: int, source: Source, is_open: bool) -> None:
        member = self._members.get(peer)
        if member is None or (source in member.gates) == is_open:
            return
        (member.gates.add if is_open else member.gates.discard)(source)
        publication = member.peer.publications.get(source)
        if publication is not None:
            self._plane.set_gate(publication.pub, is_open)
            if not is_open:
                self._silence(publication.pub)
            self._changed()

    def set_receiving(self, peer: int, is_receiving: bool) -> None:
        member = self._members.get(peer)
        if member is not None and member.is_receiving != is_receiving:
            member.is_receiving = is_receiving
            if not is_receiving:
                self._assign(member)
            self._changed((member,))

    def set_wanted(self, peer: int, wanted: Wanted) -> None:
        member = self._members.get(peer)
        if member is not None and member.wanted != wanted:
            member.wanted = wanted
            self._changed((member,))

    def on_publications(self, peer: int, added: Sequence[Publication], removed: Sequence[Publication]) -> None:
        member = self._members[peer]
        for publication in removed:
            self._withdraw(publication)
        for publication in added:
            watched = Watched(publication.spec.rids, self._loop.time())
            self._published[publication.pub] = Published(member, publication, watched)
            if publication.source in member.gates:
                self._plane.set_gate(publication.pub, True)
        self._changed()

    def on_connected(self) -> None:
        self._changed()

    def on_downlink_bps(self, peer: int, bps: int) -> None:
        member = self._members.get(peer)
        if member is not None:
            member.downlink_bps = bps
            if member.used_bps is None or abs(bps - member.used_bps) > WAVER * member.used_bps:
                self._changed((member,))

    def on_layers(self, pub: int, live: Sequence[LayerRate]) -> None:
        published = self._published.get(pub)
        if published is not None:
            published.on_rates(live)
            self._changed(viewer for viewer in self._members.values() if viewer.plan.considers(pub))

    def on_switched(self, slot: int, rid: str | None) -> None:
        """The plane began to send another picture or layer in a slot."""
        for member in self._members.values():
            if slot in member.shown:
                member.flowing[slot] = rid

    def on_levels(self, levels: Sequence[AudioLevel]) -> None:
        # A batch of levels may cross the verb that closed a gate.
        mine = {
            level.pub: level.level
            for level in levels
            if (published := self._published.get(level.pub)) is not None and published.is_open
        }
        if self._speakers.update(mine, self._loop.time()):
            self._speaking_changed()

    def line_parts(self, peer: int) -> LineParts:
        member = self._members[peer]
        layers: dict[str, int] = {}
        for slot, pub in member.shown.items():
            if pub is not None and (rid := member.flowing.get(slot)) is not None:
                layers[rid] = layers.get(rid, 0) + 1
        mic = member.peer.publications.get(Source.MIC)
        voices = {slot.slot for slot in member.peer.slots if slot.line.source is Source.MIC}
        return LineParts(
            self.room,
            [publication.pub for publication in member.peer.publications.values()],
            [slot.slot for slot in member.peer.slots],
            member.downlink_bps,
            layers,
            voices | {mic.pub} if mic is not None else voices,
        )

    def on_lines(self, lines: Mapping[int, LineStats]) -> None:
        """A reading of the lines, every two seconds: voices repeat themselves where packets are lost on their way."""
        listeners = [member for member in self._members.values() if member.is_receiving and member.peer.is_connected]
        may = len(listeners) > 1 and all(member.peer.takes_redundant for member in listeners)
        for published in self._published.values():
            if published.publication.source is Source.MIC and published.is_open:
                publisher = published.owner
                losses = [lines[publisher.peer.id].up_voice_loss] if publisher.peer.id in lines else []
                losses += [
                    lines[member.peer.id].down_voice_loss
                    for member in listeners
                    if member is not publisher and member.peer.id in lines
                ]
                publisher.peer.prefer_redundant(published.redundancy.update(losses, may=may))

    def flush(self) -> None:
        """Bring every viewer's slots in line with what was asked; otherwise done at the loop's next turn."""
        if self._flush is not None:
            self._flush.cancel()
            self._flush = None
            stale, self._stale = self._stale, set()
            for member in [member for member in self._members.values() if member in stale]:
                self._assign(member)
            self._watch()
            self._set_timer()

    def close(self) -> None:
        for handle in (self._flush, self._due):
            if handle is not None:
                handle.cancel()
        self._flush = self._due = None
        self._news.close()

    # --- inside -----------------------------------------------------------------------------------------------------
    def _changed(self, viewers: Iterable[Member] | None = None) -> None:
        """What these viewers are sent, by default all, is to be chosen anew."""
        self._stale.update(self._members.values() if viewers is None else viewers)
        if self._flush is None:
            self._flush = self._loop.call_soon(self.flush)

    def _withdraw(self, publication: Publication) -> None:
        del self._published[publication.pub]
        self._silence(publication.pub)

    def _silence(self, pub: int) -> None:
        if self._speakers.forget(pub, self._loop.time()):
            self._speaking_changed()

    def _candidates(self, viewer: Member, source: Source) -> list[Candidate]:
        return [
            Candidate(publication.pub, member.peer.id)
            for member in self._members.values()
            if member is not viewer
            and member.peer.is_connected
            and source in member.gates
            and (publication := member.peer.publications.get(source)) is not None
        ]

    def _assign(self, viewer: Member) -> None:
        # While the handshake runs cameras that rest are asked for and the page is told its slots; nothing flows yet.
        is_expected = viewer.is_receiving and viewer.peer.has_answered
        accepted = {slot.slot: slot.accepted for slot in viewer.peer.slots}
        video = self._choose_video(viewer, is_expected=is_expected)
        shown: dict[int, int | None] = {}
        for source in Source:
            current = {
                slot.slot: viewer.shown.get(slot.slot) for slot in viewer.peer.slots if slot.line.source is source
            }
            chosen = []
            if is_expected and source is Source.MIC:
                chosen = self._voices(viewer, {pub for pub in current.values() if pub is not None})
            elif is_expected:
                chosen = [pub for pub in viewer.sent if video[pub] is source]
            shown |= assign(
                current, chosen, lambda slot, pub: self._published[pub].publication.payload_type in accepted[slot]
            )
        if viewer.peer.is_connected:
            self._put_in_force(viewer, shown)
        self._tell(viewer, shown)

    def _voices(self, viewer: Member, held: set[int]) -> list[int]:
        pubs = [candidate.pub for candidate in self._candidates(viewer, Source.MIC)]
        return self._speakers.hold(held, pubs, AUDIO_SLOTS)

    def _choose_video(self, viewer: Member, *, is_expected: bool) -> dict[int, Source]:
        """Sets `viewer.sent`; returns the source of every publication that its page shows.

        For who is to get nothing nothing is chosen: so nothing is waited for and no line is probed on their account.
        """
        now = self._loop.time()
        wanted = viewer.wanted
        pictures: list[Picture] = []
        sources: dict[int, Source] = {}
        if is_expected and wanted.video is not Video.NONE:
            screens = [one.pub for one in self._candidates(viewer, Source.SCREEN) if wanted.screen][:SCREEN_SLOTS]
            sources = dict.fromkeys(screens, Source.SCREEN)
            pictures = [Picture(pub, self._published[pub].rates, is_first=True) for pub in screens]
            named = None if wanted.cameras is None else {camera.peer: camera for camera in wanted.cameras}
            order = None if named is None else list(named)
            for pub in choose_cameras(self._candidates(viewer, Source.CAMERA), order, CAMERA_SLOTS):
                published = self._published[pub]
                peer = published.owner.peer.id
                tile = WantedCamera(peer) if named is None else named[peer]
                sources[pub] = Source.CAMERA
                pictures.append(
                    Picture(
                        pub,
                        published.rates,
                        published.layers(now),
                        tile.width,
                        tile.is_pinned or tile.is_speaker,
                        published.temporal,
                    )
                )
        microphones = len(self._candidates(viewer, Source.MIC))
        budget = None
        if viewer.downlink_bps is not None:
            budget = viewer.downlink_bps - voices_bps(microphones)
        viewer.used_bps = viewer.downlink_bps
        viewer.sent = viewer.plan.update(pictures, budget, now, is_saver=wanted.video is Video.SAVER)
        plan, goal = viewer.plan, 0
        if plan.goal and viewer.peer.is_connected:
            goal = goal_bps(plan.goal, microphones, is_wary=plan.is_wary)
        if abs(goal - viewer.goal_bps) > WAVER * viewer.goal_bps:
            viewer.goal_bps = goal
            self._plane.set_downlink_goal(viewer.peer.id, goal)
        return sources

    def _put_in_force(self, viewer: Member, shown: dict[int, int | None]) -> None:
        for slot, pub in shown.items():
            choice = None if pub is None else viewer.sent.get(pub)
            target = None if choice is None else choice.target
            if pub != viewer.shown.get(slot):
                self._plane.subscribe(slot, pub, target)
                viewer.flowing.pop(slot, None)
            elif target is not None and target != viewer.targets.get(slot):
                self._plane.set_target_layer(slot, target)
            if target is None:
                viewer.targets.pop(slot, None)
            else:
                viewer.targets[slot] = target
        viewer.shown = shown

    def _tell(self, viewer: Member, shown: Mapping[int, int | None]) -> None:
        told = tuple(
            SlotShown(slot.line.mid, slot.line.source, None if pub is None else self._published[pub].owner.peer.id)
            for slot in viewer.peer.slots
            for pub in (shown.get(slot.slot),)
        )
        if told != viewer.told:
            viewer.told = told
            self._owner.on_slots(viewer.peer.id, told)
        if viewer.plan.through is not viewer.told_pictures:
            viewer.told_pictures = viewer.plan.through
            self._owner.on_pictures(viewer.peer.id, viewer.plan.through)

    def _watch(self) -> None:
        """Tell every publisher which of its layers anybody gets, or would get if it were sent."""
        now = self._loop.time()
        wished: dict[int, set[str | None]] = {}
        for viewer in self._members.values():
            for pub in viewer.shown.values() if viewer.peer.is_connected else viewer.sent:
                if pub is not None and (choice := viewer.sent.get(pub)) is not None:
                    wished.setdefault(pub, set()).add(choice.wish)
        for pub, published in self._published.items():
            if published.is_open:
                published.watched.update(wished.get(pub, ()), now)
            else:
                published.watched.want_all(now)
        for member in self._members.values():
            told = tuple(
                SourceWanted(source, watched.is_wanted, watched.rids)
                for source in (Source.CAMERA, Source.SCREEN)
                if (publication := member.peer.publications.get(source)) is not None
                for watched in (self._published[publication.pub].watched,)
            )
            if told != member.told_layers and (told or member.told_layers):
                member.told_layers = told
                self._owner.on_layers_wanted(member.peer.id, told)

    def _set_timer(self) -> None:
        """What changes by time alone: a line that has been good for long enough, a layer nobody wanted for a while."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        dues = [member.plan.due for member in self._members.values()]
        for one in self._published.values():
            dues += (one.watched.due, one.watched.again) if one.is_open else ()
        at = min((due for due in dues if due is not None), default=None)
        if at is not None:
            self._due = self._loop.call_at(max(at, self._loop.time() + 0.05), self._rung)

    def _rung(self) -> None:
        self._due = None
        now = self._loop.time()
        back = [pub for pub, one in self._published.items() if (at := one.watched.again) is not None and at <= now]
        self._changed(
            member
            for member in self._members.values()
            if (member.plan.due is not None and member.plan.due <= now) or any(map(member.plan.considers, back))
        )

    def _speaking(self) -> tuple[int, ...]:
        return tuple(self._published[pub].owner.peer.id for pub in self._speakers.active if pub in self._published)

    def _speaking_changed(self) -> None:
        """Seats may change hands at once."""
        if sum(one.publication.source is Source.MIC for one in self._published.values()) > AUDIO_SLOTS:
            self._changed()
        self._news.changed()
