"""What everybody with the link of a session sees: its page, its state, the room's shell, the page after it."""

from aiohttp import web

from rooms.ids import Instant
from rooms.program.series import local_from
from rooms.schedule import timing_of
from server.pages.answer import RENDERER, need_session, see_other, services_of, show
from server.pages.rows import hours_and_doors
from server.services import Services
from server.store.records import SessionRecord
from web.doors import DoorState
from web.group_words import CAMERAS
from web.pages import AfterPage, GroupWords, Guidelines, RoomPage, RoomUrls, SessionPage
from web.times import MINUTE_MS, When, when

OVER = (DoorState.ENDED, DoorState.CANCELED)
NEXT = 3


async def show_session(request: web.Request) -> web.Response:
    session = await need_session(request)
    hours, doors = await hours_and_doors(services_of(request), session)
    is_over = doors.state in OVER
    page = SessionPage(
        id=session.id,
        title=session.title,
        discreet_title=session.discreet_title,
        starts=when(hours.start_at, session.zone),
        ends=when(hours.end_at, session.zone),
        doors_min=(hours.start_at - hours.doors_at) // MINUTE_MS,
        late_min=None if hours.late_until is None else (hours.late_until - hours.start_at) // MINUTE_MS,
        doors=doors,
        facilitators=session.facilitators,
        is_peer_held=session.settings.is_peer_held,
        leads=await _leads(request, session),
        guidelines=session.guidelines,
        calendar="" if is_over else f"/s/{session.id}/calendar.ics",
        google="" if is_over else services_of(request).calendar.google_url(session),
        moved_from=None if is_over else _moved_from(session, hours.start_at),
        group=await _group(services_of(request), session),
    )
    return show(request, page)


async def show_state(request: web.Request) -> web.Response:
    """The words of the doors, so that an open page turns by itself. Nothing about people."""
    session = await need_session(request)
    _, doors = await hours_and_doors(services_of(request), session)
    return web.json_response(
        {
            "state": doors.state.value,
            "word": doors.word,
            "sentence": doors.sentence,
            "action": doors.action.value,
            "refresh_ms": doors.refresh_ms,
        }
    )


async def show_after(request: web.Request) -> web.Response:
    session = await need_session(request)
    _, doors = await hours_and_doors(services_of(request), session)
    page = AfterPage(
        id=session.id,
        title=session.title,
        discreet_title=session.discreet_title,
        doors=doors,
        resources=session.resources,
        group=await _group(services_of(request), session),
    )
    return show(request, page)


async def show_room(request: web.Request) -> web.Response:
    """The browser app. Anybody with the link may load it: it holds what the session page says, and nothing more."""
    session = await need_session(request)
    services = services_of(request)
    hours, doors = await hours_and_doors(services, session)
    base = f"/s/{session.id}"
    if doors.state in OVER:
        return see_other(f"{base}/after")
    site = request.app[RENDERER].site
    page = RoomPage(
        session=session.id,
        title=session.title,
        discreet_title=session.discreet_title,
        facilitators=session.facilitators,
        guidelines=Guidelines(session.settings.guidelines_version, session.guidelines),
        waiting_message=session.settings.waiting_message,
        resources=session.resources,
        starts_at=hours.start_at,
        ends_at=hours.end_at,
        doors_at=hours.doors_at,
        now=services.clock.now(),
        zone=session.zone,
        urls=RoomUrls(
            ticket=f"{base}/ticket",
            socket=f"{base}/ws",
            session=base,
            after=f"{base}/after",
            help="/help",
            quick_exit=site.quick_exit_url,
        ),
        build=site.build,
        preloads=site.preloads,
    )
    return show(request, page)


async def _leads(request: web.Request, session: SessionRecord) -> bool:
    services = services_of(request)
    person = await services.entry.who(session.id, services.cookies.person(request, session.id))
    return person is not None and person.role.may_facilitate


def _moved_from(session: SessionRecord, start_at: Instant) -> When | None:
    """When it was planned at first, where that is another time."""
    if session.original_local is None:
        return None
    first = local_from(session.original_local)
    planned = timing_of(first.date(), first.time(), session.zone, 60, 0).schedule.start_at
    return None if planned == start_at else when(planned, session.zone)


async def _group(services: Services, session: SessionRecord) -> GroupWords | None:
    group = None if session.group is None else await services.groups.get(session.group)
    if group is None or group.archived_at is not None:
        return None
    coming = await services.series.next_dates(group.id, NEXT + 1)
    later = [one for one in coming if one.id != session.id][:NEXT]
    return GroupWords(
        url=f"/g/{group.slug}",
        camera=CAMERAS[group.camera],
        audience=group.audience,
        about=group.about,
        accessibility=group.accessibility,
        next=tuple(when(one.settings.schedule.start_at, one.zone) for one in later),
    )
