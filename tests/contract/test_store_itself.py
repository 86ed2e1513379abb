"""The database under the store: migrations, drift, transactions, limits, forgetting."""

import asyncio
from dataclasses import replace

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import select, text

from rooms.ids import Instant, PersonId, SessionId
from rooms.roles import Role
from server.store.database import Database
from server.store.migrate import UnknownRevision, known_revisions, migrate
from server.store.records import LinkRecord, PersonRecord, Purpose, SignIn
from server.store.store import Store
from server.store.tables import audit, metadata, people
from server.store.upgrade import alembic_config, drift, upgrade
from tests.support.places import ask_for_place
from tests.support.programme import add_dates, add_groups, date_values
from tests.support.store_records import START, account, session_record
from tests.support.virtual_clock import VirtualClock

DAY = 24 * 3_600_000


async def forget(store: Store, now: Instant, ended_before: Instant) -> int:
    return sum((await store.retention.forget(now, ended_before, audited_before=Instant(0))).values())


async def test_migrations_make_the_tables_of_the_code(database: Database) -> None:
    assert await migrate(database)
    assert await drift(database) == []
    assert await migrate(database) == [], "a second start has nothing to do"


@pytest.mark.parametrize("revision", known_revisions())
async def test_a_database_of_every_version_is_brought_to_this_one(database: Database, revision: str) -> None:
    async with database.write() as connection:
        await connection.run_sync(upgrade, revision)
    await migrate(database)
    assert await drift(database) == []


def test_the_files_are_named_by_their_revisions_in_order() -> None:
    chain = ScriptDirectory.from_config(alembic_config(None)).walk_revisions()
    assert known_revisions() == [revision.revision for revision in chain][::-1]


async def test_two_servers_may_start_at_once(database: Database, database_url: str) -> None:
    other = Database(database_url)
    applied = await asyncio.gather(migrate(database), migrate(other))
    await other.close()
    assert sorted(map(bool, applied)) == [False, True]


async def test_a_database_of_a_newer_version_is_left_alone(database: Database) -> None:
    await migrate(database)
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = 'from-the-future'"))
    with pytest.raises(UnknownRevision):
        await migrate(database)


async def test_drift_is_noticed(database: Database) -> None:
    await migrate(database)
    async with database.write() as connection:
        await connection.execute(text("ALTER TABLE accounts ADD COLUMN extra TEXT"))
    assert any("extra" in difference for difference in await drift(database))


async def test_every_table_is_empty_at_first(store: Store) -> None:
    async with store.database.read() as connection:
        for table in metadata.sorted_tables:
            assert (await connection.execute(select(table))).first() is None


async def test_read_then_write_transactions_do_not_lose_one_another(store: Store) -> None:
    """With a deferred BEGIN on SQLite five of these ended at 1, without an error."""
    missing = await asyncio.gather(*(store.limits.spend("b", most=5, refill_ms=1_000, now=START) for _ in range(7)))
    assert missing.count(0) == 5


async def test_a_bucket_refills_by_time(store: Store) -> None:
    async def spend(now: int) -> int:
        return await store.limits.spend("b", most=2, refill_ms=1_000, now=Instant(now))

    assert [await spend(START) for _ in range(3)] == [0, 0, 1_000]
    assert await spend(START + 400) == 600
    assert await spend(START + 1_000) == 0
    assert await spend(START + 1_500) == 500
    assert [await spend(START + 60_000) for _ in range(3)] == [0, 0, 1_000]


async def test_buckets_are_apart_and_forgotten(store: Store) -> None:
    assert await store.limits.spend("a", 1, 1_000_000, START) == 0
    assert await store.limits.spend("b", 1, 1_000_000, START) == 0
    assert await store.limits.spend("a", 1, 1_000_000, START) > 0
    await store.limits.forget_before(Instant(START + 1))
    assert await store.limits.spend("a", 1, 1_000_000, START) == 0


