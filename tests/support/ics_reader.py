"""A reader of calendar files that shares nothing with what writes them: it knows RFC 5545 and plain arithmetic.

Offsets come from the lines of the VTIMEZONE alone, recurrences from walking through days. Only what our files hold.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


@dataclass
class Block:
    """A component: its lines by name, each with its parameters, and the components in it."""

    name: str
    lines: dict[str, list[tuple[dict[str, str], str]]] = field(default_factory=dict)
    parts: list["Block"] = field(default_factory=list)

    def one(self, name: str) -> str:
        ((_, value),) = self.lines[name]
        return value

    def get(self, name: str) -> str | None:
        return self.one(name) if name in self.lines else None

    def within(self, name: str) -> list["Block"]:
        return [part for part in self.parts if part.name == name]


@dataclass(frozen=True)
class Meeting:
    """One event as its reader sees it, in UTC."""

    uid: str
    title: str
    begins: datetime
    ends: datetime
    sequence: int
    is_canceled: bool


def read(file: bytes) -> Block:
    text = file.decode()
    assert text.endswith("\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    stack = [Block("")]
    for line in text.replace("\r\n ", "").split("\r\n")[:-1]:
        head, value = re.match(r'((?:[^:"]|"[^"]*")*):(.*)', line, re.DOTALL).groups()  # type: ignore[union-attr]
        name, *parameters = head.split(";")
        if name == "BEGIN":
            stack.append(Block(value))
        elif name == "END":
            done = stack.pop()
            assert done.name == value
            stack[-1].parts.append(done)
        else:
            known = dict(parameter.split("=", 1) for parameter in parameters)
            stack[-1].lines.setdefault(name, []).append((known, value))
    (calendar,) = stack[0].parts
    return calendar


class Clocks:
    """The offsets of one VTIMEZONE."""

    def __init__(self, block: Block) -> None:
        self.changes: list[tuple[datetime, timedelta, timedelta]] = []  # when in UTC, from, to
        for part in block.parts:
            before, after = _offset(part.one("TZOFFSETFROM")), _offset(part.one("TZOFFSETTO"))
            onsets = [part.one("DTSTART")]
            onsets += [each for _, value in part.lines.get("RDATE", []) for each in value.split(",")]
            self.changes += [(_naive(onset) - before, before, after) for onset in onsets]
        self.changes.sort()

    @classmethod
    def of_utc(cls) -> "Clocks":
        clocks = cls(Block("VTIMEZONE"))
        clocks.changes = [(_naive("19700101T000000Z"), timedelta(), timedelta())]
        return clocks

    def at(self, instant: datetime) -> timedelta:
        """The offset at a naive UTC instant."""
        place = bisect_right(self.changes, instant, key=lambda change: change[0])
        return self.changes[place - 1][2] if place else self.changes[0][1]

    def shown(self, instant: datetime) -> datetime:
        return instant + self.at(instant)

    def meant(self, local: datetime) -> datetime:
        """RFC 5545 3.3.5: the first of two; of none, by the offset before the gap. Naive UTC."""
        offsets = {self.changes[0][1], *(after for _, _, after in self.changes)}
        fitting = [local - offset for offset in offsets if self.at(local - offset) == offset]
        if fitting:
            return min(fitting)
        ((_, before, _),) = [
            (when, before, after) for when, before, after in self.changes if when + before <= local < when + after
        ]
        return local - before


def meetings(file: bytes, until: datetime) -> list[Meeting]:
    """All events of a file that begin before `until` (naive UTC), by their beginning."""
    calendar = read(file)
    zones = {block.one("TZID"): Clocks(block) for block in calendar.within("VTIMEZONE")}
    series: dict[str, dict[datetime, Meeting]] = {}
    for event in calendar.within("VEVENT"):
        if "RECURRENCE-ID" not in event.lines:
            series[event.one("UID")] = dict(_of_master(event, zones, until))
    for event in calendar.within("VEVENT"):
        if "RECURRENCE-ID" in event.lines:
            replaced = _instant(event, "RECURRENCE-ID", zones)
            known = series[event.one("UID")]
            if replaced < until:
                assert replaced in known, "an override of nothing"
            known[replaced] = _meeting(event, _instant(event, "DTSTART", zones))
    found = [meeting for dates in series.values() for meeting in dates.values()]
    return sorted((each for each in found if each.begins < until), key=lambda each: (each.begins, each.uid))


def _of_master(event: Block, zones: dict[str, Clocks], until: datetime) -> Iterator[tuple[datetime, Meeting]]:
    rule = event.get("RRULE")
    ((parameters, value),) = event.lines["DTSTART"]
    if rule is None:
        begins = _instant(event, "DTSTART", zones)
        yield begins, _meeting(event, begins)
        return
    clocks = Clocks.of_utc() if value.endswith("Z") else zones[parameters["TZID"]]
    for local in expand(_naive(value), dict(part.split("=") for part in rule.split(";")), clocks):
        begins = clocks.meant(local)
        if begins >= until:
            return
        yield begins, _meeting(event, begins)


def expand(first: datetime, rule: dict[str, str], clocks: Clocks) -> Iterator[datetime]:
    """Day by day, asking of each whether the rule means it."""
    count = int(rule["COUNT"]) if "COUNT" in rule else None
    last = _naive(rule["UNTIL"]) if "UNTIL" in rule else None
    local, given = first, 0
    while local.year < first.year + 60 and (last is None or local < last + timedelta(days=2)):
        if _is_meant(local.date(), first.date(), rule):
            if last is not None and clocks.meant(local) > last:
                return
            yield local
            given += 1
            if given == count:
                return
        local += timedelta(days=1)


def _is_meant(day: date, first: date, rule: dict[str, str]) -> bool:
    every = int(rule.get("INTERVAL", "1"))
    by_day = rule.get("BYDAY", "").split(",")
    if rule["FREQ"] == "DAILY":
        return (day - first).days % every == 0
    if rule["FREQ"] == "WEEKLY":
        begin = DAYS.index(rule["WKST"])
        weeks = (_week(day, begin) - _week(first, begin)).days // 7
        return weeks % every == 0 and DAYS[day.weekday()] in by_day
    months = (day.year - first.year) * 12 + day.month - first.month
    if months % every:
        return False
    is_last_day = (day + timedelta(days=1)).month != day.month
    if "BYMONTHDAY" in rule:
        wanted = int(rule["BYMONTHDAY"])
        return is_last_day if wanted == -1 else day.day == wanted
    (nth,) = by_day
    if nth[-2:] != DAYS[day.weekday()]:
        return False
    return (day + timedelta(days=7)).month != day.month if nth[0] == "-" else (day.day + 6) // 7 == int(nth[:-2])


def _week(day: date, begin: int) -> date:
    return day - timedelta(days=(day.weekday() - begin) % 7)


def _meeting(event: Block, begins: datetime) -> Meeting:
    if "DTEND" in event.lines:
        ends = _naive(event.one("DTEND"))
    else:
        days, hours, minutes, seconds = (
            int(part or 0)
            for part in _DURATION.fullmatch(event.one("DURATION")).groups()  # type: ignore[union-attr]
        )
        ends = begins + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return Meeting(
        uid=event.one("UID"),
        title=re.sub(r"\\(.)", r"\1", event.one("SUMMARY")),
        begins=begins,
        ends=ends,
        sequence=int(event.one("SEQUENCE")),
        is_canceled=event.one("STATUS") == "CANCELLED",
    )


def _instant(event: Block, name: str, zones: dict[str, Clocks]) -> datetime:
    ((parameters, value),) = event.lines[name]
    if value.endswith("Z"):
        return _naive(value)
    return zones[parameters["TZID"]].meant(_naive(value))


def _naive(value: str) -> datetime:
    return datetime.strptime(value.removesuffix("Z"), "%Y%m%dT%H%M%S").replace(tzinfo=UTC).replace(tzinfo=None)


def _offset(value: str) -> timedelta:
    sign = -1 if value[0] == "-" else 1
    digits = value[1:].ljust(6, "0")
    return sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]), seconds=int(digits[4:6]))
