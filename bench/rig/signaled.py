"""A member who comes through the real server: signaling by hand, media by the generator."""

import asyncio
from typing import Any

from bench.rig.generator import Generator
from bench.rig.lines import ChildEnded
from tests.support.deadline import until
from tests.support.journey_members import MediaMember


class SignaledMember(MediaMember):
    """Its transport is one link of the generator, numbered `link`; a second transport is a failure of the bench."""

    def __init__(self, session_url: str, alias: str, link: int, generator: Generator) -> None:
        super().__init__(session_url, alias, link)
        self.link = link
        self.is_ready = False
        self._generator = generator

    async def speak(self) -> None:
        """Microphone and camera on, once the transport is up."""
        await until(self._is_connected, f"{self.alias} has media")
        await self.ask("unmute-self")
        await self.ask("start-camera")

    async def _is_connected(self) -> bool:
        return self.is_ready

    async def _answer(self, offer: dict[str, Any]) -> None:
        if self.transports and offer["transport"] not in self.transports:
            raise ChildEnded(f"{self.alias} was asked to replace its transport")
        is_new = not self.transports
        self.transports = [offer["transport"]]
        sdp = await self._generator.answer_to(self.link, offer["sdp"], is_controlling=True)
        self._next_id += 1
        fields = {"transport": offer["transport"], "generation": offer["generation"], "sdp": sdp}
        await self.send({"type": "answer", "id": self._next_id, **fields})
        if is_new:
            self._connecting = asyncio.create_task(self._wait_until_ready())

    async def _wait_until_ready(self) -> None:
        await self._generator.ready(self.link)
        self.is_ready = True
