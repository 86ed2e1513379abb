"""One edit of a series is one letter to each person, however many dates it moves or cancels; none is lost."""

import json
from datetime import date, datetime, time
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from rooms.ids import Instant, SessionId
from rooms.live.settings import MINUTE_MS
from rooms.program.ids import AccountId, GroupId, PlaceId
from rooms.program.leading import LeadState
from rooms.program.recurrence import Frequency, Rule
from rooms.program.series import Change, Series
from server.elsewhere import RoomsElsewhere
from server.mail.compose import LISTED, composed
from server.mail.letters import DatesCanceled
from server.mail.words import languages, read
from server.ports import StoreDown
from server.program.changed_dates import CHANGED
from server.program.notices import ROOMS_FIRST_MS
from server.program.series import BadSeries, Scope, SeriesBook, SeriesInput
from server.store.jobs import Outcome
from server.store.records import SessionRecord
from server.store.tables import jobs, leads, outbox
from tests.support.errand_scene import DAY, Got, Scene
from tests.support.ics_reader import meetings
from tests.support.ics_reader import read as read_file

GROUP = GroupId("g_1")
HOST = AccountId("h_host")
FIRST = "2027-01-19T19:00"
READERS = {"en": "America/New_York", "de": "Europe/Berlin", "es": "Europe/Madrid"}


def twelve(**changes: Any) -> SeriesInput:
    """Twelve dates: Tuesdays and Thursdays at 19:00 in Lisbon."""
    rule = Rule(Frequency.WEEKLY, weekdays=(1, 3), count=12)
    values: dict[str, Any] = {
        "title": "",
        "zone": "Europe/Lisbon",
        "starts_on": date(2027, 1, 19),
        "starts_at": time(19, 0),
        "length_min": 60,
        "rule": rule,
    }
    return SeriesInput(**(values | changes))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def body(got: Got) -> str:
    """Without the address that the button stands for once more, and what is said under every letter."""
    return got.text.replace("\r\n", "\n").partition("\n\n-- ")[0]


async def told(scene: Scene) -> list[Got]:
    """What people with a place got of what was done until now."""
    await scene.pass_time(MINUTE_MS)
    return [got for got in scene.mailbox.got if got.to.startswith("pl_")]


@pytest.fixture
async def book(scene: Scene) -> SeriesBook:
    return SeriesBook(scene.store, scene.clock, RoomsElsewhere(), scene.errands.notices)


@pytest.fixture
async def series(scene: Scene, book: SeriesBook) -> Series:
    """Twelve dates of a group with somebody of each language."""
    await scene.group()
    for rank, (language, zone) in enumerate(READERS.items()):
        await scene.place(f"pl_{language}", language=language, zone=zone, rank=rank)
    return await book.create(HOST, GROUP, twelve())


async def rows(scene: Scene, series: Series) -> list[SessionRecord]:
    return await scene.store.series.sessions(series.id)


CANCELED = {
    "en": (
        "Canceled: Evening circle",
        """12 dates of Evening circle will not take place.

Canceled:
- Tuesday 19 January 2027, 14:00, New York time
- Thursday 21 January 2027, 14:00, New York time
- Tuesday 26 January 2027, 14:00, New York time
- Thursday 28 January 2027, 14:00, New York time
- Tuesday 2 February 2027, 14:00, New York time
- Thursday 4 February 2027, 14:00, New York time
- and 6 more

Your page:
https://groups.example.org/p#of-pl_en""",
    ),
    "de": (
        "Abgesagt: Evening circle",
        """12 Termine von Evening circle finden nicht statt.

Abgesagt:
- Dienstag, 19. Januar 2027, 20:00 Uhr, Ortszeit Berlin
- Donnerstag, 21. Januar 2027, 20:00 Uhr, Ortszeit Berlin
- Dienstag, 26. Januar 2027, 20:00 Uhr, Ortszeit Berlin
- Donnerstag, 28. Januar 2027, 20:00 Uhr, Ortszeit Berlin
- Dienstag, 2. Februar 2027, 20:00 Uhr, Ortszeit Berlin
- Donnerstag, 4. Februar 2027, 20:00 Uhr, Ortszeit Berlin
- und 6 weitere

Deine Seite:
https://groups.example.org/p#of-pl_de""",
    ),
    "es": (
        "Canceladas: Evening circle",
        """12 fechas de Evening circle no tendrán lugar.

No habrá reunión:
- martes, 19 de enero de 2027, 20:00, hora de Madrid
- jueves, 21 de enero de 2027, 20:00, hora de Madrid
- martes, 26 de enero de 2027, 20:00, hora de Madrid
- jueves, 28 de enero de 2027, 20:00, hora de Madrid
- martes, 2 de febrero de 2027, 20:00, hora de Madrid
- jueves, 4 de febrero de 2027, 20:00, hora de Madrid
- y 6 más

Tu página:
https://groups.example.org/p#of-pl_es""",
    ),
}

