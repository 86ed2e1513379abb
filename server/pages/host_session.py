"""One session of a host: its links, opening its room, canceling it."""

from aiohttp import web

from rooms.roles import Role
from server.pages.answer import need_session, see_other, services_of, show, values_of
from server.pages.rows import link_row, row_of
from server.services import Services
from server.sessions import OutOfReach
from server.store.records import SessionRecord
from web.forms import BadForm, Filled, NewLinkForm, read_form
from web.pages import CancelPage, FreshLink, ManagePage
from web.schedule_form import clock_note

HOST_LABEL = "yourself, from this page"
ENDS_FOR_EVERYONE = "everyone"
NOT_CANCELED = (
    "Nothing was changed: another server runs this room at the moment. Try again in a minute. A facilitator inside "
    "can end the session at any time."
)
REVOKED_OUT_OF_REACH = (
    "The link is revoked, and nobody can come in by it any more. Another server runs this room at the moment: whoever "
    "is inside by this link stays until a facilitator removes them or they leave."
)


async def manage_page(
    services: Services,
    session: SessionRecord,
    fresh: FreshLink | None = None,
    form: Filled | None = None,
    is_new: bool = False,
    caution: str = "",
) -> ManagePage:
    """The page of a session as its host sees it; `fresh` is a link that was made in answer to this request."""
    now = services.clock.now()
    links = await services.links.of_session(session.id)
    return ManagePage(
        session=await row_of(services, session),
        discreet_title=session.discreet_title,
        participant_url=services.links.shared_url(session.id),
        clock_note=clock_note(session.settings.schedule.start_at, session.zone),
        links=tuple(link_row(link, session.zone, now) for link in links),
        fresh=fresh,
        form=form or Filled(),
        is_new=is_new,
        caution=caution,
    )


async def show_session(request: web.Request) -> web.Response:
    session = await need_session(request)
    return show(request, await manage_page(services_of(request), session))


async def make_link(request: web.Request) -> web.Response:
    """Answers with the page itself: the address of the new link can be shown this one time."""
    session = await need_session(request)
    services = services_of(request)
    values = await values_of(request)
    try:
        form = read_form(NewLinkForm, values)
    except BadForm as error:
        page = await manage_page(services, session, form=Filled(values, error.errors))
        return show(request, page, status=422)
    link = await services.links.make(session, Role(form.role), form.label)
    fresh = FreshLink(label=form.label, role=form.role, url=link.url)
    return show(request, await manage_page(services, session, fresh=fresh), status=201)


async def revoke_link(request: web.Request) -> web.Response:
    session = await need_session(request)
    services = services_of(request)
    link = await services.links.revoke(session.id, request.match_info["link"])
    if link is None:
        raise web.HTTPNotFound
    if link.person is not None:
        try:
            await services.sessions.turn_out(session.id, link.person)
        except OutOfReach:
            page = await manage_page(services, session, caution=REVOKED_OUT_OF_REACH)
            return show(request, page, status=202)
    return see_other(f"/host/sessions/{session.id}")


async def open_room(request: web.Request) -> web.Response:
    """The host goes in as a facilitator: this browser gets a facilitator's credential once, then the room opens."""
    session = await need_session(request)
    services = services_of(request)
    room = f"/s/{session.id}/room"
    known = await services.entry.who(session.id, services.cookies.person(request, session.id))
    response = see_other(room)
    if known is not None and known.role.may_facilitate:
        return response
    link = await services.links.make(session, Role.FACILITATOR, HOST_LABEL)
    entered = await services.entry.by_link(link.record)
    if entered.new_credential is not None:
        services.cookies.set_person(response, session.id, entered.new_credential)
    return response


async def show_cancel(request: web.Request) -> web.Response:
    session = await need_session(request)
    row = await row_of(services_of(request), session)
    if not row.may_open:
        return see_other(f"/host/sessions/{session.id}")
    return show(request, CancelPage(session=row))


async def cancel(request: web.Request) -> web.Response:
    session = await need_session(request)
    services = services_of(request)
    row = await row_of(services, session)
    if row.may_open:
        if row.is_running and (await values_of(request)).get("ends") != ENDS_FOR_EVERYONE:
            # It began after the page was shown: that was a yes to something else.
            return show(request, CancelPage(session=row), status=409)
        try:
            await services.sessions.cancel(session)
        except OutOfReach:
            return show(request, CancelPage(session=row, problem=NOT_CANCELED), status=503)
    return see_other(f"/host/sessions/{session.id}")
