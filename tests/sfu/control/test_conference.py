"""Who may receive whom, after any order of joins, gates, wishes and departures."""

import asyncio
import itertools
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from sfu.codecs import Kind
from sfu.control.sdp.ledger import KIND_OF
from sfu.node import Source, Wanted, WantedCamera
from sfu.plane import AudioLevel
from tests.support.conference_room import Room


async def test_everybody_sees_and_hears_everybody_else_and_never_themselves() -> None:
    room = Room()
    people = room.everybody(4, Source.MIC, Source.CAMERA)
    for person in people:
        others = [other for other in people if other != person]
        assert sorted(room.seen_by(person)) == others
        assert sorted(room.seen_by(person, Source.MIC)) == others
        assert room.seen_by(person, Source.SCREEN) == []
    assert room.plane.flows() == set(itertools.permutations(people, 2))


async def test_a_closed_gate_closes_in_the_plane_at_once_and_leaves_every_slot() -> None:
    room = Room()
    first, second = room.everybody(2, Source.MIC, Source.CAMERA)
    room.conference.set_gate(first, Source.CAMERA, False)
    assert room.plane.gates[room.pub(first, Source.CAMERA)] is False
    assert room.seen_by(second) == []
    assert room.seen_by(second, Source.MIC) == [first]


async def test_a_viewer_that_stops_receiving_is_served_nothing_at_once() -> None:
    room = Room()
    first, second = room.everybody(2, Source.MIC, Source.CAMERA)
    room.conference.set_receiving(second, False)
    assert room.plane.flows() == {(second, first)}
    assert room.seen_by(second) == []
    room.conference.set_receiving(second, True)
    assert room.seen_by(second) == [first]


async def test_nothing_is_sent_before_the_viewer_can_decrypt_it() -> None:
    room = Room()
    first, second = room.everybody(2, Source.CAMERA)
    late = room.join()
    room.peers[late].is_connected = False
    room.conference.set_receiving(late, True)
    told = room.seen_by(late)
    assert room.layers_to(late) == {}
    room.peers[late].is_connected = True
    room.conference.on_connected()
    assert list(room.layers_to(late)) == [first, second]
    # Its page knew where they would be while the handshake ran.
    assert told == room.seen_by(late) == [first, second]


async def test_a_page_is_told_no_slots_before_its_answer() -> None:
    room = Room()
    room.everybody(1, Source.CAMERA)
    late = room.join(is_connected=False)
    room.peers[late].has_answered = False
    room.conference.set_receiving(late, True)
    assert room.seen_by(late) == []


async def test_who_stops_receiving_while_the_handshake_runs_is_shown_nobody() -> None:
    room = Room()
    room.everybody(1, Source.CAMERA, Source.MIC)
    late = room.join(is_connected=False)
    room.conference.set_receiving(late, True)
    assert room.seen_by(late) and room.seen_by(late, Source.MIC)
    room.conference.set_receiving(late, False)
    assert room.seen_by(late) == room.seen_by(late, Source.MIC) == []


async def test_a_tenth_camera_waits_for_a_free_slot_and_the_others_stay_where_they_are() -> None:
    room = Room()
    viewer, *others = room.everybody(11, Source.CAMERA)
    before = room.seen_by(viewer)
    assert before == others[:9]
    room.leave(others[4])
    after = room.seen_by(viewer)
    assert after == [others[9] if person == others[4] else person for person in before]


async def test_a_page_sees_whom_it_asks_for() -> None:
    room = Room()
    viewer, *others = room.everybody(4, Source.CAMERA, Source.SCREEN)
    room.conference.set_wanted(viewer, Wanted((WantedCamera(others[2]),), screen=False))
    assert room.seen_by(viewer) == [others[2]]
    assert room.seen_by(viewer, Source.SCREEN) == []
    room.conference.set_wanted(viewer, Wanted())
    assert sorted(room.seen_by(viewer)) == others
    assert len(room.seen_by(viewer, Source.SCREEN)) == 1


async def test_with_more_microphones_than_slots_the_one_who_speaks_is_heard() -> None:
    room = Room()
    viewer, *others = room.everybody(12, Source.MIC)
    heard = room.seen_by(viewer, Source.MIC)
    assert heard == others[:8]
    room.conference.on_levels([AudioLevel(room.pub(others[10], Source.MIC), 20)])
    assert others[10] in room.seen_by(viewer, Source.MIC)
    assert len(room.seen_by(viewer, Source.MIC)) == 8


async def test_levels_measured_before_a_gate_closed_make_nobody_a_speaker() -> None:
    room = Room()
    first, second = room.everybody(2, Source.MIC)
    levels = [AudioLevel(room.pub(first, Source.MIC), 20), AudioLevel(room.pub(second, Source.MIC), 20)]
    room.conference.on_levels(levels)
    room.conference.set_gate(first, Source.MIC, False)
    room.conference.on_levels(levels)
    async with asyncio.timeout(2):
        while not room.owner.speaking:  # noqa: ASYNC110 - at most four times a second
            await asyncio.sleep(0.01)
    assert room.owner.speaking == [(second,)]