MOVED = {
    "en": (
        "New times: Evening circle",
        """12 dates of Evening circle have moved.

Moved to:
- Tuesday 19 January 2027, 15:30, New York time (before: 14:00)
- Thursday 21 January 2027, 15:30, New York time (before: 14:00)
- Tuesday 26 January 2027, 15:30, New York time (before: 14:00)
- Thursday 28 January 2027, 15:30, New York time (before: 14:00)
- Tuesday 2 February 2027, 15:30, New York time (before: 14:00)
- Thursday 4 February 2027, 15:30, New York time (before: 14:00)
- and 6 more

See the dates:
https://groups.example.org/p#of-pl_en""",
    ),
    "de": (
        "Neue Zeiten: Evening circle",
        """12 Termine von Evening circle sind verschoben.

Verschoben auf:
- Dienstag, 19. Januar 2027, 21:30 Uhr, Ortszeit Berlin (vorher: 20:00 Uhr)
- Donnerstag, 21. Januar 2027, 21:30 Uhr, Ortszeit Berlin (vorher: 20:00 Uhr)
- Dienstag, 26. Januar 2027, 21:30 Uhr, Ortszeit Berlin (vorher: 20:00 Uhr)
- Donnerstag, 28. Januar 2027, 21:30 Uhr, Ortszeit Berlin (vorher: 20:00 Uhr)
- Dienstag, 2. Februar 2027, 21:30 Uhr, Ortszeit Berlin (vorher: 20:00 Uhr)
- Donnerstag, 4. Februar 2027, 21:30 Uhr, Ortszeit Berlin (vorher: 20:00 Uhr)
- und 6 weitere

Termine ansehen:
https://groups.example.org/p#of-pl_de""",
    ),
    "es": (
        "Nuevas horas: Evening circle",
        """12 fechas de Evening circle tienen una nueva hora.

Con nueva hora:
- martes, 19 de enero de 2027, 21:30, hora de Madrid (antes: 20:00)
- jueves, 21 de enero de 2027, 21:30, hora de Madrid (antes: 20:00)
- martes, 26 de enero de 2027, 21:30, hora de Madrid (antes: 20:00)
- jueves, 28 de enero de 2027, 21:30, hora de Madrid (antes: 20:00)
- martes, 2 de febrero de 2027, 21:30, hora de Madrid (antes: 20:00)
- jueves, 4 de febrero de 2027, 21:30, hora de Madrid (antes: 20:00)
- y 6 más

Ver las fechas:
https://groups.example.org/p#of-pl_es""",
    ),
}


def by_language(letters: list[Got]) -> dict[str, tuple[str, str]]:
    assert len(letters) == len(READERS), "one letter to each person"
    return {got.to[3:5]: (got.subject, body(got)) for got in letters}


async def test_the_end_of_twelve_dates_is_one_letter(scene: Scene, book: SeriesBook, series: Series) -> None:
    await book.end(series.id)
    assert by_language(await told(scene)) == CANCELED


async def test_twelve_dates_that_move_are_one_letter(scene: Scene, book: SeriesBook, series: Series) -> None:
    await book.change(series.id, FIRST, Scope.ALL, Change(start_local=at("2027-01-19T20:30")))
    assert by_language(await told(scene)) == MOVED


