"""`POST /s/{session}/ticket`: who this browser is in the session, and a ticket for one signaling connection."""

from aiohttp import web

from rooms.ids import SessionId
from server.addresses import client_address, prefix_of
from server.entry import Entered
from server.keys import SERVICES
from server.limits import NEWCOMER

OVER = frozenset({"ended", "canceled"})


async def make_ticket(request: web.Request) -> web.Response:
    """A browser that is not known yet becomes a participant and gets the cookie of this session.

    404 for no such session, 410 once it is over; then a page shows the way to what comes after. 429 for too many.
    """
    services = request.app[SERVICES]
    session = await services.sessions.get(SessionId(request.match_info["session"]))
    if session is None:
        return web.json_response({"error": "unknown-session"}, status=404)
    phase = (await services.sessions.glimpse(session)).phase
    if phase in OVER:
        return web.json_response({"error": phase}, status=410)
    person = await services.entry.who(session.id, services.cookies.person(request, session.id))
    if person is None:
        prefix = prefix_of(client_address(request, services.config.trusted_proxies))
        await services.limits.spend(NEWCOMER, f"{session.id}/{prefix}")
        entered = await services.entry.newcomer(session)
    else:
        entered = Entered(person, None)
    response = web.json_response(
        {
            "ticket": await services.entry.issue_ticket(entered.person),
            "me": entered.person.id,
            "role": entered.person.role.value,
            "suggested_alias": entered.person.suggested_alias,
        }
    )
    if entered.new_credential is not None:
        services.cookies.set_person(response, session.id, entered.new_credential)
    return response
