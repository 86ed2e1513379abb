"""A notice of the mail system about a letter of ours: it marks the letter, and whom it was for."""

from enum import Enum

from server.mail.bounces import read_bounce
from server.ports import Clock
from server.store.outbox import OutboxTable


class Returned(Enum):
    MARKED = "marked"  # nobody is at the address; it is shown now
    DELAYED = "delayed"  # a mail server on the way goes on trying
    UNKNOWN = "unknown"  # no such notice, or about no letter that is known


async def took_back(outbox: OutboxTable, clock: Clock, content: bytes, recipient: str = "") -> Returned:
    """`content` as it came; `recipient` is the address it came to, where that is known. Raises `StoreDown`."""
    bounce = read_bounce(content, recipient)
    row = None if bounce is None else await outbox.get(bounce.letter)
    if bounce is None or row is None:
        return Returned.UNKNOWN
    if not bounce.is_final:
        return Returned.DELAYED
    await outbox.bounced(row, bounce.status, clock.now())
    return Returned.MARKED
