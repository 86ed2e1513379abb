"""The real signaling socket over fakes for media, store and clock, and pages that record every byte they get."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

from rooms.ids import PersonId
from rooms.live.settings import MINUTE_MS
from rooms.live.views import RoomView
from rooms.roles import Role
from server.ports import Identity
from server.ws import add_signaling, signaling_socket
from server.ws_limits import SocketLimits
from signaling.server_messages import SERVER_MESSAGE, Room, RoomChanged, ServerMessage
from tests.support.page_model import apply_changes
from tests.support.room_bench import SESSION, Bench

ORIGIN = "http://groups.example"
PATIENCE_S = 10.0


@dataclass(eq=False)
class SocketPage:
    """One page over a real socket. `heard` is every text it got, as it came."""

    socket: aiohttp.ClientWebSocketResponse
    heard: list[str] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)
    code: int | None = None
    room: RoomView | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _reader: "asyncio.Task[None] | None" = None
    _ids: int = 0

    def listen(self) -> None:
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for frame in self.socket:
            assert frame.type is WSMsgType.TEXT
            self.heard.append(frame.data)
            self.said.append(json.loads(frame.data))
            self._follow(SERVER_MESSAGE.validate_json(frame.data))
            self._changed.set()
        self.code = self.socket.close_code
        self._changed.set()

    def _follow(self, message: ServerMessage) -> None:
        match message:
            case Room(view=view):
                self.room = view
            case RoomChanged(changes=changes):
                assert self.room is not None
                self.room = apply_changes(self.room, changes)
            case _ if message.type in ("outside", "waiting", "outcome"):
                self.room = None

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait for what the server says."""
        async with asyncio.timeout(PATIENCE_S):
            while not is_so():
                self._changed.clear()
                await self._changed.wait()

    async def send(self, **fields: Any) -> None:
        await self.socket.send_str(json.dumps(fields))

    async def begin(self, **fields: Any) -> int:
        """Send a request and do not wait; its id."""
        self._ids += 1
        await self.send(id=self._ids, **fields)
        return self._ids

    async def ask(self, type: str, **fields: Any) -> str:
        """Send a request; "ok" or the reason of the refusal."""
        return await self.answer(await self.begin(type=type, **fields))

    async def answer(self, id: int) -> str:
        await self.until(lambda: any(said.get("id") == id for said in self.said) or self.code is not None)
        (answer,) = [said for said in self.said if said.get("id") == id]
        return "ok" if answer["type"] == "ok" else str(answer["reason"])

    async def caught_up(self) -> None:
        """Everything that the server said before now has arrived."""
        pongs = len(self.of("pong"))
        await self.send(type="ping")
        await self.until(lambda: len(self.of("pong")) > pongs)

    async def closed(self) -> int:
        await self.until(lambda: self.code is not None)
        assert self.code is not None
        return self.code

    async def gone(self) -> None:
        """Close from this side."""
        await self.socket.close()
        if self._reader is not None:
            await asyncio.gather(self._reader, return_exceptions=True)

    def of(self, type: str) -> list[dict[str, Any]]:
        return [said for said in self.said if said["type"] == type]

    @property
    def types(self) -> list[str]:
        return [said["type"] for said in self.said]


@dataclass
class SocketBench:
    """One server on a free port of this machine. Its session may be started at once."""

    bench: Bench = field(default_factory=lambda: Bench(starts_in_ms=5 * MINUTE_MS))
    limits: SocketLimits = field(default_factory=lambda: SocketLimits(tick_s=0.01))

    async def start(self) -> "SocketBench":
        await self.bench.start()
        app = web.Application()
        add_signaling(
            app,
            self.bench.hosts,
            self.bench.gatekeeper,
            self.bench.clock,
            frozenset({ORIGIN}),
            self.bench.figures,
            limits=self.limits,
        )
        app.router.add_get("/s/{session}/ws", signaling_socket)
        self.server = TestServer(app)
        await self.server.start_server()
        self.client = aiohttp.ClientSession()
        self.pages: list[SocketPage] = []
        return self

    async def stop(self) -> None:
        for page in self.pages:
            await page.gone()
        await self.client.close()
        await self.server.close()

    async def connect(self, origin: str | None = ORIGIN, session: str = SESSION, **options: Any) -> SocketPage:
        """A socket that has said nothing yet."""
        headers = {} if origin is None else {"Origin": origin}
        url = self.server.make_url(f"/s/{session}/ws")
        page = SocketPage(await self.client.ws_connect(url, headers=headers, **options))
        self.pages.append(page)
        page.listen()
        return page

    def identity(self, name: str, role: Role = Role.PARTICIPANT) -> Identity:
        return Identity(PersonId(f"p_{name.lower():_<8}"), role, name)

    def ticket(self, name: str, role: Role = Role.PARTICIPANT) -> str:
        return self.bench.gatekeeper.ticket(SESSION, self.identity(name, role))

    async def come(self, name: str, role: Role = Role.PARTICIPANT, **hello: Any) -> SocketPage:
        """A page that was welcomed, or asked whether to move here, or closed."""
        self.bench.clock.advance(1)
        page = await self.connect()
        await page.send(type="hello", protocol=1, ticket=self.ticket(name, role), **hello)
        await page.until(lambda: len(page.said) >= 2 or "elsewhere" in page.types or page.code is not None)
        return page

    async def facilitator(self, name: str = "Fern") -> SocketPage:
        page = await self.come(name, Role.FACILITATOR)
        assert await page.ask("enter", alias=name) == "ok"
        return page

    async def waiting(self, name: str) -> SocketPage:
        page = await self.come(name)
        assert await page.ask("accept-guidelines", version=1) == "ok"
        assert await page.ask("knock", alias=name) == "ok"
        return page

    async def admitted(self, name: str, by: SocketPage) -> SocketPage:
        page = await self.waiting(name)
        assert await by.ask("admit", targets=[self.identity(name).person]) == "ok"
        return page
