"""What a run asks of a server, whichever it is."""

from typing import Protocol

from bench.rig.cases import Case
from bench.rig.generator import Generator


class Contender(Protocol):
    """One server with one case in it; made anew for every run."""

    name: str
    profiles: tuple[str, ...]

    async def start(self, case: Case, core: int) -> None:
        """Run it on this core, with the rooms of the case."""

    def pids(self) -> list[int]:
        """All its processes."""

    async def enter(self, member: int, generator: Generator, *, publishes: bool) -> None:
        """Make this member's transport; returns once it may send."""

    async def show(self, member: int, generator: Generator) -> None:
        """Let it receive its view of the case; returns once it may receive."""

    def uplink(self, member: int) -> int:
        """The generator's number of the link on which a member sends."""

    def downlink(self, member: int) -> int:
        """The generator's number of the link on which a member receives."""

    async def facts(self) -> dict[str, object]:
        """What else is worth a line in the JSON, as drops."""

    async def close(self) -> None: ...
