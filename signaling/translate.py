"""From the wire to the domain and back: requests to commands, views to messages. Exhaustive, and mypy proves it."""

from typing import assert_never

from rooms.ids import Instant, MessageId, PersonId
from rooms.live import commands
from rooms.live.commands import Command
from rooms.live.state import ChatTo, ToEveryone, ToFacilitators, ToPerson
from rooms.live.views import OutcomeView, OutsideView, RoomView, View, WaitingView
from signaling import client_messages as wire
from signaling.client_messages import RoomRequest
from signaling.differences import changes
from signaling.server_messages import Outcome, Outside, Room, RoomChanged, WaitingStatus

ViewMessage = Outside | WaitingStatus | Outcome | Room | RoomChanged


def view_message(old: View | None, new: View, version: int, now: Instant) -> ViewMessage:
    """What tells a page that its view is `new`: the whole, or the difference for somebody who was inside before."""
    match new:
        case OutsideView():
            return Outside(version=version, now=now, view=new)
        case WaitingView():
            return WaitingStatus(version=version, now=now, view=new)
        case OutcomeView():
            return Outcome(version=version, now=now, view=new)
        case RoomView():
            if isinstance(old, RoomView) and old.me.id == new.me.id:
                return RoomChanged(version=version, now=now, changes=changes(old, new))
            return Room(version=version, now=now, view=new)
    assert_never(new)


def to_command(request: RoomRequest, by: PersonId, fresh: MessageId) -> Command:
    """The command that `by` asks for. `fresh` names the line where the request writes one."""
    match request:
        case wire.AcceptGuidelines():
            return commands.AcceptGuidelines(by, request.version)
        case wire.Knock():
            return commands.Knock(by, request.alias)
        case wire.Enter():
            return commands.Enter(by, request.alias)
        case wire.Admit():
            return commands.Admit(by, tuple(PersonId(target) for target in request.targets))
        case wire.AdmitAll():
            return commands.AdmitAll(by)
        case wire.HoldWaiting():
            return commands.HoldWaiting(by, PersonId(request.target), request.message)
        case wire.Decline():
            return commands.Decline(by, PersonId(request.target), request.reason)
        case wire.SendBack():
            return commands.SendBack(by, PersonId(request.target))
        case wire.MessageWaiting():
            return commands.MessageWaiting(by, request.text)
        case wire.SendNote():
            return commands.SendNote(by, PersonId(request.target), fresh, request.text)
        case wire.MuteSelf():
            return commands.MuteSelf(by)
        case wire.UnmuteSelf():
            return commands.UnmuteSelf(by)
        case wire.MuteParticipant():
            return commands.MuteParticipant(by, PersonId(request.target))
        case wire.MuteAll():
            return commands.MuteAll(by)
        case wire.AllowUnmute():
            return commands.AllowUnmute(by, PersonId(request.target))
        case wire.AllowUnmuteAll():
            return commands.AllowUnmuteAll(by)
        case wire.AskToUnmute():
            return commands.AskToUnmute(by, PersonId(request.target))
        case wire.StartCamera():
            return commands.StartCamera(by)
        case wire.StopOwnCamera():
            return commands.StopOwnCamera(by)
        case wire.StopCamera():
            return commands.StopCamera(by, PersonId(request.target))
        case wire.AllowCamera():
            return commands.AllowCamera(by, PersonId(request.target))
        case wire.LockCameras():
            return commands.LockCameras(by)
        case wire.UnlockCameras():
            return commands.UnlockCameras(by)
        case wire.StartShare():
            return commands.StartShare(by)
        case wire.StopShare():
            return commands.StopShare(by, PersonId(request.target))
        case wire.RaiseHand():
            return commands.RaiseHand(by)
        case wire.LowerHand():
            return commands.LowerHand(by, PersonId(request.target))
        case wire.Rename():
            return commands.Rename(by, request.alias)
        case wire.TakeBreak():
            return commands.TakeBreak(by)
        case wire.ReturnFromBreak():
            return commands.ReturnFromBreak(by)
        case wire.Leave():
            return commands.Leave(by)
        case wire.StartSession():
            return commands.StartSession(by)
        case wire.PauseRoom():
            return commands.PauseRoom(by)
        case wire.ResumeRoom():
            return commands.ResumeRoom(by)
        case wire.LockEntry():
            return commands.LockEntry(by)
        case wire.UnlockEntry():
            return commands.UnlockEntry(by)
        case wire.Remove():
            return commands.Remove(by, PersonId(request.target), request.reason)
        case wire.Readmit():
            return commands.Readmit(by, PersonId(request.target))
        case wire.Promote():
            return commands.Promote(by, PersonId(request.target))
        case wire.Demote():
            return commands.Demote(by, PersonId(request.target))
        case wire.Extend():
            return commands.Extend(by, request.minutes)
        case wire.BeginClosing():
            return commands.BeginClosing(by)
        case wire.EndSession():
            return commands.EndSession(by)
        case wire.PostChat():
            return commands.PostChat(by, fresh, request.text, _audience(request.to))
        case wire.DeleteChat():
            return commands.DeleteChat(by, MessageId(request.message))
        case wire.MuteText():
            return commands.MuteText(by, PersonId(request.target))
        case wire.AllowText():
            return commands.AllowText(by, PersonId(request.target))
        case wire.SetChatPolicy():
            return commands.SetChatPolicy(by, request.policy)
    assert_never(request)


def _audience(to: str) -> ChatTo:
    match to:
        case "everyone":
            return ToEveryone()
        case "facilitators":
            return ToFacilitators()
    return ToPerson(PersonId(to))
