"""The fit finder: what somebody is looking for, and whether a group fits. `fit-finder.js` does the same in the browser.

The answers name nobody: they are closed lists, and a zone. With a script they never leave the browser.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from rooms.ids import Instant
from rooms.program.group import Camera, Entry, Kind, Listing, Topic
from rooms.schedule import BadSchedule, zone_of
from web.group_words import LANGUAGES
from web.times import SECOND_MS

DAYS: Final[Mapping[str, str]] = {
    "0": "Monday",
    "1": "Tuesday",
    "2": "Wednesday",
    "3": "Thursday",
    "4": "Friday",
    "5": "Saturday",
    "6": "Sunday",
}
# Local hours [from, to).
TIMES: Final[Mapping[str, tuple[int, int]]] = {
    "morning": (5, 12),
    "afternoon": (12, 17),
    "evening": (17, 22),
    "night": (22, 29),
}
# Most people in the group [from, to].
SIZES: Final[Mapping[str, tuple[int, int]]] = {"small": (1, 8), "medium": (9, 15), "large": (16, 10_000)}
CAMERAS: Final = ("not-expected", Camera.EXPECTED.value)
COSTS: Final = ("free",)


@dataclass(frozen=True, slots=True)
class Answers:
    """ "" is no wish. `zone` tells what a day and a time of day mean."""

    topic: str = ""
    kind: str = ""
    language: str = ""
    day: str = ""
    time: str = ""
    camera: str = ""
    size: str = ""
    entry: str = ""
    cost: str = ""
    zone: str = "UTC"

    @property
    def is_about_time(self) -> bool:
        return bool(self.day or self.time)

    @property
    def is_empty(self) -> bool:
        return not any(
            (self.topic, self.kind, self.language, self.day, self.time, self.camera, self.size, self.entry, self.cost)
        )


def read_answers(query: Mapping[str, str], zone: str) -> Answers:
    """What of a query is an answer; anything else is no wish. `zone` where the query names none."""
    allowed: Mapping[str, object] = {
        "topic": set(Topic),
        "kind": set(Kind),
        "language": LANGUAGES,
        "day": DAYS,
        "time": TIMES,
        "camera": CAMERAS,
        "size": SIZES,
        "entry": {Entry.OPEN, Entry.APPROVAL},
        "cost": COSTS,
    }
    known = {name: query[name] for name, values in allowed.items() if query.get(name) in values}  # type: ignore[operator]
    asked = query.get("zone", "")
    return Answers(**known, zone=asked if _is_zone(asked) else zone)


def _is_zone(name: str) -> bool:
    try:
        zone_of(name)
    except BadSchedule:
        return False
    return True


def fits(group: Listing, starts: tuple[Instant, ...], answers: Answers) -> bool:
    """`starts`: the group's dates of the next weeks."""
    plain = (
        answers.topic in ("", group.topic.value)
        and answers.kind in ("", group.kind.value)
        and answers.language in ("", group.language)
        and answers.entry in ("", group.entry.value)
        and (not answers.cost or not group.cost)
        and (not answers.camera or (answers.camera == Camera.EXPECTED.value) == (group.camera is Camera.EXPECTED))
    )
    if not plain:
        return False
    least, most = SIZES.get(answers.size, (1, 10_000))
    return least <= group.capacity <= most and _meets(starts, answers)


def _meets(starts: tuple[Instant, ...], answers: Answers) -> bool:
    if not answers.day and not answers.time:
        return True
    zone = ZoneInfo(answers.zone)
    first, last = TIMES.get(answers.time, (0, 24))
    for start in starts:
        local = datetime.fromtimestamp(start / SECOND_MS, UTC).astimezone(zone)
        # An hour after midnight belongs to the night that it is at the end of; the day stays the calendar's.
        hour = local.hour if local.hour >= first else local.hour + 24
        if answers.day in ("", str(local.weekday())) and first <= hour < last:
            return True
    return False
