"""The link of a whole series: `/e/token` leads to its next date, until its host makes another one.

The link of one date is the address of its page and changes from date to date by itself; this one is for posters and
pinned messages. It grants the same: the right to knock.
"""

import hashlib
import hmac
from dataclasses import dataclass

from rooms.ids import SessionId
from rooms.program.ids import GroupId, SeriesId
from server.ports import Clock
from server.store.store import Store
from server.tokens import is_id

MAC_LENGTH = 22  # hex digits: 88 bits, and nobody may try often


@dataclass(frozen=True, slots=True)
class Leads:
    """Where a series' link leads: to `session`, or, where no date is planned, to the page of `group`."""

    group: GroupId
    session: SessionId | None


@dataclass(frozen=True, slots=True)
class SharedLinks:
    """`key` is the installation's own: links are made of it, so a host can be shown theirs again."""

    store: Store
    clock: Clock
    key: bytes
    public_url: str

    async def url(self, series: SeriesId) -> str | None:
        """The link; what was split off the series has the same one. None where there is no such series."""
        found = await self.store.series.link_of(series)
        return None if found is None else f"{self.public_url}/e/{found[0]}.{self._mac(*found)}"

    async def rotate(self, series: SeriesId) -> str | None:
        """A new link; the former one leads nowhere from now on."""
        await self.store.series.renew_link(series)
        return await self.url(series)

    async def lead(self, token: str) -> Leads | None:
        """None for a link that is worth nothing (any more)."""
        uid, _, mac = token.partition(".")
        if not is_id(uid) or not mac.isascii():
            return None
        generation = await self.store.series.link_generation(uid)
        if generation is None or not hmac.compare_digest(mac, self._mac(uid, generation)):
            return None
        found = await self.store.series.next_of_lineage(uid, self.clock.now())
        return None if found is None else Leads(*found)

    def _mac(self, uid: str, generation: int) -> str:
        return hmac.digest(self.key, f"series/{uid}/{generation}".encode(), hashlib.sha256).hex()[:MAC_LENGTH]
