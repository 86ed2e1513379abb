"""One person in one room: who they are and where they stand (features.md section 5)."""

from dataclasses import dataclass, field
from typing import Literal

from rooms.ids import Instant, MessageId, PersonId
from rooms.roles import Role


@dataclass(frozen=True, slots=True)
class Invited:
    """Known by a link or a browser, has not accepted the guidelines."""

    tag: Literal["invited"] = "invited"


@dataclass(frozen=True, slots=True)
class Gated:
    """Has accepted this version of the guidelines and has not knocked."""

    tag: Literal["gated"] = "gated"


@dataclass(frozen=True, slots=True)
class Note:
    """One line between a waiting person and the facilitators."""

    id: MessageId
    is_from_facilitator: bool
    text: str
    at: Instant


@dataclass(frozen=True, slots=True)
class Waiting:
    """In the waiting room: learns their own status and nothing of the room."""

    since: Instant
    was_here: bool = False  # had a seat earlier in this session
    held_message: str | None = None  # a facilitator asked them to hold on; "" when without words
    notes: tuple[Note, ...] = ()
    hand_raised_at: Instant | None = None  # kept for somebody who was sent back
    lost_at: Instant | None = None  # their place is held while the connection is gone
    tag: Literal["waiting"] = "waiting"


@dataclass(frozen=True, slots=True)
class Mic:
    """Heard = neither bit. `AllowUnmute` clears the second only; no command of another clears the first."""

    muted_by_self: bool = True
    muted_by_facilitator: bool = False


@dataclass(frozen=True, slots=True)
class Camera:
    """Seen = on, not stopped, and cameras not locked (facilitators are exempt from the lock)."""

    is_on: bool = False
    stopped_by_facilitator: bool = False


@dataclass(frozen=True, slots=True)
class Admitted:
    """Has a seat. `lost_at` is set while their connection is gone; the seat is held meanwhile.

    `is_quiet`: gone for so long that nothing flows to or from them before they are back.
    """

    since: Instant
    mic: Mic = field(default_factory=Mic)
    camera: Camera = field(default_factory=Camera)
    is_sharing: bool = False
    hand_raised_at: Instant | None = None
    is_text_muted: bool = False
    on_break: bool = False
    lost_at: Instant | None = None
    is_quiet: bool = False
    tag: Literal["admitted"] = "admitted"


@dataclass(frozen=True, slots=True)
class Left:
    """Went, or the seat hold ran out; knocks again as "was here"."""

    at: Instant
    had_seat: bool
    tag: Literal["left"] = "left"


@dataclass(frozen=True, slots=True)
class Declined:
    at: Instant
    had_seat: bool = False
    tag: Literal["declined"] = "declined"


@dataclass(frozen=True, slots=True)
class Removed:
    """Final for the session; only a facilitator's `Readmit` lifts it."""

    at: Instant
    had_seat: bool = False
    tag: Literal["removed"] = "removed"


Standing = Invited | Gated | Waiting | Admitted | Left | Declined | Removed


@dataclass(frozen=True, slots=True)
class Closures:
    """What facilitators closed for a person; kept while they have no seat, so that leaving lifts nothing."""

    mic: bool = False
    camera: bool = False
    text: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """`standing_version` is the room version at which the kind of standing last changed, or the role, or somebody
    closed something for this person or asked them to hold on: what a permissive command must have seen (features R9).
    """

    id: PersonId
    role: Role
    role_by_link: Role  # what the link grants; a demotion never goes below it, a facilitator stays one
    alias: str
    standing: Standing = field(default_factory=Invited)
    standing_version: int = 0
    is_connected: bool = False
    accepted_guidelines: int | None = None
    closures: Closures = field(default_factory=Closures)  # of the last seat; while seated, the seat says
    leads_since: Instant | None = None  # set by a promotion: earlier words to the facilitators stay unseen
