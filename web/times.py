"""Instants and durations in words, in the zone of the session, and in the reader's where that is known.

Every time that people read comes from `when`: on pages, in mail, in the text of a calendar entry. Where the server does
not know the reader's zone, the browser adds their own time beside it.
"""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from rooms.ids import Instant

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

# By region: `{"Europe": (("Europe/Lisbon", "Lisbon"), …)}`.
ZoneChoices = Mapping[str, tuple[tuple[str, str], ...]]
REGIONS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@dataclass(frozen=True, slots=True)
class When:
    """One instant as people read it: "Saturday 21 November 2026", "20:00", "Lisbon", and the form for `<time>`.

    `yours` is the reader's own time in words, "" where it is the same or not known: "today 15:00 (your time)".
    """

    iso: str
    day: str
    clock: str
    zone: str
    place: str
    utc: str
    yours: str = ""

    @property
    def text(self) -> str:
        """All of it on one line: "Saturday 21 November 2026, 20:00 (Lisbon), tomorrow 01:00 (your time)"."""
        shown = f"{self.day}, {self.clock} ({self.place})"
        return f"{shown}, {self.yours}" if self.yours else shown


@dataclass(frozen=True, slots=True)
class DayWords:
    """How a language writes a date; `day` has {weekday}, {day}, {month} and {year}. Weeks begin on Monday."""

    day: str
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    today: str = "today {clock} (your time)"
    tomorrow: str = "tomorrow {clock} (your time)"
    yours: str = "{day}, {clock} (your time)"


ENGLISH = DayWords(
    day="{weekday} {day} {month} {year}",
    weekdays=tuple(calendar.day_name),
    months=tuple(calendar.month_name)[1:],
)


def when(
    instant: Instant, zone: str, words: DayWords = ENGLISH, reader: str | None = None, now: Instant | None = None
) -> When:
    """`zone` and `reader` are IANA names; raises `ZoneInfoNotFoundError` for others.

    With `reader`, their own time is told where their clocks show another one; with `now` too, as today or tomorrow.
    """
    utc = datetime.fromtimestamp(instant / SECOND_MS, UTC)
    local = utc.astimezone(ZoneInfo(zone))
    return When(
        iso=_iso(utc),
        day=_day(local, words),
        clock=f"{local:%H:%M}",
        zone=zone,
        place=place_of(zone),
        utc=f"{utc:%H:%M}",
        yours="" if reader is None else _yours(local, ZoneInfo(reader), words, now),
    )


def iso_of(instant: Instant) -> str:
    """The form for `<time>`, in UTC: "2026-11-21T19:00:00Z"."""
    return _iso(datetime.fromtimestamp(instant / SECOND_MS, UTC))


def _iso(utc: datetime) -> str:
    return f"{utc:%Y-%m-%dT%H:%M:%SZ}"


def _yours(local: datetime, reader: ZoneInfo, words: DayWords, now: Instant | None) -> str:
    own = local.astimezone(reader)
    if own.replace(tzinfo=None) == local.replace(tzinfo=None):
        return ""
    clock = f"{own:%H:%M}"
    if now is not None:
        days = (own.date() - datetime.fromtimestamp(now / SECOND_MS, reader).date()).days
        if days in (0, 1):
            return (words.tomorrow if days else words.today).format(clock=clock)
    return words.yours.format(day=_day(own, words), clock=clock)


def _day(local: datetime, words: DayWords) -> str:
    return words.day.format(
        weekday=words.weekdays[local.weekday()], day=local.day, month=words.months[local.month - 1], year=local.year
    )


def place_of(zone: str) -> str:
    """The city of a zone: "America/Argentina/Buenos_Aires" is "Buenos Aires"."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def is_same_day(one: Instant, other: Instant, zone: str) -> bool:
    """Whether two instants fall on one date in this zone."""
    where = ZoneInfo(zone)
    return _date(one, where) == _date(other, where)


def _date(instant: Instant, where: ZoneInfo) -> object:
    return datetime.fromtimestamp(instant / SECOND_MS, where).date()


@cache
def zone_choices() -> ZoneChoices:
    """Zones for a form; UTC first, old aliases left out."""
    choices = {"Everywhere": [("UTC", "UTC")]}
    for zone in sorted(available_timezones()):
        region, _, rest = zone.partition("/")
        if rest and region in REGIONS:
            choices.setdefault(region, []).append((zone, rest.replace("_", " ").replace("/", ", ")))
    return {region: tuple(zones) for region, zones in choices.items()}


def in_words(duration_ms: int) -> str:
    """A duration at a glance: "2 days 3 hours", "1 hour 10 minutes", "less than a minute"; rounded down."""
    minutes, hours, days = duration_ms // MINUTE_MS, duration_ms // HOUR_MS, duration_ms // DAY_MS
    if minutes < 1:
        return "less than a minute"
    if hours < 1:
        return _count(minutes, "minute")
    if days < 1:
        return _two(_count(hours, "hour"), minutes % 60, "minute")
    if days < 7:
        return _two(_count(days, "day"), hours % 24, "hour")
    return _count(days, "day")


def _two(first: str, rest: int, unit: str) -> str:
    return f"{first} {_count(rest, unit)}" if rest else first


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