ONE = {
    "en": (
        "Canceled: Evening circle",
        """This date of Evening circle will not take place.

When: Tuesday 19 January 2027, 14:00, New York time
Next date: Thursday 21 January 2027, 14:00, New York time

Your page:
https://groups.example.org/p#of-pl_en""",
    ),
    "de": (
        "Abgesagt: Evening circle",
        """Dieser Termin von Evening circle findet nicht statt.

Wann: Dienstag, 19. Januar 2027, 20:00 Uhr, Ortszeit Berlin
Nächster Termin: Donnerstag, 21. Januar 2027, 20:00 Uhr, Ortszeit Berlin

Deine Seite:
https://groups.example.org/p#of-pl_de""",
    ),
    "es": (
        "Cancelada: Evening circle",
        """Esta fecha de Evening circle no tendrá lugar.

Cuándo: martes, 19 de enero de 2027, 20:00, hora de Madrid
Próxima fecha: jueves, 21 de enero de 2027, 20:00, hora de Madrid

Tu página:
https://groups.example.org/p#of-pl_es""",
    ),
}


async def test_one_date_alone_is_told_as_one(scene: Scene, book: SeriesBook, series: Series) -> None:
    await book.cancel(series.id, FIRST, Scope.THIS)
    assert by_language(await told(scene)) == ONE


async def test_one_date_that_moves_is_told_as_one(scene: Scene, book: SeriesBook, series: Series) -> None:
    await book.change(series.id, FIRST, Scope.THIS, Change(start_local=at("2027-01-20T20:00")))
    letters = by_language(await told(scene))
    assert {subject for subject, _ in letters.values()} == {
        "New time: Evening circle",
        "Neue Zeit: Evening circle",
        "Nueva hora: Evening circle",
    }
    assert "Before: Tuesday 19 January 2027, 14:00, New York time\nLength: 60 minutes" in letters["en"][1]


async def test_some_that_move_and_some_that_do_not_take_place_are_one_letter(
    scene: Scene, book: SeriesBook, series: Series
) -> None:
    rule = Rule(Frequency.WEEKLY, weekdays=(1,), count=5)
    await book.revise(
        series.id, "2027-02-09T19:00", twelve(starts_on=date(2027, 2, 9), starts_at=time(20, 0), rule=rule)
    )
    letters = by_language(await told(scene))
    assert {subject for subject, _ in letters.values()} == {
        "Changed dates: Evening circle",
        "Geänderte Termine: Evening circle",
        "Fechas con cambios: Evening circle",
    }
    assert (
        letters["en"][1]
        == """6 dates of Evening circle have changed.

Moved to:
- Tuesday 9 February 2027, 15:00, New York time (before: 14:00)
- Tuesday 16 February 2027, 15:00, New York time (before: 14:00)
- Tuesday 23 February 2027, 15:00, New York time (before: 14:00)

Canceled:
- Thursday 11 February 2027, 14:00, New York time
- Thursday 18 February 2027, 14:00, New York time
- Thursday 25 February 2027, 14:00, New York time

Next date: Tuesday 16 February 2027, 15:00, New York time

See the dates:
https://groups.example.org/p#of-pl_en"""
    )
    assert letters["de"][1].startswith("6 Termine von Evening circle haben sich geändert.\n\nVerschoben auf:\n- ")
    assert letters["es"][1].startswith("6 fechas de Evening circle han cambiado.\n\nCon nueva hora:\n- ")


async def test_a_day_that_changes_is_said_with_the_day_before(scene: Scene, book: SeriesBook, series: Series) -> None:
    await book.change(series.id, FIRST, Scope.ALL, Change(start_local=at("2027-01-20T19:00")))
    letters = by_language(await told(scene))
    assert (
        "- Wednesday 20 January 2027, 14:00, New York time (before: Tuesday 19 January 2027, 14:00)" in letters["en"][1]
    )
    assert "Ortszeit Berlin (vorher: Dienstag, 19. Januar 2027, 20:00 Uhr)" in letters["de"][1]
    assert "hora de Madrid (antes: martes, 19 de enero de 2027, 20:00)" in letters["es"][1]


