"""Rooms while they are open: who waits, who is inside, and what a facilitator may do, asked from outside.

There is no operation that opens anybody's microphone or starts their camera, and none that speaks or listens.
"""

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from rooms.ids import PersonId, SessionId
from rooms.live import commands as cmd
from rooms.live.person import Admitted, Declined, Left, Person, Removed, Waiting
from rooms.live.roster import shown_names
from rooms.live.settings import ChatPolicy
from rooms.live.state import RoomState
from rooms.live.steward import STEWARD, StewardCommand
from rooms.program.authority import Action
from rooms.roles import Role
from server.api.areas.sessions import ELSEWHERE, session_named
from server.api.moments import Moment
from server.api.operation import Call, Operation, Reply, Wire
from server.api.problems import Code, Problem
from server.api.scopes import Scope
from server.api.words import Text

TAG = "rooms"
NOTHING_YET = "This room is not open here."


class ParticipantModel(Wire):
    """One person of a room as its facilitators see them; the name is the one they chose for this session."""

    id: str
    name: str
    role: Role
    standing: Literal["waiting", "admitted", "left", "declined", "removed"]
    since: Moment | None
    is_connected: bool
    is_held: bool
    is_on_break: bool
    is_muted: bool
    is_muted_by_facilitator: bool
    has_camera_on: bool
    has_hand_up: bool


class RoomModel(Wire):
    """`version` grows with every change of the room."""

    session: str
    phase: str
    version: int
    is_entry_locked: bool
    cameras_locked: bool
    chat_policy: ChatPolicy
    participants: tuple[ParticipantModel, ...]


class MessageBody(Wire):
    message: Annotated[Text, StringConstraints(min_length=1, max_length=1_000)]


class ReasonBody(Wire):
    reason: Annotated[
        Text, StringConstraints(max_length=500), Field(description="Kept for the record, shown to nobody.")
    ] = ""


class ExtendBody(Wire):
    minutes: Annotated[int, Field(ge=1, le=60)]


class ChatPolicyBody(Wire):
    policy: ChatPolicy


def _participant(person: Person, names: dict[PersonId, str]) -> ParticipantModel | None:
    standing = person.standing
    if not isinstance(standing, Admitted | Waiting | Left | Declined | Removed):
        return None
    since = standing.since if isinstance(standing, Admitted | Waiting) else None
    seat = standing if isinstance(standing, Admitted) else None
    return ParticipantModel(
        id=person.id,
        name=names.get(person.id, person.alias),
        role=person.role,
        standing=standing.tag,
        since=since,
        is_connected=person.is_connected,
        is_held=isinstance(standing, Waiting) and standing.held_message is not None,
        is_on_break=seat is not None and seat.on_break,
        is_muted=seat is None or seat.mic.muted_by_self or seat.mic.muted_by_facilitator,
        is_muted_by_facilitator=seat is not None and seat.mic.muted_by_facilitator,
        has_camera_on=seat is not None and seat.camera.is_on,
        has_hand_up=seat is not None and seat.hand_raised_at is not None,
    )


def room_model(state: RoomState) -> RoomModel:
    names = shown_names(state)
    found = [_participant(person, names) for person in state.people.values()]
    return RoomModel(
        session=state.session,
        phase=state.phase.tag,
        version=state.version,
        is_entry_locked=state.is_entry_locked,
        cameras_locked=state.cameras_locked,
        chat_policy=state.settings.chat_policy,
        participants=tuple(one for one in found if one is not None),
    )


async def show_room(call: Call) -> Reply:
    return Reply(room_model(await _state(call)))


async def _state(call: Call) -> RoomState:
    session = await session_named(call)
    state = await call.services.rooms.state(session.id)
    if state is None:
        raise Problem(Code.CONFLICT, NOTHING_YET)
    return state


Make = Callable[[Call], StewardCommand]


class _Ask:
    """Carries one command out and answers with the room as it is then. Raises `Refused` as the room says."""

    def __init__(self, make: Make) -> None:
        self._make = make

    async def __call__(self, call: Call) -> Reply:
        session = SessionId((await session_named(call)).id)
        is_saved = await call.services.rooms.moderate(session, self._make(call))
        state = await call.services.rooms.state(session)
        if is_saved is None or state is None:
            raise Problem(Code.NOT_NOW, ELSEWHERE, headers={"Retry-After": "5"})
        if not is_saved:
            raise Problem(Code.NOT_NOW, headers={"Retry-After": "5"})
        return Reply(room_model(state))


def _who(call: Call) -> PersonId:
    return PersonId(call.path["person"])