async def test_speakers_are_told_as_people_and_a_closed_microphone_speaks_no_more() -> None:
    room = Room()
    first, second = room.everybody(2, Source.MIC)
    levels = [AudioLevel(room.pub(first, Source.MIC), 40), AudioLevel(room.pub(second, Source.MIC), 20)]
    room.conference.on_levels(levels)
    for _ in range(3):
        await asyncio.sleep(0)
    assert room.owner.speaking == [(second, first)]
    room.conference.set_gate(second, Source.MIC, False)
    async with asyncio.timeout(5):
        while len(room.owner.speaking) < 2:  # noqa: ASYNC110 - at most four times a second
            await asyncio.sleep(0.01)
    assert room.owner.speaking == [(second, first), (first,)]


async def test_a_codec_that_a_viewer_did_not_accept_is_not_sent_to_them() -> None:
    room = Room()
    room.everybody(1, Source.CAMERA)
    other = room.join(codecs={Kind.AUDIO: (111,), Kind.VIDEO: (98, 99)})
    room.conference.set_receiving(other, True)
    room.conference.set_gate(other, Source.CAMERA, True)
    assert room.seen_by(other) == []
    assert room.seen_by(1) == []


async def test_the_map_is_told_once_per_change() -> None:
    room = Room()
    first, _ = room.everybody(2, Source.CAMERA)
    told = room.owner.told
    room.conference.set_gate(first, Source.CAMERA, True)
    room.conference.on_connected()
    room.conference.flush()
    assert room.owner.told == told


class Orders(RuleBasedStateMachine):
    """Any order of verbs; the fake plane's state is compared with what may flow."""

    people = Bundle("people")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.room = self.run(Room)
        self.receiving: set[int] = set()
        self.gates: set[tuple[int, Source]] = set()

    def run(self, action: Any, *args: Any) -> Any:
        async def inside() -> Any:
            return action(*args)

        return self.loop.run_until_complete(inside())

    def teardown(self) -> None:
        self.run(self.room.conference.close)
        self.loop.close()

    @rule(target=people)
    def join(self) -> int:
        return int(self.run(self.room.join))

    @rule(person=consumes(people))
    def leave(self, person: int) -> None:
        self.run(self.room.leave, person)
        self.receiving.discard(person)
        self.gates = {(owner, source) for owner, source in self.gates if owner != person}

    @rule(target=people, person=consumes(people), source=st.sampled_from(Source), is_open=st.booleans())
    def gate(self, person: int, source: Source, is_open: bool) -> Any:
        self.run(self.room.conference.set_gate, person, source, is_open)
        (self.gates.add if is_open else self.gates.discard)((person, source))
        return multiple(person)

    @rule(person=people, is_receiving=st.booleans())
    def receive(self, person: int, is_receiving: bool) -> None:
        self.run(self.room.conference.set_receiving, person, is_receiving)
        (self.receiving.add if is_receiving else self.receiving.discard)(person)

    @rule(person=people, cameras=st.none() | st.lists(st.integers(1, 200), max_size=4))
    def want(self, person: int, cameras: list[int] | None) -> None:
        wanted = Wanted(None if cameras is None else tuple(map(WantedCamera, cameras)))
        self.run(self.room.conference.set_wanted, person, wanted)

    @rule()
    def settle(self) -> None:
        self.run(self.room.conference.flush)
        for person, peer in self.room.peers.items():
            told = self.room.owner.slots[person]
            in_force = [self.room.plane.shown.get(slot.slot) for slot in peer.slots]
            owners = [None if pub is None else self.room.plane.publications[pub][0] for pub in in_force]
            assert [slot.publisher for slot in told] == owners
        mics = {person for person, source in self.gates if source is Source.MIC}
        for viewer in self.receiving:
            heard = {slot.publisher for slot in self.room.owner.slots[viewer] if slot.source is Source.MIC} - {None}
            assert len(heard) == min(8, len(mics - {viewer}))

    @invariant()
    def only_open_gates_flow_only_to_those_who_receive_and_never_back_to_oneself(self) -> None:
        plane = self.room.plane
        for slot, pub in plane.shown.items():
            viewer, spec = plane.slots[slot]
            publisher, published = plane.publications[pub]
            assert publisher is not None and publisher != viewer
            assert spec.kind is published.kind
            assert viewer in self.receiving
        sources = {pub.pub: pub.source for peer in self.room.peers.values() for pub in peer.publications.values()}
        is_open = {(plane.publications[pub][0], sources[pub]) for pub, is_open in plane.gates.items() if is_open}
        assert is_open == self.gates
        assert all(KIND_OF[source] is plane.publications[pub][1].kind for pub, source in sources.items())


Orders.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestOrders = Orders.TestCase
