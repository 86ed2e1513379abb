"""One press answers whether somebody leads a date. Looking at the page does nothing: mail scanners open links too."""

from aiohttp import web

from rooms.program.ids import AccountId
from rooms.program.leading import Answer
from rooms.roles import Role
from server.pages.answer import see_other, services_of, show, values_of
from server.program.leading import Asked
from web.forms import Filled, token_of
from web.letter_pages import LeadAnsweredPage, LeadPage
from web.times import when

UNKNOWN = "This link does not work any more. Look for the newest letter about this date, or sign in and answer there."
UNANSWERED = "Press one of the two buttons."


async def show_lead(request: web.Request) -> web.Response:
    return show(request, LeadPage())


async def answer_lead(request: web.Request) -> web.Response:
    """A yes while the doors are open or near takes this browser into the room as a facilitator, at once."""
    services = services_of(request)
    values = await values_of(request)
    link, said = values.get("link", ""), values.get("answer", "")
    token = token_of(link)
    asked = None if token is None else await services.leading.by_token(token)
    if asked is None or said not in ("yes", "no"):
        sentence = UNKNOWN if asked is None else UNANSWERED
        return show(request, LeadPage(form=Filled({}, {"link": sentence})), status=422)
    session = asked.date.session
    result = await services.leading.answer(session.id, AccountId(asked.account.id), said == "yes")
    if result is Answer.ACCEPTED and services.clock.now() >= session.settings.schedule.doors_at:
        return await _entered(request, asked)
    page = LeadAnsweredPage(
        answer="over" if result is Answer.NOT_ASKED else result.value,
        title=asked.date.name,
        starts=when(asked.date.start_at, asked.account.zone),
        link=token or "",
    )
    return show(request, page)


async def _entered(request: web.Request, asked: Asked) -> web.Response:
    """Into the room, by a link that ends when the account is switched off."""
    services, session = services_of(request), asked.date.session
    response = see_other(f"/s/{session.id}/room")
    known = await services.entry.who(session.id, services.cookies.person(request, session.id))
    if known is not None and known.role.may_facilitate:
        return response
    link = await services.links.make(session, Role.FACILITATOR, asked.account.name, account=asked.account.id)
    entered = await services.entry.by_link(link.record)
    if entered.new_credential is not None:
        services.cookies.set_person(response, session.id, entered.new_credential)
    return response
