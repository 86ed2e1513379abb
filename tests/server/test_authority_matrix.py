"""Role x route x object, over a whole server: who is let through to a handler, and that nobody else is.

The rows are in `authority_rows`: a route that is new, or that asks for something else than before, fails here until
somebody has thought about who may use it, and written it down.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import insert

from rooms.program.authority import OF_ORGANISATION, Action, OrgRole, Position
from server.api import dispatch
from server.api.catalogue import OPERATIONS
from server.api.dispatch import handler_of
from server.api.errors import api_errors
from server.api.operation import Call, Reply
from server.api.problems import Code, Problem
from server.api.scopes import Scope
from server.errors import errors
from server.keys import SERVICES
from server.routes.guard import guarded
from server.routes.route import Everybody, Keyed, Machines, Needs, Route
from server.routes.table import ROUTES
from server.store.tables import groups, series, sessions, staff
from tests.support.authority_rows import ROWS
from tests.support.programme import NOW, date_values, group_values, series_values
from tests.support.whole_server import FROM_HERE, WholeServer, whole_server

REACHED: Final = 299  # what the stand-in of a handler answers
EVERY_SCOPE: Final = frozenset(Scope)
OBJECTS: Final = {"a": "g_a", "b": "g_b"}


@dataclass(frozen=True)
class Actor:
    """`positions` in group A, `elsewhere` in group B."""

    role: OrgRole | None
    positions: frozenset[Position] = frozenset()
    elsewhere: frozenset[Position] = frozenset()
    is_off: bool = False


ACTORS: Final[Mapping[str, Actor]] = {
    "nobody": Actor(None),
    "admin": Actor(OrgRole.ADMIN),
    "admin switched off": Actor(OrgRole.ADMIN, is_off=True),
    "host of A": Actor(OrgRole.HOST, frozenset({Position.HOST})),
    "host of B": Actor(OrgRole.HOST, elsewhere=frozenset({Position.HOST})),
    "host of none": Actor(OrgRole.HOST),
    "facilitator of A": Actor(OrgRole.FACILITATOR, frozenset({Position.FACILITATOR})),
    "backup of A, hosting B": Actor(
        OrgRole.FACILITATOR, frozenset({Position.BACKUP}), frozenset({Position.HOST, Position.FACILITATOR})
    ),
    "facilitator of none": Actor(OrgRole.FACILITATOR),
}
# Written down apart from `rooms.program.authority`: what every role and every position may, by the words of a rule.
EVERY_ACCOUNT: Final = {Action.VIEW_OWN}
HOSTS_MAY: Final = {Action.CREATE_GROUP}
HOST_OF_GROUP: Final = {
    Action.VIEW_GROUP,
    Action.EDIT_GROUP,
    Action.SCHEDULE,
    Action.MANAGE_PLACES,
    Action.MANAGE_LINKS,
    Action.LEAD,
    Action.EXPORT,
    Action.DELETE_GROUP,
}
LEADS_GROUP: Final = {Action.VIEW_GROUP, Action.LEAD}


def expected(actor: Actor, action: Action, which: str) -> bool:
    if actor.role is None or actor.is_off:
        return False
    if actor.role is OrgRole.ADMIN or action in EVERY_ACCOUNT:
        return True
    if action in HOSTS_MAY:
        return actor.role is OrgRole.HOST
    positions = actor.positions if which == "a" else actor.elsewhere
    return (Position.HOST in positions and action in HOST_OF_GROUP) or (bool(positions) and action in LEADS_GROUP)


@dataclass
class Bench:
    """`real` is the server as it is; `hollow` the same guard and services before handlers that only say REACHED."""

    site: WholeServer
    table: tuple[Route, ...]
    real: TestClient[web.Request, web.Application]
    hollow: TestClient[web.Request, web.Application]
    cookies: Mapping[str, str]
    keys: Mapping[str, str]

    async def ask(self, client: TestClient[web.Request, web.Application], route: Route, actor: str, path: str) -> int:
        headers = dict(FROM_HERE)
        if isinstance(route.access, Keyed):
            headers["Authorization"] = f"Bearer {self.keys.get(actor, '')}"
        elif actor in self.cookies:
            headers["Cookie"] = f"hs-host={self.cookies[actor]}"
        answer = await client.request(route.method, path, headers=headers, allow_redirects=False)
        if answer.status == 303:
            assert answer.headers["Location"] == "/sign-in", (route.path, actor)
        return answer.status


async def reached(_request: web.Request) -> web.StreamResponse:
    return web.Response(status=REACHED)


async def reached_by_program(_call: Call) -> Reply:
    raise Problem(Code.STALE)


STALE: Final = 412


def hollow(table: tuple[Route, ...]) -> list[web.RouteDef]:
    """Every route with its guard and without what it does, as `server.routes.table` adds them."""
    operations = {(one.method, one.address): one for one in OPERATIONS}
    routes = []
    for route in table:
        handler = reached
        if isinstance(route.access, Keyed):
            operation = operations[route.method, route.path]  # type: ignore[index]
            bare = replace(operation, run=reached_by_program, query=None, body=None, needs_version=False)
            handler = handler_of(bare)  # type: ignore[assignment]
        routes.append(web.route(route.method, route.path, guarded(replace(route, handler=handler, limit=None))))
    return routes


@pytest.fixture
async def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    async with whole_server(tmp_path) as site:
        monkeypatch.setattr(dispatch, "CALLS", replace(dispatch.CALLS, most=1_000_000))
        services, cookies, keys = site.services, {}, {}
        async with services.store.database.write() as connection:
            for letter, group in OBJECTS.items():
                await connection.execute(insert(groups).values(group_values(group, f"Group {letter}")))
                await connection.execute(insert(series).values(series_values(f"e_{letter}", group, ended_at=NOW)))
                await connection.execute(
                    insert(sessions).values(date_values(f"s_{letter}", NOW * 2, group, series=f"e_{letter}"))
                )
        # The last admin cannot be switched off.
        await services.accounts.create("another admin", OrgRole.ADMIN)
        for name, actor in ACTORS.items():
            if actor.role is None:
                continue
            account = await services.accounts.create(name, actor.role)
            await _place(site, account.id, actor)
            cookies[name] = await services.accounts.sign_in(account.id)
            keys[name] = (await services.api_keys.make(account.id, "matrix", EVERY_SCOPE, None)).secret
            if actor.is_off:
                await services.accounts.disable(account.id)
        app = web.Application(middlewares=(errors, api_errors))
        app[SERVICES] = services
        app.add_routes(hollow(site.app[ROUTES]))
        async with TestClient(site.server) as real, TestClient(TestServer(app)) as bare:
            yield Bench(site, site.app[ROUTES], real, bare, cookies, keys)


async def _place(site: WholeServer, account: str, actor: Actor) -> None:
    rows = [
        {"group": group, "account": account, "position": position.value, "rank": 0}
        for group, positions in (("g_a", actor.positions), ("g_b", actor.elsewhere))
        for position in positions
    ]
    if rows:
        async with site.services.store.database.write() as connection:
            await connection.execute(insert(staff), rows)


def path_of(route: Route, letter: str, group: str = "") -> str:
    """With the objects of one group; `group` names another one than its series and sessions are of."""
    path = route.path.replace("{group}", group or OBJECTS[letter])
    path = path.replace("{series}", f"e_{letter}").replace("{session}", f"s_{letter}")
    while "{" in path:
        before, _, rest = path.partition("{")
        name, _, after = rest.partition("}")
        path = before + ("2027-01-15T08:00" if name.startswith("date") else "x_1") + after
    return path


def action_of(route: Route) -> Action | None:
    return route.access.action if isinstance(route.access, Needs | Keyed) else None


def row_of(route: Route) -> str:
    match route.access:
        case Everybody():
            return "everybody"
        case Machines():
            return "machines"
        case Needs(action):
            return action.value
        case Keyed(scope, action):
            return f"key {scope.value}, {action.value}"


async def test_every_route_has_a_row_and_asks_for_what_the_row_says(bench: Bench) -> None:
    written = {route: row for row, routes in ROWS.items() for route in routes}
    declared = {f"{route.method} {route.path}": row_of(route) for route in bench.table}
    assert {route: row for route, row in declared.items() if written.get(route) != row} == {}, "write a row"
    assert written.keys() - declared.keys() == set(), "rows of routes that are gone"


def letters_of(action: Action) -> tuple[str, ...]:
    return ("a",) if action in OF_ORGANISATION else ("a", "b")


async def test_a_handler_is_reached_by_those_alone_who_may(bench: Bench) -> None:
    """Everybody on every object for the first route of a kind (what it asks for, what its path names); after that, for
    every further route, one who may and one who may not, since the guard knows of a route no more than its kind."""
    wrong, known = [], set()
    for route in bench.table:
        if (action := action_of(route)) is None:
            continue
        kind = (row_of(route), *(part in route.path for part in ("{group}", "{series}", "{session}")))
        chosen = ACTORS if kind not in known else {name: ACTORS[name] for name in ("host of A", "host of B")}
        known.add(kind)
        for name, actor in chosen.items():
            for letter in letters_of(action):
                status = await bench.ask(bench.hollow, route, name, path_of(route, letter))
                if (status in (REACHED, STALE)) is not expected(actor, action, letter):
                    wrong.append((name, letter, route.method, route.path, status))
    assert wrong == []
    assert len(known) > 20


async def test_whoever_may_not_gets_the_same_answer_from_the_server_itself(bench: Bench) -> None:
    """404 for what one may not see, the sign-in page for nobody; a program without a good key 401, else 403 or 404."""
    wrong = []
    for route in bench.table:
        if (action := action_of(route)) is None:
            continue
        barred = [name for name, actor in ACTORS.items() if not expected(actor, action, "a")]
        signed_in = [name for name in barred if ACTORS[name].role is not None and not ACTORS[name].is_off]
        # Nobody, somebody of before, and whoever comes nearest to being allowed.
        for name in ("nobody", "admin switched off", *signed_in[-2:]):
            status = await bench.ask(bench.real, route, name, path_of(route, "a"))
            is_nobody = name not in signed_in
            if isinstance(route.access, Keyed):
                is_right = status in ((401, 429) if is_nobody else (403, 404))
            else:
                is_right = status == (303 if is_nobody else 404)
            if not is_right:
                wrong.append((name, route.method, route.path, status))
    assert wrong == []


async def test_objects_of_two_groups_in_one_path_are_not_found_even_by_admins(bench: Bench) -> None:
    both = ("{group}", "{series}")
    mixed = [route for route in bench.table if action_of(route) and all(part in route.path for part in both)]
    assert mixed, "no route names both"
    for route in mixed:
        for name in ("admin", "host of A", "host of B"):
            assert await bench.ask(bench.hollow, route, name, path_of(route, "a", group="g_b")) == 404, route.path


async def test_what_does_not_exist_is_not_found_by_anybody(bench: Bench) -> None:
    for route in bench.table:
        if "{group}" not in route.path or action_of(route) is None:
            continue
        for name in ("admin", "host of A"):
            path = path_of(route, "a", group="g_nothing")
            assert await bench.ask(bench.hollow, route, name, path) == 404, route.path


async def test_routes_for_everybody_need_no_account(bench: Bench) -> None:
    for route in bench.table:
        if isinstance(route.access, Everybody | Machines):
            assert await bench.ask(bench.hollow, route, "nobody", path_of(route, "a")) == REACHED, route.path
