"""From what a host writes in the schedule form to the instants of a room. Pure; zone rules come from zoneinfo."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, available_timezones

from rooms.ids import Instant
from rooms.live.settings import MINUTE_MS, Schedule, Settings

LONGEST_MIN = 8 * 60
FARTHEST_MS = 366 * 24 * 60 * MINUTE_MS
TEXT_LIMITS = {
    "title": 120,
    "discreet_title": 120,
    "waiting_message": 1_000,
    "guidelines": 8_000,
    "facilitators": 300,
    "resources": 8_000,
}


@dataclass(frozen=True, slots=True)
class ScheduleInput:
    """One filled-in schedule form. `starts_on` and `starts_at` are local in `zone`; durations are minutes."""

    title: str
    discreet_title: str
    starts_on: date
    starts_at: time
    zone: str
    length_min: int
    doors_min: int
    late_min: int | None  # None: late arrivals may knock until the end
    waiting_message: str = ""
    guidelines: str = ""
    facilitators: str = ""
    resources: str = ""
    is_peer_held: bool = False


class BadSchedule(ValueError):
    """`errors` maps the name of a `ScheduleInput` field to one sentence for the person who filled it in."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(", ".join(sorted(errors)))
        self.errors = dict(errors)


def settings_of(wanted: ScheduleInput, now: Instant) -> Settings:
    """The room's settings for a form. Raises `BadSchedule` with every problem at once.

    A local time that the clocks skip in spring is moved forward by the gap; one that occurs twice means the first.
    """
    errors = _bounds(wanted) | _texts(wanted)
    if wanted.zone not in available_timezones():
        errors["zone"] = "Choose a time zone from the list."
    if errors:
        raise BadSchedule(errors)
    start = _instant(wanted)
    end = Instant(start + wanted.length_min * MINUTE_MS)
    if end <= now:
        errors["starts_at"] = "This time has passed. Choose a later one."
    elif start - now > FARTHEST_MS:
        errors["starts_on"] = "Choose a date within the next year."
    if errors:
        raise BadSchedule(errors)
    schedule = Schedule(doors_at=Instant(start - wanted.doors_min * MINUTE_MS), start_at=start, end_at=end)
    return Settings(
        schedule=schedule,
        waiting_message=wanted.waiting_message.strip(),
        is_peer_held=wanted.is_peer_held,
        late_cutoff_ms=None if wanted.late_min is None else wanted.late_min * MINUTE_MS,
    )


def _instant(wanted: ScheduleInput) -> Instant:
    local = datetime.combine(wanted.starts_on, wanted.starts_at, tzinfo=ZoneInfo(wanted.zone))
    return Instant(int(local.astimezone(UTC).timestamp() * 1_000))


def _bounds(wanted: ScheduleInput) -> dict[str, str]:
    errors = {}
    if not 5 <= wanted.length_min <= LONGEST_MIN:
        errors["length_min"] = f"Choose a length from 5 to {LONGEST_MIN} minutes."
    if not 0 <= wanted.doors_min <= 120:
        errors["doors_min"] = "Doors can open from 0 to 120 minutes before the start."
    if wanted.late_min is not None and not 0 <= wanted.late_min <= LONGEST_MIN:
        errors["late_min"] = f"Choose from 0 to {LONGEST_MIN} minutes, or leave this empty."
    return errors


def text_fault(field: str, text: str) -> str | None:
    """One sentence where a text of this name is too long or cannot be shown."""
    longest = TEXT_LIMITS[field]
    if len(text) > longest:
        return f"Keep this to {longest} characters."
    if any(ord(c) < 32 and c not in "\n\r\t" for c in text):
        return "This text holds characters that cannot be shown."
    return None


def _texts(wanted: ScheduleInput) -> dict[str, str]:
    faults = {field: text_fault(field, getattr(wanted, field)) for field in TEXT_LIMITS}
    errors = {field: fault for field, fault in faults.items() if fault is not None}
    if not wanted.title.strip():
        errors["title"] = "Give the session a title."
    return errors
