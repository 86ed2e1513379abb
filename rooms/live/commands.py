"""What may be asked of a room. `by` is the person who asks; the deciders check role and standing.

There is no command that opens another person's microphone or starts their camera (features R4).
"""

from dataclasses import dataclass

from rooms.ids import MessageId, PersonId
from rooms.live.reported import CancelSession as CancelSession
from rooms.live.reported import Connect as Connect
from rooms.live.reported import Disconnect as Disconnect
from rooms.live.reported import FlagLink as FlagLink
from rooms.live.reported import Introduce as Introduce
from rooms.live.reported import Reschedule as Reschedule
from rooms.live.settings import ChatPolicy
from rooms.live.state import ChatTo, ToEveryone


# --- entry -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class AcceptGuidelines:
    by: PersonId
    version: int


@dataclass(frozen=True, slots=True)
class Knock:
    """Ask to come in, under this name. Idempotent while waiting. Somebody who facilitates goes in by it."""

    by: PersonId
    alias: str


@dataclass(frozen=True, slots=True)
class Enter:
    """A facilitator goes in: no gate, no waiting, no lock, no cap (features R6)."""

    by: PersonId
    alias: str


@dataclass(frozen=True, slots=True)
class Admit:
    """One or several people of the waiting room; those not waiting any more are passed over unless none is left."""

    by: PersonId
    targets: tuple[PersonId, ...]


@dataclass(frozen=True, slots=True)
class AdmitAll:
    by: PersonId


@dataclass(frozen=True, slots=True)
class HoldWaiting:
    by: PersonId
    target: PersonId
    message: str


@dataclass(frozen=True, slots=True)
class Decline:
    by: PersonId
    target: PersonId
    reason: str  # kept for the record, never shown


@dataclass(frozen=True, slots=True)
class SendBack:
    """From the room to the waiting room, keeping their place in the hand queue."""

    by: PersonId
    target: PersonId


@dataclass(frozen=True, slots=True)
class MessageWaiting:
    """A message to everybody who waits."""

    by: PersonId
    text: str


@dataclass(frozen=True, slots=True)
class SendNote:
    """One line of the two-way note. `target` is the waiting person; a waiting person names themself."""

    by: PersonId
    target: PersonId
    id: MessageId
    text: str


# --- microphones, cameras, screens -----------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class MuteSelf:
    by: PersonId


@dataclass(frozen=True, slots=True)
class UnmuteSelf:
    by: PersonId


@dataclass(frozen=True, slots=True)
class MuteParticipant:
    by: PersonId
    target: PersonId


@dataclass(frozen=True, slots=True)
class MuteAll:
    """Everybody who does not facilitate."""

    by: PersonId


@dataclass(frozen=True, slots=True)
class AllowUnmute:
    """Gives back the right to speak; opens nothing."""

    by: PersonId
    target: PersonId


@dataclass(frozen=True, slots=True)
class AllowUnmuteAll:
    by: PersonId


@dataclass(frozen=True, slots=True)
class AskToUnmute:
    """Allows and asks; the person decides."""

    by: PersonId
    target: PersonId


@dataclass(frozen=True, slots=True)
class StartCamera:
    by: PersonId


@dataclass(frozen=True, slots=True)
class StopOwnCamera:
    by: PersonId


@dataclass(frozen=True, slots=True)
class StopCamera:
    by: PersonId
    target: PersonId


@dataclass(frozen=True, slots=True)
class AllowCamera:
    by: PersonId
    target: PersonId


@dataclass(frozen=True, slots=True)
class LockCameras:
    by: PersonId


@dataclass(frozen=True, slots=True)
class UnlockCameras:
    by: PersonId


@dataclass(frozen=True, slots=True)
class StartShare:
    by: PersonId


@dataclass(frozen=True, slots=True)
class StopShare:
    """One's own, or a facilitator stops anybody's."""

    by: PersonId
    target: PersonId


# --- hands, seat, name -----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class RaiseHand:
    by: PersonId


@dataclass(frozen=True, slots=True)
class LowerHand:
    """One's own, or a facilitator lowers anybody's."""

    by: PersonId
    target: PersonId


@dataclass(frozen=True, slots=True)
class Rename:
    by: PersonId
    alias: str


@dataclass(frozen=True, slots=True)
class TakeBreak:
    by: PersonId


@dataclass(frozen=True, slots=True)
class ReturnFromBreak:
    """Back in the seat, muted and with the camera off."""

    by: PersonId


@dataclass(frozen=True, slots=True)
class Leave:
    by: PersonId


# --- the room --------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class StartSession:
    by: PersonId


@dataclass(frozen=True, slots=True)
class PauseRoom:
    by: PersonId


@dataclass(frozen=True, slots=True)
class ResumeRoom:
    by: PersonId


@dataclass(frozen=True, slots=True)
class LockEntry:
    by: PersonId


@dataclass(frozen=True, slots=True)
class UnlockEntry:
    by: PersonId


@dataclass(frozen=True, slots=True)
class Remove:
    """Out, and out for the session. Wins over whatever else happens to the same person."""

    by: PersonId
    target: PersonId
    reason: str  # kept for the record, never shown


@dataclass(frozen=True, slots=True)
class Readmit:
    """Lifts a removal or a decline: the person may knock again."""

    by: PersonId
    target: PersonId


@dataclass(frozen=True, slots=True)
class Promote:
    by: PersonId
    target: PersonId


@dataclass(frozen=True, slots=True)
class Demote:
    by: PersonId
    target: PersonId


@dataclass(frozen=True, slots=True)
class Extend:
    by: PersonId
    minutes: int  # 1..60


@dataclass(frozen=True, slots=True)
class BeginClosing:
    by: PersonId


@dataclass(frozen=True, slots=True)
class EndSession:
    by: PersonId


# --- words -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class PostChat:
    by: PersonId
    id: MessageId
    text: str
    to: ChatTo = ToEveryone()


@dataclass(frozen=True, slots=True)
class DeleteChat:
    """One's own line, or a facilitator deletes anybody's."""

    by: PersonId
    message: MessageId


@dataclass(frozen=True, slots=True)
class MuteText:
    by: PersonId
    target: PersonId


@dataclass(frozen=True, slots=True)
class AllowText:
    by: PersonId
    target: PersonId


@dataclass(frozen=True, slots=True)
class SetChatPolicy:
    by: PersonId
    policy: ChatPolicy


ReportCommand = Introduce | Connect | Disconnect | CancelSession | Reschedule | FlagLink
EntryCommand = (
    AcceptGuidelines | Knock | Enter | Admit | AdmitAll | HoldWaiting | Decline | SendBack | MessageWaiting | SendNote
)
MediaCommand = (
    MuteSelf
    | UnmuteSelf
    | MuteParticipant
    | MuteAll
    | AllowUnmute
    | AllowUnmuteAll
    | AskToUnmute
    | StartCamera
    | StopOwnCamera
    | StopCamera
    | AllowCamera
    | LockCameras
    | UnlockCameras
    | StartShare
    | StopShare
)
SeatCommand = RaiseHand | LowerHand | Rename | TakeBreak | ReturnFromBreak | Leave
RoomCommand = (
    StartSession
    | PauseRoom
    | ResumeRoom
    | LockEntry
    | UnlockEntry
    | Remove
    | Readmit
    | Promote
    | Demote
    | Extend
    | BeginClosing
    | EndSession
)
ChatCommand = PostChat | DeleteChat | MuteText | AllowText | SetChatPolicy
Command = ReportCommand | EntryCommand | MediaCommand | SeatCommand | RoomCommand | ChatCommand
