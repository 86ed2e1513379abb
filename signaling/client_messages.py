"""What a page may say: one type per message, told apart by `type`, nothing unknown accepted, every string bounded."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from rooms.live.settings import ChatPolicy
from signaling.client_media import Answer, QualityReport, ReplaceTransport, RestartIce, Viewing
from signaling.client_parts import ClientPart, PersonRef, Request

PROTOCOL = 1

MessageRef = Annotated[str, Field(pattern=r"^m_[A-Za-z0-9_-]{8,40}$")]
Token = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{16,128}$")]
Alias = Annotated[str, Field(min_length=1, max_length=40)]
Line = Annotated[str, Field(min_length=1, max_length=4_000)]
Words = Annotated[str, Field(max_length=500)]


class Hello(ClientPart):
    """The first frame, within 5 s.

    `ticket` proves who the person is (single use, 30 s); `resume` is what the last `welcome` gave, so that the same tab
    is known again after a reload or a lost socket. `page` says whether the page lived through the break ("same") or is
    new, and then starts muted. `transport` is the media transport the page still holds. `take_over` moves the seat here
    from another tab or device.
    """

    type: Literal["hello"]
    protocol: int
    ticket: Token | None = None
    resume: Token | None = None
    page: Literal["new", "same"] = "new"
    transport: int | None = None
    take_over: bool = False


class Ping(ClientPart):
    """Asks for `pong`, so that a page notices a dead connection."""

    type: Literal["ping"]


class _OnPerson(Request):
    target: PersonRef


class AcceptGuidelines(Request):
    type: Literal["accept-guidelines"]
    version: int


class Knock(Request):
    type: Literal["knock"]
    alias: Alias


class Enter(Request):
    type: Literal["enter"]
    alias: Alias


class Admit(Request):
    type: Literal["admit"]
    targets: Annotated[tuple[PersonRef, ...], Field(min_length=1, max_length=100, strict=False)]


class AdmitAll(Request):
    type: Literal["admit-all"]


class HoldWaiting(_OnPerson):
    type: Literal["hold-waiting"]
    message: Words = ""


class Decline(_OnPerson):
    type: Literal["decline"]
    reason: Words = ""


class SendBack(_OnPerson):
    type: Literal["send-back"]


class MessageWaiting(Request):
    type: Literal["message-waiting"]
    text: Words


class SendNote(_OnPerson):
    """A waiting person names themself as `target`."""

    type: Literal["send-note"]
    text: Annotated[str, Field(min_length=1, max_length=500)]


class MuteSelf(Request):
    type: Literal["mute-self"]


class UnmuteSelf(Request):
    type: Literal["unmute-self"]


class MuteParticipant(_OnPerson):
    type: Literal["mute-participant"]


class MuteAll(Request):
    type: Literal["mute-all"]


class AllowUnmute(_OnPerson):
    type: Literal["allow-unmute"]


class AllowUnmuteAll(Request):
    type: Literal["allow-unmute-all"]


class AskToUnmute(_OnPerson):
    type: Literal["ask-to-unmute"]


class StartCamera(Request):
    type: Literal["start-camera"]


class StopOwnCamera(Request):
    type: Literal["stop-own-camera"]


class StopCamera(_OnPerson):
    type: Literal["stop-camera"]


class AllowCamera(_OnPerson):
    type: Literal["allow-camera"]


class LockCameras(Request):
    type: Literal["lock-cameras"]


class UnlockCameras(Request):
    type: Literal["unlock-cameras"]


class StartShare(Request):
    type: Literal["start-share"]


class StopShare(_OnPerson):
    type: Literal["stop-share"]


class RaiseHand(Request):
    type: Literal["raise-hand"]


class LowerHand(_OnPerson):
    type: Literal["lower-hand"]


class Rename(Request):
    type: Literal["rename"]
    alias: Alias


class TakeBreak(Request):
    type: Literal["take-break"]


class ReturnFromBreak(Request):
    type: Literal["return-from-break"]


class Leave(Request):
    type: Literal["leave"]


class StartSession(Request):
    type: Literal["start-session"]


class PauseRoom(Request):
    type: Literal["pause-room"]


class ResumeRoom(Request):
    type: Literal["resume-room"]


class LockEntry(Request):
    type: Literal["lock-entry"]


class UnlockEntry(Request):
    type: Literal["unlock-entry"]


class Remove(_OnPerson):
    type: Literal["remove"]
    reason: Words = ""


class Readmit(_OnPerson):
    type: Literal["readmit"]


class Promote(_OnPerson):
    type: Literal["promote"]


class Demote(_OnPerson):
    type: Literal["demote"]


class Extend(Request):
    type: Literal["extend"]
    minutes: Annotated[int, Field(ge=1, le=60)]


class BeginClosing(Request):
    type: Literal["begin-closing"]


class EndSession(Request):
    type: Literal["end-session"]


class PostChat(Request):
    """`to` is "everyone", "facilitators" or a person's id."""

    type: Literal["post-chat"]
    text: Line
    to: Literal["everyone", "facilitators"] | PersonRef = "everyone"


class DeleteChat(Request):
    type: Literal["delete-chat"]
    message: MessageRef


class MuteText(_OnPerson):
    type: Literal["mute-text"]


class AllowText(_OnPerson):
    type: Literal["allow-text"]


class SetChatPolicy(Request):
    type: Literal["set-chat-policy"]
    policy: Annotated[ChatPolicy, Field(strict=False)]


RoomRequest = (
    AcceptGuidelines
    | Knock
    | Enter
    | Admit
    | AdmitAll
    | HoldWaiting
    | Decline
    | SendBack
    | MessageWaiting
    | SendNote
    | MuteSelf
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
    | RaiseHand
    | LowerHand
    | Rename
    | TakeBreak
    | ReturnFromBreak
    | Leave
    | StartSession
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
    | PostChat
    | DeleteChat
    | MuteText
    | AllowText
    | SetChatPolicy
)
MediaRequest = Answer | Viewing | QualityReport | ReplaceTransport | RestartIce
ClientMessage = Hello | Ping | RoomRequest | MediaRequest
CLIENT_MESSAGE: TypeAdapter[ClientMessage] = TypeAdapter(Annotated[ClientMessage, Field(discriminator="type")])
