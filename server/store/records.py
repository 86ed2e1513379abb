"""The rows of the store as frozen types; no dict and no row object leaves the store."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rooms.ids import Instant, PersonId, SessionId
from rooms.live.settings import Settings
from rooms.program.authority import OrgRole
from rooms.program.ids import AccountId
from rooms.roles import Role


class SessionEnd(StrEnum):
    """What the index of sessions knows about the end; the room's snapshot is the truth."""

    OPEN = "open"
    ENDED = "ended"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One scheduled session. `zone` is an IANA name; the instants inside `settings` came from local time in it.

    `id` has 128 or more random bits: knowing it is the shared participant link, which grants the right to knock.
    """

    id: SessionId
    host: str | None  # the account that scheduled it, while there is one
    title: str
    discreet_title: str
    zone: str
    settings: Settings
    guidelines: str
    facilitators: str  # the names shown to people who come, as the host wrote them
    resources: str  # plain text; links are found by rule
    end: SessionEnd = SessionEnd.OPEN
    group: str | None = None
    series: str | None = None
    original_local: str | None = None  # which date of its series, by the rule: "2026-11-21T19:00"
    sequence: int = 0  # RFC 5545 3.8.7.4
    begun_at: Instant | None = None  # from then on its room keeps its own copy of the settings


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody of the organisation, `h_…`. Nothing in it proves who they are."""

    id: AccountId
    name: str  # shown, and good for signing in
    role: OrgRole = OrgRole.HOST
    email: str | None = None  # lower case
    zone: str = "UTC"
    language: str = "en"
    training_expires_on: date | None = None  # facilitators only; the last day on which they may lead
    has_password: bool = False
    version: int = 1
    disabled_at: Instant | None = None
    bounced_at: Instant | None = None  # mail to this address came back

    def is_trained_on(self, day: date) -> bool:
        """Whether they may lead a date on this day, as far as their training goes."""
        return self.training_expires_on is None or day <= self.training_expires_on


@dataclass(frozen=True, slots=True)
class LinkRecord:
    """A personal role link. The token itself is never stored, only its SHA-256.

    One link is one person: `person` is the same on every device that uses it. `account` is who of the organisation
    goes in by it, where somebody does, in the browser of `sign_in`.
    """

    id: str
    token_hash: str
    session: SessionId
    role: Role
    person: PersonId | None
    label: str  # who it is for, as the host wrote it; shown to the host only
    expires_at: Instant
    revoked_at: Instant | None = None
    place: str | None = None
    is_leaked: bool = False
    account: str | None = None
    sign_in: str | None = None


@dataclass(frozen=True, slots=True)
class SignIn:
    """A browser in which somebody is signed in; `label` is its kind, in words."""

    id: str
    account: str
    label: str
    created_at: Instant
    expires_at: Instant


class Purpose(StrEnum):
    """What a link that signs in is for."""

    SIGN_IN = "sign-in"
    INVITATION = "invitation"
    FIRST_START = "first-start"


@dataclass(frozen=True, slots=True)
class Act:
    """One row of the audit log: who did what to what, opaque ids only. `place` is the group or session it was in."""

    at: Instant
    actor: str | None
    act: str
    subject: str | None
    place: str | None
    id: str


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """A person of one session, known by a personal link or, on the shared link, by one browser."""

    id: PersonId
    session: SessionId
    role: Role
    link: str | None
    suggested_alias: str
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Beginning:
    """What the index says of a session whose doors are about to open."""

    settings: Settings
    is_canceled: bool = False


@dataclass(frozen=True, slots=True)
class RoomRow:
    """A room's newest stored snapshot and the epoch of its owner."""

    session: SessionId
    epoch: int
    version: int
    snapshot: str | None
