"""What a letter about an edit says, of one date and of many: in the reader's language, zone and number."""

from datetime import date, time

import pytest

from rooms.ids import Instant
from rooms.program.recurrence import Frequency, Rule
from rooms.program.series import Change, Series
from server.mail.compose import LISTED, composed
from server.mail.letters import DatesCanceled
from server.mail.words import languages, read
from server.program.series import Scope, SeriesBook
from tests.support.edited_series import FIRST, GROUP, HOST, at, by_language, rows, told, twelve
from tests.support.errand_scene import DAY, Scene

CANCELED = {
    "en": (
        "Canceled: Evening circle",
        """12 dates of Evening circle will not take place.

No further dates are planned.

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

Weitere Termine sind nicht geplant.

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

No hay más fechas previstas.

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
        "Cambio de fechas: Evening circle",
        """12 fechas de Evening circle han cambiado.

Nuevas fechas:
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


@pytest.mark.parametrize("scope", [Scope.THIS, Scope.FOLLOWING])
async def test_the_next_date_is_the_next_that_takes_place_from_now_on(
    scene: Scene, book: SeriesBook, series: Series, scope: Scope
) -> None:
    await book.cancel(series.id, "2027-02-16T19:00", scope)
    english = by_language(await told(scene))["en"][1]
    assert "Next date: Tuesday 19 January 2027, 14:00, New York time\n" in english
    assert "No further dates" not in english


async def test_a_date_that_is_planned_and_not_made_yet_is_the_next(
    scene: Scene, book: SeriesBook, series: Series
) -> None:
    summer = await book.create(HOST, GROUP, twelve(rule=None, starts_on=date(2027, 6, 1)))
    assert await rows(scene, summer) == []
    await book.end(series.id)
    english = by_language(await told(scene))["en"][1]
    assert "Next date: Tuesday 1 June 2027, 14:00, New York time\n" in english
    assert "No further dates" not in english


async def test_one_date_after_which_nothing_is_planned_says_so(scene: Scene, book: SeriesBook, series: Series) -> None:
    await book.cancel(series.id, "2027-01-21T19:00", Scope.FOLLOWING)
    await told(scene)
    scene.mailbox.got.clear()
    await book.cancel(series.id, FIRST, Scope.THIS)
    texts = {language: text for language, (_, text) in by_language(await told(scene)).items()}
    assert "will not take place.\n\nNo further dates are planned.\n\nWhen: " in texts["en"]
    assert "Weitere Termine sind nicht geplant." in texts["de"]
    assert "No hay más fechas previstas." in texts["es"]


async def test_one_date_that_moves_is_told_as_one(scene: Scene, book: SeriesBook, series: Series) -> None:
    await book.change(series.id, FIRST, Scope.THIS, Change(start_local=at("2027-01-20T20:00")))
    letters = by_language(await told(scene))
    assert {subject for subject, _ in letters.values()} == {
        "New time: Evening circle",
        "Neue Zeit: Evening circle",
        "Cambio de fecha: Evening circle",
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

Next date: Tuesday 19 January 2027, 14:00, New York time

See the dates:
https://groups.example.org/p#of-pl_en"""
    )
    assert letters["de"][1].startswith("6 Termine von Evening circle haben sich geändert.\n\nVerschoben auf:\n- ")
    assert letters["es"][1].startswith("6 fechas de Evening circle han cambiado.\n\nNuevas fechas:\n- ")


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
