"""Finding somebody to lead, and the host-absent plan with a real room on virtual time."""

from collections.abc import AsyncIterator

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import delete, update

from rooms.ids import SessionId
from rooms.live.settings import MINUTE_MS
from rooms.program.ids import AccountId
from rooms.program.leading import Answer, LeadState, leader_of
from server.hosts import RoomHosts
from server.hosts_figures import RoomFigures
from server.program.absence import RoomWatch
from server.store.tables import accounts, staff
from tests.support.errand_scene import DAY, HOUR, Scene
from tests.support.fake_media import FakeMedia
from tests.support.memory_store import MemoryGatekeeper


@pytest.fixture
async def rooms(scene: Scene) -> AsyncIterator[RoomHosts]:
    """The rooms of the scene's store, on its clock; what they report is heard."""
    figures = RoomFigures(CollectorRegistry())
    hosts = RoomHosts(scene.store.rooms, MemoryGatekeeper(), FakeMedia(), scene.clock, figures, scene.clock.alarm)
    hosts.listeners.add(RoomWatch(scene.errands.queue))
    yield hosts
    await hosts.drain()


async def leaders(scene: Scene, session: SessionId) -> AccountId | None:
    return leader_of(await scene.store.leads.of_session(session))


async def test_facilitators_are_asked_in_order_and_one_press_answers(scene: Scene) -> None:
    await scene.group()
    await scene.account("h_first", "facilitator", 0)
    await scene.account("h_second", "facilitator", 1)
    session = await scene.date("s_1", 6 * DAY)
    await scene.turn()
    (asked,) = scene.mailbox.got
    assert asked.to == "h_first@example.org"
    assert "h_first" not in asked.text, "the link says nothing of whom it is for"
    found = await scene.errands.leading.by_token(asked.token)
    assert found is not None
    assert (found.account.id, found.state) == ("h_first", LeadState.ASKED)
    assert await scene.errands.leading.answer(session, AccountId("h_first"), False) is Answer.DECLINED
    await scene.turn()
    assert [got.to for got in scene.mailbox.got] == ["h_first@example.org", "h_second@example.org"]
    assert await scene.errands.leading.answer(session, AccountId("h_second"), True) is Answer.ACCEPTED
    assert await leaders(scene, session) == "h_second"
    assert await scene.errands.leading.answer(session, AccountId("h_first"), True) is Answer.TAKEN
    await scene.pass_time(5 * DAY + 2 * HOUR)
    assert scene.mailbox.subjects("h_host@example.org") == [], "somebody leads it: no alarm"
    assert scene.programs.events() == ["lead.wanted", "lead.wanted", "lead.accepted"]


async def test_one_date_that_cannot_be_asked_for_keeps_nobody_from_being_asked_for_another(scene: Scene) -> None:
    await scene.group()
    await scene.account("h_first", "facilitator", 0)
    await scene.date("s_1", 5 * DAY, zone="Nowhere/Land")
    await scene.date("s_2", 6 * DAY)
    await scene.turn()
    assert scene.programs.events() == ["lead.wanted"]
    assert [got.to for got in scene.mailbox.got] == ["h_first@example.org"]


async def test_a_week_of_silence_asks_everybody_and_alarms_hosts_and_backups(scene: Scene) -> None:
    await scene.group()
    for number in range(3):
        await scene.account(f"h_{number}", "facilitator", number)
    await scene.account("h_backup", "backup")
    session = await scene.date("s_1", 6 * DAY)
    await scene.pass_time(5 * DAY + HOUR)
    when = {got.to: (6 * DAY - (got.at - scene.clock.now()) - 5 * DAY - HOUR) / HOUR for got in scene.mailbox.got}
    assert when["h_0@example.org"] == 144
    assert 94 <= when["h_1@example.org"] <= 96
    assert 46 <= when["h_2@example.org"] <= 48
    assert scene.mailbox.subjects("h_host@example.org") == ["Nobody leads yet: Evening circle"]
    assert scene.mailbox.subjects("h_backup@example.org") == ["Nobody leads yet: Evening circle"]
    assert await scene.errands.leading.unled([session]) == {session}
    link = scene.mailbox.of("h_backup@example.org")[0].token
    found = await scene.errands.leading.by_token(link)
    assert found is not None
    assert await scene.errands.leading.answer(session, AccountId("h_backup"), True) is Answer.ACCEPTED
    assert await scene.errands.leading.unled([session]) == set()
    await scene.turn()
    assert scene.mailbox.subjects("h_0@example.org")[-1] == "Somebody leads it: Evening circle"


