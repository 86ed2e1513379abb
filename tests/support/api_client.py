"""A whole server and a program that uses its API with a key."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from rooms.program.authority import OrgRole
from server.api.scopes import Scope
from server.app import Server, build_server
from server.config import load_config
from server.services import Services
from tests.support.fake_media import FakeMedia
from tests.support.ports import free_port

EVERY_SCOPE = frozenset(Scope)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any
    headers: Mapping[str, str]


class Program:
    """Calls below `/api/v1` with one key."""

    def __init__(self, client: TestClient[web.Request, web.Application], secret: str, account: str) -> None:
        self._client = client
        self.secret = secret
        self.account = account

    async def another(self) -> "Program":
        """The same account with a new key."""
        made = await self.make("/keys", {"name": "another", "scopes": [scope.value for scope in Scope]})
        return Program(self._client, made["secret"], self.account)

    async def call(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """`headers` with underscores for dashes; `body` is sent as JSON."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent.setdefault("Authorization", f"Bearer {self.secret}")
        json = {} if body is None else {"json": body}
        async with self._client.request(method, f"/api/v1{path}", headers=sent, **json) as response:
            return Answer(response.status, await _body(response), response.headers.copy())

    async def get(self, path: str) -> Any:
        """The body of a 200."""
        answer = await self.call("GET", path)
        assert answer.status == 200, answer.body
        return answer.body

    async def make(self, path: str, body: object) -> Any:
        """The body of a 201."""
        answer = await self.call("POST", path, body)
        assert answer.status == 201, answer.body
        return answer.body


async def _body(response: ClientResponse) -> Any:
    text = await response.text()
    return await response.json(content_type=None) if text and "json" in response.content_type else text


@dataclass(frozen=True, slots=True)
class ApiBench:
    server: Server
    client: TestClient[web.Request, web.Application]

    @property
    def services(self) -> Services:
        return self.server.services

    async def program(
        self, name: str = "Ines", role: OrgRole = OrgRole.ADMIN, scopes: frozenset[Scope] = EVERY_SCOPE
    ) -> Program:
        """A new account and its key."""
        account = await self.services.accounts.create(name, role)
        key = await self.services.api_keys.make(account.id, "a program", scopes, None)
        return Program(self.client, key.secret, account.id)


@asynccontextmanager
async def api_bench(folder: Path, **settings: str) -> AsyncIterator[ApiBench]:
    """A server on free ports, its store in `folder`, without media."""
    port = free_port()
    env = {
        "HOLDSPACE_DATA_DIR": str(folder),
        "HOLDSPACE_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "HOLDSPACE_UDP_PORT": "0",
        "HOLDSPACE_UDP_BIND": "127.0.0.1",
        "HOLDSPACE_TCP_PORT": "off",
        **settings,
    }

    async def before_doors(_services: Services) -> None: ...

    server = build_server(load_config(env), before_doors, FakeMedia())
    async with TestClient(TestServer(server.app, port=port)) as client:
        yield ApiBench(server, client)
        await server.rooms.drain()
