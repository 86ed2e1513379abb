"""One room: who publishes, who sees whom in which slot, who speaks.

The room word for this is a session; here it is only a set of peers that may receive one another. A peer never gets its
own publications, a peer that is not receiving gets nothing, and a closed gate's publication is in nobody's slot.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from sfu.control.allocator import Candidate, assign, choose_cameras
from sfu.control.downlink import Downlink
from sfu.control.lines import LineParts
from sfu.control.peer import Peer, Publication
from sfu.control.sdp.ledger import AUDIO_SLOTS, CAMERA_SLOTS, SCREEN_SLOTS
from sfu.control.speakers import Speakers
from sfu.node import SlotShown, Source, Video, Wanted
from sfu.plane import AudioLevel, LayerRate, PacketPlane

SPEAKING_INTERVAL_S: Final = 0.25


class ConferenceOwner(Protocol):
    """What a room tells the node; called from the event loop."""

    def on_slots(self, peer: int, slots: tuple[SlotShown, ...]) -> None: ...

    def on_speaking(self, room: int, peers: tuple[int, ...]) -> None: ...


@dataclass(slots=True)
class _Member:
    peer: Peer
    is_receiving: bool = False
    wanted: Wanted = field(default_factory=Wanted)
    gates: set[Source] = field(default_factory=set)
    shown: dict[int, int | None] = field(default_factory=dict)  # slot → publication
    told: tuple[SlotShown, ...] | None = None
    downlink: Downlink = field(default_factory=Downlink)
    downlink_bps: int | None = None
    cameras_wanted: int = 0


class Conference:
    """The peers of one room on one plane. Verbs act on the plane at once where they restrict; the rest on `flush`."""

    def __init__(self, room: int, plane: PacketPlane, owner: ConferenceOwner) -> None:
        self.room = room
        self._plane = plane
        self._owner = owner
        self._members: dict[int, _Member] = {}
        self._publishers: dict[int, tuple[_Member, Publication]] = {}  # by publication
        self._rates: dict[int, int] = {}
        self._speakers = Speakers()
        self._loop = asyncio.get_running_loop()
        self._flush: asyncio.Handle | None = None
        self._speaking: asyncio.TimerHandle | None = None
        self._told_speaking: tuple[int, ...] = ()
        self._told_at = float("-inf")

    @property
    def is_empty(self) -> bool:
        return not self._members

    def add(self, peer: Peer) -> None:
        self._members[peer.id] = _Member(peer)

    def remove(self, peer: int) -> None:
        """The caller has closed the peer, which took its slots and publications out of the plane."""
        member = self._members.pop(peer, None)
        if member is None:
            return
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
            if is_receiving:
                self._changed()
            else:
                self._assign(member)

    def set_wanted(self, peer: int, wanted: Wanted) -> None:
        member = self._members.get(peer)
        if member is not None and member.wanted != wanted:
            member.wanted = wanted
            self._changed()

    def on_publications(self, peer: int, added: Sequence[Publication], removed: Sequence[Publication]) -> None:
        member = self._members[peer]
        for publication in removed:
            self._withdraw(publication)
        for publication in added:
            self._publishers[publication.pub] = (member, publication)
            if publication.source in member.gates:
                self._plane.set_gate(publication.pub, True)
        self._changed()

    def on_connected(self) -> None:
        self._changed()

    def on_downlink_bps(self, peer: int, bps: int) -> None:
        member = self._members.get(peer)
        if member is None:
            return
        member.downlink_bps = bps
        held = [pub for pub in member.shown.values() if pub is not None and pub in self._publishers]
        used = sum(self._rates.get(pub, 0) for pub in held)
        cameras = sum(1 for pub in held if self._publishers[pub][1].source is Source.CAMERA)
        if member.downlink.update(bps, used, cameras, member.cameras_wanted, self._loop.time()):
            self._changed()

    def line_parts(self, peer: int) -> LineParts:
        member = self._members[peer]
        return LineParts(
            self.room,
            [publication.pub for publication in member.peer.publications.values()],
            [slot.slot for slot in member.peer.slots],
            member.downlink_bps,
        )

    def on_layers(self, pub: int, live: Sequence[LayerRate]) -> None:
        if pub in self._publishers:
            self._rates[pub] = sum(rate.bps for rate in live)

    def on_levels(self, levels: Sequence[AudioLevel]) -> None:
        mine = {level.pub: level.level for level in levels if self._is_open(level.pub)}
        if self._speakers.update(mine, self._loop.time()):
            self._speaking_changed()

    def _is_open(self, pub: int) -> bool:
        """A batch of levels may cross the verb that closed a gate."""
        entry = self._publishers.get(pub)
        return entry is not None and entry[1].source in entry[0].gates

    def flush(self) -> None:
        """Bring every viewer's slots in line with what was asked; otherwise done at the loop's next turn."""
        if self._flush is not None:
            self._flush.cancel()
            self._flush = None
            for member in list(self._members.values()):
                self._assign(member)

    def close(self) -> None:
        for handle in (self._flush, self._speaking):
            if handle is not None:
                handle.cancel()
        self._flush = self._speaking = None

    def _changed(self) -> None:
        if self._flush is None:
            self._flush = self._loop.call_soon(self.flush)

    def _withdraw(self, publication: Publication) -> None:
        del self._publishers[publication.pub]
        self._rates.pop(publication.pub, None)
        self._silence(publication.pub)

    def _silence(self, pub: int) -> None:
        if self._speakers.forget(pub, self._loop.time()):
            self._speaking_changed()

    def _candidates(self, viewer: _Member, source: Source) -> list[Candidate]:
        return [
            Candidate(publication.pub, member.peer.id)
            for member in self._members.values()
            if member is not viewer
            and member.peer.is_connected
            and source in member.gates
            and (publication := member.peer.publications.get(source)) is not None
        ]

    def _assign(self, viewer: _Member) -> None:
        is_served = viewer.is_receiving and viewer.peer.is_connected
        accepted = {slot.slot: slot.accepted for slot in viewer.peer.slots}
        shown: dict[int, int | None] = {}
        for source in Source:
            current = {
                slot.slot: viewer.shown.get(slot.slot) for slot in viewer.peer.slots if slot.line.source is source
            }
            chosen = self._choose(viewer, source, current) if is_served else []
            shown |= assign(current, chosen, lambda slot, pub: self._publishers[pub][1].payload_type in accepted[slot])
        for slot, pub in shown.items():
            if pub != viewer.shown.get(slot):
                self._plane.subscribe(slot, pub, None)
        viewer.shown = shown
        self._tell(viewer)

    def _choose(self, viewer: _Member, source: Source, current: dict[int, int | None]) -> list[int]:
        candidates = self._candidates(viewer, source)
        if viewer.wanted.video is Video.NONE and source is not Source.MIC:
            return []
        if source is Source.CAMERA:
            shown = viewer.wanted.cameras
            wanted = None if shown is None else [camera.peer for camera in shown]
            viewer.cameras_wanted = min(CAMERA_SLOTS, len(choose_cameras(candidates, wanted, len(candidates), None)))
            return choose_cameras(candidates, wanted, CAMERA_SLOTS, viewer.downlink.fits)
        pubs = [candidate.pub for candidate in candidates]
        if source is Source.SCREEN:
            return [pub for pub in pubs if viewer.wanted.screen][:SCREEN_SLOTS]
        return self._speakers.hold({pub for pub in current.values() if pub is not None}, pubs, AUDIO_SLOTS)

    def _tell(self, viewer: _Member) -> None:
        told = tuple(
            SlotShown(slot.line.mid, slot.line.source, None if pub is None else self._publishers[pub][0].peer.id)
            for slot in viewer.peer.slots
            for pub in (viewer.shown.get(slot.slot),)
        )
        if told != viewer.told:
            viewer.told = told
            self._owner.on_slots(viewer.peer.id, told)

    def _speaking_changed(self) -> None:
        """The news of it goes out at most four times a second, the newest last; seats may change hands at once."""
        if sum(publication.source is Source.MIC for _, publication in self._publishers.values()) > AUDIO_SLOTS:
            self._changed()
        if self._speaking is None:
            wait = max(0.0, self._told_at + SPEAKING_INTERVAL_S - self._loop.time())
            self._speaking = self._loop.call_later(wait, self._tell_speaking)

    def _tell_speaking(self) -> None:
        self._speaking = None
        self._told_at = self._loop.time()
        speaking = tuple(self._publishers[pub][0].peer.id for pub in self._speakers.active if pub in self._publishers)
        if speaking != self._told_speaking:
            self._told_speaking = speaking
            self._owner.on_speaking(self.room, speaking)
