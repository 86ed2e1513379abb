"""A personal link in a second browser while the first is in: those who lead hear it, the host's page says so."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import CookieJar, web
from aiohttp.test_utils import TestClient, TestServer

from rooms.ids import Instant, PersonId, SessionId
from rooms.roles import Role
from server.app import Server, build_server
from server.config import load_config
from server.demo import ensure_demo
from server.links import NewLink
from server.services import Services
from tests.support.fake_media import FakeMedia
from tests.support.room_bench import SESSION, Bench

FROM_HERE = {"Origin": "http://localhost:8080", "Sec-Fetch-Site": "same-origin"}


async def test_those_who_lead_are_told_and_nobody_else() -> None:
    bench = await Bench().start()
    fern, ash, birch = await bench.facilitator(), await bench.waiting("Ash"), await bench.waiting("Birch")
    assert await fern.ask("admit", targets=[birch.person]) == "ok"
    for seat in (fern, ash, birch):
        seat.forget()
    assert await bench.hosts.link_opened(SESSION, ash.person)
    await bench.rest()
    assert fern.notices == ["link-opened-twice"]
    assert (ash.told, birch.told) == ([], [])
    await bench.hosts.drain()


async def test_a_link_whose_person_is_not_here_is_no_leak() -> None:
    bench = await Bench().start()
    ash = await bench.waiting("Ash")
    await ash.leave_line()
    assert not await bench.hosts.link_opened(SESSION, ash.person)
    assert not await bench.hosts.link_opened(SESSION, PersonId("p_nobody"))
    assert not await bench.hosts.link_opened(SessionId("s_elsewhere"), ash.person)
    await bench.hosts.drain()


class World:
    def __init__(self, server: Server) -> None:
        self.services: Services = server.services
        self.asked: list[PersonId] = []
        self.is_here = True

    async def link_opened(self, session: SessionId, person: PersonId) -> bool:
        self.asked.append(person)
        return self.is_here


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async def before_doors(services: Services) -> None:
        await ensure_demo(services)

    yield build_server(load_config({"HOLDSPACE_DATA_DIR": str(tmp_path)}), before_doors, FakeMedia())


async def enters(client: TestClient[web.Request, web.Application], link: NewLink) -> int:
    token = link.url.partition("#")[2]
    response = await client.post("/enter", data={"link": token}, headers=FROM_HERE, allow_redirects=False)
    return response.status


async def test_a_second_browser_flags_the_link_and_the_first_does_not(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(server)
    monkeypatch.setattr(server.rooms, "link_opened", world.link_opened, raising=True)
    async with (
        TestServer(server.app) as running,
        TestClient(running, cookie_jar=CookieJar(unsafe=True)) as first,
        TestClient(running, cookie_jar=CookieJar(unsafe=True)) as second,
    ):
        (id,) = await world.services.store.rooms.open_sessions(Instant(2**53))
        session = await world.services.sessions.get(id)
        assert session is not None
        link = await world.services.links.make(session, Role.PARTICIPANT, "Ash")
        world.is_here = False
        assert await enters(first, link) == 303
        world.is_here = True
        assert await enters(first, link) == 303
        assert world.asked == [link.record.person], "the browser that is theirs is asked about once, as a new one"
        assert not (await world.services.links.of_session(session.id))[-1].is_leaked
        assert await enters(second, link) == 303
        flagged = (await world.services.links.of_session(session.id))[-1]
        assert (flagged.is_leaked, flagged.revoked_at) == (True, None)
