"""Holdspace as a contender: control and media process, driven over JSON lines without signaling."""

import sys
from dataclasses import dataclass, field

from bench.load.dtls import PROFILES
from bench.rig.cases import Case
from bench.rig.generator import Generator
from bench.rig.isolation import HOST
from bench.rig.lines import Child
from bench.rig.usage import on_core, with_children


@dataclass
class Holdspace:
    """`env`: what chooses the plane."""

    name: str
    env: dict[str, str] = field(default_factory=dict)
    profiles: tuple[str, ...] = tuple(PROFILES)
    host: str = HOST
    _case: Case | None = None
    _child: Child | None = None

    async def start(self, case: Case, core: int) -> None:
        self._case = case
        words = (*on_core(core), sys.executable, "-m", "bench.rig.holdspace_node", self.host)
        self._child = await Child.start(*words, env=self.env)
        await self._child.answer()

    def pids(self) -> list[int]:
        return with_children(self._node.pid)

    async def enter(self, member: int, generator: Generator, *, publishes: bool) -> None:
        assert self._case is not None
        view = self._case.view_of(member)
        room = self._case.room_of(member) if member < self._case.members else 0
        offer = await self._node.ask(
            do="open", peer=member, room=room, microphones=len(view.microphones), cameras=len(view.cameras)
        )
        answer = await generator.answer_to(member, str(offer["sdp"]), is_controlling=True)
        self._node.tell(do="answer", peer=member, sdp=answer)
        await generator.ready(member)
        await self._node.event("connected", member)

    async def show(self, member: int, generator: Generator) -> None:
        assert self._case is not None
        view = self._case.view_of(member)
        await self._node.ask(do="show", peer=member, microphones=view.microphones, cameras=view.cameras)

    def uplink(self, member: int) -> int:
        return member

    def downlink(self, member: int) -> int:
        return member

    async def facts(self) -> dict[str, object]:
        return await self._node.ask(do="facts")

    async def close(self) -> None:
        if self._child is not None:
            await self._child.close()

    @property
    def _node(self) -> Child:
        assert self._child is not None
        return self._child
