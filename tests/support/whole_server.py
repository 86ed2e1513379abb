"""A whole server in this process on a port of its own, and browsers that keep their cookies."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ClientResponse, CookieJar
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request

from rooms.program.authority import OrgRole
from server.app import build_server
from server.config import load_config
from server.services import Services
from server.store.database import Database
from server.store.records import Account, Purpose
from tests.support.fake_media import FakeMedia
from tests.support.migrated import put_tables

FROM_HERE = {"Sec-Fetch-Site": "same-origin"}
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"


@dataclass
class Browser:
    """One browser; nothing is followed, so that a test sees each answer."""

    client: TestClient[Request, Application]
    user_agent: str = FIREFOX

    async def get(self, path: str, **headers: str) -> ClientResponse:
        return await self.client.get(path, headers={"User-Agent": self.user_agent, **headers}, allow_redirects=False)

    async def post(self, path: str, **fields: str) -> ClientResponse:
        return await self.client.post(
            path, data=fields, headers={"User-Agent": self.user_agent, **FROM_HERE}, allow_redirects=False
        )

    async def page(self, path: str) -> str:
        """The text of a page that is there."""
        response = await self.get(path)
        assert response.status == 200, (path, response.status, response.headers.get("Location"))
        return await response.text()

    async def follow(self, url: str) -> ClientResponse:
        """Opens a link and presses its button, as somebody does who got it."""
        path, _, token = url.partition("#")
        assert (await self.get("/" + path.split("/", 3)[3])).status == 200
        return await self.post("/enter", link=token)


@dataclass
class WholeServer:
    server: TestServer
    services: Services
    app: Application

    @asynccontextmanager
    async def browser(self, user_agent: str = FIREFOX) -> AsyncIterator[Browser]:
        client = TestClient(self.server, cookie_jar=CookieJar(unsafe=True))
        try:
            yield Browser(client, user_agent)
        finally:
            await client.session.close()

    @asynccontextmanager
    async def signed_in(self, account: Account) -> AsyncIterator[Browser]:
        async with self.browser() as browser:
            link = await self.services.sign_in_links.make(account.id, Purpose.SIGN_IN)
            assert (await browser.follow(link.url)).status == 303
            yield browser

    async def account(self, name: str, role: OrgRole, **more: str) -> Account:
        return await self.services.accounts.create(name, role, **more)


@asynccontextmanager
async def whole_server(data: Path, settings: Mapping[str, str] | None = None) -> AsyncIterator[WholeServer]:
    data.mkdir(exist_ok=True)
    config = load_config(
        {
            "HOLDSPACE_DATA_DIR": str(data),
            "HOLDSPACE_UDP_PORT": "0",
            "HOLDSPACE_UDP_BIND": "127.0.0.1",
            **(settings or {}),
        }
    )

    async def before_doors(_services: Services) -> None:
        return None

    put_tables(Database(config.database))
    built = build_server(config, before_doors, FakeMedia())
    server = TestServer(built.app)
    await server.start_server()
    try:
        yield WholeServer(server, built.services, built.app)
        await built.rooms.drain()
    finally:
        await server.close()


def link_in(page: str) -> str:
    """The link that a page shows once."""
    found = re.search(r'id="fresh-url"[^>]*value="([^"]+)"', page)
    assert found, "the page shows no link"
    return found[1]
