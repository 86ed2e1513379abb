"""Join codes: `/j/482-913-775`, or the box on the home page."""

import contextlib

from aiohttp import web

from server.addresses import client_address, prefix_of
from server.errors import TooMany
from server.limits import CODE, WRONG_CODES, WRONG_CODES_HERE
from server.pages.answer import see_other, services_of, show
from server.pages.directory import home_page
from server.program.codes import code_of
from web.forms import Filled

UNKNOWN = (
    "This code does not open anything now. Look at the digits again: a code works until its session is over. If it "
    "still does not fit, ask whoever gave it to you."
)


async def join(request: web.Request) -> web.Response:
    """To the session page of a code that was said or written down."""
    return await join_by(request, request.match_info["code"])


async def join_by(request: web.Request, code: str) -> web.Response:
    """A code grants the right to knock at one session.

    Wrong ones are counted by prefix and from everywhere. The count of everywhere stops only prefixes that guessed
    wrong themselves: many strangers who guess keep nobody out who was told a code.
    """
    services = services_of(request)
    prefix = prefix_of(client_address(request, services.config.trusted_proxies))
    await services.limits.spend(CODE, prefix)
    try:
        await services.limits.check(WRONG_CODES_HERE, prefix)
    except TooMany:
        await services.limits.check(WRONG_CODES, "")
    session = await services.codes.redeem(code)
    if session is not None:
        return see_other(f"/s/{session}")
    if code_of(code) is not None:
        for limit, subject in ((WRONG_CODES_HERE, prefix), (WRONG_CODES, "")):
            with contextlib.suppress(TooMany):
                await services.limits.spend(limit, subject)
    page = await home_page(services, Filled({}, {"link": UNKNOWN}))
    return show(request, page, status=404)
