"""The one guard before every handler: who is signed in, which group the path names, and whether they may.

What somebody may not see does not exist for them (404); who is not signed in is sent to sign in (303).
"""

from collections.abc import Set

from aiohttp import web
from aiohttp.typedefs import Handler

from rooms.program.authority import OF_ORGANISATION, Position, may
from server.keys import SERVICES
from server.limited import limited
from server.routes.route import Access, Needs, Route
from server.store.records import Account

ACCOUNT: web.RequestKey[Account] = web.RequestKey("account", Account)
GROUP: web.RequestKey[str] = web.RequestKey("group", str)
OF_A_GROUP = ("group", "series", "session")


def guarded(route: Route) -> Handler:
    """The handler behind its limit and the guard."""
    handler = _guarded(route.access, route.handler)
    return handler if route.limit is None else limited(route.limit, handler)


def viewer_of(request: web.Request) -> Account | None:
    """Who is signed in, where somebody is; on a route that `Needs` something somebody always is."""
    return request.get(ACCOUNT)


def account_of(request: web.Request) -> Account:
    """Who is signed in; for handlers of routes that `Needs` something."""
    return request[ACCOUNT]


def group_of(request: web.Request) -> str:
    """The id of the group that the path names; for handlers of routes that need an action on a group."""
    return request[GROUP]


def _guarded(access: Access, handler: Handler) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        services = request.app[SERVICES]
        account = await services.accounts.signed_in(services.cookies.host(request))
        if account is not None:
            request[ACCOUNT] = account
        if isinstance(access, Needs):
            await _check(request, access, account)
        return await handler(request)

    # A page that nobody signs in for asks the store for nobody where no cookie is sent; see `Accounts.signed_in`.
    handle.__name__ = getattr(handler, "__name__", "handler")
    return handle


async def _check(request: web.Request, access: Needs, account: Account | None) -> None:
    if account is None:
        raise web.HTTPSeeOther("/sign-in")
    positions: Set[Position] = frozenset()
    if access.action not in OF_ORGANISATION:
        positions = await _positions(request, account)
    if not may(account.role, positions, access.action):
        raise web.HTTPNotFound


async def _positions(request: web.Request, account: Account) -> Set[Position]:
    """What the account is in the group that all ids of the path belong to. Raises 404 where there is no such group."""
    table = request.app[SERVICES].accounts.store.authority
    named = [(kind, request.match_info[kind]) for kind in OF_A_GROUP if kind in request.match_info]
    if not named:
        raise LookupError("the route needs an action on a group, and its path names none")
    found = {await table.owner_of(kind, given) for kind, given in named}
    if len(found) != 1 or (owner := found.pop()) is None:
        raise web.HTTPNotFound
    if owner.group is None:
        return frozenset({Position.HOST}) if owner.account == account.id else frozenset()
    request[GROUP] = owner.group
    return await table.positions(account.id, owner.group)
