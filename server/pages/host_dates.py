"""One date of a series: moved, changed or canceled, alone, with those that follow, or with all."""

from datetime import datetime

from aiohttp import web

from rooms.program.dates import Date, date_named
from rooms.program.group import Group
from rooms.program.series import Change, Series, local_text
from server.pages.answer import see_other, services_of, show, values_of
from server.pages.host_series import need_group, need_series, planned_date
from server.pages.host_session import NOT_CANCELED
from server.pages.host_telling import telling
from server.pages.rows import series_path
from server.program.series import BadSeries, Scope, StaleSeries
from server.services import Services
from server.sessions import OutOfReach
from server.store.dashboard import DateFact
from server.store.records import SessionEnd
from web.date_form import DateForm, read_date_form
from web.forms import BadForm, Filled
from web.host_pages import DatePage
from web.schedule_form import our_errors

STALE = "Somebody else changed this series meanwhile. What you see now is how it is; look once more, then save."

BEGUN = "Nothing was canceled: this date has begun meanwhile. Its own page ends it for everybody."


async def show_date(request: web.Request) -> web.Response:
    return show(request, await _page(request))


async def change(request: web.Request) -> web.Response:
    """Moves or changes it. Who has to know is told by the book of series."""
    services, values = services_of(request), await values_of(request)
    series, group = await need_series(request), await need_group(request)
    name = request.match_info["date"]
    date = await _need_date(services, series, name)
    try:
        form = read_date_form(values)
        changed = await services.series.change(
            series.id, name, Scope(form.scope), _change(form, series, group, date), form.version
        )
    except (BadForm, BadSeries) as error:
        return show(request, await _page(request, Filled(values, our_errors(error.errors))), status=422)
    except StaleSeries:
        return show(request, await _page(request, Filled({}, {}, STALE)), status=409)
    except LookupError:
        raise web.HTTPNotFound from None
    return see_other(f"{series_path(group.id, changed.id)}?changed")


async def cancel(request: web.Request) -> web.Response:
    services, values = services_of(request), await values_of(request)
    series, group = await need_series(request), await need_group(request)
    name = request.match_info["date"]
    await _need_date(services, series, name)
    scope = values.get("scope", Scope.THIS)
    if scope not in set(Scope):
        return show(request, await _page(request, Filled(values, {"scope": "Choose which dates."})), status=422)
    try:
        left = await services.calling_off.planned(series.id, name, Scope(scope))
    except BadSeries:
        return show(request, await _page(request, Filled({}, {}, BEGUN)), status=409)
    except StaleSeries:
        return show(request, await _page(request, Filled({}, {}, STALE)), status=409)
    except OutOfReach:
        return show(request, await _page(request, Filled({}, {}, NOT_CANCELED)), status=503)
    except LookupError:
        raise web.HTTPNotFound from None
    return see_other(f"{series_path(group.id, left.id)}?canceled")


async def _page(request: web.Request, form: Filled | None = None) -> DatePage:
    services = services_of(request)
    series, group = await need_series(request), await need_group(request)
    date = await _need_date(services, series, request.match_info["date"])
    title = series.title or group.name
    fact = await _fact(services, series, date)
    shown = planned_date(group.id, series, title, date, fact)
    own = {
        "date": f"{date.starts_local:%Y-%m-%d}",
        "time": f"{date.starts_local:%H:%M}",
        "length": str(date.length_min),
        "title": date.title or title,
        "scope": Scope.THIS,
    }
    filled = form or Filled()
    values = own | dict(filled.values)
    return DatePage(
        here=shown.href,
        series=series_path(group.id, series.id),
        series_title=title,
        discreet_title=group.discreet_name,
        date=shown,
        form=Filled(values, filled.errors, filled.problem),
        version=series.version,
        repeats=series.rule is not None,
        telling=await telling(services, group),
        is_over=shown.state == "canceled" or _has_begun(services, date, fact),
    )


async def _need_date(services: Services, series: Series, name: str) -> Date:
    found = date_named(series, await services.series.exceptions(series.id), name)
    if found is None:
        raise web.HTTPNotFound
    return found


async def _fact(services: Services, series: Series, date: Date) -> DateFact | None:
    facts = await services.store.dashboard.of_series(series.id, date.schedule.start_at)
    return next((fact for fact in facts if fact.record.original_local == date.original_local), None)


def _has_begun(services: Services, date: Date, fact: DateFact | None) -> bool:
    is_over = fact is not None and fact.record.end is not SessionEnd.OPEN
    return is_over or date.schedule.doors_at <= services.clock.now()


def _change(form: DateForm, series: Series, group: Group, date: Date) -> Change:
    """Only what differs from what was planned for this date."""
    start = datetime.combine(form.date, form.time)
    title = form.title if form.title != (date.title or series.title or group.name) else None
    return Change(
        start_local=None if local_text(start) == f"{date.starts_local:%Y-%m-%dT%H:%M}" else start,
        length_min=None if form.length == date.length_min else form.length,
        title=title,
    )