@pytest.mark.parametrize("code", languages())
def test_no_letter_says_that_there_is_one_more(code: str) -> None:
    """Its place has room for the date itself, so that "more" is always several."""
    for count in range(2, 3 * LISTED):
        instants = tuple(Instant(1_800_000_000_000 + number * DAY) for number in range(count))
        letter = DatesCanceled(group="Meeting", moved=(), canceled=instants)
        words = composed(letter, read(code), "UTC", is_place=True)
        ((_, lines),) = words.lists
        assert words.lines[0].startswith(f"{count} ")
        assert len(lines) == min(count, LISTED + 1)
        shown = LISTED if count > LISTED + 1 else count
        assert (str(count - shown) in lines[-1].split()) == (count > LISTED + 1)


# --- to whom ------------------------------------------------------------------------------------------------------
async def test_everybody_hears_of_the_dates_that_they_expect(scene: Scene, book: SeriesBook, series: Series) -> None:
    ids = [row.id for row in await rows(scene, series)]
    for session in ids[2:]:
        await scene.store.places.answer(PlaceId("pl_en"), session, False, scene.clock.now())
    for session in ids[1:]:
        await scene.store.places.answer(PlaceId("pl_de"), session, False, scene.clock.now())
    for session in ids:
        await scene.store.places.answer(PlaceId("pl_es"), session, False, scene.clock.now())
    await book.end(series.id)
    letters = {got.to[3:5]: got for got in await told(scene)}
    assert letters.keys() == {"en", "de"}
    assert body(letters["en"]).startswith(
        """2 dates of Evening circle will not take place.

Canceled:
- Tuesday 19 January 2027, 14:00, New York time
- Thursday 21 January 2027, 14:00, New York time
"""
    )
    assert body(letters["de"]).startswith("Dieser Termin von Evening circle findet nicht statt.\n\nWann: Dienstag, 19.")
    assert [len(meetings(file_of(letters[code]), FAR)) for code in ("en", "de")] == [2, 1]


async def test_who_leads_some_of_them_hears_of_those(scene: Scene, book: SeriesBook, series: Series) -> None:
    await scene.account("h_lead", "facilitator")
    row = {"account": "h_lead", "rank": 0, "state": LeadState.ASKED.value, "token_hash": None, "asked_at": None}
    async with scene.store.database.write() as connection:
        for each in (await rows(scene, series))[1:3]:
            await connection.execute(insert(leads).values(row | {"session": each.id}))
    await book.change(series.id, FIRST, Scope.ALL, Change(start_local=at("2027-01-19T20:30")))
    await told(scene)
    (got,) = scene.mailbox.of("h_lead@example.org")
    assert (
        body(got)
        == """2 dates of Evening circle have moved.

Moved to:
- Thursday 21 January 2027, 20:30, Lisbon time (before: 19:00)
- Tuesday 26 January 2027, 20:30, Lisbon time (before: 19:00)

See the dates:
https://groups.example.org/host/groups/g_1"""
    )
    assert list(got.message.iter_attachments()) == []


async def test_a_neutral_group_is_told_by_its_discreet_name(scene: Scene, book: SeriesBook) -> None:
    await scene.group(is_neutral=True, name="Grief after suicide", discreet_name="Thursday meeting")
    await scene.place("pl_1")
    series = await book.create(HOST, GROUP, twelve(title="Grief after suicide"))
    await book.change(series.id, FIRST, Scope.THIS, Change(title="Grief and anger"))
    await book.end(series.id)
    (got,) = await told(scene)
    assert got.subject == "Canceled: Thursday meeting"
    for word in ("grief", "anger"):
        assert word not in got.message.as_string().lower()
        assert word.encode() not in file_of(got).lower()


