"""Edits of the same dates, one right after the other: people hear once, of the day they know and of what is true."""

import pytest

from rooms.program.series import Change, Series
from server.program.notices import ROOMS_FIRST_MS
from server.program.series import BadSeries, Scope, SeriesBook
from server.store.jobs import Outcome
from tests.support.edited_series import FIRST, at, body, by_language, planned, rows, told
from tests.support.errand_scene import Scene

LATER, SECOND = "2027-01-19T20:30", "2027-01-21T19:00"
KINDS = frozenset({"tell-moved", "tell-canceled", "tell-changed"})
CANCELED = {
    "Canceled: Evening circle": "When: Tuesday 19 January 2027, 14:00, New York time",
    "Abgesagt: Evening circle": "Wann: Dienstag, 19. Januar 2027, 20:00 Uhr, Ortszeit Berlin",
    "Cancelada: Evening circle": "Cuándo: martes, 19 de enero de 2027, 20:00, hora de Madrid",
}


async def move(book: SeriesBook, series: Series, scope: Scope, to: str, name: str = FIRST) -> None:
    await book.change(series.id, name, scope, Change(start_local=at(to)))


async def test_dates_that_move_and_are_then_canceled_are_canceled_at_the_time_that_people_know(
    scene: Scene, book: SeriesBook, series: Series
) -> None:
    await move(book, series, Scope.ALL, LATER)
    await book.end(series.id)
    letters = by_language(await told(scene))
    assert "Canceled:\n- Tuesday 19 January 2027, 14:00, New York time\n" in letters["en"][1]
    assert "20:00 Uhr" in letters["de"][1]
    assert "21:30" not in letters["de"][1] + letters["es"][1]


async def test_one_date_that_moves_and_is_then_canceled_is_canceled_at_the_time_that_people_know(
    scene: Scene, book: SeriesBook, series: Series
) -> None:
    await move(book, series, Scope.THIS, LATER)
    await book.cancel(series.id, FIRST, Scope.THIS)
    letters = by_language(await told(scene))
    assert {subject: text.splitlines()[2] for subject, text in letters.values()} == CANCELED


async def test_one_of_many_that_moved_is_canceled_in_the_same_letter(
    scene: Scene, book: SeriesBook, series: Series
) -> None:
    await move(book, series, Scope.ALL, LATER)
    await book.cancel(series.id, LATER, Scope.THIS)
    english = by_language(await told(scene))["en"][1]
    assert english.startswith(
        "12 dates of Evening circle have changed.\n\nMoved to:\n- Thursday 21 January 2027, 15:30"
    )
    assert "Canceled:\n- Tuesday 19 January 2027, 14:00, New York time\n" in english


async def test_a_date_that_moves_and_whose_room_is_then_called_off_is_canceled_at_the_time_that_people_know(
    scene: Scene, book: SeriesBook, series: Series
) -> None:
    (first, *_) = await rows(scene, series)
    await move(book, series, Scope.THIS, LATER)
    await scene.store.rooms.mark_end(first.id, is_canceled=True)
    await scene.errands.notices.date_canceled(first.id)
    await scene.errands.notices.date_canceled(first.id)
    letters = by_language(await told(scene))
    assert {subject: text.splitlines()[2] for subject, text in letters.values()} == CANCELED


@pytest.mark.parametrize("scope", [Scope.THIS, Scope.ALL])
async def test_dates_that_move_and_move_back_are_told_to_nobody(
    scene: Scene, book: SeriesBook, series: Series, scope: Scope
) -> None:
    await move(book, series, scope, LATER)
    await move(book, series, scope, FIRST, FIRST if scope is Scope.THIS else LATER)
    assert await told(scene) == []
    assert [row.outcome for row in await planned(scene) if row.outcome is None] == []


async def test_dates_that_move_twice_are_told_once_from_the_time_that_people_know(
    scene: Scene, book: SeriesBook, series: Series
) -> None:
    await move(book, series, Scope.ALL, LATER)
    await move(book, series, Scope.ALL, "2027-01-19T21:00", LATER)
    english = by_language(await told(scene))["en"][1]
    assert "- Tuesday 19 January 2027, 16:00, New York time (before: 14:00)" in english
    assert english.count("before: 14:00") == 6


async def test_an_edit_of_other_dates_is_a_letter_of_its_own(scene: Scene, book: SeriesBook, series: Series) -> None:
    await move(book, series, Scope.THIS, LATER)
    await book.cancel(series.id, SECOND, Scope.THIS)
    assert sorted(got.subject for got in await told(scene) if got.to.startswith("pl_en")) == [
        "Canceled: Evening circle",
        "New time: Evening circle",
    ]


async def test_an_edit_that_is_refused_takes_nothing_from_the_one_before(
    scene: Scene, book: SeriesBook, series: Series
) -> None:
    await move(book, series, Scope.THIS, LATER)
    with pytest.raises(BadSeries):
        await move(book, series, Scope.THIS, SECOND)
    (got, *_) = [got for got in await told(scene) if got.to.startswith("pl_en")]
    assert "When: Tuesday 19 January 2027, 15:30, New York time\nBefore: Tuesday 19 January 2027, 14:00" in body(got)


async def test_what_somebody_has_begun_to_tell_is_left_to_them_and_says_what_is_true_then(
    scene: Scene, book: SeriesBook, series: Series
) -> None:
    await move(book, series, Scope.THIS, LATER)
    scene.clock.advance(ROOMS_FIRST_MS)
    job = await scene.store.jobs.take(KINDS, scene.clock.now(), scene.clock.now())
    assert job is not None
    await book.cancel(series.id, FIRST, Scope.THIS)
    await scene.errands.date_letters.tell(job)
    letters = by_language(await told(scene_without_jobs(scene)))
    assert {subject: text.splitlines()[2] for subject, text in letters.values()} == CANCELED
    assert Outcome.DROPPED not in [row.outcome for row in await planned(scene)]


def scene_without_jobs(scene: Scene) -> Scene:
    """Letters are delivered, and jobs wait."""
    scene.worker.handlers = {}
    return scene
