"""A whole server over fake media, and a browser that has no scripts."""

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from aiohttp import ClientResponse, CookieJar, web
from aiohttp.test_utils import TestClient, TestServer

from rooms.program.authority import OrgRole
from rooms.program.ids import GroupId, SeriesId
from rooms.program.places import PlaceInput, Wishes
from server.app import build_server
from server.config import load_config
from server.demo import DemoLinks, ensure_demo
from server.services import Services
from server.store.database import Database
from tests.support.fake_media import FakeMedia
from tests.support.migrated import put_tables

FROM_HERE = {"Origin": "http://localhost:8080", "Sec-Fetch-Site": "same-origin"}
NAME, PASSWORD = "Amina", "a long and quiet password"
LISBON = ZoneInfo("Europe/Lisbon")

Client = TestClient[web.Request, web.Application]


@dataclass(frozen=True)
class Site:
    """A running server and one browser; more browsers by `browser`."""

    server: TestServer
    services: Services
    demo: DemoLinks
    me: Client

    @property
    def session(self) -> str:
        return self.demo.participant.rsplit("/", 1)[1]

    async def get(self, path: str, status: int = 200) -> str:
        response = await self.me.get(path)
        assert response.status == status, path
        return await response.text()

    async def post(self, path: str, **fields: str) -> ClientResponse:
        return await self.me.post(path, data=fields, headers=FROM_HERE, allow_redirects=False)

    async def sign_in(self) -> None:
        response = await self.post("/sign-in", name=NAME, password=PASSWORD)
        assert (response.status, response.headers["Location"]) == (303, "/host")

    async def enter_as_demo_host(self) -> None:
        assert (await self.post("/enter", link=self.demo.host)).headers["Location"] == "/host"

    async def schedule(self, **changes: str) -> ClientResponse:
        """Fill in what the schedule form needs at least, in three hours from now, and send it."""
        starts = datetime.now(LISBON) + timedelta(hours=3)
        fields = {
            "name": "Evening circle",
            "date": f"{starts:%Y-%m-%d}",
            "time": f"{starts:%H:%M}",
            "zone": "Europe/Lisbon",
        }
        return await self.post("/host/series/new", **(fields | changes))

    async def planned(self, **changes: str) -> str:
        """The address of a new series."""
        response = await self.schedule(**changes)
        assert response.status == 303, await response.text()
        return response.headers["Location"].partition("?")[0]


@asynccontextmanager
async def serving_site(folder: Path, **settings: str) -> AsyncIterator[Site]:
    """With the demo in it, and a host `NAME` who signs in with `PASSWORD`. `settings`: further ones, as in a shell."""
    config = load_config(
        {
            "HOLDSPACE_DATA_DIR": str(folder),
            "HOLDSPACE_UDP_PORT": "0",
            "HOLDSPACE_UDP_BIND": "127.0.0.1",
            "HOLDSPACE_CONTACT": "mailto:security@groups.example",
            **settings,
        }
    )
    made: list[DemoLinks] = []

    async def before_doors(services: Services) -> None:
        made.append(await ensure_demo(services))
        await services.accounts.create(NAME, OrgRole.HOST, PASSWORD)

    put_tables(Database(config.database))
    built = build_server(config, before_doors, FakeMedia())
    server = TestServer(built.app)
    async with TestClient(server, cookie_jar=CookieJar(unsafe=True)) as client:
        yield Site(server, built.services, made[0], client)
        await built.rooms.drain()


def value_of(page: str, id: str) -> str:
    found = re.search(rf'id="{id}"[^>]*value="([^"]*)"', page)
    assert found, f"no field {id}"
    return html.unescape(found.group(1))


WEEKLY = {"repeat": "weekly", "ends": "count", "count": "4"}


def ids(here: str) -> tuple[GroupId, SeriesId]:
    found = re.fullmatch(r"/host/groups/(g_[\w-]+)/series/(e_[\w-]+)", here)
    assert found, here
    return GroupId(found.group(1)), SeriesId(found.group(2))


async def place_in(site: Site, group: GroupId, alias: str = "Quiet Heron", email: str | None = None) -> str:
    found = await site.services.groups.get(group)
    assert found is not None
    wanted = PlaceInput(alias=alias, email=email, guidelines_version=found.guidelines.version, wishes=Wishes())
    place, _ = await site.services.places.ask(found, wanted)
    return place.id
