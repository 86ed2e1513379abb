"""How a series repeats: a short list of rules, expanded on local wall time. The only importer of dateutil.

Rules are a part of RFC 5545 3.3.10: DAILY, WEEKLY on weekdays, MONTHLY by date or by weekday, each every n; UNTIL or
COUNT. Expansion is naive; `rooms.schedule.timing_of` then attaches the zone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

MOST_AHEAD: Final = 60  # dates that one look ahead gives at most


class Frequency(StrEnum):
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `weekdays` (0 = Monday) is for weekly rules; empty means the weekday of the first date.

    A monthly rule has `monthday` (1 to 31; months without that day are left out; -1 is the last day) or
    `nth_weekday`: (1 to 4, or -1 for the last; weekday); neither means the day of the first date.
    `until` is the last local date on which a date may fall; `count` counts the first date too.
    """

    frequency: Frequency
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    monthday: int | None = None
    nth_weekday: tuple[int, int] | None = None
    until: date | None = None
    count: int | None = None


class BadRule(ValueError):
    """`errors` maps the name of a `Rule` field to one sentence for the person who chose it."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(", ".join(sorted(errors)))
        self.errors = dict(errors)


def check(rule: Rule, first: datetime) -> None:
    """Raises `BadRule` with every problem at once; quick for rules that never come true, too."""
    raise NotImplementedError


def occurrences(first: datetime, rule: Rule | None) -> Iterator[datetime]:
    """The naive local starts, in order, from `first` on: those that the rule gives, of a rule that passed `check`.

    `first` itself is a date only where the rule says so. Without a rule it is the only one. May be endless.
    """
    raise NotImplementedError
