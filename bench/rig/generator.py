"""The generator as a run sees it: a child on its own core."""

from dataclasses import dataclass
from typing import Any, Final, Self

from bench.load.dtls import PROFILES
from bench.rig.isolation import HOST
from bench.rig.lines import Child

FEEDBACKS: Final = ("remb", "twcc")
TAKES: Final = ("datagrams", "whole")


@dataclass(frozen=True, slots=True)
class Receivers:
    """`feedback`: what they tell of the way to them. `takes`: whether their sockets take whole messages."""

    feedback: str = FEEDBACKS[0]
    takes: str = TAKES[0]


USUAL: Final = Receivers()


class Generator(Child):
    is_realtime = False

    @classmethod
    async def begin(
        cls,
        core: int,
        seed: int,
        profiles: tuple[str, ...] = tuple(PROFILES),
        host: str = HOST,
        receivers: Receivers = USUAL,
    ) -> Self:
        """`profiles`: what it offers in DTLS-SRTP."""
        found = await cls.python(
            "bench.load.generator", host, str(core), str(seed), receivers.feedback, receivers.takes, *profiles
        )
        found.is_realtime = (await found.answer())["is_realtime"]
        return found

    async def answer_to(self, link: int, offer: str, *, is_controlling: bool) -> str:
        said = await self.ask(do="answer", link=link, sdp=offer, is_controlling=is_controlling)
        return str(said["sdp"])

    async def offer(self, link: int) -> str:
        return str((await self.ask(do="offer", link=link))["sdp"])

    def accept(self, link: int, answer: str) -> None:
        self.tell(do="accept", link=link, sdp=answer)

    async def ready(self, link: int) -> str:
        """The SRTP profile that was agreed."""
        return str((await self.event("ready", link))["profile"])

    async def measure(self, pids: list[int], seconds: float, one_in: int) -> dict[str, Any]:
        self.tell(do="measure", pids=pids, seconds=seconds, one_in=one_in)
        found = await self.event("measured", within_s=seconds + 20.0)
        del found["event"]
        return found
