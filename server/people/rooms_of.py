"""What an account holds in rooms: links it went in by, and the connections that grew out of them."""

from dataclasses import dataclass

import structlog

from server.links import Links
from server.sessions import OutOfReach, Sessions

_log = structlog.get_logger("people")


@dataclass(frozen=True, slots=True)
class RoomsOf:
    links: Links
    sessions: Sessions

    async def leave(self, account: str, sign_in: str | None = None, group: str | None = None) -> bool:
        """The account's links end, or those of one sign-in or group, and its connections with them.

        False where one of the rooms is out of reach at the moment: nobody comes in by those links any more, and who
        is inside stays until a facilitator removes them.
        """
        is_done = True
        for link in await self.links.revoke_of(account, sign_in, group):
            if link.person is None:
                continue
            try:
                await self.sessions.turn_out(link.session, link.person)
            except OutOfReach:
                _log.warning("room-out-of-reach", session=link.session)
                is_done = False
        return is_done
