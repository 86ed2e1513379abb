"""What is kept of a group, or of one person in it, as files: JSON with everything, CSV for a table."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from rooms.ids import Instant
from rooms.program.group import Group, GroupInput, StaffMember
from rooms.program.places import Place
from rooms.program.series import DateException, Series
from rooms.schedule import local_of
from server.program.series import SeriesBook
from server.program.templates import input_of
from server.store.exports import DateLine
from server.store.store import Store

FORMAT = "holdspace-export-1"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
_GROUP: TypeAdapter[GroupInput] = TypeAdapter(GroupInput)
_SERIES: TypeAdapter[Series] = TypeAdapter(Series)
_EXCEPTIONS: TypeAdapter[list[DateException]] = TypeAdapter(list[DateException])
_STAFF: TypeAdapter[list[StaffMember]] = TypeAdapter(list[StaffMember])
_PLACE: TypeAdapter[Place] = TypeAdapter(Place)

DATE_COLUMNS = ("date", "starts", "ends", "zone", "title", "state", "came")
PEOPLE_COLUMNS = ("alias", "email", "state", "asked", "zone", "language", "guidelines", "answers")
PERSON_COLUMNS = ("what", "when", "value")


@dataclass(frozen=True, slots=True)
class Exports:
    store: Store
    series: SeriesBook

    async def group_json(self, group: Group) -> str:
        """Everything: texts, settings, who leads, series, dates with how many came, and people with their words."""
        found = [await self.series.get(id) for id in await self.store.exports.series(group.id)]
        planned = [
            _SERIES.dump_python(one, mode="json")
            | {"exceptions": _EXCEPTIONS.dump_python(await self.series.exceptions(one.id), mode="json")}
            for one in found
            if one is not None
        ]
        places = await self.store.places.of_group(group.id)
        return _json(
            {
                "format": FORMAT,
                "group": {"id": group.id, "slug": group.slug} | _GROUP.dump_python(input_of(group), mode="json"),
                "guidelines_version": group.guidelines.version,
                "staff": _STAFF.dump_python(await self.store.groups.staff(group.id), mode="json"),
                "series": planned,
                "dates": [_date(line) for line in await self.store.exports.dates(group.id)],
                "people": [await self._person(place) for place in places],
            }
        )

    async def dates_csv(self, group: Group) -> str:
        """One line for each date; how many came, never who."""
        return _csv(DATE_COLUMNS, (_date_row(line) for line in await self.store.exports.dates(group.id)))

    async def people_csv(self, group: Group) -> str:
        """One line for each place, in the order of asking."""
        return _csv(PEOPLE_COLUMNS, (_people_row(place) for place in await self.store.places.of_group(group.id)))

    async def person_json(self, place: Place) -> str:
        """Everything that is kept of one person."""
        return _json({"format": FORMAT} | await self._person(place))

    async def person_csv(self, place: Place) -> str:
        person = await self._person(place)
        asked = _time(place.created_at, place.zone)
        rows: list[tuple[str, str, str]] = [
            ("place", asked, place.state.value),
            ("alias", "", place.alias),
            ("email", "", place.email or ""),
            ("language", "", place.language),
            ("zone", "", place.zone),
            ("guidelines", "", str(place.guidelines_version)),
        ]
        rows += [(f"answer: {answer.question}", "", answer.answer) for answer in place.answers]
        rows += [("date", one["starts"], "coming" if one["is_coming"] else "not this time") for one in person["coming"]]
        rows += [("opened a session", one["starts"], one["suggested_alias"]) for one in person["entries"]]
        rows += [(f"letter: {one['kind']}", one["made"], one["state"]) for one in person["letters"]]
        return _csv(PERSON_COLUMNS, rows)

    async def _person(self, place: Place) -> dict[str, Any]:
        kept = self.store.exports
        return {
            "place": _PLACE.dump_python(place, mode="json"),
            "coming": [
                {"starts": _time(one.start_at, one.zone), "is_coming": one.is_coming}
                for one in await kept.answers(place.id)
            ],
            "entries": [
                {"starts": _time(one.start_at, one.zone), "suggested_alias": one.suggested_alias}
                for one in await kept.entries(place.id)
            ],
            "letters": [
                {
                    "address": one.address,
                    "kind": one.kind,
                    "state": one.state,
                    "made": _time(one.created_at, place.zone),
                }
                for one in await kept.letters(place.id)
            ],
        }


def _date(line: DateLine) -> dict[str, Any]:
    return {
        "session": line.session,
        "series": line.series,
        "title": line.title,
        "starts": _time(line.start_at, line.zone),
        "ends": _time(line.end_at, line.zone),
        "zone": line.zone,
        "state": line.end.value,
        "came": line.attended,
    }


def _date_row(line: DateLine) -> tuple[str, ...]:
    starts, ends = local_of(line.start_at, line.zone), local_of(line.end_at, line.zone)
    came = "" if line.attended is None else str(line.attended)
    return (f"{starts:%Y-%m-%d}", f"{starts:%H:%M}", f"{ends:%H:%M}", line.zone, line.title, line.end.value, came)


def _people_row(place: Place) -> tuple[str, ...]:
    answers = "\n".join(f"{one.question} {one.answer}" for one in place.answers)
    asked = f"{local_of(place.created_at, place.zone):%Y-%m-%d %H:%M}"
    version = str(place.guidelines_version)
    return (place.alias, place.email or "", place.state.value, asked, place.zone, place.language, version, answers)


def _time(instant: Instant, zone: str) -> str:
    """ISO 8601 with the offset of the zone."""
    return local_of(instant, zone).isoformat(timespec="minutes")


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """RFC 4180. What a spreadsheet would run as a formula is given as text: people wrote some of it."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in row] for row in rows)
    return text.getvalue()
