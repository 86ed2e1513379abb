"""Where the media process is full, newcomers wait and are told; who is in, and who leads, is let through."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from rooms.ids import Instant, PersonId
from rooms.live.rights import MediaRights
from server.effects import RoomMedia
from server.effects_peers import PeerBook
from server.newcomers import LOOK_AGAIN_MS
from signaling.client_media import ReplaceTransport
from signaling.server_media import MediaWaits, OfferMessage
from signaling.server_messages import ServerMessage
from tests.support.fake_media import FakeMedia
from tests.support.virtual_clock import VirtualClock

ASH, BIRCH, CEDAR = PersonId("p_ash_____"), PersonId("p_birch___"), PersonId("p_cedar___")
LISTENS = MediaRights(may_connect=True, may_receive=True)
LEADS = replace(LISTENS, comes_first=True)
ROOM = 7


class Case:
    """ASH leads; everybody has a page."""

    def __init__(self) -> None:
        self.node = FakeMedia()
        self.connected = {ASH, BIRCH, CEDAR}
        self.told: list[tuple[PersonId, ServerMessage]] = []
        self.clock = VirtualClock()
        self.media = RoomMedia(self.node, ROOM, PeerBook(Instant(1)), self, self.clock, self.clock.alarm())
        self.rights = {ASH: LEADS, BIRCH: LISTENS}

    def is_connected(self, person: PersonId) -> bool:
        return person in self.connected

    def tell(self, person: PersonId, message: ServerMessage) -> None:
        self.told.append((person, message))

    def permit(self, *more: PersonId) -> None:
        self.rights |= dict.fromkeys(more, LISTENS)
        self.media.permit(self.rights)

    def waits(self, person: PersonId) -> int:
        """How often this person was told to wait."""
        return sum(who == person and isinstance(message, MediaWaits) for who, message in self.told)

    def has_media(self, person: PersonId) -> bool:
        return any(self.media.person_of(number) == person for number in self.node.peers)

    def number_of(self, person: PersonId) -> int:
        return next(number for number in self.node.peers if self.media.person_of(number) == person)

    @contextmanager
    def full(self) -> Iterator[None]:
        self.node.full_rooms = {ROOM}
        yield
        self.node.full_rooms = set()


async def test_a_newcomer_is_told_once_and_comes_in_by_itself_when_there_is_room() -> None:
    case = Case()
    case.permit()
    with case.full():
        case.permit(CEDAR)
        for _ in range(5):
            case.clock.advance(LOOK_AGAIN_MS)
            case.permit()
        assert not case.has_media(CEDAR)
        assert case.waits(CEDAR) == 1
        assert case.waits(ASH) == case.waits(BIRCH) == 0
    case.clock.advance(LOOK_AGAIN_MS)
    assert case.has_media(CEDAR)
    assert case.node.peers[case.number_of(CEDAR)].is_receiving


async def test_who_leads_is_always_let_in() -> None:
    case = Case()
    with case.full():
        case.permit()
        assert case.has_media(ASH)
        assert not case.has_media(BIRCH)


async def test_who_begins_to_lead_while_waiting_is_let_in() -> None:
    case = Case()
    with case.full():
        case.permit()
        case.rights[BIRCH] = LEADS
        case.permit()
        case.clock.advance(LOOK_AGAIN_MS)
        assert case.has_media(BIRCH)


async def test_whoever_is_in_the_room_gets_every_further_transport() -> None:
    case = Case()
    case.permit()
    with case.full():
        lost = case.number_of(BIRCH)
        case.node.peers.pop(lost)
        case.media.on_gone((lost,))
        assert case.has_media(BIRCH), "a transport that ended by itself"
        case.clock.advance(2_000)
        asked = ReplaceTransport(type="replace-transport", id=1, transport=case.number_of(BIRCH))
        assert case.media.request(BIRCH, asked) is None
        case.clock.advance(2_000)
        assert case.number_of(BIRCH) > asked.transport
        case.media.drop(BIRCH)
        case.permit()
        assert case.has_media(BIRCH), "another page of the same person"
        case.connected.discard(BIRCH)
        case.media.drop(BIRCH)
        case.permit()
        case.connected.add(BIRCH)
        case.permit()
        assert case.has_media(BIRCH), "a seat that was kept"
        case.media.permit({})
        case.permit()
        assert case.has_media(BIRCH), "a room that had no media for a while"
        assert case.waits(BIRCH) == 0


async def test_who_left_and_comes_back_is_a_newcomer() -> None:
    case = Case()
    case.permit()
    with case.full():
        del case.rights[BIRCH]
        case.connected.discard(BIRCH)
        case.permit()
        case.connected.add(BIRCH)
        case.permit(BIRCH)
        assert not case.has_media(BIRCH)
        assert case.waits(BIRCH) == 1


async def test_who_waits_and_goes_leaves_nothing_behind() -> None:
    case = Case()
    case.permit()
    with case.full():
        case.permit(CEDAR)
        case.connected.discard(CEDAR)
        case.clock.advance(LOOK_AGAIN_MS)
        del case.rights[CEDAR]
        case.permit()
        case.permit(CEDAR)
        case.connected.add(CEDAR)
        case.permit()
        assert case.waits(CEDAR) == 2
        case.media.close_all()
    case.clock.advance(LOOK_AGAIN_MS)
    assert not case.node.peers


async def test_a_page_that_was_away_is_told_again() -> None:
    case = Case()
    case.permit()
    with case.full():
        case.permit(CEDAR)
        case.media.refresh(CEDAR)
        assert case.waits(CEDAR) == 2
        case.media.resume(CEDAR, None)
        case.permit()
        case.clock.advance(LOOK_AGAIN_MS)
        assert case.waits(CEDAR) == 3
        case.media.drop(CEDAR)
        case.permit()
        assert case.waits(CEDAR) == 4


async def test_an_offer_ends_the_wait() -> None:
    case = Case()
    await case.node.start(Sink(case.media))  # type: ignore[arg-type]
    with case.full():
        case.permit()
    case.told.clear()
    case.clock.advance(LOOK_AGAIN_MS)
    case.node.offer(case.number_of(BIRCH))
    assert [type(message) for who, message in case.told if who == BIRCH] == [OfferMessage]


class Sink:
    def __init__(self, media: RoomMedia) -> None:
        self.on_offer = media.on_offer
