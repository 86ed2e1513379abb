"""A series of a group: what was planned, in local wall time of an IANA zone, and the dates that differ."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from rooms.ids import Instant
from rooms.program.ids import AccountId, GroupId, SeriesId
from rooms.program.recurrence import Rule
from rooms.program.timers import Timers

LOCAL_FORMAT: Final = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True, slots=True)
class Series:
    """One series; `rule` None is a single date. `first_local` is naive, to the minute, in `zone`.

    `uid` is the same for all series that were split off one another. `sequence` grows when people have to be told,
    `version` with every change. `title` "" and `waiting_message` None stand for those of the group.
    """

    id: SeriesId
    uid: str
    group: GroupId
    account: AccountId | None  # who made it, while there is one
    title: str
    zone: str
    first_local: datetime
    length_min: int
    rule: Rule | None
    timers: Timers
    sequence: int
    version: int
    made_until: Instant  # its dates up to here have sessions
    ended_at: Instant | None = None
    waiting_message: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What is different; None leaves as it is."""

    start_local: datetime | None = None  # naive, in the zone of the series
    length_min: int | None = None
    title: str | None = None
    waiting_message: str | None = None


class ExceptionKind(StrEnum):
    CANCELED = "canceled"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class DateException:
    """One date that differs, named by the local start that the rule gives it."""

    original_local: str
    kind: ExceptionKind
    change: Change = Change()


def local_text(local: datetime) -> str:
    """The name of a date in its series: "2026-11-21T19:00"."""
    return local.strftime(LOCAL_FORMAT)


def local_from(text: str) -> datetime:
    """Back from `local_text`, naive. Raises `ValueError`."""
    return datetime.strptime(text, LOCAL_FORMAT)  # noqa: DTZ007 - a wall clock without a zone is what it is
