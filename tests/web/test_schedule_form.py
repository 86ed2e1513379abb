"""The schedule form as it is read."""

import pytest

from rooms.program.recurrence import Frequency, Rule
from rooms.program.timers import Timers
from web.date_form import read_date_form
from web.forms import BadForm
from web.schedule_form import DEFAULTS, GUIDELINES, our_errors, read_dates_form, read_schedule_form

FIRST = {"name": "Evening circle", "date": "2026-11-21", "time": "19:30", "zone": "Europe/Lisbon"}


def errors_of(**changes: str) -> dict[str, str]:
    with pytest.raises(BadForm) as bad:
        read_schedule_form(FIRST | changes)
    return bad.value.errors


def test_a_name_a_date_a_time_and_a_zone_are_enough() -> None:
    form = read_schedule_form(FIRST)
    assert (form.length, form.rule, form.timers) == (60, None, Timers())
    assert form.guidelines == GUIDELINES


def test_the_defaults_of_the_page_are_those_of_the_form() -> None:
    assert read_schedule_form(FIRST | dict(DEFAULTS)) == read_schedule_form(FIRST)


def test_a_rule_is_read_from_its_choices() -> None:
    weekly = read_schedule_form(FIRST | {"repeat": "weekly", "every": "2", "day_1": "on", "day_3": "on"})
    assert weekly.rule == Rule(Frequency.WEEKLY, 2, (1, 3))
    monthly = read_schedule_form(FIRST | {"repeat": "monthly-weekday", "ends": "count", "count": "6"})
    assert monthly.rule == Rule(Frequency.MONTHLY, nth_weekday=(3, 5), count=6)


def test_an_end_that_was_not_chosen_is_left_aside() -> None:
    form = read_schedule_form(FIRST | {"repeat": "daily", "ends": "never", "until": "2026-12-01", "count": "3"})
    assert form.rule == Rule(Frequency.DAILY)


def test_an_end_that_was_chosen_has_to_be_said() -> None:
    assert errors_of(repeat="daily", ends="until") == {"until": "Choose the last date."}
    assert set(errors_of(repeat="daily", ends="count", count=" ")) == {"count"}
    assert read_schedule_form(FIRST | {"ends": "until"}).rule is None, "once has no end"


def test_an_empty_late_means_until_the_end() -> None:
    assert read_schedule_form(FIRST | {"late": ""}).timers.late_min is None


def test_a_new_group_needs_a_name_and_a_known_one_does_not() -> None:
    assert errors_of(name=" ") == {"name": "Give the group a name."}
    assert read_schedule_form(FIRST | {"name": "", "group": "g_1"}).group == "g_1"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("date", "21.11.2026"),
        ("time", "25:00"),
        ("time", "19:30+01:00"),
        ("zone", ""),
        ("length", "4"),
        ("length", "481"),
        ("repeat", "hourly"),
        ("every", "0"),
        ("doors", "121"),
        ("late", "soon"),
        ("absent_page", "-1"),
        ("absent_cancel", "0"),
        ("kind", "cult"),
        ("chat", "loud"),
        ("guidelines", "x" * 8_001),
    ],
)
def test_what_does_not_fit_has_one_sentence_beside_its_field(field: str, value: str) -> None:
    errors = errors_of(**{field: value})
    assert set(errors) == {field}
    assert errors[field].endswith(".")
    assert errors[field] != "Look at this field again."


def test_every_problem_is_named_at_once() -> None:
    assert set(errors_of(name="", date="", time="", length="x")) == {"name", "date", "time", "length"}


def test_the_dates_alone_need_no_group() -> None:
    assert read_dates_form({"date": "2026-11-21", "time": "19:30", "zone": "UTC", "name": ""}).length == 60


def test_words_of_others_are_put_beside_our_fields() -> None:
    assert our_errors({"starts_at": "a", "interval": "b", "late_min": "c", "count": "d"}) == {
        "time": "a",
        "every": "b",
        "late": "c",
        "count": "d",
    }


def test_a_date_s_form_is_read_with_the_version_it_was_shown_with() -> None:
    form = read_date_form({"date": "2026-11-21", "time": "19:30:45", "length": "60", "version": "3"})
    assert (form.scope, form.version, form.time.second) == ("this", 3, 0)
    with pytest.raises(BadForm) as bad:
        read_date_form({"date": "", "time": "", "length": "", "scope": "some", "version": "x"})
    assert set(bad.value.errors) == {"date", "time", "length", "scope", "version"}
