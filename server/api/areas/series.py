"""Series: previewed, made, changed date by date, ended."""

from datetime import date as Day
from datetime import datetime
from datetime import time as Time
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from rooms.live.settings import MINUTE_MS
from rooms.program.authority import Action
from rooms.program.dates import Date
from rooms.program.group import TEXT_LIMITS
from rooms.program.ids import AccountId, SeriesId
from rooms.program.series import Change, Series, local_from, local_text
from rooms.program.timers import LONGEST_MIN
from rooms.schedule import ClockNote
from server.api.areas.groups import group_named
from server.api.areas.sessions import ELSEWHERE
from server.api.areas.timers import RuleModel, TimersModel
from server.api.moments import Moment
from server.api.operation import Call, Operation, Reply, Wire
from server.api.problems import Code, Problem
from server.api.scopes import Scope
from server.api.words import Id, Line, LocalStart, Text, Zone
from server.program.series import BadSeries, SeriesInput, StaleSeries
from server.program.series import Scope as Dates
from server.sessions import OutOfReach

TAG = "series"
MOST_SHOWN = 60
BEGUN = "This date has begun. Cancel its session to end it for everybody."


def _naive(given: Time) -> Time:
    if given.tzinfo is not None:
        raise ValueError("Give a time of day without an offset; the zone says the rest.")
    return given.replace(second=0, microsecond=0)


Title = Annotated[Line, StringConstraints(strip_whitespace=True, max_length=TEXT_LIMITS["name"])]
Message = Annotated[Text, StringConstraints(max_length=TEXT_LIMITS["waiting_message"])]
Length = Annotated[int, Field(ge=1, le=LONGEST_MIN)]


class SeriesBody(Wire):
    """`starts_on` and `starts_at` are local in `zone`. Without a `rule` it is one date.

    An empty `title` stands for the group's name.
    """

    title: Title = ""
    zone: Zone
    starts_on: Day
    starts_at: Annotated[Time, AfterValidator(_naive)]
    length_min: Length = 60
    rule: RuleModel | None = None
    timers: TimersModel = TimersModel()
    waiting_message: Message | None = None

    def as_input(self) -> SeriesInput:
        return SeriesInput(
            title=self.title,
            zone=self.zone,
            starts_on=self.starts_on,
            starts_at=self.starts_at,
            length_min=self.length_min,
            rule=None if self.rule is None else self.rule.as_rule(),
            timers=self.timers.as_timers(),
            waiting_message=self.waiting_message,
        )


class SeriesModel(Wire):
    id: Id
    group: Id
    title: str
    zone: str
    first_local: str
    length_min: int
    rule: RuleModel | None
    timers: TimersModel
    waiting_message: str | None
    version: int
    ended_at: Moment | None


class SeriesList(Wire):
    items: tuple[SeriesModel, ...]


class DateModel(Wire):
    """One planned date. `date` names it in its series: the local start that the rule gives. `clocks`: what the clocks
    of the zone do to that time of day."""

    date: str
    doors_at: Moment
    starts_at: Moment
    ends_at: Moment
    length_min: int
    clocks: ClockNote
    is_canceled: bool
    is_moved: bool
    title: str


class DateList(Wire):
    items: tuple[DateModel, ...]


class PreviewModel(Wire):
    dates: tuple[DateModel, ...]
    notes: tuple[str, ...]
    conflicts: tuple[str, ...]


class DatesQuery(Wire):
    limit: Annotated[int, Field(ge=1, le=MOST_SHOWN)] = 12


class ChangeBody(Wire):
    """What is different from now on. `scope`: this date, this and those that follow, or all that have not begun."""

    scope: Dates
    starts_local: LocalStart | None = None
    length_min: Length | None = None
    title: Title | None = None
    waiting_message: Message | None = None

    def as_change(self) -> Change:
        return Change(
            start_local=None if self.starts_local is None else _local(self.starts_local),
            length_min=self.length_min,
            title=self.title,
            waiting_message=self.waiting_message,
        )


class CancelBody(Wire):
    scope: Dates
    tells: Annotated[Literal["everybody"], Field(description="Everybody with a place hears of it.")] = "everybody"


def series_model(series: Series) -> SeriesModel:
    return SeriesModel(
        id=series.id,
        group=series.group,
        title=series.title,
        zone=series.zone,
        first_local=local_text(series.first_local),
        length_min=series.length_min,
        rule=None if series.rule is None else RuleModel.of(series.rule),
        timers=TimersModel.of(series.timers),
        waiting_message=series.waiting_message,
        version=series.version,
        ended_at=series.ended_at,
    )


def date_model(date: Date) -> DateModel:
    schedule = date.schedule
    return DateModel(
        date=date.original_local,
        doors_at=schedule.doors_at,
        starts_at=schedule.start_at,
        ends_at=schedule.end_at,
        length_min=(schedule.end_at - schedule.start_at) // MINUTE_MS,
        clocks=date.note,
        is_canceled=date.is_canceled,
        is_moved=date.is_moved,
        title=date.title,
    )


