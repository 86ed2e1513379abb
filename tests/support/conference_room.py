"""A conference over a fake plane, on a clock that a test may hold, with peers that have connected and answered."""

import itertools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from sfu.codecs import Kind
from sfu.control.conference import Conference
from sfu.control.peer import Publication, Slot
from sfu.control.sdp.ledger import SlotLine, new_ledger
from sfu.node import Pictures, SlotShown, Source, SourceWanted, Wanted, WantedCamera
from sfu.plane import LayerRate, PublicationSpec, SlotSpec
from tests.support.fake_plane import FakePlane

ROOM = 1
NUMBERS = {Kind.AUDIO: (111,), Kind.VIDEO: (96, 97)}


class Owner:
    def __init__(self) -> None:
        self.slots: dict[int, tuple[SlotShown, ...]] = {}
        self.told = 0
        self.speaking: list[tuple[int, ...]] = []
        self.layers: dict[int, tuple[SourceWanted, ...]] = {}
        self.pictures: dict[int, Pictures] = {}

    def on_slots(self, peer: int, slots: tuple[SlotShown, ...]) -> None:
        self.slots[peer] = slots
        self.told += 1

    def on_speaking(self, room: int, peers: tuple[int, ...]) -> None:
        self.speaking.append(peers)

    def on_layers_wanted(self, peer: int, sources: tuple[SourceWanted, ...]) -> None:
        self.layers[peer] = sources

    def on_pictures(self, peer: int, pictures: Pictures) -> None:
        self.pictures[peer] = pictures


class Room:
    """A conference over a fake plane, with peers that are connected and have answered."""

    def __init__(self) -> None:
        self.plane, self.owner = FakePlane(), Owner()
        self.now = 0.0
        self._timer: tuple[float, Callable[[], None]] | None = None
        self.ids = itertools.count(1)
        self.conference = Conference(ROOM, self.plane, self.owner)
        self._loop = self.conference._loop
        self.peers: dict[int, Any] = {}

    def stop_clock(self) -> None:
        """From now on time passes by `wait` alone."""
        self.conference._loop = SimpleNamespace(  # type: ignore[assignment]
            time=lambda: self.now, call_soon=self._loop.call_soon, call_at=self._call_at
        )

    def _call_at(self, at: float, call: Callable[[], None]) -> SimpleNamespace:
        self._timer = (at, call)
        return SimpleNamespace(cancel=lambda: setattr(self, "_timer", None))

    def wait(self, seconds: float) -> None:
        """What is due meanwhile happens when it is due."""
        self.conference.flush()
        end = self.now + seconds
        while self._timer is not None and self._timer[0] <= end:
            (self.now, call), self._timer = self._timer, None
            call()
            self.conference.flush()
        self.now = end

    @property
    def is_waiting(self) -> bool:
        """Something is due by time alone."""
        return self._timer is not None

    def join(
        self,
        *,
        codecs: dict[Kind, tuple[int, ...]] | None = None,
        rids: tuple[str, ...] = (),
        is_connected: bool = True,
    ) -> int:
        number = next(self.ids)
        self.plane.add_peer(number, ROOM, "", "")
        ledger = new_ledger(lambda: next(self.ids))
        slots, publications = [], {}
        for line in ledger:
            accepted = (codecs or NUMBERS)[line.kind]
            if isinstance(line, SlotLine):
                slots.append(Slot(next(self.ids), line, accepted))
                accepted_slot = SlotSpec(line.kind, line.mid, line.ssrc, line.rtx_ssrc, accepted)
                self.plane.add_slot(slots[-1].slot, number, accepted_slot)
            else:
                layers = rids if line.source is Source.CAMERA else ()
                spec = PublicationSpec(line.kind, line.mid, accepted, rids=layers)
                pub = Publication(next(self.ids), line.source, spec)
                publications[line.source] = pub
                self.plane.add_publication(pub.pub, number, pub.spec)
        peer = SimpleNamespace(
            id=number, publications=publications, slots=tuple(slots), has_answered=True, is_connected=is_connected
        )
        self.peers[number] = peer
        self.conference.add(peer)
        self.conference.on_publications(number, list(publications.values()), [])
        return number

    def leave(self, number: int) -> None:
        self.plane.remove_peer(number)
        del self.peers[number]
        self.conference.remove(number)

    def pub(self, number: int, source: Source) -> int:
        found: Publication = self.peers[number].publications[source]
        return found.pub

    def seen_by(self, number: int, source: Source = Source.CAMERA) -> list[int]:
        """Publishers in the slots that the viewer was told."""
        self.conference.flush()
        shown = self.owner.slots.get(number, ())
        return [slot.publisher for slot in shown if slot.source is source and slot.publisher is not None]

    def everybody(self, count: int, *gates: Source, rids: tuple[str, ...] = ()) -> list[int]:
        people = [self.join(rids=rids) for _ in range(count)]
        for person in people:
            self.conference.set_receiving(person, True)
            for source in gates:
                self.conference.set_gate(person, source, True)
        self.conference.flush()
        return people

    def layers_to(self, number: int) -> dict[int, str | None]:
        """Publisher → layer asked of the plane for this viewer's camera slots."""
        self.conference.flush()
        shown = self.plane.shown
        return {
            self.plane.publications[shown[slot.slot]][0] or 0: self.plane.targets[slot.slot].rid
            for slot in self.peers[number].slots
            if slot.line.source is Source.CAMERA and slot.slot in shown
        }

    def wanted_of(self, number: int) -> tuple[str, ...] | None:
        """The camera layers that the publisher was told to send; None: nothing was said, so all."""
        self.conference.flush()
        for one in self.owner.layers.get(number, ()):
            if one.source is Source.CAMERA:
                return one.rids if one.is_wanted else ()
        return None

    def live(self, number: int, **rates: int) -> None:
        """The plane says which camera layers come."""
        told = tuple(LayerRate(rid, bps) for rid, bps in rates.items())
        self.conference.on_layers(self.pub(number, Source.CAMERA), told)

    def views(self, viewer: int, *tiles: tuple[int, int], **rest: Any) -> None:
        """The page shows these (person, width)."""
        self.conference.set_wanted(viewer, Wanted(tuple(WantedCamera(*tile) for tile in tiles), **rest))
