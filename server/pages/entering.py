"""Coming in by a link: `/enter#token`. The page moves the token out of the address; the POST trades it for a cookie."""

from aiohttp import web

from rooms.ids import SessionId
from server.pages.answer import see_other, services_of, show, values_of
from server.pages.codes import join_by
from server.pages.place import place_opened
from server.pages.signing_in import sign_in_here
from server.program.codes import code_of
from server.store.records import LinkRecord, Purpose
from web.forms import BadForm, EnterForm, Filled, read_form, session_of, token_of
from web.pages import EnterPage

UNKNOWN = (
    "This link does not work any more, or a part of it is missing. Copy the whole link again, or ask whoever sent it "
    "to you for a new one."
)


async def show_enter(request: web.Request) -> web.Response:
    return show(request, EnterPage())


async def enter(request: web.Request) -> web.Response:
    """A personal link; or a session's link, a place's link or a join code, pasted into the same box."""
    try:
        form = read_form(EnterForm, await values_of(request))
    except BadForm as error:
        return _again(request, error.errors["link"])
    services = services_of(request)
    shared = session_of(form.link)
    if shared is not None and await services.sessions.get(SessionId(shared)) is not None:
        return see_other(f"/s/{shared}")
    if code_of(form.link) is not None:
        return await join_by(request, form.link)
    token = token_of(form.link)
    if token is None:
        return _again(request, UNKNOWN)
    if (place := await services.places.by_token(token)) is not None:
        return place_opened(request, place, token)
    link = await services.links.redeem(token)
    if link is None:
        return await _signed_in_by(request, token)
    await _watch(request, link)
    entered = await services.entry.by_link(link)
    response = see_other(f"/s/{link.session}")
    if entered.new_credential is not None:
        services.cookies.set_person(response, link.session, entered.new_credential)
    return response


async def _watch(request: web.Request, link: LinkRecord) -> None:
    """Another browser than the one that is in by this link: those who lead are told, and the host's page says so."""
    services = services_of(request)
    here = await services.entry.who(link.session, services.cookies.person(request, link.session))
    is_theirs = here is not None and here.id == link.person
    if link.person is not None and not is_theirs and await services.rooms.link_opened(link.session, link.person):
        await services.store.links.flag(link.id)


async def _signed_in_by(request: web.Request, token: str) -> web.Response:
    """A link that signs in, spent by this POST alone: what scans mail only opens the page."""
    spent = await services_of(request).sign_in_links.redeem(token)
    if spent is None:
        return _again(request, UNKNOWN)
    is_first = spent.purpose is Purpose.FIRST_START
    return await sign_in_here(request, spent.account, "/start" if is_first else "/host")


def _again(request: web.Request, sentence: str) -> web.Response:
    # What was pasted is a secret more often than not: it does not come back in a page.
    return show(request, EnterPage(form=Filled({}, {"link": sentence})), status=422)
