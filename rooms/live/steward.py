"""The steward: a program of the organisation that moderates from outside the room (docs/adr/0093)."""

from rooms.ids import PersonId
from rooms.live.commands import (
    Admit,
    AdmitAll,
    AllowCamera,
    AllowText,
    AllowUnmute,
    AllowUnmuteAll,
    AskToUnmute,
    BeginClosing,
    Decline,
    DeleteChat,
    Demote,
    EndSession,
    Extend,
    HoldWaiting,
    LockCameras,
    LockEntry,
    LowerHand,
    MessageWaiting,
    MuteAll,
    MuteParticipant,
    MuteText,
    PauseRoom,
    Promote,
    Readmit,
    Remove,
    ResumeRoom,
    SendBack,
    SetChatPolicy,
    StopCamera,
    StopShare,
    UnlockCameras,
    UnlockEntry,
)

STEWARD = PersonId("host")  # nobody in the room: the ids of people begin with "p_"

# None of it opens anything that is somebody's own, and none of it speaks.
StewardCommand = (
    Admit
    | AdmitAll
    | HoldWaiting
    | Decline
    | SendBack
    | MessageWaiting
    | MuteParticipant
    | MuteAll
    | AllowUnmute
    | AllowUnmuteAll
    | AskToUnmute
    | StopCamera
    | AllowCamera
    | LockCameras
    | UnlockCameras
    | StopShare
    | LowerHand
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
    | DeleteChat
    | MuteText
    | AllowText
    | SetChatPolicy
)
