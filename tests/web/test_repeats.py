"""How a series repeats, between a form, a rule and words."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.program.recurrence import Frequency, Rule
from web.repeats import LAST, Repeat, choices, in_words, ordinal, rule_of, values_of

SATURDAY = date(2026, 11, 21)
dates = st.dates(date(2026, 1, 1), date(2032, 12, 31))
SENTENCES = [
    (None, "Once"),
    (Rule(Frequency.DAILY), "Every day"),
    (Rule(Frequency.DAILY, 3, count=1), "Every 3 days, 1 time"),
    (Rule(Frequency.WEEKLY), "Every week on Saturday"),
    (
        Rule(Frequency.WEEKLY, 2, (3, 1), until=date(2027, 3, 3)),
        "Every 2 weeks on Tuesday and Thursday, until 3 March 2027",
    ),
    (Rule(Frequency.WEEKLY, 1, (0, 1, 4), count=8), "Every week on Monday, Tuesday and Friday, 8 times"),
    (Rule(Frequency.MONTHLY, monthday=21), "Every month on the 21st"),
    (Rule(Frequency.MONTHLY, monthday=-1), "Every month on its last day"),
    (Rule(Frequency.MONTHLY, nth_weekday=(3, 5)), "Every month on the 3rd Saturday"),
    (Rule(Frequency.MONTHLY, 2, nth_weekday=(-1, 0)), "Every 2 months on the last Monday"),
]


@pytest.mark.parametrize(("rule", "sentence"), SENTENCES)
def test_a_rule_in_words(rule: Rule | None, sentence: str) -> None:
    assert in_words(rule, SATURDAY) == sentence


def test_the_choices_name_the_day_of_the_first_date() -> None:
    words = choices(SATURDAY)
    assert words[Repeat.MONTHLY_DATE] == "Every month on the 21st"
    assert words[Repeat.MONTHLY_WEEKDAY] == "Every month on the 3rd Saturday"
    assert Repeat.MONTHLY_LAST not in words
    assert set(choices(None)) == set(Repeat)


@given(dates)
def test_what_is_offered_for_a_date_is_true_of_it(first: date) -> None:
    offered = choices(first)
    in_last_week = (first + timedelta(days=7)).month != first.month
    assert (Repeat.MONTHLY_LAST in offered) == in_last_week
    assert (Repeat.MONTHLY_WEEKDAY in offered) == (first.day <= 28)
    for repeat, words in offered.items():
        rule = rule_of(repeat, first)
        if repeat not in (Repeat.NEVER, Repeat.WEEKLY):
            assert in_words(rule, first) == words
        if rule is not None and rule.nth_weekday is not None:
            nth, weekday = rule.nth_weekday
            assert weekday == first.weekday()
            assert nth == LAST or (first.day - 1) // 7 + 1 == nth


@given(
    st.sampled_from(Repeat),
    dates,
    st.integers(1, 9),
    st.sets(st.integers(0, 6)),
    st.one_of(st.none(), dates),
    st.one_of(st.none(), st.integers(1, 99)),
)
def test_a_rule_shown_in_the_form_comes_back_as_it_was(
    repeat: Repeat, first: date, every: int, days: set[int], until: date | None, count: int | None
) -> None:
    rule = rule_of(repeat, first, every, tuple(sorted(days)), None if count else until, count)
    values = values_of(rule)
    again = rule_of(
        Repeat(values["repeat"]),
        first,
        int(values.get("every", "1")),
        tuple(day for day in range(7) if f"day_{day}" in values),
        date.fromisoformat(values["until"]) if "until" in values else None,
        int(values["count"]) if "count" in values else None,
    )
    assert again == rule


def test_ordinals() -> None:
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 30, 31)] == [
        "1st",
        "2nd",
        "3rd",
        "4th",
        "11th",
        "12th",
        "13th",
        "21st",
        "22nd",
        "23rd",
        "30th",
        "31st",
    ]
