"""Members without a browser who exchange real media: the signaling socket by hand, the packets by `MediaClient`."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from tests.support.deadline import until
from tests.support.journey_raw import RawMember
from tests.support.media_client import CAMERA, MIC, MediaClient
from tests.support.people_host import Links


class MediaMember(RawMember):
    """Reads its socket in the background, answers offers, and remembers what went wrong with its transport."""

    new_media: type[MediaClient] = MediaClient

    def __init__(self, session_url: str, alias: str, seed: int) -> None:
        super().__init__(session_url)
        self.alias = alias
        self.media: MediaClient | None = None
        self.transports: list[int] = []
        self.downs = 0
        self.is_closed = False
        self.view = ""
        self.lead: dict[str, Any] = {}
        self._seed = seed
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._reader: asyncio.Task[None] | None = None
        self._connecting: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Welcomed and reading."""
        await self.join()
        self._reader = asyncio.create_task(self._read_on())

    async def stop(self) -> None:
        for task in (self._reader, self._connecting):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        if self.media is not None:
            await self.media.close()

    async def knock(self, guidelines_version: int = 1) -> None:
        await self.ask("accept-guidelines", version=guidelines_version)
        await self.ask("knock", alias=self.alias)

    async def speak(self) -> None:
        """Microphone and camera on, once the transport is up."""
        await until(self._is_connected, f"{self.alias} has media")
        await self.ask("unmute-self")
        await self.ask("start-camera")
        assert self.media is not None
        self.media.start_sending(MIC, CAMERA)

    async def ask(self, kind: str, **fields: Any) -> dict[str, Any]:
        """One request; raises AssertionError unless the answer is `ok`."""
        answer = await self.request(kind, **fields)
        assert answer["type"] == "ok", f"{kind} of {self.alias}: {answer.get('reason')}"
        return answer

    async def request(self, kind: str, **fields: Any) -> dict[str, Any]:
        self._next_id += 1
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[self._next_id] = future
        await self.send({"type": kind, "id": self._next_id, **fields})
        return await asyncio.wait_for(future, 10)

    async def is_inside(self) -> bool:
        return self.view == "room"

    async def _is_connected(self) -> bool:
        return self.media is not None and self.media.tx is not None

    async def _read_on(self) -> None:
        while True:
            message = await self.read(within_s=3_600)
            if message is None:
                self.is_closed = True
                return
            self.messages.clear()
            await self._take(message)

    async def _take(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "ok" | "refused":
                waiting = self._waiting.pop(message["id"], None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(message)
            case "outside" | "waiting" | "outcome" | "room":
                self.view = message["type"]
            case "media-state" if message["state"] == "down":
                self.downs += 1
            case "offer":
                await self._answer(message)

    async def _answer(self, offer: dict[str, Any]) -> None:
        is_new = offer["transport"] not in self.transports
        if is_new:
            self.transports.append(offer["transport"])
            if self.media is not None:
                await self.media.close()
            self.media = self.new_media(self._seed)
        assert self.media is not None
        sdp = self.media.answer_to(offer["sdp"])
        self._next_id += 1
        fields = {"transport": offer["transport"], "generation": offer["generation"], "sdp": sdp}
        await self.send({"type": "answer", "id": self._next_id, **fields})
        if is_new:
            self._connecting = asyncio.create_task(self.media.connect())


@asynccontextmanager
async def live_room(people: Sequence[MediaMember], links: Links) -> AsyncIterator[None]:
    """A session that goes on, with all of them inside and sending; the first of them leads it. They stop at the end."""
    leader, *others = people
    try:
        await leader.exchange(links.facilitator)
        await leader.start()
        await leader.ask("enter", alias=leader.alias)
        await until(leader.is_inside, "the facilitator is inside")
        await leader.ask("start-session")
        for member in others:
            await member.start()
            await member.knock()
        await leader.ask("admit-all")
        for member in people:
            await until(member.is_inside, f"{member.alias} is inside")
            await member.speak()
        yield
    finally:
        for member in people:
            await member.stop()
            await member.http.close()
