"""Capacity, waitlist and order, on both databases, also when everybody asks at once."""

import asyncio
import random
from dataclasses import replace

import pytest

from rooms.ids import Instant, SessionId
from rooms.program.ids import GroupId, PlaceId
from rooms.program.places import Place, PlaceState, Wishes
from server.store.database import Database
from server.store.migrate import migrate
from server.store.store import Store
from tests.support.places import ask_for_place, wanted_place
from tests.support.programme import NOW, add_dates, add_groups, date_values
from tests.support.virtual_clock import VirtualClock

G = GroupId("g_1")
MANY = 200


@pytest.fixture
async def group(store: Store) -> Store:
    """A store with a group of three places."""
    await add_groups(store.database, G, capacity=3)
    return store


async def states(store: Store) -> list[tuple[str, str]]:
    return [(place.id, place.state.value) for place in await store.places.of_group(G)]


async def test_the_first_get_places_and_the_others_wait_in_the_order_of_asking(group: Store) -> None:
    asked = [await ask_for_place(group, number) for number in range(6)]
    assert [place.state for place in asked] == [PlaceState.PLACE] * 3 + [PlaceState.WAITLIST] * 3
    assert [await group.places.position(place) for place in asked[3:]] == [1, 2, 3]
    assert asked[1] == replace(wanted_place(1), state=PlaceState.PLACE, rank=1)


async def test_whoever_leaves_makes_room_for_the_first_who_waits(group: Store) -> None:
    for number in range(5):
        await ask_for_place(group, number)
    (given,) = await group.places.leave(PlaceId("pl_1"), NOW)
    assert (given.id, given.state) == ("pl_3", PlaceState.PLACE)
    assert await group.places.get(PlaceId("pl_1")) is None
    assert await group.places.leave(PlaceId("pl_1"), NOW) == ()
    assert await group.places.leave(PlaceId("pl_4"), NOW) == ()  # from the waitlist: nobody moves


async def test_somebody_whom_a_host_takes_out_leaves_no_words_behind(group: Store) -> None:
    await add_dates(group.database, date_values("s_1", NOW))
    for number in range(4):
        await ask_for_place(group, number, email=f"{number}@example.org")
    await group.places.answer(PlaceId("pl_0"), SessionId("s_1"), False, NOW)
    moved = await group.places.end(PlaceId("pl_0"), "The group has changed its day.", Instant(NOW + 5))
    assert moved is not None
    assert (moved.place.state, moved.place.answers, moved.place.email) == (PlaceState.LEFT, (), None)
    assert (moved.place.reason, moved.place.changed_at) == ("The group has changed its day.", NOW + 5)
    assert [place.id for place in moved.given] == ["pl_3"]
    assert await group.places.answers_of(PlaceId("pl_0"), [SessionId("s_1")]) == {}
    assert await group.places.end(PlaceId("pl_0"), "again", NOW) is None


async def test_a_host_accepts_or_declines_once(group: Store) -> None:
    for number in range(2):
        await ask_for_place(group, number)
    await ask_for_place(group, 2, PlaceState.PENDING)
    await ask_for_place(group, 3, PlaceState.PENDING)
    await ask_for_place(group, 4, PlaceState.PENDING)
    accepted = await group.places.accept(PlaceId("pl_4"), NOW)
    assert accepted is not None
    assert (accepted.place.state, accepted.given) == (PlaceState.PLACE, ())
    waiting = await group.places.accept(PlaceId("pl_3"), NOW)
    assert waiting is not None
    assert waiting.place.state is PlaceState.WAITLIST
    declined = await group.places.decline(PlaceId("pl_2"), "We meet for another question.", NOW)
    assert declined is not None
    assert (declined.place.state, declined.place.answers) == (PlaceState.DECLINED, ())
    assert await group.places.accept(PlaceId("pl_2"), NOW) is None
    assert await group.places.decline(PlaceId("pl_0"), "", NOW) is None
    counted = {PlaceState.PLACE: 3, PlaceState.WAITLIST: 1, PlaceState.DECLINED: 1}
    assert await group.places.counts([G, GroupId("g_none")]) == {G: counted, "g_none": {}}


async def test_who_was_accepted_late_keeps_their_turn_on_the_waitlist(group: Store) -> None:
    await ask_for_place(group, 0, PlaceState.PENDING)
    for number in range(1, 6):
        await ask_for_place(group, number)
    await group.places.accept(PlaceId("pl_0"), NOW)
    (given,) = await group.places.leave(PlaceId("pl_1"), NOW)
    assert given.id == "pl_0"


