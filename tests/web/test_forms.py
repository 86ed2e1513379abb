"""Filled-in forms: what fits is typed, what does not comes back as one plain sentence beside its field."""

import re
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.forms import BadForm, EnterForm, NewLinkForm, SignInForm, read_form, session_of, token_of
from web.schedule_form import FIELDS, GUIDELINES, ScheduleForm, clock_problem, read_schedule_form

LEAST = {"name": "Evening circle", "date": "2026-12-01", "time": "19:30", "zone": "Europe/Lisbon"}
NOT_OUR_WORDS = re.compile(r"invalid|fail|error|illegal|denied|abort|oops|just|simply|!", re.IGNORECASE)


def errors_of(values: dict[str, str]) -> dict[str, str]:
    with pytest.raises(BadForm) as bad:
        read_schedule_form(values)
    return dict(bad.value.errors)


def test_a_name_a_date_and_a_time_are_enough() -> None:
    form = read_schedule_form(LEAST)
    assert (form.date, form.time) == (date(2026, 12, 1), time(19, 30))
    assert (form.length, form.doors, form.late, form.kind, form.guidelines) == (60, 15, 10, "peer-led", GUIDELINES)


def test_an_empty_late_field_lets_people_arrive_until_the_end() -> None:
    assert read_schedule_form(LEAST | {"late": "  "}).late is None


def test_every_problem_is_told_at_once() -> None:
    wrong = {"name": " ", "date": "soon", "time": "25:00", "zone": "", "length": "an hour", "doors": "-1", "late": "x"}
    assert set(errors_of(wrong)) == {"name", "date", "time", "zone", "length", "doors", "late"}


def test_an_empty_form_asks_for_the_least_that_is_needed() -> None:
    assert set(errors_of({})) == {"name", "date", "time", "zone"}


@pytest.mark.parametrize(
    "change",
    [
        {"name": "x" * 121},
        {"length": "4"},
        {"length": "481"},
        {"length": "12.5"},
        {"length": ""},
        {"doors": "121"},
        {"late": "-1"},
        {"kind": "nobody"},
        {"time": "19:30Z"},
        {"date": "2026-02-30"},
        {"guidelines": "x" * 8_001},
    ],
)
def test_what_does_not_fit_is_named_beside_its_field_in_plain_words(change: dict[str, str]) -> None:
    errors = errors_of(LEAST | change)
    assert set(errors) == set(change)
    for sentence in errors.values():
        assert sentence.endswith(".")
        assert not NOT_OUR_WORDS.search(sentence)


def test_line_breaks_of_a_browser_are_those_that_people_meant() -> None:
    assert read_schedule_form(LEAST | {"guidelines": "One.\r\nTwo.\r\n"}).guidelines == "One.\nTwo."


def test_each_field_has_a_label() -> None:
    assert FIELDS.keys() == ScheduleForm.model_fields.keys()


def test_an_hour_that_the_clocks_jump_over_is_named() -> None:
    form = read_schedule_form(LEAST | {"date": "2027-03-28", "time": "01:30"})
    assert "01:30 does not come" in clock_problem(form)
    assert clock_problem(read_schedule_form(LEAST | {"date": "2027-03-28", "time": "02:00"})) == ""
    assert clock_problem(read_schedule_form(LEAST | {"zone": "Nowhere/Place"})) == ""


@given(st.dictionaries(st.sampled_from([*FIELDS, "other"]), st.text(max_size=40)))
def test_whatever_a_browser_sends_is_read_or_answered_with_sentences(values: dict[str, str]) -> None:
    try:
        form = read_schedule_form(values)
    except BadForm as bad:
        assert bad.errors
        assert set(bad.errors) <= set(FIELDS)
        assert all(isinstance(sentence, str) and sentence for sentence in bad.errors.values())
    else:
        assert form.name.strip() == form.name != ""


def test_a_sign_in_needs_both_and_never_repeats_a_password() -> None:
    with pytest.raises(BadForm) as bad:
        read_form(SignInForm, {"name": "", "password": ""})
    assert set(bad.value.errors) == {"name", "password"}
    with pytest.raises(BadForm) as bad:
        read_form(SignInForm, {"name": "Amina", "password": "secret" * 200})
    assert "secret" not in str(bad.value.errors)


def test_a_password_keeps_its_spaces() -> None:
    assert read_form(SignInForm, {"name": " Amina ", "password": " pass word "}).password == " pass word "


def test_a_link_needs_somebody_and_a_role() -> None:
    with pytest.raises(BadForm) as bad:
        read_form(NewLinkForm, {"label": " ", "role": "host"})
    assert set(bad.value.errors) == {"label", "role"}


def test_a_pasted_link_is_asked_for() -> None:
    with pytest.raises(BadForm) as bad:
        read_form(EnterForm, {})
    assert set(bad.value.errors) == {"link"}


TOKEN = "4cZk2Yw7hWq1uPz9tRb5sXe8nVd3mLg6"


@pytest.mark.parametrize("pasted", [TOKEN, f" {TOKEN}\n", f"https://groups.example/enter#{TOKEN}", f"/enter#{TOKEN}"])
def test_a_token_is_found_in_whatever_was_pasted(pasted: str) -> None:
    assert token_of(pasted) == TOKEN


@pytest.mark.parametrize("pasted", ["", "hello", "https://groups.example/enter", f"{TOKEN} {TOKEN}", "#" + "x" * 201])
def test_no_token_is_found_where_there_is_none(pasted: str) -> None:
    assert token_of(pasted) is None


@pytest.mark.parametrize("after", ["", "/", "/room", "?from=mail", "#top"])
def test_a_session_is_found_in_its_link(after: str) -> None:
    assert session_of(f"https://groups.example/s/s_C1QTYgacyz7DPR5ZGzW5kw{after}") == "s_C1QTYgacyz7DPR5ZGzW5kw"


@pytest.mark.parametrize("pasted", ["", TOKEN, "https://groups.example/s/", "/s/../host", "/s/s_%2e%2e", "/s/x_abc"])
def test_no_session_is_found_elsewhere(pasted: str) -> None:
    assert session_of(pasted) is None
