"""The one guard before every handler: who is signed in, which group the path names, and whether they may.

What somebody may not see does not exist for them (404); who is not signed in is sent to sign in (303).
"""

from collections.abc import Set

from aiohttp import web
from aiohttp.typedefs import Handler

from rooms.program.authority import OF_ORGANISATION, Action, Position, may
from server.keys import SERVICES
from server.limited import limited
from server.people.days import today_of
from server.routes.route import Everybody, Keyed, Machines, Needs, Route
from server.store.records import Account

ACCOUNT: web.RequestKey[Account] = web.RequestKey("account", Account)
SIGN_IN: web.RequestKey[str] = web.RequestKey("sign_in", str)
GROUP: web.RequestKey[str] = web.RequestKey("group", str)
TRAINING = "/account#training"
OF_A_GROUP = ("group", "series", "session")


def guarded(route: Route) -> Handler:
    """The handler behind its limit and the guard."""
    if isinstance(route.access, Keyed):
        return route.handler
    handler = route.handler if isinstance(route.access, Machines) else _guarded(route.access, route.handler)
    return handler if route.limit is None else limited(route.limit, handler)


def viewer_of(request: web.Request) -> Account | None:
    """Who is signed in, where somebody is; on a route that `Needs` something somebody always is."""
    return request.get(ACCOUNT)


def account_of(request: web.Request) -> Account:
    """Who is signed in; for handlers of routes that `Needs` something."""
    return request[ACCOUNT]


def sign_in_of(request: web.Request) -> str:
    """The id of the sign-in of this browser; as `account_of`. What it opens should end with it."""
    return request[SIGN_IN]


def group_of(request: web.Request) -> str:
    """The id of the group that the path names; for handlers of routes that need an action on a group."""
    return request[GROUP]


def _guarded(access: Everybody | Needs, handler: Handler) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        services = request.app[SERVICES]
        await services.organisation.look()
        found = await services.accounts.signed_in(services.cookies.host(request))
        if found is not None:
            request[ACCOUNT], request[SIGN_IN] = found.account, found.sign_in
        if isinstance(access, Needs):
            await _check(request, access)
        return await handler(request)

    handle.__name__ = getattr(handler, "__name__", "handler")
    return handle


async def _check(request: web.Request, access: Needs) -> None:
    account = viewer_of(request)
    if account is None:
        raise web.HTTPSeeOther("/sign-in")
    positions: Set[Position] = frozenset()
    if access.action not in OF_ORGANISATION:
        positions = await _positions(request, account)
    if not may(account.role, positions, access.action):
        raise web.HTTPNotFound
    if access.action is Action.LEAD and not account.is_trained_on(today_of(account, request.app[SERVICES].clock)):
        raise web.HTTPSeeOther(TRAINING)  # the page says what to do about it


async def _positions(request: web.Request, account: Account) -> Set[Position]:
    """What the account is in the group that all ids of the path belong to. Raises 404 where there is no such group."""
    table = request.app[SERVICES].store.authority
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
