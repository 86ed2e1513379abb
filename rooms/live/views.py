"""What one person may know of the room, as plain data. Nothing reaches a person that is not in their view.

`audience.view_of(state, viewer, now)` makes them. Two views of equal content are equal, so the server sends what
differs and nothing else: a change that a person may not know of produces no message for them at all (features R11).
Instants are on the server's clock: a message that carries a view carries `now` beside it, and the client uses only the
difference, never its own wall clock.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from rooms.ids import Instant, MessageId, PersonId
from rooms.live.settings import ChatPolicy
from rooms.roles import Role


class Arrival(StrEnum):
    """Where the room is, in the words an outsider may hear."""

    NOT_OPEN = "not-open"
    WAITING_FOR_FACILITATOR = "waiting-for-facilitator"
    FACILITATOR_IS_HERE = "facilitator-is-here"
    RUNNING_LATE = "running-late"  # start passed, nobody leads yet


class OutcomeKind(StrEnum):
    LEFT = "left"
    ENDED = "ended"
    CANCELED = "canceled"
    DECLINED = "declined"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class OutsideView:
    """Invited or gated: the doors' state and nothing else."""

    arrival: Arrival
    guidelines_accepted: bool
    doors_open: bool
    tag: Literal["outside"] = "outside"


@dataclass(frozen=True, slots=True)
class NoteView:
    id: MessageId
    is_from_facilitator: bool
    text: str


@dataclass(frozen=True, slots=True)
class WaitingView:
    """The waiting person's own status. No roster, no count, no name of anybody."""

    alias: str
    arrival: Arrival
    was_here: bool
    is_held: bool
    held_message: str
    waiting_message: str  # the group's own text
    notice: str  # the newest message to all waiting
    notes: tuple[NoteView, ...]
    tag: Literal["waiting"] = "waiting"


@dataclass(frozen=True, slots=True)
class OutcomeView:
    """Why this person is not in the room (any more). Neutral, no hint of who is inside."""

    kind: OutcomeKind
    may_knock_again: bool
    tag: Literal["outcome"] = "outcome"


class Presence(StrEnum):
    """To peers a lost connection and a break are the same; facilitators see the difference."""

    PRESENT = "present"
    BREAK = "break"
    RECONNECTING = "reconnecting"


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person inside as another person inside sees them."""

    id: PersonId
    alias: str
    role: Role
    presence: Presence
    is_muted: bool
    camera_on: bool
    is_sharing: bool
    hand: int | None  # place in the queue, from 1


@dataclass(frozen=True, slots=True)
class LedPersonView:
    """What only facilitators see of a person inside, beside `PersonView`."""

    id: PersonId
    muted_by_facilitator: bool
    camera_stopped: bool
    is_text_muted: bool


@dataclass(frozen=True, slots=True)
class WaitingEntryView:
    """A row of the facilitators' waiting list, in order of arrival."""

    id: PersonId
    alias: str
    since: Instant
    late_min: int  # how late they came, 0 if in time
    was_here: bool
    is_held: bool
    is_connected: bool
    notes: tuple[NoteView, ...]


@dataclass(frozen=True, slots=True)
class OutEntryView:
    """Somebody declined or removed: a facilitator may readmit them."""

    id: PersonId
    alias: str
    kind: OutcomeKind


@dataclass(frozen=True, slots=True)
class ChatLineView:
    id: MessageId
    author: PersonId
    author_alias: str
    to: Literal["everyone", "facilitators", "person"]
    to_person: PersonId | None
    text: str


@dataclass(frozen=True, slots=True)
class OwnView:
    """Oneself: what I may do and why not."""

    id: PersonId
    role: Role
    muted_by_self: bool
    muted_by_facilitator: bool
    camera_on: bool
    camera_stopped: bool
    is_sharing: bool
    may_share: bool
    is_text_muted: bool
    on_break: bool


@dataclass(frozen=True, slots=True)
class RoomStatusView:
    """The room itself, as everybody inside may know it."""

    phase: Literal["ready", "live", "paused", "held", "closing"]
    starts_at: Instant
    ends_at: Instant
    chat_policy: ChatPolicy
    cameras_locked: bool
    share_by_all: bool


@dataclass(frozen=True, slots=True)
class LeadView:
    """What only facilitators see of the room."""

    waiting: tuple[WaitingEntryView, ...]
    out: tuple[OutEntryView, ...]
    people: tuple[LedPersonView, ...]
    is_entry_locked: bool
    may_start: bool
    waiting_notice: str


@dataclass(frozen=True, slots=True)
class RoomView:
    """A person inside. `people` is in a stable order and contains oneself; `lead` is None for participants."""

    me: OwnView
    status: RoomStatusView
    people: tuple[PersonView, ...]
    chat: tuple[ChatLineView, ...]
    lead: LeadView | None
    tag: Literal["room"] = "room"


View = OutsideView | WaitingView | OutcomeView | RoomView


# --- notices: things said once, which are not state --------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Knocked:
    """To facilitators: seen, heard and announced."""

    alias: str
    tag: Literal["knocked"] = "knocked"


@dataclass(frozen=True, slots=True)
class AskedToUnmute:
    by_alias: str
    tag: Literal["asked-to-unmute"] = "asked-to-unmute"


@dataclass(frozen=True, slots=True)
class YouWereMuted:
    tag: Literal["you-were-muted"] = "you-were-muted"


@dataclass(frozen=True, slots=True)
class YouMayUnmute:
    tag: Literal["you-may-unmute"] = "you-may-unmute"


@dataclass(frozen=True, slots=True)
class YourCameraWasStopped:
    tag: Literal["your-camera-was-stopped"] = "your-camera-was-stopped"


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """To facilitators."""

    minutes: int
    tag: Literal["time-left"] = "time-left"


@dataclass(frozen=True, slots=True)
class NoteArrived:
    """To facilitators: a waiting person wrote."""

    alias: str
    tag: Literal["note-arrived"] = "note-arrived"


@dataclass(frozen=True, slots=True)
class LinkOpenedTwice:
    """To facilitators: the personal link of somebody who is here was opened in a second browser."""

    alias: str
    tag: Literal["link-opened-twice"] = "link-opened-twice"


Notice = (
    Knocked
    | AskedToUnmute
    | YouWereMuted
    | YouMayUnmute
    | YourCameraWasStopped
    | TimeLeft
    | NoteArrived
    | LinkOpenedTwice
)
