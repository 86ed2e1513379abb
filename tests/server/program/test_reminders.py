"""Reminders: planned from the dates as they are, to whoever wishes them, each once."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert, update

from rooms.ids import Instant, SessionId
from rooms.live.settings import MINUTE_MS
from rooms.program.ids import PlaceId
from rooms.program.places import Wishes
from server.program.changed_dates import one_moved
from server.program.notices import ROOMS_FIRST_MS
from server.store.mapping import session_values
from server.store.tables import people, places, sessions
from tests.support.errand_scene import DAY, HOUR, NOW, Scene

EVERYTHING = Wishes(day_before=True, hour_before=True, starting=True, missed=True)


async def moved(scene: Scene, session: SessionId, by: int) -> None:
    """As the book of series rewrites a row."""
    date = await scene.store.dates.get(session)
    assert date is not None
    old = date.session.settings.schedule
    new = replace(
        old,
        doors_at=Instant(old.doors_at + by),
        start_at=Instant(old.start_at + by),
        end_at=Instant(old.end_at + by),
    )
    record = replace(date.session, settings=replace(date.session.settings, schedule=new), sequence=1)
    async with scene.store.database.write() as connection:
        await connection.execute(update(sessions).where(sessions.c.id == session).values(session_values(record, NOW)))
    jobs = scene.errands.notices.letters_about(one_moved(record, old.start_at))
    await scene.store.jobs.add_all(jobs)
    await scene.store.jobs.add_all(jobs)  # whoever was interrupted says it again


async def test_each_wish_gets_its_letter_at_its_time(scene: Scene) -> None:
    await scene.group()
    await scene.place("pl_all", EVERYTHING)
    await scene.place("pl_hour", Wishes(day_before=False), rank=1)
    await scene.place("pl_none", Wishes(day_before=False, hour_before=False), rank=2)
    await scene.date("s_1", 2 * DAY)
    await scene.pass_time(2 * DAY + 20 * MINUTE_MS)
    start = NOW + 2 * DAY
    assert [(got.subject, start - got.at) for got in scene.mailbox.of("pl_all@example.net")] == [
        ("Tomorrow: Evening circle", DAY),
        ("Soon: Evening circle", HOUR),
        ("The doors are open: Evening circle", 15 * MINUTE_MS),
    ]
    assert scene.mailbox.subjects("pl_hour@example.net") == ["Soon: Evening circle"]
    assert scene.mailbox.subjects("pl_none@example.net") == []


async def test_the_time_is_the_readers_own(scene: Scene) -> None:
    await scene.group()
    await scene.place("pl_1", zone="Asia/Kolkata", language="de")
    await scene.date("s_1", DAY + HOUR)
    await scene.pass_time(2 * HOUR)
    (got,) = scene.mailbox.of("pl_1@example.net")
    start = datetime.fromtimestamp((NOW + DAY + HOUR) / 1_000, UTC)
    assert (start.hour, start.minute) == (9, 0)
    assert "Samstag, 16. Januar 2027, 14:30 Uhr, Ortszeit Kolkata" in got.text
    (file,) = got.message.iter_attachments()
    assert file.get_param("method") == "PUBLISH"
    assert b"DTSTART:20270116T090000Z" in file.get_payload(decode=True), "the same instant in the calendar"


async def test_not_this_time_stops_the_reminders_of_that_date_alone(scene: Scene) -> None:
    await scene.group()
    await scene.place("pl_1")
    first, _ = await scene.date("s_1", 2 * DAY), await scene.date("s_2", 2 * DAY + 3 * HOUR)
    await scene.store.places.answer(PlaceId("pl_1"), first, False, NOW)
    await scene.pass_time(2 * DAY + 3 * HOUR)
    assert [got.at - NOW for got in scene.mailbox.of("pl_1@example.net")] == [DAY + 3 * HOUR, 2 * DAY + 2 * HOUR]


async def test_a_moved_date_moves_its_reminders_and_says_so_once(scene: Scene) -> None:
    await scene.group()
    await scene.place("pl_1")
    session = await scene.date("s_1", 2 * DAY)
    await scene.pass_time(DAY + HOUR)
    assert scene.mailbox.subjects("pl_1@example.net") == ["Tomorrow: Evening circle"]
    await moved(scene, session, 2 * DAY)
    await scene.pass_time(4 * DAY)
    told = [(got.subject, got.at - NOW) for got in scene.mailbox.of("pl_1@example.net")]
    assert told[1:] == [
        ("New time: Evening circle", DAY + HOUR + ROOMS_FIRST_MS),
        ("Tomorrow: Evening circle", 3 * DAY),
        ("Soon: Evening circle", 4 * DAY - HOUR),
    ]


async def test_a_canceled_date_drops_its_reminders_and_says_so_once(scene: Scene) -> None:
    await scene.group()
    await scene.place("pl_1")
    session = await scene.date("s_1", 2 * DAY)
    await scene.pass_time(HOUR)
    await scene.store.rooms.mark_end(session, is_canceled=True)
    await scene.errands.notices.date_canceled(session)
    await scene.errands.notices.date_canceled(session)
    await scene.pass_time(3 * DAY)
    assert scene.mailbox.subjects("pl_1@example.net") == ["Canceled: Evening circle"]


async def test_after_a_night_without_a_server_late_reminders_are_sent_and_useless_ones_left_out(scene: Scene) -> None:
    await scene.group()
    await scene.place("pl_1", EVERYTHING)
    await scene.date("s_1", DAY + HOUR)
    await scene.turn()
    scene.clock.advance(DAY - 5 * HOUR)  # nobody worked meanwhile
    await scene.turn()
    assert scene.mailbox.subjects("pl_1@example.net") == ["Tomorrow: Evening circle"]
    scene.clock.advance(6 * HOUR - 10 * MINUTE_MS)
    await scene.turn()
    assert scene.mailbox.subjects("pl_1@example.net")[1:] == ["The doors are open: Evening circle"]


async def test_two_processes_plan_and_send_everything_once(scene: Scene, tmp_path: Path) -> None:
    other = await Scene.make(str(tmp_path))
    other.clock, other.mailbox.clock = scene.clock, scene.clock
    await scene.group()
    await scene.place("pl_1", EVERYTHING)
    await scene.date("s_1", 30 * HOUR)
    for _ in range(31):
        scene.clock.advance(HOUR)
        await other.turn()
        await scene.turn()
    await other.close()
    subjects = scene.mailbox.subjects("pl_1@example.net") + other.mailbox.subjects("pl_1@example.net")
    assert len(subjects) == len(set(subjects)) == 3


async def test_a_letter_of_a_neutral_group_tells_no_topic(scene: Scene) -> None:
    await scene.group(is_neutral=True, name="Grief after suicide", discreet_name="Thursday meeting")
    await scene.place("pl_1", EVERYTHING)
    await scene.date("s_1", 2 * DAY, title="Grief after suicide", discreet_title="Thursday meeting")
    await scene.pass_time(2 * DAY)
    assert len(scene.mailbox.of("pl_1@example.net")) == 3
    for got in scene.mailbox.got:
        assert "grief" not in got.message.as_string().lower()
        assert "Thursday meeting" in got.subject
        assert str(got.message["From"]) == "Meetings <groups@example.org>"


async def test_nobody_is_reminded_of_a_group_that_pauses(scene: Scene) -> None:
    await scene.group(is_paused=True)
    await scene.place("pl_1", EVERYTHING)
    await scene.date("s_1", 2 * DAY)
    await scene.pass_time(2 * DAY)
    assert scene.mailbox.at_places() == []


async def test_stopping_from_the_letter_stops_all_reminders_and_nothing_else(scene: Scene) -> None:
    await scene.group()
    await scene.place("pl_1", EVERYTHING)
    await scene.date("s_1", DAY + HOUR)
    await scene.pass_time(2 * HOUR)
    (got,) = scene.mailbox.of("pl_1@example.net")
    letter = str(got.message["List-Unsubscribe"]).strip("<>").rpartition("/")[2]
    row = await scene.store.outbox.get(letter)
    assert row is not None
    assert row.place == "pl_1"
    assert await scene.store.dates.stop_reminders(PlaceId("pl_1"))
    await scene.pass_time(DAY)
    assert len(scene.mailbox.of("pl_1@example.net")) == 1
    await scene.store.rooms.mark_end(SessionId("s_1"), is_canceled=True)
    assert got.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


# --- missed you ---------------------------------------------------------------------------------------------------
async def came(scene: Scene, session: str, *who: str) -> None:
    async with scene.store.database.write() as connection:
        for number, place in enumerate(who):
            row: dict[str, object] = {
                "id": f"p_{session}_{number}",
                "session": session,
                "role": "participant",
                "link": None,
            }
            row |= {"place": place, "suggested_alias": "", "created_at": NOW}
            await connection.execute(insert(people).values(row))
    await scene.store.rooms.mark_end(SessionId(session), is_canceled=False)


async def test_who_usually_comes_and_was_not_there_gets_one_word_the_next_day(scene: Scene) -> None:
    await scene.group()
    await scene.place("pl_regular", Wishes(False, False, False, missed=True))
    await scene.place("pl_never", Wishes(False, False, False, missed=True), rank=1)
    await scene.place("pl_unasked", Wishes(False, False, False, missed=False), rank=2)
    await scene.place("pl_there", Wishes(False, False, False, missed=True), rank=3)
    for number, who in enumerate((("pl_regular", "pl_unasked", "pl_there"), ("pl_there",), ("pl_there",))):
        await scene.date(f"s_{number}", HOUR)
        await scene.pass_time(3 * HOUR)
        await came(scene, f"s_{number}", *who)
        await scene.pass_time(2 * DAY, step=6 * HOUR)
    assert scene.mailbox.subjects("pl_regular@example.net") == ["A word from Evening circle"], "once, not twice"
    assert scene.mailbox.at_places() == ["pl_regular@example.net"]
    (got,) = scene.mailbox.of("pl_regular@example.net")
    assert 18 * HOUR <= got.at - (NOW + 3 * HOUR + 2 * DAY + HOUR) <= 20 * HOUR


async def test_who_said_not_this_time_is_not_missed(scene: Scene) -> None:
    await scene.group()
    await scene.place("pl_1", Wishes(False, False, False, missed=True))
    await scene.place("pl_2", Wishes(False, False, False, False), rank=1)
    await scene.date("s_0", HOUR)
    await scene.pass_time(3 * HOUR)
    await came(scene, "s_0", "pl_1")
    session = await scene.date("s_1", HOUR)
    await scene.store.places.answer(PlaceId("pl_1"), session, False, NOW)
    await scene.pass_time(3 * HOUR)
    await came(scene, "s_1", "pl_2")
    await scene.pass_time(2 * DAY)
    assert scene.mailbox.at_places() == []


async def test_no_reminder_goes_to_an_address_that_came_back(scene: Scene) -> None:
    await scene.group()
    await scene.place("pl_1", bounced_at=NOW)
    await scene.date("s_1", DAY + HOUR)
    await scene.pass_time(DAY - HOUR)
    assert scene.mailbox.at_places() == []
    async with scene.store.database.write() as connection:
        await connection.execute(update(places).values(bounced_at=None))
    await scene.pass_time(2 * HOUR)
    assert scene.mailbox.subjects("pl_1@example.net") == ["Soon: Evening circle"]
