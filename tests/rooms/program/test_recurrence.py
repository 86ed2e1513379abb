"""How series repeat: what is refused and how quickly, where a series begins, and that four readers agree."""

import time as clock
from collections import Counter
from datetime import date, datetime
from itertools import islice

import pytest

from rooms.program.recurrence import BadRule, Frequency, Rule, aligned, check, moved, nth_weekday_of, occurrences
from tests.support.rule_check import compare


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def days(first: str, rule: Rule, most: int = 4) -> list[str]:
    return [f"{each:%m-%d}" for each in islice(occurrences(at(first), rule), most)]


def errors(rule: Rule, first: str = "2026-11-21T19:00") -> dict[str, str]:
    with pytest.raises(BadRule) as bad:
        check(rule, at(first))
    return bad.value.errors


def test_generated_rules_are_expanded_alike_by_four_readers() -> None:
    """`python -m bench.rules` does it with 10 000."""
    found = Counter(compare(seed) for seed in range(300))
    assert min(found[kind] for kind in ("daily", "weekly", "monthly", "refused")) > 5, found


@pytest.mark.parametrize(
    ("rule", "fields"),
    [
        (Rule(Frequency.DAILY, 0), {"interval"}),
        (Rule(Frequency.DAILY, 100), {"interval"}),
        (Rule(Frequency.DAILY, until=date(2026, 11, 20)), {"until"}),
        (Rule(Frequency.DAILY, until=date(2027, 1, 1), count=3), {"count"}),
        (Rule(Frequency.DAILY, count=0), {"count"}),
        (Rule(Frequency.DAILY, until=date.max), {"until"}),
        (Rule(Frequency.DAILY, weekdays=(1,)), {"weekdays"}),
        (Rule(Frequency.WEEKLY, weekdays=(7,)), {"weekdays"}),
        (Rule(Frequency.WEEKLY, weekdays=(1, 1)), {"weekdays"}),
        (Rule(Frequency.WEEKLY, monthday=3), {"monthday"}),
        (Rule(Frequency.WEEKLY, week_start=9), {"week_start"}),
        (Rule(Frequency.MONTHLY, monthday=32), {"monthday"}),
        (Rule(Frequency.MONTHLY, monthday=0), {"monthday"}),
        (Rule(Frequency.MONTHLY, nth_weekday=(5, 1)), {"nth_weekday"}),
        (Rule(Frequency.MONTHLY, nth_weekday=(1, 9)), {"nth_weekday"}),
        (Rule(Frequency.MONTHLY, monthday=3, nth_weekday=(1, 1)), {"nth_weekday"}),
        (Rule(Frequency.DAILY, 0, weekdays=(1,), count=0), {"interval", "weekdays", "count"}),
    ],
)
def test_a_bad_rule_is_refused_with_a_sentence_for_each_field(rule: Rule, fields: set[str]) -> None:
    found = errors(rule)
    assert set(found) == fields
    assert all(sentence[0].isupper() and sentence.endswith(".") for sentence in found.values())


@pytest.mark.parametrize(
    ("first", "rule", "words"),
    [
        ("2027-02-01T10:00", Rule(Frequency.MONTHLY, 12, monthday=30), "February never has a day 30."),
        ("2027-04-01T10:00", Rule(Frequency.MONTHLY, 24, monthday=31), "April never has a day 31."),
    ],
)
def test_a_date_that_never_comes_is_refused_at_once(first: str, rule: Rule, words: str) -> None:
    begin = clock.perf_counter()
    assert errors(rule, first)["monthday"].startswith(words)
    assert clock.perf_counter() - begin < 0.05


def test_the_29th_of_february_comes_every_fourth_year() -> None:
    rule = Rule(Frequency.MONTHLY, 12, monthday=29)
    check(rule, at("2028-02-01T10:00"))
    assert [each.year for each in islice(occurrences(at("2028-02-29T10:00"), rule), 3)] == [2028, 2032, 2036]


def test_a_series_begins_with_the_first_day_that_its_rule_means() -> None:
    rule = Rule(Frequency.WEEKLY, 2, (1,))
    assert aligned(at("2026-11-22T19:00"), rule) == at("2026-11-24T19:00")
    assert days("2026-11-24T19:00", rule) == ["11-24", "12-08", "12-22", "01-05"]
    assert aligned(at("2026-11-21T19:00"), Rule(Frequency.MONTHLY, 3, nth_weekday=(1, 0))) == at("2026-12-07T19:00")


def test_months_without_the_day_are_left_out_and_every_month_has_a_last_one() -> None:
    assert days("2026-12-31T10:00", Rule(Frequency.MONTHLY, monthday=31)) == ["12-31", "01-31", "03-31", "05-31"]
    assert days("2026-12-31T10:00", Rule(Frequency.MONTHLY, monthday=-1)) == ["12-31", "01-31", "02-28", "03-31"]


def test_a_fifth_weekday_is_the_last() -> None:
    assert nth_weekday_of(date(2026, 12, 29)) == (-1, 1)
    assert nth_weekday_of(date(2026, 12, 22)) == (4, 1)
    assert nth_weekday_of(date(2026, 11, 24), prefers_last=True) == (-1, 1)


def test_a_rule_moves_along_with_its_dates() -> None:
    rule = Rule(Frequency.WEEKLY, 2, (0, 6), until=date(2027, 1, 31))
    first, to = at("2026-11-23T19:00"), at("2026-11-24T18:00")
    assert moved(rule, first, to) == Rule(Frequency.WEEKLY, 2, (0, 1), until=date(2027, 2, 1), week_start=1)
    step = to - first
    was = [each + step for each in occurrences(first, rule)]
    assert was == list(occurrences(to, moved(rule, first, to)))
