"""Jobs and letters in the store: known by key, one worker each, fenced by a lease."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from rooms.ids import Instant
from server.store.database import Database
from server.store.jobs import JobTable, Outcome, Planned
from server.store.outbox import LetterRow, LetterState, OutboxTable, new_letter_id
from server.store.store import Store
from tests.support.programme import account_values, add_accounts

NOW = Instant(1_800_000_000_000)
LATER = Instant(NOW + 60_000)
KINDS = frozenset({"say"})


@pytest.fixture
async def other(store: Store, database_url: str) -> AsyncIterator[Database]:
    """Another process's way to the same database."""
    other = Database(database_url)
    yield other
    await other.close()


async def test_the_same_key_is_one_job_and_keeps_its_first_words(store: Store) -> None:
    assert await store.jobs.add("say", "hello", {"to": "a"}, NOW)
    assert not await store.jobs.add("say", "hello", {"to": "b"}, LATER)
    await store.jobs.add_all([Planned("say", "hello", {"to": "c"}, NOW), Planned("say", "bye", {}, LATER)])
    job = await store.jobs.take(KINDS, NOW, LATER)
    assert job is not None
    assert (job.key, dict(job.payload), job.attempts) == ("hello", {"to": "a"}, 1)
    assert await store.jobs.next_due(KINDS) == LATER
    assert await store.jobs.end(job, Outcome.DONE, NOW)
    assert not await store.jobs.add("say", "hello", {}, LATER), "done is known too"


async def test_of_two_processes_each_job_has_one(store: Store, other: Database) -> None:
    keys = sorted(f"k{n:02}" for n in range(12))
    await store.jobs.add_all([Planned("say", key, {}, NOW) for key in keys])

    async def work(table: JobTable) -> list[str]:
        done = []
        while (job := await table.take(KINDS, NOW, LATER)) is not None:
            done.append(job.key)
            assert await table.end(job, Outcome.DONE, NOW)
        return done

    done = [key for part in await asyncio.gather(work(store.jobs), work(JobTable(other))) for key in part]
    # Whoever finds the only due row locked goes without: what is left is done the next time.
    done += await work(store.jobs)
    assert sorted(done) == keys


async def test_whoever_lost_the_lease_ends_nothing(store: Store) -> None:
    await store.jobs.add("say", "hello", {}, NOW)
    slow = await store.jobs.take(KINDS, NOW, LATER)
    assert await store.jobs.take(KINDS, LATER, Instant(LATER + 1)) is None, "held until then"
    quick = await store.jobs.take(KINDS, Instant(LATER + 1), Instant(LATER + 60_000))
    assert slow is not None
    assert quick is not None
    assert quick.attempts == 2
    assert not await store.jobs.hold(slow, Instant(LATER + 90_000))
    assert not await store.jobs.put_off(slow, LATER)
    assert not await store.jobs.end(slow, Outcome.DONE, LATER)
    assert await store.jobs.end(quick, Outcome.DONE, LATER)


async def test_a_job_at_work_is_not_dropped_and_an_idle_one_is(store: Store) -> None:
    await store.jobs.add("say", "hello", {}, NOW)
    job = await store.jobs.take(KINDS, NOW, LATER)
    assert job is not None
    assert not await store.jobs.drop("hello", NOW)
    await store.jobs.put_off(job, LATER)
    assert await store.jobs.drop("hello", NOW)
    assert await store.jobs.take(KINDS, LATER, Instant(LATER + 1)) is None


async def test_jobs_of_other_kinds_are_left_alone(store: Store) -> None:
    await store.jobs.add("sing", "song", {}, NOW)
    assert await store.jobs.take(KINDS, NOW, LATER) is None
    assert await store.jobs.next_due(KINDS) is None


async def test_what_was_given_up_is_shown_and_can_be_tried_again(store: Store) -> None:
    await store.jobs.add("say", "hello", {}, NOW)
    job = await store.jobs.take(KINDS, NOW, LATER)
    assert job is not None
    await store.jobs.end(job, Outcome.GIVEN_UP, NOW)
    assert [each.id for each in await store.jobs.given_up(10)] == [job.id]
    assert await store.jobs.again(job.id, LATER)
    again = await store.jobs.take(KINDS, LATER, Instant(LATER + 1))
    assert again is not None
    assert again.attempts == 1
    assert await store.jobs.forget(Instant(LATER + 1)) == 0, "what is to be done is kept"


def letter(key: str, account: str | None = None) -> LetterRow:
    return LetterRow(
        id=new_letter_id(),
        key=key,
        kind="try-letter",
        address="ines@example.org",
        message="Subject: x\r\n\r\nx",
        account=account,
        place=None,
        session=None,
        created_at=NOW,
    )


async def test_a_letter_is_kept_once_and_emptied_when_it_is_gone(store: Store) -> None:
    first = letter("hello")
    assert await store.outbox.add(first)
    assert not await store.outbox.add(letter("hello"))
    taken = await store.outbox.take(NOW, LATER)
    assert taken is not None
    assert (taken.id, taken.message, taken.attempts) == (first.id, first.message, 1)
    assert await store.outbox.sent(taken, NOW)
    kept = await store.outbox.get(first.id.upper())
    assert kept is not None
    assert (kept.state, kept.message, kept.address) == (LetterState.SENT, "", "")
    assert not await store.outbox.add(letter("hello")), "its key stays known"
    assert await store.outbox.counts(NOW) == {LetterState.SENT: 1}


async def test_two_deliverers_never_have_the_same_letter(store: Store, other: Database) -> None:
    for number in range(12):
        await store.outbox.add(letter(f"k{number}"))

    async def deliver(table: OutboxTable) -> list[str]:
        gone = []
        while (row := await table.take(NOW, LATER)) is not None:
            gone.append(row.id)
            assert await table.sent(row, NOW)
        return gone

    both = await asyncio.gather(deliver(store.outbox), deliver(OutboxTable(other)))
    gone = [id for part in both for id in part] + await deliver(store.outbox)
    assert len(gone) == len(set(gone)) == 12


async def test_whoever_took_longer_than_the_lease_marks_nothing(store: Store) -> None:
    await store.outbox.add(letter("hello"))
    slow = await store.outbox.take(NOW, LATER)
    quick = await store.outbox.take(LATER, Instant(LATER + 1))
    assert slow is not None
    assert quick is not None
    assert not await store.outbox.sent(slow, LATER)
    assert not await store.outbox.put_off(slow, LATER, "451")
    assert await store.outbox.sent(quick, LATER)


async def test_a_bounce_is_kept_with_its_letter_and_with_whom_it_was_for(store: Store) -> None:
    await add_accounts(store.database, account_values("h_1"))
    await store.outbox.add(letter("hello", "h_1"))
    row = await store.outbox.take(NOW, LATER)
    assert row is not None
    assert await store.outbox.bounced(row, "550 5.1.1", NOW)
    account = await store.accounts.get("h_1")
    assert account is not None
    assert account.bounced_at == NOW
    assert [(each.state, each.reply) for each in await store.outbox.troubled(5)] == [(LetterState.BOUNCED, "550 5.1.1")]
    await store.outbox.forgive("h_1")
    account = await store.accounts.get("h_1")
    assert account is not None
    assert account.bounced_at is None
