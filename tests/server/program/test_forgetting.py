"""Retention: each kind goes after its own time, and the numbers of it stay."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from structlog.testing import capture_logs

from rooms.ids import Instant, SessionId
from rooms.program.organisation import Organisation, Retention
from server.jobs import forget
from server.program.forgetting import Forgetting
from server.services import Services
from server.store.store import Store
from server.store.tables import audit, outbox, places, sessions
from tests.support.errand_scene import HOUR, Scene
from tests.support.programme import DAY, add_dates, add_groups, date_values
from tests.support.virtual_clock import VirtualClock

PERIODS = Retention(sessions=14, places=30, mail=20, audit=90)


@pytest.fixture
def forgetting(store: Store, clock: VirtualClock) -> Forgetting:
    return Forgetting(store, clock, PERIODS)


async def put_place(store: Store, id: str, state: str, changed_at: int) -> None:
    row = {
        "id": id,
        "group": "g_1",
        "token_hash": id,
        "alias": "Quiet Heron",
        "email": None,
        "zone": "UTC",
        "language": "en",
        "state": state,
        "rank": changed_at,
        "guidelines_version": 1,
        "answers": "[]",
        "wishes": "{}",
        "generation": 1,
        "reason": "",
        "created_at": changed_at,
        "changed_at": changed_at,
        "bounced_at": None,
        "feed_hash": None,
    }
    async with store.database.write() as connection:
        await connection.execute(insert(places).values(row))


async def put_letter(store: Store, id: str, created_at: int) -> None:
    row = {
        "id": id,
        "key": id,
        "account": None,
        "place": None,
        "session": None,
        "address": "heron@groups.example",
        "kind": "reminder",
        "message": "",
        "state": "sent",
        "attempts": 1,
        "next_at": created_at,
        "created_at": created_at,
        "sent_at": created_at,
    }
    async with store.database.write() as connection:
        await connection.execute(insert(outbox).values(row))


async def kept(store: Store, table: object) -> set[str]:
    async with store.database.read() as connection:
        return set((await connection.execute(select(table.c.id))).scalars())  # type: ignore[attr-defined]


async def test_each_kind_goes_after_its_own_time(store: Store, clock: VirtualClock, forgetting: Forgetting) -> None:
    now = clock.now()
    await add_groups(store.database, "g_1")
    for id, days in (("s_old", 15), ("s_new", 13)):
        await add_dates(store.database, date_values(id, now - days * DAY, end="ended", ended_at=now - days * DAY))
    for id, state, days in (("pl_gone", "left", 31), ("pl_fresh", "declined", 29), ("pl_here", "place", 400)):
        await put_place(store, id, state, now - days * DAY)
    for id, days in (("m_old", 61), ("m_new", 59)):
        await put_letter(store, id, now - days * DAY)
    async with store.database.write() as connection:
        for id, days in (("a_old", 91), ("a_new", 89)):
            await connection.execute(insert(audit).values(id=id, at=now - days * DAY, act="remove"))
    assert await forgetting.round() == {"audit": 1, "texts": 1, "places": 1, "letters": 1}
    assert await kept(store, places) == {"pl_fresh", "pl_here"}
    assert await kept(store, outbox) == {"m_new"}
    assert await kept(store, audit) == {"a_new"}
    assert await kept(store, sessions) == {"s_old", "s_new"}
    past = await store.sessions.get(SessionId("s_old"))
    assert past is not None
    assert past.guidelines == ""


async def test_the_proof_counts_the_last_seven_days_and_ever(
    store: Store, clock: VirtualClock, forgetting: Forgetting
) -> None:
    assert (await forgetting.proof()).last is None
    for number in range(3):
        await put_letter(store, f"m_{number}", clock.now() - 61 * DAY)
        await forgetting.round()
        clock.advance(5 * DAY)
    proof = await forgetting.proof()
    assert (proof.counts["letters"].recent, proof.counts["letters"].ever) == (1, 3)
    assert proof.counts["round"].ever == 3
    assert proof.last == clock.now() - 5 * DAY
    assert proof.periods == PERIODS


async def test_two_rounds_of_one_day_are_added_up(store: Store, clock: VirtualClock, forgetting: Forgetting) -> None:
    for number in range(2):
        await put_letter(store, f"m_{number}", clock.now() - 61 * DAY)
        await forgetting.round()
    assert (await forgetting.proof()).counts["letters"].recent == 2


async def test_the_organisation_s_own_periods_count(store: Store, clock: VirtualClock, forgetting: Forgetting) -> None:
    await store.organisation.add(Organisation(name="Ours", retention=replace(PERIODS, mail=90)), clock.now())
    await put_letter(store, "m_1", clock.now() - 89 * DAY)
    assert await forgetting.round() == {}
    clock.advance(2 * DAY)
    assert await forgetting.round() == {"letters": 1}


async def test_numbers_are_logged_and_nothing_of_anybody(store: Store, services: Services, clock: VirtualClock) -> None:
    await put_letter(store, "m_1", clock.now() - 61 * DAY)
    with capture_logs() as logs:
        counts = await forget(store, clock, Forgetting(store, clock, Retention()))
    assert counts == {"letters": 1}
    assert "heron" not in repr(logs) + repr(counts)


async def test_nothing_to_forget_is_a_round_too(forgetting: Forgetting, clock: VirtualClock) -> None:
    assert await forgetting.round() == {}
    assert (await forgetting.proof()).last == Instant(clock.now())


@pytest.mark.parametrize("mail", [0, 2])
async def test_with_any_period_a_reminder_goes_out_once_and_its_letter_can_stop_others(
    scene: Scene, mail: int, tmp_path: Path
) -> None:
    forgetting = Forgetting(scene.store, scene.clock, replace(PERIODS, mail=mail))
    await scene.group()
    await scene.place("pl_1")
    await scene.date("s_1", DAY + HOUR)
    await scene.pass_time(2 * HOUR)
    (got,) = scene.mailbox.of("pl_1@example.net")
    await forgetting.round()
    other = await Scene.make(str(tmp_path))  # a second process: it remembers nothing of what it planned
    other.clock.advance(scene.clock.now() - other.clock.now() + 1)
    await other.turn()
    await other.close()
    assert other.mailbox.of("pl_1@example.net") == []
    scene.clock.advance(59 * DAY)
    await forgetting.round()
    row = await scene.store.outbox.get(got.sender.partition("+")[2].partition("@")[0])
    assert row is not None
    assert (row.place, row.address, row.message) == ("pl_1", "", "")
