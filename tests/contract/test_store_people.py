"""Hosts, links and the tokens of people: single use, one of a kind, gone when revoked."""

import asyncio
from dataclasses import replace

import pytest

from rooms.ids import Instant, PersonId, SessionId
from rooms.roles import Role
from server.store.records import LinkRecord, PersonRecord
from server.store.store import Store
from tests.support.store_records import START, account, session_record

ROOM, OTHER = SessionId("s_1"), SessionId("s_2")
LATER = Instant(START + 1_000)
PERSON = PersonRecord(PersonId("p_1"), ROOM, Role.PARTICIPANT, None, "Quiet Heron")
LINKED = PersonRecord(PersonId("p_2"), ROOM, Role.FACILITATOR, "l_1", "Calm River")
LINK = LinkRecord("l_1", "hash-of-link", ROOM, Role.FACILITATOR, LINKED.id, "Tom", LATER)


@pytest.fixture(autouse=True)
async def people(store: Store) -> None:
    await store.accounts.add(account(), "phc", START)
    await store.sessions.add(session_record(), START)
    await store.sessions.add(session_record(OTHER), START)
    await store.people.add(PERSON, START)
    await store.links.add(LINK, LINKED, START)


async def test_a_host_s_name_is_taken_once(store: Store) -> None:
    assert not await store.accounts.add(account(account_id="h_2"), None, START)
    assert await store.accounts.by_name("ines") == account(has_password=True)
    assert await store.accounts.by_name("tom") is None


async def test_a_new_password_replaces_the_old(store: Store) -> None:
    await store.accounts.set_password("h_1", "new")
    assert await store.accounts.password_of("h_1") == "new"


async def test_sessions_of_a_host_come_by_start(store: Store) -> None:
    await store.sessions.add(session_record("s_0", start=START - 1), START)
    assert [s.id for s in await store.sessions.of_host("h_1")] == ["s_0", "s_1", "s_2"]
    assert await store.sessions.of_host("h_2") == []


async def test_a_link_is_found_by_its_hash(store: Store) -> None:
    assert await store.links.by_hash("hash-of-link") == LINK
    assert await store.links.by_hash("other") is None
    assert await store.links.of_session(ROOM) == [LINK]
    assert await store.people.get(LINKED.id) == LINKED


async def test_a_ticket_is_good_once(store: Store) -> None:
    await store.people.add_ticket(PERSON, "ticket", LATER)
    assert await store.people.take_ticket(ROOM, "ticket", START) == PERSON
    assert await store.people.take_ticket(ROOM, "ticket", START) is None


async def test_of_many_who_spend_a_ticket_at_once_one_succeeds(store: Store) -> None:
    await store.people.add_ticket(PERSON, "ticket", LATER)
    results = await asyncio.gather(*(store.people.take_ticket(ROOM, "ticket", START) for _ in range(6)))
    assert [person for person in results if person] == [PERSON]


async def test_a_ticket_is_good_in_its_session_and_in_its_time_only(store: Store) -> None:
    await store.people.add_ticket(PERSON, "ticket", LATER)
    assert await store.people.take_ticket(OTHER, "ticket", START) is None
    assert await store.people.take_ticket(ROOM, "ticket", LATER) is None
    assert await store.people.take_ticket(ROOM, "ticket", START) is None, "an expired ticket is spent by the attempt"


async def test_a_person_has_one_resume_token(store: Store) -> None:
    await store.people.put_resume(ROOM, PERSON.id, "first", LATER, START)
    assert await store.people.by_resume(ROOM, "first", START) == PERSON
    await store.people.put_resume(ROOM, PERSON.id, "second", LATER, START)
    assert await store.people.by_resume(ROOM, "first", START) is None
    assert await store.people.by_resume(ROOM, "second", START) == PERSON
    assert await store.people.by_resume(OTHER, "second", START) is None
    assert await store.people.by_resume(ROOM, "second", LATER) is None


async def test_a_browser_is_known_in_one_session(store: Store) -> None:
    await store.people.add_credential(PERSON, "phone", LATER)
    await store.people.add_credential(PERSON, "laptop", LATER)
    assert await store.people.by_credential(ROOM, "phone", START) == PERSON
    assert await store.people.by_credential(ROOM, "laptop", START) == PERSON
    assert await store.people.by_credential(OTHER, "phone", START) is None
    assert await store.people.by_credential(ROOM, "phone", LATER) is None


