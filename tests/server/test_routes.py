"""Every address of a server says who may use it, and nothing is reachable around the guard."""

import re

import pytest
from aiohttp import web

from rooms.program.authority import OF_ORGANISATION
from server.app import build_server
from server.config import Config
from server.routes.guard import OF_A_GROUP
from server.routes.route import Everybody, Keyed, Machines, Needs, Route
from server.routes.table import ROUTES
from tests.support.fake_media import FakeMedia


async def nothing(_services: object) -> None:
    return None


@pytest.fixture
def app(config: Config) -> web.Application:
    return build_server(config, nothing, FakeMedia()).app


@pytest.fixture
def table(app: web.Application) -> tuple[Route, ...]:
    return app[ROUTES]


def test_every_address_of_the_application_is_in_a_table(app: web.Application, table: tuple[Route, ...]) -> None:
    declared = {(route.method, re.sub(r"\{(\w+):[^}]*}", r"{\1}", route.path)) for route in table}
    served = {(route.method, route.resource.canonical) for route in app.router.routes() if route.resource is not None}
    static = {(method, path) for method, path in served if path.startswith("/static/")}
    heads = {(method, path) for method, path in served if method == "HEAD" and ("GET", path) in declared}
    assert served - static - heads == declared
    assert all(method in ("GET", "HEAD") for method, _ in static)
    assert not [r for r in app.router.routes() if isinstance(r.resource, web.PrefixedSubAppResource)]


def test_every_address_is_declared_once(table: tuple[Route, ...]) -> None:
    assert len({(route.method, route.path) for route in table}) == len(table)
    assert all(isinstance(route.access, Everybody | Machines | Needs | Keyed) for route in table)


def test_an_action_on_a_group_has_the_group_in_its_path(table: tuple[Route, ...]) -> None:
    for route in table:
        if isinstance(route.access, Needs) and route.access.action not in OF_ORGANISATION:
            assert any(f"{{{kind}}}" in route.path for kind in OF_A_GROUP), route.path


def test_what_hosts_do_is_open_to_nobody_else(table: tuple[Route, ...]) -> None:
    for route in table:
        if route.path.startswith(("/host", "/admin", "/account")):
            assert isinstance(route.access, Needs), route.path
