"""One edit of a series is one letter to each person, of the dates that they expect; none is lost, and none doubled."""

import json
from datetime import date, time

import pytest
from sqlalchemy import insert, update

from rooms.ids import SessionId
from rooms.program.ids import PlaceId
from rooms.program.leading import LeadState
from rooms.program.series import Change, Series
from rooms.schedule import instant_of
from server.elsewhere import RoomsElsewhere
from server.ports import StoreDown
from server.program.changed_dates import CHANGED
from server.program.notices import ROOMS_FIRST_MS
from server.program.series import BadSeries, Scope, SeriesBook
from server.store.jobs import Outcome
from server.store.tables import jobs, leads
from tests.support.edited_series import (
    FAR,
    FIRST,
    GROUP,
    HOST,
    READERS,
    at,
    body,
    by_language,
    file_of,
    planned,
    published,
    rows,
    told,
    twelve,
    written,
)
from tests.support.errand_scene import DAY, Scene
from tests.support.ics_reader import meetings
from tests.support.ics_reader import read as read_file

SUBJECTS = {"en": "Canceled: Evening circle", "de": "Abgesagt: Evening circle", "es": "Canceladas: Evening circle"}
NINETY_MINUTES = at("2027-01-01T01:30") - at("2027-01-01T00:00")


def subjects(letters: dict[str, tuple[str, str]]) -> dict[str, str]:
    return {language: subject for language, (subject, _) in letters.items()}


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

No further dates are planned.

Canceled:
- Tuesday 19 January 2027, 14:00, New York time
- Thursday 21 January 2027, 14:00, New York time
"""
    )
    assert body(letters["de"]).startswith("Dieser Termin von Evening circle findet nicht statt.\n\nWeitere Termine")
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
    assert subjects(by_language(await told(scene))) == SUBJECTS
    await scene.pass_time(DAY)
    assert len(await told(scene)) == len(READERS)


async def test_a_crash_after_a_room_was_called_off_loses_no_letter_once_they_are_queued(
    scene: Scene, series: Series, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def killed(*_: object) -> None:
        raise RuntimeError("killed")

    (first, *_) = await rows(scene, series)
    await scene.store.rooms.mark_end(first.id, is_canceled=True)
    with monkeypatch.context() as crash, pytest.raises(RuntimeError):
        crash.setattr(scene.programs, "happened", killed)
        await scene.errands.notices.date_canceled(first.id)
    assert subjects(by_language(await told(scene))) == SUBJECTS | {"es": "Cancelada: Evening circle"}


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
    assert subjects(by_language(await told(scene))) == SUBJECTS
    assert [row.outcome for row in await planned(scene)] == [Outcome.DONE]
    async with scene.store.database.write() as connection:
        await connection.execute(update(jobs).where(jobs.c.kind == CHANGED).values(outcome=None, due_at=0))
    assert len(await told(scene)) == len(READERS), "and once more, after its lease ran out"
    assert len({got.message["Message-ID"] for got in scene.mailbox.got if got.to.startswith("pl_")}) == len(READERS)


async def test_a_date_whose_room_opened_before_it_heard_did_not_move(
    scene: Scene, book: SeriesBook, series: Series
) -> None:
    (first, *_) = await rows(scene, series)

    class Opened(RoomsElsewhere):
        """The room of the first date has its doors open already, and writes down that it keeps its time."""

        async def rescheduled(self, session: SessionId) -> bool:
            if session == first.id:
                await scene.store.rooms.begin(session, first.settings, insists=True)
            return session != first.id

    opened = SeriesBook(scene.store, scene.clock, Opened(), scene.errands.notices)
    with pytest.raises(BadSeries):
        await opened.change(series.id, FIRST, Scope.THIS, Change(start_local=at("2027-01-20T19:00")))
    assert await told(scene) == []
    assert "session.moved" not in scene.programs.events()


async def test_a_date_that_moves_to_a_start_that_is_past_is_told_while_it_is_not_over(
    scene: Scene, book: SeriesBook, series: Series
) -> None:
    scene.clock.advance(instant_of(at("2027-01-19T18:00+00:00")) - scene.clock.now())
    await book.change(series.id, FIRST, Scope.THIS, Change(start_local=at("2027-01-19T17:30")))
    assert {got.subject for got in await told(scene)} >= {"New time: Evening circle", "Neue Zeit: Evening circle"}


async def test_a_date_that_moves_ahead_and_is_over_before_anybody_is_told_is_told_until_it_would_have_been_over(
    scene: Scene, book: SeriesBook, series: Series
) -> None:
    scene.clock.advance(instant_of(at("2027-01-19T18:00:58+00:00")) - scene.clock.now())
    await book.change(series.id, FIRST, Scope.THIS, Change(start_local=at("2027-01-19T17:01")))
    assert {got.subject for got in await told(scene)} >= {"New time: Evening circle", "Neue Zeit: Evening circle"}


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