async def test_an_address_may_stand_twice_so_that_nobody_learns_who_is_in_a_group(group: Store) -> None:
    for number in range(2):
        place = await ask_for_place(group, number, email="ines@example.org")
        assert (place.state, place.email) == (PlaceState.PLACE, "ines@example.org")


async def test_wishes_and_answers_are_what_was_said_last(group: Store) -> None:
    await add_dates(group.database, date_values("s_1", NOW), date_values("s_2", NOW + 1))
    place = await ask_for_place(group, 0)
    await group.places.set_wishes(place.id, Wishes(False, False), "ines@example.org", "Asia/Tokyo")
    for is_coming in (True, False):
        await group.places.answer(place.id, SessionId("s_1"), is_coming, NOW)
    found = await group.places.by_hash("hash-0")
    assert found is not None
    assert (found.wishes, found.email, found.zone) == (Wishes(False, False), "ines@example.org", "Asia/Tokyo")
    both = [SessionId("s_1"), SessionId("s_2")]
    assert await group.places.answers_of(place.id, both) == {"s_1": False}
    assert await group.places.absences(both) == {"s_1": 1}


async def test_a_new_link_replaces_the_former(group: Store) -> None:
    await ask_for_place(group, 0)
    await group.places.set_token(PlaceId("pl_0"), "hash-new", 2)
    assert await group.places.by_hash("hash-0") is None
    found = await group.places.by_hash("hash-new")
    assert found is not None
    assert found.generation == 2


async def test_what_is_over_is_forgotten_in_time(group: Store) -> None:
    for number in range(3):
        await ask_for_place(group, number, PlaceState.PENDING)
    await group.places.decline(PlaceId("pl_0"), "", Instant(NOW + 10))
    await group.places.end(PlaceId("pl_1"), "", Instant(NOW + 20))
    assert await group.places.forget(Instant(NOW + 15)) == 1
    assert await states(group) == [("pl_1", "left"), ("pl_2", "pending")]


async def test_two_hundred_who_ask_at_once_fill_a_group_exactly(database_url: str, clock: VirtualClock) -> None:
    # Two processes of a cluster: two engines on one database.
    databases = (Database(database_url), Database(database_url))
    await migrate(databases[0])
    stores = [Store(database, clock) for database in databases]
    capacity = 25
    await add_groups(databases[0], G, capacity=capacity)
    asked = await asyncio.gather(*(ask_for_place(stores[number % 2], number) for number in range(MANY)))
    found = await stores[0].places.of_group(G)
    assert {place.id for place in found} == {place.id for place in asked}
    assert [place.rank for place in found] == list(range(MANY))
    assert [place.state for place in found] == [PlaceState.PLACE] * capacity + [PlaceState.WAITLIST] * (MANY - capacity)
    assert all(place == found[place.rank] for place in asked)

    # Then 60 leave while 60 more ask and a host takes out 10: still exactly full, still in order.
    chance = random.Random(7)
    leaving = chance.sample(found, 60)
    removed = chance.sample([place for place in found if place not in leaving], 10)
    rank_of = {place.id: place.rank for place in found}
    given = await asyncio.gather(
        *(stores[index % 2].places.leave(place.id, NOW) for index, place in enumerate(leaving)),
        *(_end(stores[index % 2], place) for index, place in enumerate(removed)),
        *(_ask_more(stores[number % 2], number) for number in range(MANY, MANY + 60)),
    )
    after = await stores[1].places.of_group(G)
    living = [place for place in after if place.state is not PlaceState.LEFT]
    assert len(living) == MANY - 60 - 10 + 60
    assert [place.state for place in living] == [PlaceState.PLACE] * capacity + [PlaceState.WAITLIST] * (
        len(living) - capacity
    )
    assert len({place.rank for place in after}) == len(after)
    moved_up = [place.id for one in given for place in one]
    now_in = {place.id for place in living[:capacity]} - {place.id for place in found[:capacity]}
    assert now_in <= set(moved_up)
    assert len(moved_up) == len(set(moved_up)), "somebody was told twice"
    assert all(rank_of[place] >= capacity for place in moved_up if place in rank_of)
    for database in databases:
        await database.close()


async def _end(store: Store, place: Place) -> tuple[Place, ...]:
    moved = await store.places.end(place.id, "", NOW)
    assert moved is not None
    return moved.given


async def _ask_more(store: Store, number: int) -> tuple[Place, ...]:
    await ask_for_place(store, number)
    return ()
