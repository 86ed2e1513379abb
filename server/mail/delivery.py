"""The loop that empties the outbox, one letter after the other.

A crash between a server's "250" and the mark in the store sends that one letter again, with the same Message-ID
(docs/adr/0092-mail-once-or-twice-never-not-at-all.md).
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from rooms.ids import Instant
from rooms.live.settings import MINUTE_MS, SECOND_MS
from rooms.program.address import as_address
from server.host_faults import where
from server.mail.bounces import envelope_sender
from server.mail.smtp import Answer, Verdict
from server.ports import Clock, StoreDown
from server.store.outbox import LetterRow, OutboxTable

LEASE_MS: Final = 5 * MINUTE_MS  # longer than all timeouts of one delivery
FIRST_RETRY_MS: Final = MINUTE_MS
LONGEST_RETRY_MS: Final = 2 * 60 * MINUTE_MS
TRIED_FOR_MS: Final = 2 * 24 * 60 * MINUTE_MS
LOOK_S: Final = 5.0
AFTER_FAULT_S: Final = 5.0
NOT_AN_ADDRESS: Final = "not an address"
UNFORESEEN: Final = "unforeseen"

_log = structlog.get_logger("mail")


class Carrier(Protocol):
    """Who takes letters away."""

    async def deliver(self, sender: str, to: str, message: bytes) -> Answer: ...

    async def rest(self) -> None: ...


def retry_after_ms(attempts: int) -> int:
    """1 minute after the first attempt, twice as long after each further one, at most two hours."""
    return int(min(FIRST_RETRY_MS * 2 ** min(attempts - 1, 20), LONGEST_RETRY_MS))


@dataclass(slots=True)
class Delivery:
    """`woken` is set when a letter was added here; `counted` hears the verdict of each attempt."""

    table: OutboxTable
    carrier: Carrier
    clock: Clock
    woken: asyncio.Event
    bounces_to: str
    counted: Callable[[str], None] = lambda verdict: None

    async def turn(self) -> int:
        """Deliver all that is due now; how many letters were taken up. Raises `StoreDown`."""
        count = 0
        try:
            while True:
                now = self.clock.now()
                row = await self.table.take(now, Instant(now + LEASE_MS))
                if row is None:
                    return count
                count += 1
                await self._deliver(row)
        finally:
            await self.carrier.rest()

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            self.woken.clear()
            pause_s = AFTER_FAULT_S
            try:
                await self.turn()
                due = await self.table.next_due()
                pause_s = LOOK_S if due is None else min(LOOK_S, max(0.0, (due - self.clock.now()) / SECOND_MS))
            except StoreDown:
                _log.warning("mail-put-off")
            except Exception as error:
                _log.error("mail-put-off", kind=type(error).__name__, where=where(error))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await self.woken.wait()

    async def _deliver(self, row: LetterRow) -> None:
        if row.until is not None and self.clock.now() >= row.until:
            await self.table.give_up(row, "too late")
            self.counted("too-late")
            return
        answer = await self._answer(row)
        self.counted(answer.verdict.value)
        now = self.clock.now()
        match answer.verdict:
            case Verdict.ACCEPTED:
                await self.table.sent(row, now)
            case Verdict.NOBODY_THERE:
                _log.warning("letter-bounced", letter=row.id, reply=answer.reply)
                await self.table.bounced(row, answer.reply, now)
            case Verdict.NOT_THIS:
                _log.warning("letter-refused", letter=row.id, reply=answer.reply)
                await self.table.give_up(row, answer.reply)
            case Verdict.NOT_NOW if now - row.created_at >= TRIED_FOR_MS:
                _log.warning("letter-given-up", letter=row.id, reply=answer.reply)
                await self.table.give_up(row, answer.reply)
            case Verdict.NOT_NOW:
                await self.table.put_off(row, Instant(now + retry_after_ms(row.attempts)), answer.reply)

    async def _answer(self, row: LetterRow) -> Answer:
        """Whatever is wrong with one letter, it is an answer: those behind it wait for nothing."""
        if as_address(row.address) is None:
            return Answer(Verdict.NOBODY_THERE, NOT_AN_ADDRESS)
        sender = envelope_sender(self.bounces_to, row.id)
        try:
            return await self.carrier.deliver(sender, row.address, row.message.encode("ascii"))
        except Exception as error:
            _log.error("letter-not-tried", letter=row.id, kind=type(error).__name__, where=where(error))
            return Answer(Verdict.NOT_NOW, UNFORESEEN)
