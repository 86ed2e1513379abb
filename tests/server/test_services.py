"""Hosts, sessions, links and people together, as pages and commands use them."""

from dataclasses import replace

import pytest

from rooms.ids import Instant, PersonId
from rooms.live.settings import MINUTE_MS
from rooms.program.authority import OrgRole
from rooms.roles import Role
from server.demo import ensure_demo
from server.errors import TooMany
from server.links import DAY_MS, NewLink
from server.ports import Gatekeeper
from server.services import Services
from server.sessions import OutOfReach
from server.store.records import Account, SessionRecord
from server.store.store import Store
from server.tokens import hash_of
from tests.support.store_records import START, session_record
from tests.support.virtual_clock import VirtualClock

PASSWORD = "a long sentence nobody guesses"
HERE, THERE = "203.0.113.0/24", "198.51.100.0/24"


@pytest.fixture
async def host(services: Services) -> Account:
    return await services.accounts.create(" ines ", OrgRole.HOST, PASSWORD)


@pytest.fixture
async def session(store: Store, host: Account) -> SessionRecord:
    record = session_record(host=host.id, start=START + 60 * MINUTE_MS)
    await store.sessions.add(record, START)
    return record


def token_of(link: NewLink) -> str:
    address, _, token = link.url.partition("#")
    assert address == "http://localhost:8080/enter"
    return token


async def test_a_host_sees_their_own_sessions_only(services: Services, session: SessionRecord, host: Account) -> None:
    other = await services.accounts.create("tom", OrgRole.HOST)
    assert await services.sessions.of_host(host.id) == [session]
    assert await services.sessions.of_host(other.id) == []
    assert await services.sessions.get_of_host(host.id, session.id) == session
    assert await services.sessions.get_of_host(other.id, session.id) is None


async def test_a_canceled_session_is_seen_as_such(services: Services, store: Store, session: SessionRecord) -> None:
    assert (await services.sessions.glimpse(session)).phase == "scheduled"
    await store.rooms.mark_end(session.id, is_canceled=True)
    canceled = await services.sessions.get(session.id)
    assert canceled is not None
    assert (await services.sessions.glimpse(canceled)).phase == "canceled"
    await services.sessions.cancel(canceled)


async def test_canceling_marks_nothing_that_the_room_did_not_do(services: Services, session: SessionRecord) -> None:
    with pytest.raises(OutOfReach):
        await services.sessions.cancel(session)
    assert await services.sessions.get(session.id) == session


async def test_a_person_whose_room_another_node_runs_is_not_said_to_be_out(
    services: Services, store: Store, session: SessionRecord, clock: VirtualClock
) -> None:
    person = PersonId("p_1")
    await services.sessions.turn_out(session.id, person)
    await store.rooms.claim_for(session.id, "n_other", clock.now(), Instant(clock.now() + 10_000))
    with pytest.raises(OutOfReach):
        await services.sessions.turn_out(session.id, person)
    clock.advance(10_000)
    await services.sessions.turn_out(session.id, person)


async def test_one_link_is_one_person_on_every_device(services: Services, session: SessionRecord) -> None:
    token = token_of(await services.links.make(session, Role.FACILITATOR, " Tom "))
    link = await services.links.redeem(token)
    assert link is not None
    assert (link.role, link.label, link.token_hash) == (Role.FACILITATOR, "Tom", hash_of(token))
    phone, laptop = await services.entry.by_link(link), await services.entry.by_link(link)
    assert phone.person == laptop.person
    assert phone.new_credential != laptop.new_credential
    for entered in (phone, laptop):
        assert await services.entry.who(session.id, entered.new_credential) == phone.person
    named = await services.entry.redeem_ticket(session.id, await services.entry.issue_ticket(phone.person))
    assert named is not None
    assert named.has_link


async def test_a_link_ends_by_revocation_and_by_time(
    services: Services, session: SessionRecord, clock: VirtualClock
) -> None:
    revoked = await services.links.make(session, Role.CO_FACILITATOR, "")
    entered = await services.entry.by_link(revoked.record)
    kept = token_of(await services.links.make(session, Role.PARTICIPANT, ""))
    assert await services.links.revoke(session.id, revoked.record.id) is not None
    assert await services.links.redeem(token_of(revoked)) is None
    assert await services.entry.who(session.id, entered.new_credential) is None
    assert await services.links.redeem(kept) is not None
    clock.advance(session.settings.schedule.end_at + DAY_MS - clock.now())
    assert await services.links.redeem(kept) is None
    assert await services.links.redeem("no such token") is None