async def test_dates_of_several_titles_are_told_by_their_group(scene: Scene, book: SeriesBook, series: Series) -> None:
    await book.change(series.id, FIRST, Scope.THIS, Change(title="With a guest"))
    await book.end(series.id)
    assert {got.subject.partition(": ")[2] for got in await told(scene)} == {"Evening circle"}


async def test_the_calendar_file_cancels_each_date_by_its_own_name(
    scene: Scene, book: SeriesBook, series: Series
) -> None:
    """PUBLISH, as a CANCEL of RFC 5546 is about one UID and from an organizer; higher numbers, so that it is taken."""
    reminded = {each.uid: each for row in await rows(scene, series) for each in await published(scene, row.id)}
    await book.end(series.id)
    got = (await told(scene))[0]
    (attached,) = got.message.iter_attachments()
    assert (attached.get_content_type(), attached.get_param("method")) == ("text/calendar", "PUBLISH")
    assert attached.get_filename() == "date.ics"
    assert read_file(file_of(got)).one("METHOD") == "PUBLISH"
    found = meetings(file_of(got), FAR)
    assert {each.uid for each in found} == reminded.keys()
    assert all(each.is_canceled for each in found)
    assert all(each.sequence > reminded[each.uid].sequence for each in found)
    assert b"ORGANIZER" not in file_of(got)


async def test_the_calendar_file_moves_each_date(scene: Scene, book: SeriesBook, series: Series) -> None:
    before = [(await published(scene, row.id))[0] for row in await rows(scene, series)]
    await book.change(series.id, FIRST, Scope.ALL, Change(start_local=at("2027-01-19T20:30")))
    after = meetings(file_of((await told(scene))[0]), FAR)
    assert [each.uid for each in after] == [each.uid for each in before]
    assert {later.begins - earlier.begins for earlier, later in zip(before, after, strict=True)} == {NINETY_MINUTES}
    assert not any(each.is_canceled for each in after)
    assert all(later.sequence > earlier.sequence for earlier, later in zip(before, after, strict=True))


# --- once or twice, never not at all ------------------------------------------------------------------------------
class Crashing(RoomsElsewhere):
    """The process ends once an edit is stored: the first thing that would have come then is that rooms hear."""

    async def rescheduled(self, session: SessionId) -> bool:
        raise RuntimeError("killed")


async def test_a_crash_after_the_edit_loses_no_letter_and_doing_it_again_doubles_none(
    scene: Scene, book: SeriesBook, series: Series
) -> None:
    crashing = SeriesBook(scene.store, scene.clock, Crashing(), scene.errands.notices)
    with pytest.raises(RuntimeError):
        await crashing.end(series.id)
    await book.end(series.id)  # whoever pressed the button presses it again
    await book.end(series.id)
    assert by_language(await told(scene)) == CANCELED
    await scene.pass_time(DAY)
    assert len(await told(scene)) == len(READERS)


async def test_an_edit_that_is_refused_is_told_to_nobody(scene: Scene, book: SeriesBook, series: Series) -> None:
    await book.create(HOST, GROUP, twelve(rule=None, starts_on=date(2027, 1, 28), starts_at=time(20, 30)))
    with pytest.raises(BadSeries):
        await book.change(series.id, FIRST, Scope.ALL, Change(start_local=at("2027-01-19T20:30")))
    assert await told(scene) == []
    assert await planned(scene) == []


async def test_a_job_that_is_done_again_writes_to_those_alone_who_have_no_letter(
    scene: Scene, book: SeriesBook, series: Series, monkeypatch: pytest.MonkeyPatch
) -> None:
    await book.end(series.id)
    scene.clock.advance(ROOMS_FIRST_MS)
    url_of, urls = scene.errands.date_letters.letters.place_links.place_url, []

    async def stumbling(links: object, place: PlaceId) -> str | None:
        urls.append(place)
        if urls == ["pl_en", "pl_de"]:
            raise StoreDown
        return await url_of(place)

    monkeypatch.setattr(type(scene.errands.date_letters.letters.place_links), "place_url", stumbling)
    await scene.worker.turn()
    assert await written(scene) == ["pl_en"], "the process ended here"
    assert [row.outcome for row in await planned(scene)] == [None]
    letters = by_language(await told(scene))
    assert letters == CANCELED
    assert [row.outcome for row in await planned(scene)] == [Outcome.DONE]
    async with scene.store.database.write() as connection:
        await connection.execute(update(jobs).where(jobs.c.kind == CHANGED).values(outcome=None, due_at=0))
    assert len(await told(scene)) == len(READERS), "and once more, after its lease ran out"
    assert len({got.message["Message-ID"] for got in scene.mailbox.got if got.to.startswith("pl_")}) == len(READERS)


