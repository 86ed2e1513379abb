"""From what a host writes (a date, a time of day, a zone, lengths) to the instants of a session."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rooms.ids import Instant
from rooms.live.settings import MINUTE_MS, Schedule

LONGEST_MIN = 24 * 60
EARLIEST = date(2000, 1, 1)
LATEST = date(2200, 1, 1)


class ScheduleFault(StrEnum):
    """Why there is no such session; a form shows a sentence for each."""

    UNKNOWN_ZONE = "unknown-zone"
    DATE_OUT_OF_RANGE = "date-out-of-range"
    BAD_LENGTH = "bad-length"  # not 1 minute to 24 hours
    BAD_DOORS = "bad-doors"  # not 0 minutes to 24 hours before the start


class BadSchedule(ValueError):
    """`fault` says what to correct."""

    def __init__(self, fault: ScheduleFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class ClockNote(StrEnum):
    """What the clocks of the zone do to that time of day; the host is told."""

    PLAIN = "plain"
    SKIPPED = "skipped"  # the clocks jump over it: the session starts as much later as they jump
    DOUBLED = "doubled"  # it comes twice that day: the session starts the first time


@dataclass(frozen=True, slots=True)
class Timing:
    """The instants, what the clocks did, and the local start as it will be shown."""

    schedule: Schedule
    note: ClockNote
    starts_local: datetime  # aware, in the zone


def zone_of(name: str) -> ZoneInfo:
    """An IANA zone. Raises `BadSchedule(UNKNOWN_ZONE)`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadSchedule(ScheduleFault.UNKNOWN_ZONE) from None


def timing_of(day: date, at: time, zone: str, length_min: int, doors_min: int) -> Timing:
    """The session that starts on `day` `at` local time in `zone`, lasts `length_min`, its doors `doors_min` before.

    Lengths are elapsed time: 90 minutes over a change of the clocks are 90 minutes. Raises `BadSchedule`.
    """
    if not EARLIEST <= day <= LATEST:
        raise BadSchedule(ScheduleFault.DATE_OUT_OF_RANGE)
    if not 1 <= length_min <= LONGEST_MIN:
        raise BadSchedule(ScheduleFault.BAD_LENGTH)
    if not 0 <= doors_min <= LONGEST_MIN:
        raise BadSchedule(ScheduleFault.BAD_DOORS)
    tz = zone_of(zone)
    # fold=0 (PEP 495): in a gap the offset from before it, which lands as far behind the gap as the gap is long; in a
    # fold the first of the two.
    asked = datetime.combine(day, at.replace(tzinfo=None, fold=0), tz)
    starts = asked.astimezone(UTC)
    start_at = instant_of(starts)
    schedule = Schedule(
        doors_at=Instant(start_at - doors_min * MINUTE_MS),
        start_at=start_at,
        end_at=Instant(start_at + length_min * MINUTE_MS),
    )
    return Timing(schedule, _note(asked), starts.astimezone(tz))


def instant_of(moment: datetime) -> Instant:
    """Milliseconds since the epoch of an aware datetime."""
    return Instant((moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1))


def utc_of(instant: Instant) -> datetime:
    """The other way."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=instant)


def local_of(instant: Instant, zone: str) -> datetime:
    """The wall clock of `zone` at `instant`. Raises `BadSchedule(UNKNOWN_ZONE)`."""
    return utc_of(instant).astimezone(zone_of(zone))


def _note(asked: datetime) -> ClockNote:
    second = asked.replace(fold=1)
    if asked.utcoffset() == second.utcoffset():
        return ClockNote.PLAIN
    shown = asked.astimezone(UTC).astimezone(asked.tzinfo)
    return ClockNote.SKIPPED if shown.replace(tzinfo=None) != asked.replace(tzinfo=None) else ClockNote.DOUBLED
