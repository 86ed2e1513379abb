"""A host's sessions: the list, and the form that schedules one."""

import asyncio
from collections.abc import Mapping

from aiohttp import web

from rooms.roles import Role
from server.pages.answer import services_of, show, values_of
from server.pages.host_session import manage_page
from server.pages.rows import row_of
from server.routes.guard import account_of
from server.scheduling import BadSchedule, ScheduleInput
from web.doors import DoorState
from web.forms import BadForm, Filled
from web.pages import FreshLink, HostPage, SchedulePage, SessionRow
from web.schedule_form import DEFAULTS, ScheduleForm, clock_problem, read_schedule_form
from web.times import is_same_day, zone_choices

FIRST_LABEL = "the first facilitator"

# Where the server's words belong: its field names, ours.
FIELDS: Mapping[str, str] = {
    "starts_on": "date",
    "starts_at": "time",
    "length_min": "length",
    "doors_min": "doors",
    "late_min": "late",
    "is_peer_held": "led",
}


async def show_sessions(request: web.Request) -> web.Response:
    account = account_of(request)
    services = services_of(request)
    sessions = await services.sessions.of_host(account.id)
    rows = await asyncio.gather(*(row_of(services, session) for session in sessions))
    now = services.clock.now()
    today: list[SessionRow] = []
    coming: list[SessionRow] = []
    past: list[SessionRow] = []
    for session, row in zip(sessions, rows, strict=True):
        if row.doors.state in (DoorState.ENDED, DoorState.CANCELED):
            past.insert(0, row)
        elif row.doors.state is DoorState.NOT_OPEN and not is_same_day(
            session.settings.schedule.start_at, now, session.zone
        ):
            coming.append(row)
        else:
            today.append(row)
    return show(request, HostPage(today=tuple(today), coming=tuple(coming), past=tuple(past)))


async def show_form(request: web.Request) -> web.Response:
    account = account_of(request)
    sessions = await services_of(request).sessions.of_host(account.id)
    values = dict(DEFAULTS) | {"zone": sessions[-1].zone if sessions else "UTC"}
    return show(request, _form_page(Filled(values), guess_zone=not sessions))


async def save(request: web.Request) -> web.Response:
    """Schedules the session and answers with its page, since the first facilitator's link can be shown only now."""
    account = account_of(request)
    services = services_of(request)
    values = await values_of(request)
    try:
        form = read_schedule_form(values)
        if problem := clock_problem(form):
            raise BadForm({"time": problem})
        session = await services.sessions.create(account.id, _input(form))
    except BadForm as error:
        return show(request, _form_page(Filled(values, error.errors)), status=422)
    except BadSchedule as error:
        errors = {FIELDS.get(name, name): sentence for name, sentence in error.errors.items()}
        return show(request, _form_page(Filled(values, errors)), status=422)
    link = await services.links.make(session, Role.FACILITATOR, FIRST_LABEL)
    fresh = FreshLink(label=FIRST_LABEL, role=Role.FACILITATOR.value, url=link.url)
    return show(request, await manage_page(services, session, fresh=fresh, is_new=True), status=201)


def _form_page(form: Filled, guess_zone: bool = False) -> SchedulePage:
    return SchedulePage(form=form, zones=zone_choices(), guess_zone=guess_zone)


def _input(form: ScheduleForm) -> ScheduleInput:
    return ScheduleInput(
        title=form.title,
        discreet_title=form.discreet_title,
        starts_on=form.date,
        starts_at=form.time,
        zone=form.zone,
        length_min=form.length,
        doors_min=form.doors,
        late_min=form.late,
        waiting_message=form.waiting_message,
        guidelines=form.guidelines,
        facilitators=form.facilitators,
        resources=form.resources,
        is_peer_held=form.led == "peer",
    )