async def test_a_browser_becomes_one_participant(services: Services, session: SessionRecord) -> None:
    first = await services.entry.newcomer(session)
    assert first.person.role is Role.PARTICIPANT
    assert await services.entry.who(session.id, first.new_credential) == first.person
    assert await services.entry.who(session.id, "a cookie nobody gave out") is None
    assert await services.entry.who(session.id, None) is None
    other = await services.entry.newcomer(session)
    assert other.person.id != first.person.id
    assert other.person.suggested_alias != first.person.suggested_alias


async def test_a_session_knows_so_many_newcomers_and_those_who_never_came_make_room(
    services: Services, session: SessionRecord, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.entry.MOST_NEWCOMERS", 3)
    by_link = await services.entry.by_link((await services.links.make(session, Role.PARTICIPANT, "")).record)
    came = await services.entry.newcomer(session)
    await services.entry.issue_resume(session.id, came.person.id)
    clock.advance(1)
    older, newer = [await services.entry.newcomer(session) for _ in range(2)]
    with pytest.raises(TooMany):
        await services.entry.newcomer(session)
    clock.advance(30_001)
    last = await services.entry.newcomer(session)
    known = [
        await services.entry.who(session.id, one.new_credential) is not None
        for one in (by_link, came, older, newer, last)
    ]
    assert known.count(True) == 4
    assert known[0], "links are for people whom a host expects"
    assert known[1], "who came as far as the room keeps their place"
    assert known[4]


async def test_a_ticket_and_a_resume_token_prove_who_somebody_is(
    services: Services, session: SessionRecord, clock: VirtualClock
) -> None:
    gatekeeper: Gatekeeper = services.entry
    person = (await services.entry.newcomer(session)).person
    ticket = await services.entry.issue_ticket(person)
    identity = await gatekeeper.redeem_ticket(session.id, ticket)
    assert identity is not None
    assert (identity.person, identity.role, identity.alias) == (person.id, person.role, person.suggested_alias)
    assert await gatekeeper.redeem_ticket(session.id, ticket) is None

    late = await services.entry.issue_ticket(person)
    clock.advance(30_000)
    assert await gatekeeper.redeem_ticket(session.id, late) is None

    old = await gatekeeper.issue_resume(session.id, person.id)
    new = await gatekeeper.issue_resume(session.id, person.id)
    assert old is not None
    assert new is not None
    assert await gatekeeper.redeem_resume(session.id, old) is None
    assert await gatekeeper.redeem_resume(session.id, new) == identity
    assert await gatekeeper.redeem_resume(session.id, new) == identity, "a page may try twice"


async def test_no_token_is_kept_as_it_was_given_out(
    services: Services, session: SessionRecord, store: Store, host: Account
) -> None:
    link = await services.links.make(session, Role.FACILITATOR, "")
    entered = await services.entry.by_link(link.record)
    tokens = [
        token_of(link),
        entered.new_credential or "",
        await services.entry.issue_ticket(entered.person),
        await services.entry.issue_resume(session.id, entered.person.id) or "",
        await services.accounts.sign_in(host.id),
    ]
    file = store.database.file
    assert file is not None
    await store.database.copy_to(file.with_name("copy.db"))
    stored = file.with_name("copy.db").read_bytes()
    assert hash_of(tokens[0]).encode() in stored
    for token in tokens:
        assert token.encode() not in stored


async def test_a_demo_is_open_now_and_made_again_when_it_is_over(services: Services, clock: VirtualClock) -> None:
    first = await ensure_demo(services)
    again = await ensure_demo(services)
    assert again.participant == first.participant
    old, new = first.facilitator.partition("#")[2], again.facilitator.partition("#")[2]
    assert await services.links.redeem(old) is None
    link = await services.links.redeem(new)
    assert link is not None
    assert link.role is Role.FACILITATOR
    spent = await services.sign_in_links.redeem(again.host.partition("#")[2])
    assert spent is not None
    session = (await services.sessions.of_host(spent.account.id))[0]
    schedule = session.settings.schedule
    assert schedule.doors_at <= clock.now() < schedule.start_at <= clock.now() + 3 * MINUTE_MS
    assert schedule.end_at - schedule.start_at == 90 * MINUTE_MS
    clock.advance(90 * MINUTE_MS)
    assert (await ensure_demo(services)).participant != first.participant


async def test_a_canceled_demo_is_not_offered_again(services: Services, store: Store) -> None:
    first = await ensure_demo(services)
    host = await services.accounts.by_name("Demo host")
    assert host is not None
    session = (await services.sessions.of_host(host.id))[0]
    await store.rooms.mark_end(session.id, is_canceled=True)
    assert replace(first).participant != (await ensure_demo(services)).participant
