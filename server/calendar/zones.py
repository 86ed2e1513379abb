"""VTIMEZONE (RFC 5545 3.6.5): the changes of a zone's clocks, found in zoneinfo, written by icalendar.

icalendar's own `Timezone.from_tzinfo` writes the onset of an observance in the time after it instead of the time before
it: an hour late for whoever reads the file by it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

_A_STEP = timedelta(days=4)  # no zone changes its clocks and back within so short a time
_A_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Observance:
    """The offset of a zone from one instant on."""

    begins: datetime  # UTC
    offset_from: timedelta
    offset_to: timedelta
    name: str
    is_daylight: bool


def observances(zone: str, begin: datetime, end: datetime) -> Iterator[Observance]:
    """The one in force at `begin`, then each that begins until `end`; both are aware."""
    tz = ZoneInfo(zone)
    earlier = begin.astimezone(UTC)
    yield _observance(tz, earlier, _offset(tz, earlier))
    while earlier < end:
        later = earlier + _A_STEP
        if (before := _offset(tz, earlier)) != _offset(tz, later):
            yield _observance(tz, _change(tz, earlier, later), before)
        earlier = later


@lru_cache(maxsize=512)
def timezone(zone: str, first_year: int, last_year: int) -> Timezone:
    """The component that a file needs whose events lie in these years; from then on the last offset stays."""
    begin, end = datetime(first_year, 1, 1, tzinfo=UTC), datetime(last_year + 1, 1, 1, tzinfo=UTC)
    component = Timezone()
    component.add("TZID", zone)
    alike: dict[tuple[timedelta, timedelta, str, bool], list[datetime]] = {}
    for each in observances(zone, begin, end):
        key = (each.offset_from, each.offset_to, each.name, each.is_daylight)
        onset = (each.begins + each.offset_from).replace(tzinfo=None)  # in the time that was until then
        alike.setdefault(key, []).append(onset)
    for (offset_from, offset_to, name, is_daylight), onsets in alike.items():
        part = TimezoneDaylight() if is_daylight else TimezoneStandard()
        part.add("DTSTART", onsets[0])
        part.add("TZOFFSETFROM", offset_from)
        part.add("TZOFFSETTO", offset_to)
        part.add("TZNAME", name)
        if onsets[1:]:
            part.add("RDATE", onsets[1:])
        component.add_component(part)
    return component


def _observance(tz: ZoneInfo, begins: datetime, before: timedelta) -> Observance:
    local = begins.astimezone(tz)
    return Observance(begins, before, _offset(tz, begins), local.tzname() or "", bool(local.dst()))


def _offset(tz: ZoneInfo, instant: datetime) -> timedelta:
    return instant.astimezone(tz).utcoffset() or timedelta()


def _change(tz: ZoneInfo, earlier: datetime, later: datetime) -> datetime:
    """The first second with the other offset."""
    before = _offset(tz, earlier)
    while later - earlier > _A_SECOND:
        middle = earlier + (later - earlier) // 2
        middle = middle.replace(microsecond=0)
        if middle == earlier:
            break
        earlier, later = (middle, later) if _offset(tz, middle) == before else (earlier, middle)
    return later
