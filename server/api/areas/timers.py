"""Timers and rules of recurrence as the API writes them."""

from datetime import date
from typing import Annotated

from pydantic import Field

from rooms.program.recurrence import LONGEST_INTERVAL, MOST_DATES, Frequency, Rule
from rooms.program.timers import EARLIEST_DOORS_MIN, LONGEST_ABSENT_MIN, LONGEST_MIN, Timers
from server.api.operation import Wire

Weekday = Annotated[int, Field(ge=0, le=6, description="0 is Monday.")]


class TimersModel(Wire):
    """Minutes: doors before the start, the others after it. `late_min` null: people may come until the end."""

    doors_min: Annotated[int, Field(ge=0, le=EARLIEST_DOORS_MIN)] = 15
    late_min: Annotated[int, Field(ge=0, le=LONGEST_MIN)] | None = 10
    absent_page_min: Annotated[int, Field(ge=0, le=LONGEST_ABSENT_MIN)] = 5
    absent_cancel_min: Annotated[int, Field(ge=1, le=LONGEST_ABSENT_MIN)] = 15

    def as_timers(self) -> Timers:
        return Timers(self.doors_min, self.late_min, self.absent_page_min, self.absent_cancel_min)

    @classmethod
    def of(cls, timers: Timers) -> "TimersModel":
        return cls(
            doors_min=timers.doors_min,
            late_min=timers.late_min,
            absent_page_min=timers.absent_page_min,
            absent_cancel_min=timers.absent_cancel_min,
        )


class NthWeekday(Wire):
    """The first to the fourth (1 to 4) or the last (-1) such weekday of a month."""

    nth: Annotated[int, Field(ge=-1, le=4)]
    weekday: Weekday


class RuleModel(Wire):
    """`weekdays` are for weekly rules, `monthday` or `nth_weekday` for monthly ones; `until` or `count` ends it."""

    frequency: Frequency
    interval: Annotated[int, Field(ge=1, le=LONGEST_INTERVAL)] = 1
    weekdays: Annotated[tuple[Weekday, ...], Field(max_length=7)] = ()
    monthday: Annotated[int, Field(ge=-1, le=31)] | None = None
    nth_weekday: NthWeekday | None = None
    until: date | None = None
    count: Annotated[int, Field(ge=1, le=MOST_DATES)] | None = None

    def as_rule(self) -> Rule:
        nth = None if self.nth_weekday is None else (self.nth_weekday.nth, self.nth_weekday.weekday)
        return Rule(self.frequency, self.interval, self.weekdays, self.monthday, nth, self.until, self.count)

    @classmethod
    def of(cls, rule: Rule) -> "RuleModel":
        nth = None if rule.nth_weekday is None else NthWeekday(nth=rule.nth_weekday[0], weekday=rule.nth_weekday[1])
        return cls(
            frequency=rule.frequency,
            interval=rule.interval,
            weekdays=rule.weekdays,
            monthday=rule.monthday,
            nth_weekday=nth,
            until=rule.until,
            count=rule.count,
        )
