"""Commands that the server reports, and nobody asks for; `commands` has them along with all others."""

from dataclasses import dataclass

from rooms.ids import PersonId
from rooms.live.settings import Settings
from rooms.roles import Role


@dataclass(frozen=True, slots=True)
class Introduce:
    """A link or a browser made this person known to the room. Idempotent; a role never falls by it."""

    by: PersonId
    role: Role
    alias: str
    has_link: bool = False  # a host gave them a personal link: they are never too many


@dataclass(frozen=True, slots=True)
class Connect:
    """Their connection is there. With `is_new_page` they come back muted, camera off, share ended."""

    by: PersonId
    is_new_page: bool


@dataclass(frozen=True, slots=True)
class Disconnect:
    """Their connection is gone; a seat is held for `seat_hold_ms`."""

    by: PersonId


@dataclass(frozen=True, slots=True)
class CancelSession:
    """The host calls it off: canceled before it is live, ended from then on. `by` is opaque here."""

    by: PersonId


@dataclass(frozen=True, slots=True)
class Reschedule:
    """The session was moved or rewritten before its doors: this is how it is to be. Refused from the doors on."""

    by: PersonId
    settings: Settings


@dataclass(frozen=True, slots=True)
class FlagLink:
    """The personal link of `by` was opened in a second browser while they are in by it."""

    by: PersonId