async def test_what_moved_on_before_anybody_was_told_is_told_once(
    scene: Scene, book: SeriesBook, series: Series
) -> None:
    await book.change(series.id, FIRST, Scope.ALL, Change(start_local=at("2027-01-19T20:30")))
    await book.change(series.id, "2027-01-19T20:30", Scope.ALL, Change(start_local=at(FIRST)))
    letters = by_language(await told(scene))
    assert "- Tuesday 19 January 2027, 14:00, New York time (before: 15:30)" in letters["en"][1]


async def test_dates_that_move_and_are_then_canceled_are_told_as_canceled(
    scene: Scene, book: SeriesBook, series: Series
) -> None:
    await book.change(series.id, FIRST, Scope.ALL, Change(start_local=at("2027-01-19T20:30")))
    await book.end(series.id)
    assert {got.subject for got in await told(scene)} == {subject for subject, _ in CANCELED.values()}


async def test_two_edits_are_two_letters(scene: Scene, book: SeriesBook, series: Series) -> None:
    await book.cancel(series.id, "2027-02-16T19:00", Scope.FOLLOWING)
    await book.cancel(series.id, "2027-02-02T19:00", Scope.FOLLOWING)
    english = [body(got).partition(" ")[0] for got in await told(scene) if got.to.startswith("pl_en")]
    assert english == ["4", "4"]


async def test_the_job_of_an_edit_holds_ids_and_instants_alone(scene: Scene, book: SeriesBook, series: Series) -> None:
    sessions = await rows(scene, series)
    await book.change(series.id, FIRST, Scope.ALL, Change(start_local=at("2027-01-19T20:30")))
    (job,) = await planned(scene)
    moved = " ".join(f"{row.id}={row.settings.schedule.start_at}" for row in sessions)
    assert json.loads(job.payload) == {"moved": moved, "canceled": ""}
    assert job.key.startswith("tell-changed:c_")


async def test_programs_hear_of_each_date(scene: Scene, book: SeriesBook, series: Series) -> None:
    heard = [event for event in scene.programs.events() if event in ("session.moved", "session.canceled")]
    assert heard == []
    await book.change(series.id, FIRST, Scope.ALL, Change(start_local=at("2027-01-19T20:30")))
    await book.end(series.id)
    heard = [event for event in scene.programs.events() if event in ("session.moved", "session.canceled")]
    assert heard == ["session.moved"] * 12 + ["session.canceled"] * 12


# --- what these tests look at -------------------------------------------------------------------------------------
FAR = at("2027-12-31T00:00")
NINETY_MINUTES = at("2027-01-01T01:30") - at("2027-01-01T00:00")


def file_of(got: Got) -> bytes:
    (attached,) = got.message.iter_attachments()
    content = attached.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


async def published(scene: Scene, session: SessionId) -> list[Any]:
    (file,) = await scene.errands.date_letters.letters.file_of(session)
    return list(meetings(file.content, FAR))


async def planned(scene: Scene) -> list[Any]:
    found = select(jobs).where(jobs.c.kind.startswith("tell-")).order_by(jobs.c.due_at)
    async with scene.store.database.read() as connection:
        return list(await connection.execute(found))


async def written(scene: Scene) -> list[str]:
    found = select(outbox.c.place).where(outbox.c.place.is_not(None)).order_by(outbox.c.place)
    async with scene.store.database.read() as connection:
        return [str(place) for place in (await connection.execute(found)).scalars()]