async def series_named(call: Call) -> Series:
    """The series of the path. Raises `Problem(NOT_FOUND)`."""
    series = await call.services.series.get(SeriesId(call.path["series"]))
    if series is None:
        raise Problem(Code.NOT_FOUND)
    return series


def _local(text: str) -> datetime:
    try:
        return local_from(text)
    except ValueError:
        raise Problem(Code.NOT_VALID, errors={"starts_local": "There is no such date or time."}) from None


async def list_series(call: Call) -> Reply:
    group = await group_named(call)
    return Reply(SeriesList(items=tuple(map(series_model, await call.services.series.of_group(group.id)))))


async def preview_series(call: Call) -> Reply:
    group = await group_named(call)
    try:
        preview = await call.services.series.check(group.id, call.sent(SeriesBody).as_input())
    except BadSeries as error:
        raise Problem(Code.NOT_VALID, errors=error.errors) from None
    return Reply(
        PreviewModel(dates=tuple(map(date_model, preview.dates)), notes=preview.notes, conflicts=preview.conflicts)
    )


async def make_series(call: Call) -> Reply:
    group = await group_named(call)
    try:
        series = await call.services.series.create(
            AccountId(call.key.account), group.id, call.sent(SeriesBody).as_input()
        )
    except BadSeries as error:
        raise Problem(Code.NOT_VALID, errors=error.errors) from None
    return Reply(series_model(series), series.version, f"/api/v1/series/{series.id}")


async def show_series(call: Call) -> Reply:
    series = await series_named(call)
    return Reply(series_model(series), series.version)


async def list_dates(call: Call) -> Reply:
    series = await series_named(call)
    dates = await call.services.series.dates(series, call.asked(DatesQuery).limit)
    return Reply(DateList(items=tuple(map(date_model, dates))))


async def change_date(call: Call) -> Reply:
    series, wanted = await series_named(call), call.sent(ChangeBody)
    call.require_version(series.version)
    try:
        changed = await call.services.series.change(
            series.id, call.path["date"], wanted.scope, wanted.as_change(), series.version
        )
    except BadSeries as error:
        raise Problem(Code.NOT_VALID, errors=error.errors) from None
    except StaleSeries:
        raise Problem(Code.STALE) from None
    except LookupError:
        raise Problem(Code.NOT_FOUND) from None
    return Reply(series_model(changed), changed.version)


async def cancel_date(call: Call) -> Reply:
    series = await series_named(call)
    try:
        changed = await call.services.calling_off.planned(series.id, call.path["date"], call.sent(CancelBody).scope)
    except BadSeries:
        raise Problem(Code.CONFLICT, BEGUN) from None
    except StaleSeries:
        raise Problem(Code.CONFLICT) from None
    except OutOfReach:
        raise Problem(Code.NOT_NOW, ELSEWHERE, headers={"Retry-After": "5"}) from None
    except LookupError:
        raise Problem(Code.NOT_FOUND) from None
    return Reply(series_model(changed), changed.version)


async def end_series(call: Call) -> Reply:
    try:
        ended = await call.services.series.end((await series_named(call)).id)
    except LookupError:
        raise Problem(Code.NOT_FOUND) from None
    return Reply(series_model(ended), ended.version)


READ, WRITE = Scope.SESSIONS_READ, Scope.SESSIONS_WRITE
DATE = "/series/{series}/dates/{date:[0-9T:-]+}"
OPERATIONS = (
    Operation("GET", "/groups/{group}/series", "list-series", "Series of a group that have not ended", TAG, READ,
              Action.VIEW_GROUP, list_series, answer=SeriesList),
    Operation("POST", "/groups/{group}/series:preview", "preview-series", "What a series would give", TAG, READ,
              Action.SCHEDULE, preview_series, body=SeriesBody, answer=PreviewModel),
    Operation("POST", "/groups/{group}/series", "make-series", "Schedule a series, or one date", TAG, WRITE,
              Action.SCHEDULE, make_series, body=SeriesBody, answer=SeriesModel, status=201, is_versioned=True),
    Operation("GET", "/series/{series}", "show-series", "One series", TAG, READ, Action.VIEW_GROUP, show_series,
              answer=SeriesModel, is_versioned=True),
    Operation("GET", "/series/{series}/dates", "list-dates", "The next dates", TAG, READ, Action.VIEW_GROUP, list_dates,
              query=DatesQuery, answer=DateList),
    Operation("PATCH", DATE, "change-date", "Move or change dates", TAG, WRITE, Action.SCHEDULE, change_date,
              body=ChangeBody, answer=SeriesModel, is_versioned=True, needs_version=True),
    Operation("POST", DATE + ":cancel", "cancel-date", "Cancel dates", TAG, WRITE, Action.SCHEDULE, cancel_date,
              body=CancelBody, answer=SeriesModel, is_versioned=True, refusals=frozenset({Code.CONFLICT})),
    Operation("POST", "/series/{series}:end", "end-series", "End a series", TAG, WRITE, Action.SCHEDULE, end_series,
              answer=SeriesModel, is_versioned=True),
)  # fmt: skip