@pytest.mark.parametrize("loss", ["switched off", "out of the staff", "training over"])
async def test_who_may_not_lead_any_more_leads_nothing_and_the_next_is_asked(scene: Scene, loss: str) -> None:
    await scene.group()
    await scene.account("h_first", "facilitator", 0)
    await scene.account("h_second", "facilitator", 1)
    session = await scene.date("s_1", 6 * DAY)
    await scene.turn()
    assert await scene.errands.leading.answer(session, AccountId("h_first"), True) is Answer.ACCEPTED
    mine = accounts.c.id == "h_first"
    async with scene.store.database.write() as connection:
        match loss:
            case "switched off":
                await connection.execute(update(accounts).where(mine).values(disabled_at=scene.clock.now()))
            case "training over":
                await connection.execute(update(accounts).where(mine).values(training_expires_on="2026-12-31"))
            case _:
                await connection.execute(delete(staff).where(staff.c.account == "h_first"))
    await scene.pass_time(10 * MINUTE_MS, 5 * MINUTE_MS)
    assert await leaders(scene, session) is None
    assert scene.mailbox.got[-1].to == "h_second@example.org"


async def test_training_that_has_run_out_may_not_lead(scene: Scene) -> None:
    await scene.group()
    await scene.account("h_late", "facilitator", 0, training_expires_on="2027-01-16")
    await scene.account("h_trained", "facilitator", 1, training_expires_on="2027-01-17")
    session = await scene.date("s_1", 2 * DAY + HOUR)  # 17 January
    await scene.turn()
    assert [got.to for got in scene.mailbox.got] == ["h_trained@example.org"]
    assert await scene.errands.leading.answer(session, AccountId("h_late"), True) is Answer.NOT_TRAINED


async def test_nobody_outside_the_staff_leads(scene: Scene) -> None:
    await scene.group()
    await scene.account("h_stranger")
    session = await scene.date("s_1", DAY)
    assert await scene.errands.leading.answer(session, AccountId("h_stranger"), True) is Answer.NOT_ASKED
    assert await scene.errands.leading.by_token("x" * 43) is None


async def test_a_link_ends_with_its_date_and_with_the_next_link(scene: Scene) -> None:
    await scene.group()
    await scene.account("h_1", "facilitator")
    await scene.date("s_1", DAY + 2 * HOUR)
    await scene.turn()
    first = scene.mailbox.got[0].token
    assert await scene.errands.leading.by_token(first) is not None
    scene.clock.advance(DAY + 3 * HOUR)
    assert await scene.errands.leading.by_token(first) is None


async def test_without_mail_staff_are_asked_on_their_own_pages(tmp_path_factory: pytest.TempPathFactory) -> None:
    scene = await Scene.make(str(tmp_path_factory.mktemp("silent")), HOLDSPACE_SMTP_HOST="")
    await scene.group()
    await scene.account("h_1", "facilitator")
    session = await scene.date("s_1", DAY)
    await scene.turn()
    assert await scene.store.leads.next_of(AccountId("h_1"), scene.clock.now(), 5) == [(session, LeadState.ASKED)]
    assert await scene.store.outbox.next_due() is None
    await scene.close()


