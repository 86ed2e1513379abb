"""`POST /s/{session}/ticket`: who this browser is in the session, and a ticket for one signaling connection."""

from aiohttp import web

from rooms.ids import SessionId
from server.keys import SERVICES

OVER = frozenset({"ended", "canceled"})


async def make_ticket(request: web.Request) -> web.Response:
    """A browser that is not known yet becomes a participant and gets the cookie of this session.

    404 for no such session, 410 once it is over; then a page shows the way to what comes after.
    """
    services = request.app[SERVICES]
    session = await services.sessions.get(SessionId(request.match_info["session"]))
    if session is None:
        return web.json_response({"error": "unknown-session"}, status=404)
    phase = (await services.sessions.glimpse(session)).phase
    if phase in OVER:
        return web.json_response({"error": phase}, status=410)
    entered = await services.entry.by_browser(session, services.cookies.person(request, session.id))
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
