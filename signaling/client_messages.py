"""What a page may say: one type per message, told apart by `type`, nothing unknown accepted, every string bounded."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from rooms.live.settings import ChatPolicy

PROTOCOL = 1

PersonRef = Annotated[str, Field(pattern=r"^p_[A-Za-z0-9_-]{8,40}$")]
MessageRef = Annotated[str, Field(pattern=r"^m_[A-Za-z0-9_-]{8,40}$")]
Token = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{16,128}$")]
Alias = Annotated[str, Field(min_length=1, max_length=40)]
Line = Annotated[str, Field(min_length=1, max_length=4_000)]
Words = Annotated[str, Field(max_length=500)]
RequestId = Annotated[int, Field(ge=0, le=2**53)]
Sdp = Annotated[str, Field(max_length=48_000)]


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Hello(_Message):
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


class Ping(_Message):
    """Asks for `pong`, so that a page notices a dead connection."""

    type: Literal["ping"]


class _Request(_Message):
    """Answered by exactly one `ok` or `refused` with the same `id`.

    `seen` is the `version` of the newest view the page had: where somebody else changed the subject of a permissive
    command after it, the answer is `stale-version`.
    """

    id: RequestId
    seen: int | None = None


class _OnPerson(_Request):
    target: PersonRef


class AcceptGuidelines(_Request):
    type: Literal["accept-guidelines"]
    version: int


class Knock(_Request):
    type: Literal["knock"]
    alias: Alias


class Enter(_Request):
    type: Literal["enter"]
    alias: Alias


class Admit(_Request):
    type: Literal["admit"]
    targets: Annotated[tuple[PersonRef, ...], Field(min_length=1, max_length=100, strict=False)]


class AdmitAll(_Request):
    type: Literal["admit-all"]


class HoldWaiting(_OnPerson):
    type: Literal["hold-waiting"]
    message: Words = ""


class Decline(_OnPerson):
    type: Literal["decline"]
    reason: Words = ""


class SendBack(_OnPerson):
    type: Literal["send-back"]


class MessageWaiting(_Request):
    type: Literal["message-waiting"]
    text: Words


class SendNote(_OnPerson):
    """A waiting person names themself as `target`."""

    type: Literal["send-note"]
    text: Annotated[str, Field(min_length=1, max_length=500)]


class MuteSelf(_Request):
    type: Literal["mute-self"]


class UnmuteSelf(_Request):
    type: Literal["unmute-self"]


class MuteParticipant(_OnPerson):
    type: Literal["mute-participant"]


class MuteAll(_Request):
    type: Literal["mute-all"]


class AllowUnmute(_OnPerson):
    type: Literal["allow-unmute"]


class AllowUnmuteAll(_Request):
    type: Literal["allow-unmute-all"]


class AskToUnmute(_OnPerson):
    type: Literal["ask-to-unmute"]


class StartCamera(_Request):
    type: Literal["start-camera"]


class StopOwnCamera(_Request):
    type: Literal["stop-own-camera"]


class StopCamera(_OnPerson):
    type: Literal["stop-camera"]


class AllowCamera(_OnPerson):
    type: Literal["allow-camera"]


class LockCameras(_Request):
    type: Literal["lock-cameras"]


class UnlockCameras(_Request):
    type: Literal["unlock-cameras"]


class StartShare(_Request):
    type: Literal["start-share"]


class StopShare(_OnPerson):
    type: Literal["stop-share"]


class RaiseHand(_Request):
    type: Literal["raise-hand"]


class LowerHand(_OnPerson):
    type: Literal["lower-hand"]


class Rename(_Request):
    type: Literal["rename"]
    alias: Alias


class TakeBreak(_Request):
    type: Literal["take-break"]


class ReturnFromBreak(_Request):
    type: Literal["return-from-break"]


class Leave(_Request):
    type: Literal["leave"]


class StartSession(_Request):
    type: Literal["start-session"]


class PauseRoom(_Request):
    type: Literal["pause-room"]


class ResumeRoom(_Request):
    type: Literal["resume-room"]


class LockEntry(_Request):
    type: Literal["lock-entry"]


class UnlockEntry(_Request):
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


class Extend(_Request):
    type: Literal["extend"]
    minutes: Annotated[int, Field(ge=1, le=60)]


class BeginClosing(_Request):
    type: Literal["begin-closing"]


class EndSession(_Request):
    type: Literal["end-session"]


class PostChat(_Request):
    """`to` is "everyone", "facilitators" or a person's id."""

    type: Literal["post-chat"]
    text: Line
    to: Literal["everyone", "facilitators"] | PersonRef = "everyone"


class DeleteChat(_Request):
    type: Literal["delete-chat"]
    message: MessageRef


class MuteText(_OnPerson):
    type: Literal["mute-text"]


class AllowText(_OnPerson):
    type: Literal["allow-text"]


class SetChatPolicy(_Request):
    type: Literal["set-chat-policy"]
    policy: Annotated[ChatPolicy, Field(strict=False)]


class Answer(_Request):
    """The browser's SDP answer to an `offer`."""

    type: Literal["answer"]
    transport: int
    generation: int
    sdp: Sdp


class SetView(_Request):
    """What the page shows, most important first; what is not shown is not sent. `cameras` null: not decided yet."""

    type: Literal["set-view"]
    cameras: Annotated[tuple[PersonRef, ...], Field(max_length=25, strict=False)] | None
    screen: bool = True


class ReplaceTransport(_Request):
    """Asks for a fresh media transport in place of `transport`. Idempotent: an older number is answered `ok`."""

    type: Literal["replace-transport"]
    transport: int


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
MediaRequest = Answer | SetView | ReplaceTransport
ClientMessage = Hello | Ping | RoomRequest | MediaRequest
CLIENT_MESSAGE: TypeAdapter[ClientMessage] = TypeAdapter(Annotated[ClientMessage, Field(discriminator="type")])