async def test_when_nobody_comes_the_backups_are_called_in_order_and_the_first_who_answers_has_it(
    scene: Scene, rooms: RoomHosts
) -> None:
    await scene.group()
    await scene.account("h_leads", "facilitator")
    for number in range(3):
        await scene.account(f"h_b{number}", "backup", number)
    session = await scene.date("s_1", 2 * HOUR)
    await scene.errands.leading.answer(session, AccountId("h_leads"), True)
    await scene.pass_time(110 * MINUTE_MS)
    scene.mailbox.got.clear()
    await rooms.start_all()

    calls = await minutes(scene, rooms, 10 + 7)
    urgent = "People are waiting, nobody leads: Evening circle"
    assert [(minute, to) for minute, to, subject in calls if subject == urgent] == [
        (5, "h_b0@example.org"),
        (5, "h_host@example.org"),
        (5, "h_leads@example.org"),
        (6, "h_b1@example.org"),
    ]
    link = scene.mailbox.of("h_b1@example.org")[-1].token
    found = await scene.errands.leading.by_token(link)
    assert found is not None
    assert found.is_open
    assert await scene.errands.leading.answer(session, AccountId("h_b1"), True) is Answer.ACCEPTED
    assert await scene.errands.leading.answer(session, AccountId("h_b0"), True) is Answer.TAKEN
    calls = await minutes(scene, rooms, 1)
    taken = {to for _, to, subject in calls if subject.startswith("Somebody leads it")}
    assert taken == {"h_b0@example.org", "h_leads@example.org"}
    assert "h_b2@example.org" not in {got.to for got in scene.mailbox.got}, "she was not called any more"
    assert [event for event in scene.programs.events() if event != "lead.wanted"] == [
        "lead.accepted",
        "backup.wanted",
        "backup.wanted",
        "backup.wanted",
        "lead.accepted",
    ]


async def test_when_no_backup_comes_those_expected_hear_what_is_next(scene: Scene, rooms: RoomHosts) -> None:
    await scene.group()
    await scene.account("h_b0", "backup")
    await scene.place("pl_1", language="es")
    await scene.date("s_1", 2 * HOUR)
    await scene.date("s_2", 7 * DAY)
    await scene.pass_time(110 * MINUTE_MS)
    await rooms.start_all()
    scene.mailbox.got.clear()
    calls = await minutes(scene, rooms, 10 + 16)
    assert [(minute, subject) for minute, to, subject in calls if to == "pl_1@example.net"] == [
        (15, "Hoy no hubo reunión: Evening circle")
    ]
    (letter,) = scene.mailbox.of("pl_1@example.net")
    assert "Próxima fecha: viernes, 22 de enero de 2027" in letter.text
    assert "https://groups.example.org/s/s_1/after" in letter.text


async def test_the_plan_holds_when_what_the_room_reports_is_lost(scene: Scene, rooms: RoomHosts) -> None:
    """A crash right after the room stored it: the jobs planned before look at what is stored."""
    rooms.listeners._listeners.clear()
    await scene.group()
    await scene.account("h_b0", "backup")
    await scene.place("pl_1")
    await scene.date("s_1", 2 * HOUR)
    await scene.pass_time(110 * MINUTE_MS)
    await rooms.start_all()
    scene.mailbox.got.clear()
    calls = await minutes(scene, rooms, 10 + 17)
    assert [minute for minute, to, _ in calls if to == "h_b0@example.org"] == [5]
    assert [minute for minute, to, _ in calls if to == "pl_1@example.net"] == [15]


async def minutes(scene: Scene, rooms: RoomHosts, count: int) -> list[tuple[int, str, str]]:
    """Let so many minutes pass, ten seconds at a time; who got which letter how many minutes after the start."""
    row = await scene.store.dates.get(SessionId("s_1"))
    assert row is not None
    before = len(scene.mailbox.got)
    for _ in range(count * 6):
        scene.clock.advance(10_000)
        host = rooms._hosts[SessionId("s_1")]
        await scene.rest()
        while not host.is_idle and (not host._turns.is_empty or host._is_working):
            await scene.rest()
        await scene.turn()
    got = scene.mailbox.got[before:]
    return sorted(((each.at - row.start_at) // MINUTE_MS, each.to, each.subject) for each in got)