async def test_who_came_is_forgotten_some_days_after_the_end(store: Store, clock: VirtualClock) -> None:
    await store.accounts.add(account(), None, START)
    for name in ("s_ended", "s_open"):
        session = SessionId(name)
        record = session_record(name)
        if name == "s_ended":
            record = replace(record, settings=replace(record.settings, waiting_message="Ana will let you in."))
        await store.sessions.add(record, START)
        person = PersonRecord(PersonId(f"p_{name}"), session, Role.PARTICIPANT, f"l_{name}", "Quiet Heron")
        link = LinkRecord(f"l_{name}", name, session, person.role, person.id, "Ana", Instant(START + 99 * DAY))
        await store.links.add(link, person, START)
        await store.people.add_credential(person, f"c_{name}", Instant(START + 99 * DAY))
        row = await store.rooms.claim(session)
        await store.rooms.save(session, row.epoch, 1, "Ana")
    await store.rooms.mark_end(SessionId("s_ended"), is_canceled=False)
    ended_at = clock.now()

    assert await forget(store, ended_at, ended_before=ended_at) == 0, "not yet"
    assert await forget(store, ended_at, ended_before=Instant(ended_at + 1)) > 0
    assert await forget(store, ended_at, ended_before=Instant(ended_at + 1)) == 0, "once"
    assert await store.links.of_session(SessionId("s_ended")) == []
    assert len(await store.links.of_session(SessionId("s_open"))) == 1
    async with store.database.read() as connection:
        assert list((await connection.execute(select(people.c.id))).scalars()) == ["p_s_open"]
    assert (await store.rooms.claim(SessionId("s_ended"))).snapshot is None
    assert (await store.rooms.claim(SessionId("s_open"))).snapshot == "Ana"
    ended, still_open = [await store.sessions.get(SessionId(name)) for name in ("s_ended", "s_open")]
    assert ended is not None
    assert (ended.title, ended.discreet_title) == ("A past session", "A past session")
    assert (ended.guidelines, ended.facilitators, ended.resources, ended.settings.waiting_message) == ("", "", "", "")
    assert ended.settings.schedule == session_record().settings.schedule, "the host's list keeps the date"
    assert still_open == session_record("s_open")


async def test_who_said_that_they_are_coming_is_forgotten_with_who_came(store: Store) -> None:
    await add_groups(store.database, "g_1")
    over = {"end": "ended", "ended_at": START}
    await add_dates(
        store.database, date_values("s_ended", START, "g_1", **over), date_values("s_next", START + DAY, "g_1")
    )
    place = await ask_for_place(store, 1)
    for session in ("s_ended", "s_next"):
        await store.places.answer(place.id, SessionId(session), True, START)
    assert (await store.retention.forget(START, Instant(START + 1), Instant(0)))["answers"] == 1
    left = await store.places.answers_of(place.id, [SessionId("s_ended"), SessionId("s_next")])
    assert left == {"s_next": True}


async def test_the_audit_log_is_kept_for_its_time(store: Store) -> None:
    for at in (START, START + 1):
        await store.rooms.audit(SessionId("s_1"), Instant(at), PersonId("p_1"), "admit", PersonId("p_2"))
    assert (await store.retention.forget(START, Instant(0), audited_before=Instant(START + 1)))["audit"] == 1
    async with store.database.read() as connection:
        assert list((await connection.execute(select(audit.c.at))).scalars()) == [START + 1]


async def test_expired_tokens_and_links_that_sign_in_are_dropped(store: Store) -> None:
    await store.accounts.add(account(), None, START)
    await store.sessions.add(session_record(), START)
    person = PersonRecord(PersonId("p_1"), SessionId("s_1"), Role.PARTICIPANT, None, "Quiet Heron")
    await store.people.add(person, START)
    await store.sign_ins.add(SignIn("i_1", "h_1", "", START, START), "sign-in")
    await store.sign_ins.add_link("h_1", Purpose.SIGN_IN, "link", START, START)
    await store.sign_ins.add_flow("state", "nonce", "verifier", START)
    await store.people.add_ticket(person, "ticket", START)
    await store.people.add_credential(person, "credential", START)
    await store.people.put_resume(person.session, person.id, "resume", START, START)
    assert await forget(store, START, ended_before=Instant(0)) == 6
    assert await store.people.get(person.id) == person
