"""What a route is: no handler is reachable without saying who may use it."""

from dataclasses import dataclass

from aiohttp.typedefs import Handler

from rooms.program.authority import Action
from server.api.scopes import Scope
from server.limits import Limit


@dataclass(frozen=True, slots=True)
class Everybody:
    """No account needed. The handler asks for what else proves a right: a link, a cookie of the session, a key."""


@dataclass(frozen=True, slots=True)
class Machines:
    """As `Everybody`, and nobody's account is looked up: for what must answer while the store is down, or answers
    programs that show a key."""


@dataclass(frozen=True, slots=True)
class Needs:
    """A signed-in account that may do this to the organisation, or to the group that the path names."""

    action: Action


@dataclass(frozen=True, slots=True)
class Keyed:
    """A program's key with this scope, of an account that may do this. No cookie is read: `server.api.dispatch`."""

    scope: Scope
    action: Action


Access = Everybody | Machines | Needs | Keyed


@dataclass(frozen=True, slots=True)
class Route:
    """`limit` costs the visitor's address prefix a token (`server.limits`)."""

    method: str
    path: str
    handler: Handler
    access: Access
    limit: Limit | None = None


def get(path: str, handler: Handler, access: Access, limit: Limit | None = None) -> Route:
    return Route("GET", path, handler, access, limit)


def post(path: str, handler: Handler, access: Access, limit: Limit | None = None) -> Route:
    return Route("POST", path, handler, access, limit)