async def test_revoking_a_link_takes_its_tokens_along_and_leaves_others(store: Store) -> None:
    for person, name in ((LINKED, "linked"), (PERSON, "other")):
        await store.people.add_credential(person, f"{name}-browser", LATER)
        await store.people.add_ticket(person, f"{name}-ticket", LATER)
        await store.people.put_resume(ROOM, person.id, f"{name}-resume", LATER, START)
    assert await store.links.revoke(ROOM, "l_1", START) == LINK
    assert await store.people.by_credential(ROOM, "linked-browser", START) is None
    assert await store.people.take_ticket(ROOM, "linked-ticket", START) is None
    assert await store.people.by_resume(ROOM, "linked-resume", START) is None
    assert await store.people.by_credential(ROOM, "other-browser", START) == PERSON
    assert await store.people.take_ticket(ROOM, "other-ticket", START) == PERSON
    assert await store.people.by_resume(ROOM, "other-resume", START) == PERSON
    assert await store.links.by_hash("hash-of-link") == replace(LINK, revoked_at=START)


async def test_a_resume_token_needs_a_link_that_is_still_good(store: Store) -> None:
    assert await store.people.put_resume(ROOM, LINKED.id, "before", LATER, START)
    assert not await store.people.put_resume(ROOM, LINKED.id, "expired", LATER, LINK.expires_at)
    assert await store.people.by_resume(ROOM, "before", START) == LINKED
    await store.links.revoke(ROOM, "l_1", START)
    assert not await store.people.put_resume(ROOM, LINKED.id, "after", LATER, START)
    assert await store.people.by_resume(ROOM, "after", START) is None
    assert not await store.people.put_resume(ROOM, PersonId("p_nobody"), "nobody", LATER, START)
    assert not await store.people.put_resume(OTHER, PERSON.id, "elsewhere", LATER, START)


async def test_a_revocation_beside_new_resume_tokens_leaves_none(store: Store) -> None:
    puts = (store.people.put_resume(ROOM, LINKED.id, f"resume-{n}", LATER, START) for n in range(6))
    await asyncio.gather(*puts, store.links.revoke(ROOM, "l_1", START))
    assert [await store.people.by_resume(ROOM, f"resume-{n}", START) for n in range(6)] == [None] * 6


async def test_the_first_revocation_counts_and_another_session_s_link_is_unknown(store: Store) -> None:
    assert await store.links.revoke(OTHER, "l_1", START) is None
    await store.links.revoke(ROOM, "l_1", START)
    await store.links.revoke(ROOM, "l_1", LATER)
    assert await store.links.of_session(ROOM) == [replace(LINK, revoked_at=START)]


async def test_suggested_aliases_are_known_by_session(store: Store) -> None:
    asked = ("Quiet Heron", "Calm River", "Soft Moon")
    assert await store.people.taken(ROOM, asked) == {"Quiet Heron", "Calm River"}
    assert await store.people.taken(ROOM, asked[1:]) == {"Calm River"}
    assert await store.people.taken(OTHER, asked) == set()


async def test_newcomers_are_bounded_and_the_oldest_who_never_came_goes_first(store: Store) -> None:
    async def add(name: str, at: int) -> bool:
        person = PersonRecord(PersonId(name), ROOM, Role.PARTICIPANT, None, "Soft Moon")
        return await store.people.add_newcomer(person, Instant(at), most=3, unused_before=Instant(START + 10))

    await store.people.put_resume(ROOM, PERSON.id, "came", LATER, START)
    assert [await add("p_a", START + 2), await add("p_b", START + 1)] == [True, True]
    assert await add("p_c", START + 20), "in place of p_b"
    assert await store.people.get(PersonId("p_b")) is None
    assert await add("p_d", START + 21), "in place of p_a"
    assert not await add("p_e", START + 22), "the others are too new, or came"
    for person in (PERSON.id, LINKED.id, PersonId("p_c"), PersonId("p_d")):
        assert await store.people.get(person) is not None