OF_A_PERSON: tuple[tuple[str, str, Make, type[Wire] | None], ...] = (
    ("admit", "Let somebody in", lambda call: cmd.Admit(STEWARD, (_who(call),)), None),
    ("hold", "Ask somebody who waits to wait on, with a message",
     lambda call: cmd.HoldWaiting(STEWARD, _who(call), call.sent(MessageBody).message), MessageBody),
    ("decline", "Let somebody know that this session cannot take them",
     lambda call: cmd.Decline(STEWARD, _who(call), call.sent(ReasonBody).reason), ReasonBody),
    ("send-back", "Send somebody back to the waiting room", lambda call: cmd.SendBack(STEWARD, _who(call)), None),
    ("mute", "Mute somebody", lambda call: cmd.MuteParticipant(STEWARD, _who(call)), None),
    ("allow-unmute", "Let somebody speak again when they want to", lambda call: cmd.AllowUnmute(STEWARD, _who(call)),
     None),
    ("ask-to-unmute", "Ask somebody to speak; they decide", lambda call: cmd.AskToUnmute(STEWARD, _who(call)), None),
    ("stop-camera", "Stop somebody's camera", lambda call: cmd.StopCamera(STEWARD, _who(call)), None),
    ("allow-camera", "Let somebody start their camera again", lambda call: cmd.AllowCamera(STEWARD, _who(call)), None),
    ("stop-share", "Stop somebody's screen share", lambda call: cmd.StopShare(STEWARD, _who(call)), None),
    ("lower-hand", "Lower somebody's hand", lambda call: cmd.LowerHand(STEWARD, _who(call)), None),
    ("mute-text", "Keep somebody from writing", lambda call: cmd.MuteText(STEWARD, _who(call)), None),
    ("allow-text", "Let somebody write again", lambda call: cmd.AllowText(STEWARD, _who(call)), None),
    ("remove", "Remove somebody for this session",
     lambda call: cmd.Remove(STEWARD, _who(call), call.sent(ReasonBody).reason), ReasonBody),
    ("readmit", "Let somebody knock again", lambda call: cmd.Readmit(STEWARD, _who(call)), None),
    ("promote", "Make somebody a co-facilitator", lambda call: cmd.Promote(STEWARD, _who(call)), None),
    ("demote", "Make a co-facilitator a participant", lambda call: cmd.Demote(STEWARD, _who(call)), None),
)  # fmt: skip

OF_THE_ROOM: tuple[tuple[str, str, Make, type[Wire] | None], ...] = (
    ("admit-all", "Let everybody in who waits", lambda _: cmd.AdmitAll(STEWARD), None),
    ("message-waiting", "Write to everybody who waits",
     lambda call: cmd.MessageWaiting(STEWARD, call.sent(MessageBody).message), MessageBody),
    ("mute-all", "Mute everybody who does not facilitate", lambda _: cmd.MuteAll(STEWARD), None),
    ("allow-unmute-all", "Let everybody speak again when they want to", lambda _: cmd.AllowUnmuteAll(STEWARD), None),
    ("lock-cameras", "Let nobody start their camera", lambda _: cmd.LockCameras(STEWARD), None),
    ("unlock-cameras", "Let people start their cameras again", lambda _: cmd.UnlockCameras(STEWARD), None),
    ("pause", "Pause the room", lambda _: cmd.PauseRoom(STEWARD), None),
    ("resume", "Resume it, each as they were", lambda _: cmd.ResumeRoom(STEWARD), None),
    ("lock-entry", "Let nobody new knock", lambda _: cmd.LockEntry(STEWARD), None),
    ("unlock-entry", "Let people knock again", lambda _: cmd.UnlockEntry(STEWARD), None),
    ("set-chat-policy", "Say whom participants may write to",
     lambda call: cmd.SetChatPolicy(STEWARD, call.sent(ChatPolicyBody).policy), ChatPolicyBody),
    ("extend", "Give the session more time", lambda call: cmd.Extend(STEWARD, call.sent(ExtendBody).minutes),
     ExtendBody),
    ("begin-closing", "Begin to close", lambda _: cmd.BeginClosing(STEWARD), None),
    ("end", "End the session for everybody", lambda _: cmd.EndSession(STEWARD), None),
)  # fmt: skip


def _operations() -> tuple[Operation, ...]:
    room = "/sessions/{session}/room"
    refusals = frozenset({Code.REFUSED, Code.CONFLICT})
    found = [
        Operation("GET", room, "show-room", "Who waits and who is inside", TAG, Scope.ROOMS_READ, Action.LEAD,
                  show_room, answer=RoomModel, refusals=refusals)
    ]  # fmt: skip
    for verb, summary, make, body in OF_THE_ROOM:
        found.append(
            Operation("POST", f"{room}:{verb}", f"room-{verb}", summary, TAG, Scope.ROOMS_WRITE, Action.LEAD,
                      _Ask(make), body=body, answer=RoomModel, refusals=refusals)
        )  # fmt: skip
    for verb, summary, make, body in OF_A_PERSON:
        path = f"{room}/participants/{{person}}:{verb}"
        found.append(
            Operation("POST", path, f"participant-{verb}", summary, TAG, Scope.ROOMS_WRITE, Action.LEAD,
                      _Ask(make), body=body, answer=RoomModel, refusals=refusals)
        )  # fmt: skip
    return tuple(found)


OPERATIONS = _operations()
