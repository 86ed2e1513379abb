"""`Rooms` for a command that runs beside the server: it hosts none, the server reads the store when it is asked."""

from rooms.ids import PersonId, SessionId
from rooms.live.steward import StewardCommand
from server.ports import Glimpse


class RoomsElsewhere:
    async def glimpse(self, session: SessionId) -> Glimpse | None:
        return None

    async def scheduled(self, session: SessionId) -> None: ...

    async def rescheduled(self, session: SessionId) -> bool:
        return True

    async def cancel(self, session: SessionId) -> None: ...

    async def moderate(self, session: SessionId, command: StewardCommand) -> None: ...

    async def state(self, session: SessionId) -> None: ...

    async def link_opened(self, session: SessionId, person: PersonId) -> bool:
        return False

    async def turn_out(self, session: SessionId, person: PersonId) -> None: ...

    async def drain(self) -> None: ...
