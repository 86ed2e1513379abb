"""Which commands only ever take something away: they hold in memory even when the store is down."""

from typing import assert_never

from rooms.ids import PersonId
from rooms.live.commands import (
    AcceptGuidelines,
    Admit,
    AdmitAll,
    AllowCamera,
    AllowText,
    AllowUnmute,
    AllowUnmuteAll,
    AskToUnmute,
    BeginClosing,
    CancelSession,
    Command,
    Connect,
    Decline,
    DeleteChat,
    Demote,
    Disconnect,
    EndSession,
    Enter,
    Extend,
    FlagLink,
    HoldWaiting,
    Introduce,
    Knock,
    Leave,
    LockCameras,
    LockEntry,
    LowerHand,
    MessageWaiting,
    MuteAll,
    MuteParticipant,
    MuteSelf,
    MuteText,
    PauseRoom,
    PostChat,
    Promote,
    RaiseHand,
    Readmit,
    Remove,
    Rename,
    Reschedule,
    ResumeRoom,
    ReturnFromBreak,
    SendBack,
    SendNote,
    SetChatPolicy,
    StartCamera,
    StartSession,
    StartShare,
    StopCamera,
    StopOwnCamera,
    StopShare,
    TakeBreak,
    UnlockCameras,
    UnlockEntry,
    UnmuteSelf,
)
from rooms.live.events import Event, PersonAdmitted, PersonDeclined, PersonReadmitted, PersonRemoved
from rooms.live.settings import ChatPolicy


def is_restrictive(command: Command) -> bool:
    """True: it stays in force although it could not be stored. False: it changes nothing then."""
    match command:
        case SetChatPolicy(policy=policy):
            return policy is ChatPolicy.OFF
        case (
            Disconnect()
            | CancelSession()
            | Decline()
            | SendBack()
            | MuteSelf()
            | MuteParticipant()
            | MuteAll()
            | StopOwnCamera()
            | StopCamera()
            | LockCameras()
            | StopShare()
            | TakeBreak()
            | Leave()
            | PauseRoom()
            | LockEntry()
            | Remove()
            | Demote()
            | BeginClosing()
            | EndSession()
            | DeleteChat()
            | MuteText()
        ):
            return True
        case (
            Introduce()
            | Connect()
            | AcceptGuidelines()
            | Knock()
            | Enter()
            | Admit()
            | AdmitAll()
            | HoldWaiting()
            | MessageWaiting()
            | SendNote()
            | UnmuteSelf()
            | AllowUnmute()
            | AllowUnmuteAll()
            | AskToUnmute()
            | StartCamera()
            | AllowCamera()
            | UnlockCameras()
            | StartShare()
            | RaiseHand()
            | LowerHand()
            | Rename()
            | Reschedule()
            | ReturnFromBreak()
            | StartSession()
            | ResumeRoom()
            | UnlockEntry()
            | Readmit()
            | Promote()
            | Extend()
            | FlagLink()
            | PostChat()
            | AllowText()
        ):
            return False
    assert_never(command)


def audited(event: Event) -> tuple[str, PersonId] | None:
    """What the audit log keeps of an event that decides who may be here: a word and whom it is about."""
    match event:
        case PersonAdmitted(person=person):
            return "admit", person
        case PersonDeclined(person=person):
            return "decline", person
        case PersonRemoved(person=person):
            return "remove", person
        case PersonReadmitted(person=person):
            return "readmit", person
        case _:
            return None
