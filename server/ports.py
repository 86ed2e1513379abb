"""What the room's shell (`host`, `ws`, `effects`) needs of the rest of the server.

Kept as Protocols so that the shell runs in tests on a virtual clock and a store in memory, and so that the arrows
inside `server/` stay visible.
"""

from dataclasses import dataclass
from typing import Protocol

from rooms.ids import Instant, PersonId, SessionId
from rooms.live.settings import Settings
from rooms.live.state import RoomState
from rooms.live.steward import StewardCommand
from rooms.roles import Role
from server.store.records import Beginning, RoomRow, SessionEnd, SessionRecord


class StoreDown(Exception):
    """The store could not commit; nothing was written."""


class LeaseLost(Exception):
    """Somebody else owns the room (their epoch is newer): stop forwarding and drop the sessions."""


class Clock(Protocol):
    """Wall time that never jumps: anchored once, then driven by the monotonic clock."""

    def now(self) -> Instant: ...

    def monotonic(self) -> float:
        """Seconds, for timers."""


class RoomStore(Protocol):
    """Where rooms survive a crash. Every method may raise `StoreDown`."""

    async def session(self, session: SessionId) -> SessionRecord | None: ...

    async def claim(self, session: SessionId) -> RoomRow:
        """Take the room: bumps the epoch and gives the newest snapshot."""

    async def save(self, session: SessionId, epoch: int, version: int, snapshot: str) -> None:
        """Durable when it returns. Raises `LeaseLost` where the stored epoch is not `epoch`."""

    async def mark_end(self, session: SessionId, is_canceled: bool, attended: int | None = None) -> None:
        """Keep the index of sessions true after a room ended or was canceled; `attended` participants were let in."""

    async def begin(self, session: SessionId, settings: Settings, insists: bool = False) -> Beginning:
        """Mark, once, that the session begins as in `settings`; from then on nobody rewrites its row.

        Where the row says otherwise by now, or that it is canceled, nothing is marked. With `insists` the room is
        right, and the row is made to say the same. What the row says is returned.
        """

    async def open_sessions(self, start_before: Instant) -> list[SessionId]:
        """Sessions that have neither ended nor been canceled and start, or started, before then."""

    async def audit(
        self, session: SessionId, at: Instant, actor: PersonId | None, act: str, subject: PersonId | None
    ) -> None:
        """One row of the audit log: opaque ids only."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a connection belongs to. Authority stays with the room: this only names the person."""

    person: PersonId
    role: Role
    alias: str
    has_link: bool = False  # a personal link of theirs, or a place in the group


class Gatekeeper(Protocol):
    """Proves who somebody is. Tokens are opaque, random, stored hashed and bound to one session."""

    async def redeem_ticket(self, session: SessionId, ticket: str) -> Identity | None:
        """Single use, 30 s."""

    async def redeem_resume(self, session: SessionId, token: str) -> Identity | None:
        """The token of the newest `welcome` of that person's tab, while their seat or place may be held."""

    async def issue_resume(self, session: SessionId, person: PersonId) -> str | None:
        """A new token; it replaces the person's former one. None where their link is revoked or expired by now."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What a session page may say of a room to anybody who has its address: no people, no counts.

    `phase` is the tag of `rooms.live.phase`; the instants are those in force (a session may have been extended).
    `is_full`: the waiting room takes nobody more.
    """

    phase: str
    doors_at: Instant
    start_at: Instant
    end_at: Instant
    is_full: bool = False


class Rooms(Protocol):
    """The rooms of this server, as pages and hosts reach them."""

    async def glimpse(self, session: SessionId) -> Glimpse | None:
        """None where no such room is hosted here."""

    async def scheduled(self, session: SessionId) -> None:
        """A new session is in the store: host it."""

    async def rescheduled(self, session: SessionId) -> bool:
        """The session's row was rewritten: a room before its doors follows it. False where the room had begun."""

    async def cancel(self, session: SessionId) -> SessionEnd | None:
        """`CancelSession`, idempotent: canceled, or ended where the room had begun. None where it was not done."""

    async def moderate(self, session: SessionId, command: StewardCommand) -> bool | None:
        """A program of the organisation asks; whether it holds and is stored. None where the room is not hosted here.

        Raises `rooms.refusals.Refused`.
        """

    async def state(self, session: SessionId) -> RoomState | None:
        """The room as it is now; None where it is not hosted here."""

    async def link_opened(self, session: SessionId, person: PersonId) -> bool:
        """This person's link was opened in a browser that is not theirs so far. True where they are here by it, and
        those who lead are told."""

    async def turn_out(self, session: SessionId, person: PersonId) -> None:
        """The person's link was revoked: close their connections; what they may do is the room's question."""

    async def drain(self) -> None:
        """Admit no new connection, tell everybody, close with 1001; returns when all are closed."""
