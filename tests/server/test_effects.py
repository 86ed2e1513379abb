"""Rights to verbs: what closes, closes first; what opens, opens only for people who have a page."""

import asyncio
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rooms.ids import Instant, PersonId
from rooms.live.rights import NO_MEDIA, MediaRights
from server.effects import RoomMedia
from server.effects_peers import PeerBook
from server.effects_transport import common, is_gate_open
from sfu.node import Source, Video, Wanted
from signaling.client_media import Viewing
from signaling.server_messages import ServerMessage
from tests.support.fake_media import FakeMedia
from tests.support.virtual_clock import VirtualClock

ASH, BIRCH = PersonId("p_ash_____"), PersonId("p_birch___")
LISTENS = MediaRights(may_connect=True, may_receive=True)
SPEAKS = replace(LISTENS, mic_open=True)
ALL = MediaRights(True, True, True, True, True)


class Pages:
    def __init__(self, *connected: PersonId) -> None:
        self.connected = set(connected)
        self.told: list[tuple[PersonId, ServerMessage]] = []

    def is_connected(self, person: PersonId) -> bool:
        return person in self.connected

    def tell(self, person: PersonId, message: ServerMessage) -> None:
        self.told.append((person, message))


class Case:
    def __init__(self, *connected: PersonId) -> None:
        self.node = FakeMedia()
        self.pages = Pages(*connected)
        self.book: PeerBook[RoomMedia] = PeerBook(Instant(1))
        self.clock = VirtualClock()
        self.media = RoomMedia(self.node, 7, self.book, self.pages, self.clock, self.clock.alarm())

    @property
    def verbs(self) -> list[object]:
        return [entry[0] if entry[0] != "gate" else entry[2:] for entry in self.node.log]


async def test_only_people_with_a_page_get_a_transport() -> None:
    case = Case(ASH)
    case.media.permit({ASH: LISTENS, BIRCH: LISTENS})
    assert case.verbs == ["open-peer", "receiving"]
    case.pages.connected.add(BIRCH)
    case.media.permit({ASH: LISTENS, BIRCH: LISTENS})
    assert case.verbs == ["open-peer", "receiving", "open-peer", "receiving"]


async def test_restrict_opens_nothing_and_permit_follows() -> None:
    case = Case(ASH)
    case.media.permit({ASH: LISTENS})
    case.node.log.clear()
    assert not case.media.restrict({ASH: SPEAKS})
    assert case.verbs == []
    case.media.permit({ASH: SPEAKS})
    assert case.verbs == [("mic", True)]
    assert case.media.restrict({ASH: LISTENS})
    assert case.verbs == [("mic", True), ("mic", False)]


async def test_a_transport_made_while_a_change_is_stored_never_gets_more_than_was_left() -> None:
    case = Case(ASH)
    case.media.permit({ASH: SPEAKS})
    (number,) = case.node.peers
    case.media.restrict({ASH: LISTENS})
    case.node.peers.clear()
    case.media.on_gone((number,))
    (peer,) = case.node.peers.values()
    assert peer.gates == set()


async def test_somebody_without_rights_gets_no_new_transport() -> None:
    case = Case(ASH)
    case.media.permit({ASH: SPEAKS})
    (number,) = case.node.peers
    case.media.restrict({})
    assert case.verbs[-1] == "close-peer"
    case.media.on_gone((number,))
    case.media.permit({})
    assert case.node.peers == {}
    assert len(case.book) == 0


async def test_callbacks_of_a_peer_that_is_gone_are_silent() -> None:
    case = Case(ASH)
    case.media.permit({ASH: SPEAKS})
    (number,) = case.node.peers
    case.media.close_all()
    case.media.on_connected(number)
    case.media.on_quiet(number, True)
    case.media.on_slots(number, ())
    case.media.on_speaking((number,))
    case.media.on_gone((number,))
    assert case.pages.told == []


SOUND_ALONE = Viewing(type="viewing", id=1, tiles=(), screen=False, video="none")


def wanted_by(case: Case) -> list[Wanted]:
    return [peer.wanted for peer in case.node.peers.values()]


async def test_who_has_no_seat_may_not_say_what_to_send() -> None:
    case = Case(ASH, BIRCH)
    case.media.permit({BIRCH: LISTENS})
    case.node.log.clear()
    assert case.media.request(ASH, SOUND_ALONE) == "no-media"
    assert case.node.log == []
    case.media.permit({ASH: LISTENS})
    assert wanted_by(case) == [Wanted()]


async def test_what_a_page_shows_outlives_a_time_without_a_seat_and_not_the_page() -> None:
    case = Case(ASH)
    case.media.permit({ASH: LISTENS})
    assert case.media.request(ASH, SOUND_ALONE) is None
    case.media.permit({})
    case.media.permit({ASH: LISTENS})
    assert wanted_by(case) == [Wanted((), screen=False, video=Video.NONE)]
    case.pages.connected.clear()
    case.media.permit({})
    case.pages.connected.add(ASH)
    case.media.permit({ASH: LISTENS})
    assert wanted_by(case) == [Wanted()]


rights = st.sampled_from(
    [
        NO_MEDIA,
        *(MediaRights(True, *gates) for gates in product((False, True), repeat=4)),
    ]
)
steps = st.lists(
    st.tuples(st.sampled_from(["restrict", "permit", "gone", "drop", "resume"]), rights, rights), max_size=20
)


@settings(deadline=None)
@given(steps)
@pytest.mark.parametrize("connected", [(ASH, BIRCH), (ASH,)])
def test_what_is_in_force_never_exceeds_what_is_granted(
    connected: tuple[PersonId, ...], steps: list[tuple[str, MediaRights, MediaRights]]
) -> None:
    async def run() -> None:
        case = Case(*connected)
        granted = {ASH: NO_MEDIA, BIRCH: NO_MEDIA}
        for step, one, other in steps:
            target = {ASH: one, BIRCH: other}
            match step:
                case "restrict":
                    case.media.restrict(target)
                    granted = {person: common(granted[person], target[person]) for person in granted}
                case "permit":
                    case.media.permit(target)
                    granted = target
                case "gone":
                    gone = tuple(case.node.peers)
                    case.node.peers.clear()
                    case.media.on_gone(gone)
                case "drop":
                    case.media.drop(ASH)
                case "resume":
                    case.media.resume(ASH, None)
            for number, peer in case.node.peers.items():
                owner = case.media.person_of(number)
                assert owner is not None
                assert granted[owner].may_connect
                assert peer.is_receiving <= granted[owner].may_receive
                for source in Source:
                    assert (source in peer.gates) <= is_gate_open(granted[owner], source)
                if step == "permit":
                    assert peer.is_receiving == granted[owner].may_receive
                    assert peer.gates == {source for source in Source if is_gate_open(granted[owner], source)}
            assert len(case.book) == len(case.node.peers)

    asyncio.run(run())


def test_numbers_are_fresh_after_a_restart_and_exact_in_a_browser() -> None:
    before: PeerBook[int] = PeerBook(Instant(1_800_000_000_000))
    used = {before.fresh(1) for _ in range(1_000)}
    after: PeerBook[int] = PeerBook(Instant(1_800_000_000_001))
    assert after.fresh(1) not in used
    assert after.fresh(1) < 2**53
