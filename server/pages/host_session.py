"""One session of a host: its links, who leads it, opening its room, canceling it."""

from aiohttp import web

from rooms.program.authority import Action
from rooms.program.ids import AccountId
from rooms.roles import Role
from server.pages.answer import need_session, see_other, services_of, show, values_of
from server.pages.host_series import may_in
from server.pages.host_telling import telling
from server.pages.rows import link_row, row_of
from server.program.series import StaleSeries
from server.routes.guard import account_of, sign_in_of
from server.services import Services
from server.sessions import OutOfReach
from server.store.records import Account, SessionRecord
from web.forms import BadForm, Filled, NewLinkForm, read_form
from web.host_pages import CancelPage, DateRow, ManagePage
from web.pages import FreshLink
from web.qr import qr_of
from web.schedule_form import clock_note

HOST_LABEL = "yourself, from this page"
ENDS_FOR_EVERYONE = "everyone"
NOT_CANCELED = (
    "Nothing was changed: another server runs this room at the moment. Try again in a minute. A facilitator inside "
    "can end the session at any time."
)
STALE = "Somebody else changed this series meanwhile. Nothing was canceled; look once more, then decide."
REVOKED_OUT_OF_REACH = (
    "The link is revoked, and nobody can come in by it any more. Another server runs this room at the moment: whoever "
    "is inside by this link stays until a facilitator removes them or they leave."
)


async def manage_page(
    services: Services,
    account: Account,
    session: SessionRecord,
    fresh: FreshLink | None = None,
    form: Filled | None = None,
    caution: str = "",
) -> ManagePage:
    """The page of a session as its host sees it; `fresh` is a link that was made in answer to this request."""
    now = services.clock.now()
    links = await services.links.of_session(session.id)
    url = services.links.shared_url(session.id)
    is_own = session.group is None
    return ManagePage(
        session=await date_row(services, account, session),
        discreet_title=session.discreet_title,
        participant_url=url,
        clock_note=clock_note(session.settings.schedule.start_at, session.zone),
        links=tuple(link_row(link, session.zone, now) for link in links),
        fresh=fresh,
        form=form or Filled(),
        caution=caution,
        may_manage=is_own or await may_in(services, account, session.group or "", Action.MANAGE_LINKS),
        qr=qr_of(url),
        code=await services.codes.of_session(session) or "",
    )


async def date_row(services: Services, account: Account, session: SessionRecord) -> DateRow:
    """The session with who leads it and how many came, as this account sees it."""
    fact = await services.store.dashboard.of_session(session.id)
    leads, attended = ((), None) if fact is None else (fact.leads, fact.attended)
    return await row_of(services, session, account.id, leads, attended)


async def show_session(request: web.Request) -> web.Response:
    session = await need_session(request)
    return show(request, await manage_page(services_of(request), account_of(request), session))


async def make_link(request: web.Request) -> web.Response:
    """Answers with the page itself: the address of the new link can be shown this one time."""
    session = await need_session(request)
    services, account = services_of(request), account_of(request)
    values = await values_of(request)
    try:
        form = read_form(NewLinkForm, values)
    except BadForm as error:
        page = await manage_page(services, account, session, form=Filled(values, error.errors))
        return show(request, page, status=422)
    link = await services.links.make(session, Role(form.role), form.label)
    fresh = FreshLink(label=form.label, role=form.role, url=link.url)
    return show(request, await manage_page(services, account, session, fresh=fresh), status=201)


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
            page = await manage_page(services, account_of(request), session, caution=REVOKED_OUT_OF_REACH)
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
    account, sign_in = account_of(request), sign_in_of(request)
    link = await services.links.make(session, Role.FACILITATOR, HOST_LABEL, account.id, sign_in)
    entered = await services.entry.by_link(link.record)
    if entered.new_credential is not None:
        services.cookies.set_person(response, session.id, entered.new_credential)
    return response


async def answer_lead(request: web.Request) -> web.Response:
    """Whether the reader leads this date."""
    session = await need_session(request)
    is_yes = (await values_of(request)).get("answer") == "yes"
    said = await services_of(request).leading.answer(session.id, AccountId(account_of(request).id), is_yes)
    return see_other(f"/host?{said.value}")


async def show_cancel(request: web.Request) -> web.Response:
    session = await need_session(request)
    row = await row_of(services_of(request), session)
    if not row.may_open:
        return see_other(f"/host/sessions/{session.id}")
    return show(request, await _cancel_page(request, session, row))


async def cancel(request: web.Request) -> web.Response:
    """Cancels one date, or ends it for everyone where it has begun."""
    session = await need_session(request)
    services = services_of(request)
    row = await row_of(services, session)
    if row.may_open:
        if row.is_running and (await values_of(request)).get("ends") != ENDS_FOR_EVERYONE:
            # It began after the page was shown: that was a yes to something else.
            return show(request, await _cancel_page(request, session, row), status=409)
        try:
            await services.calling_off.session(session)
        except OutOfReach:
            page = await _cancel_page(request, session, row, NOT_CANCELED)
            return show(request, page, status=503)
        except StaleSeries:
            return show(request, await _cancel_page(request, session, row, STALE), status=409)
    return see_other(f"/host/sessions/{session.id}")


async def _cancel_page(request: web.Request, session: SessionRecord, row: DateRow, problem: str = "") -> CancelPage:
    services = services_of(request)
    group = None if session.group is None else await services.groups.get(session.group)
    told = "" if group is None or row.is_running else await telling(services, group)
    return CancelPage(session=row, telling=told, problem=problem)
