"""Everything of one person is gone at once, and nothing of anybody else."""

import pytest
from sqlalchemy import insert, select

from rooms.ids import Instant, PersonId, SessionId
from rooms.program.authority import OrgRole
from rooms.program.group import Group, GroupInput
from rooms.program.ids import AccountId
from rooms.program.places import Place, PlaceInput, PlaceState
from rooms.roles import Role
from server.services import Services
from server.sessions import Sessions
from server.store.records import PersonRecord
from server.store.store import Store
from server.store.tables import jobs, metadata, outbox, rooms
from tests.support.programme import DAY, add_dates, date_values
from tests.support.virtual_clock import VirtualClock


async def new_group(services: Services, capacity: int = 12) -> Group:
    host = await services.accounts.create("Ines", OrgRole.HOST)
    return await services.groups.create(AccountId(host.id), GroupInput(name="Evening circle", capacity=capacity))


async def ask(services: Services, group: Group, alias: str) -> Place:
    wanted = PlaceInput(alias=alias, email=f"{alias}@groups.example", guidelines_version=group.guidelines.version)
    return (await services.places.ask(group, wanted))[0]


async def leave_traces(services: Services, store: Store, clock: VirtualClock, group: Group, place: Place) -> None:
    """They came to a session that is over, answered for one to come, and were written to."""
    for id, end, at in (("s_past", "ended", -DAY), ("s_next", "open", DAY)):
        row = date_values(f"{id}_{place.alias}", clock.now() + at, group.id, end=end, ended_at=None)
        await add_dates(store.database, row)
        session = SessionId(f"{id}_{place.alias}")
        person = PersonRecord(PersonId(f"p_{id}_{place.alias}"), session, Role.PARTICIPANT, None, place.alias, place.id)
        await store.people.add_newcomer(person, clock.now(), 10, Instant(0))
        room = await store.rooms.claim(session)
        await store.rooms.save(session, room.epoch, 1, f'{{"alias": "{place.alias}"}}')
        await services.places.answer(place, session, True)
    letter = {"account": None, "place": place.id, "session": None, "kind": "reminder", "message": "", "state": "sent"}
    times = {"attempts": 1, "next_at": clock.now(), "created_at": clock.now(), "sent_at": clock.now()}
    job = {"key": f"remind:{place.id}", "kind": "remind", "payload": f'{{"place": "{place.id}"}}', "attempts": 0}
    async with store.database.write() as connection:
        await connection.execute(
            insert(outbox).values(id=f"m_{place.id}", key=place.id, address=place.email, **letter, **times)
        )
        await connection.execute(insert(jobs).values(id=f"j_{place.id}", due_at=clock.now() + DAY, **job))


async def everything(store: Store) -> str:
    """All rows of all tables, as text."""
    text = []
    async with store.database.read() as connection:
        for table in metadata.sorted_tables:
            text += [repr(tuple(row)) for row in await connection.execute(select(table))]
    return "\n".join(text)


async def test_one_person_is_in_no_table_any_more_and_another_in_all(
    services: Services, store: Store, clock: VirtualClock
) -> None:
    group = await new_group(services)
    heron, wren = await ask(services, group, "heron"), await ask(services, group, "wren")
    for place in (heron, wren):
        await leave_traces(services, store, clock, group, place)
    gone = await services.erasure.person(heron)
    assert gone == {"rooms": 1, "people": 2, "links": 0, "letters": 1, "answers": 2, "jobs": 1, "places": 1}
    left = await everything(store)
    assert heron.id not in left
    assert "heron@groups.example" not in left
    async with store.database.read() as connection:
        known = set((await connection.execute(select(rooms.c.session))).scalars())
    assert known == {"s_next_heron", "s_past_wren", "s_next_wren"}, "a room that is open forgets when it is over"
    assert left.count(wren.id) > 4
    assert await services.erasure.person(heron) == dict.fromkeys(gone, 0) | {"places": 1}


async def test_what_lets_somebody_in_ends_before_they_are_turned_out(
    services: Services, store: Store, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = await new_group(services)
    heron = await ask(services, group, "heron")
    await add_dates(store.database, date_values("s_1", clock.now() + DAY, group.id))
    session = SessionId("s_1")
    record = await services.sessions.get(session)
    assert record is not None
    entered = await services.entry.by_place(record, heron)
    assert entered is not None
    credential = entered.new_credential
    assert await services.entry.who(session, credential) is not None
    turned_out = []

    async def turn_out(_: Sessions, session: SessionId, person: PersonId) -> None:
        turned_out.append((person, await services.entry.who(session, credential)))

    monkeypatch.setattr(Sessions, "turn_out", turn_out)
    await services.erasure.person(heron)
    assert turned_out == [(entered.person.id, None)]


async def test_the_first_of_the_waitlist_moves_up(services: Services) -> None:
    group = await new_group(services, capacity=1)
    heron, wren = await ask(services, group, "heron"), await ask(services, group, "wren")
    assert wren.state is PlaceState.WAITLIST
    await services.erasure.person(heron)
    moved = await services.places.get(wren.id)
    assert moved is not None
    assert moved.state is PlaceState.PLACE


async def test_a_group_is_in_no_table_any_more(services: Services, store: Store, clock: VirtualClock) -> None:
    group = await new_group(services)
    heron = await ask(services, group, "heron")
    await leave_traces(services, store, clock, group, heron)
    gone = await services.erasure.group(group)
    assert gone["dates"] == 2
    assert gone["places"] == 1
    left = await everything(store)
    assert group.id not in left
    assert heron.id not in left
    assert "heron@groups.example" not in left
