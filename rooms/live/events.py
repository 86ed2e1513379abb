"""What has happened in a room: past tense, complete, enough to rebuild the state by `apply`.

An event says what changed and nothing about who may know; `audience` decides that.
"""

from dataclasses import dataclass

from rooms.ids import Instant, MessageId, PersonId
from rooms.live.person import Note
from rooms.live.phase import Phase
from rooms.live.settings import ChatPolicy, Settings
from rooms.live.state import ChatLine
from rooms.roles import Role


# --- entry and seat ----------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class PersonIntroduced:
    person: PersonId
    role: Role
    alias: str


@dataclass(frozen=True, slots=True)
class PersonForgotten:
    """Somebody who only looked in and is gone makes room for a newcomer."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class GuidelinesAccepted:
    person: PersonId
    version: int


@dataclass(frozen=True, slots=True)
class PersonKnocked:
    person: PersonId
    alias: str
    was_here: bool


@dataclass(frozen=True, slots=True)
class WaitingHeld:
    person: PersonId
    message: str


@dataclass(frozen=True, slots=True)
class NoteSent:
    person: PersonId  # the waiting person whose thread it is
    note: Note


@dataclass(frozen=True, slots=True)
class WaitingMessaged:
    text: str


@dataclass(frozen=True, slots=True)
class PersonAdmitted:
    person: PersonId
    alias: str


@dataclass(frozen=True, slots=True)
class PersonDeclined:
    person: PersonId
    reason: str


@dataclass(frozen=True, slots=True)
class PersonSentBack:
    person: PersonId


@dataclass(frozen=True, slots=True)
class PersonRemoved:
    person: PersonId
    reason: str


@dataclass(frozen=True, slots=True)
class PersonReadmitted:
    person: PersonId


@dataclass(frozen=True, slots=True)
class PersonLeft:
    """By their own act, or when the seat hold ran out."""

    person: PersonId
    had_seat: bool


@dataclass(frozen=True, slots=True)
class PersonConnected:
    person: PersonId
    is_new_page: bool


@dataclass(frozen=True, slots=True)
class PersonDisconnected:
    person: PersonId


@dataclass(frozen=True, slots=True)
class SeatQuieted:
    """Their connection is gone for too long to let them hear and be heard unseen."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class PersonRenamed:
    person: PersonId
    alias: str


@dataclass(frozen=True, slots=True)
class RoleChanged:
    person: PersonId
    role: Role


@dataclass(frozen=True, slots=True)
class BreakTaken:
    person: PersonId


@dataclass(frozen=True, slots=True)
class BreakEnded:
    person: PersonId


@dataclass(frozen=True, slots=True)
class HandRaised:
    person: PersonId


@dataclass(frozen=True, slots=True)
class HandLowered:
    person: PersonId


@dataclass(frozen=True, slots=True)
class LinkFlagged:
    """Their personal link was opened in a second browser: it may have come into other hands."""

    person: PersonId


# --- microphones, cameras, screens -------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class SelfMuted:
    person: PersonId


@dataclass(frozen=True, slots=True)
class SelfUnmuted:
    person: PersonId


@dataclass(frozen=True, slots=True)
class ParticipantMuted:
    person: PersonId


@dataclass(frozen=True, slots=True)
class UnmuteAllowed:
    person: PersonId


@dataclass(frozen=True, slots=True)
class UnmuteAsked:
    """Changes nothing in the state; the person sees a question."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class CameraStarted:
    person: PersonId


@dataclass(frozen=True, slots=True)
class CameraEnded:
    person: PersonId


@dataclass(frozen=True, slots=True)
class CameraStopped:
    """By a facilitator: off, and not to be started until allowed."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class CameraAllowed:
    person: PersonId


@dataclass(frozen=True, slots=True)
class CamerasLocked:
    pass


@dataclass(frozen=True, slots=True)
class CamerasUnlocked:
    pass


@dataclass(frozen=True, slots=True)
class ShareStarted:
    person: PersonId


@dataclass(frozen=True, slots=True)
class ShareStopped:
    person: PersonId


# --- the room ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class PhaseChanged:
    """Every move of the machine, by a person or by time."""

    phase: Phase


@dataclass(frozen=True, slots=True)
class Rescheduled:
    """Before the doors: everything as in `settings` now."""

    settings: Settings


@dataclass(frozen=True, slots=True)
class EntryLocked:
    pass


@dataclass(frozen=True, slots=True)
class EntryUnlocked:
    pass


@dataclass(frozen=True, slots=True)
class EndMoved:
    end_at: Instant


@dataclass(frozen=True, slots=True)
class MinutesLeft:
    """A cue for facilitators."""

    minutes: int


@dataclass(frozen=True, slots=True)
class BackupsPaged:
    """Nobody came to lead; the server tells the backup facilitators."""


@dataclass(frozen=True, slots=True)
class LastFacilitatorLost:
    pass


@dataclass(frozen=True, slots=True)
class FacilitatorBack:
    """Somebody leads again before the grace ran out."""


# --- words -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class ChatPosted:
    line: ChatLine


@dataclass(frozen=True, slots=True)
class ChatDeleted:
    message: MessageId


@dataclass(frozen=True, slots=True)
class ChatErased:
    """Every word people left (chat, notes, messages, names), at the end of the session."""


@dataclass(frozen=True, slots=True)
class TextMuted:
    person: PersonId


@dataclass(frozen=True, slots=True)
class TextAllowed:
    person: PersonId


@dataclass(frozen=True, slots=True)
class ChatPolicySet:
    policy: ChatPolicy


Event = (
    PersonIntroduced
    | PersonForgotten
    | GuidelinesAccepted
    | PersonKnocked
    | WaitingHeld
    | NoteSent
    | WaitingMessaged
    | PersonAdmitted
    | PersonDeclined
    | PersonSentBack
    | PersonRemoved
    | PersonReadmitted
    | PersonLeft
    | PersonConnected
    | PersonDisconnected
    | SeatQuieted
    | PersonRenamed
    | RoleChanged
    | BreakTaken
    | BreakEnded
    | HandRaised
    | HandLowered
    | SelfMuted
    | SelfUnmuted
    | ParticipantMuted
    | UnmuteAllowed
    | UnmuteAsked
    | CameraStarted
    | CameraEnded
    | CameraStopped
    | CameraAllowed
    | CamerasLocked
    | CamerasUnlocked
    | ShareStarted
    | ShareStopped
    | PhaseChanged
    | Rescheduled
    | LinkFlagged
    | EntryLocked
    | EntryUnlocked
    | EndMoved
    | MinutesLeft
    | BackupsPaged
    | LastFacilitatorLost
    | FacilitatorBack
    | ChatPosted
    | ChatDeleted
    | ChatErased
    | TextMuted
    | TextAllowed
    | ChatPolicySet
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event with its version, instant and actor; `by` is None where time or the room itself acted (features R9)."""

    version: int
    at: Instant
    by: PersonId | None
    event: Event
