"""Permissive commands are refused when the subject changed since the caller last saw it (features R9).

Restricting is never stale: it is right whatever happened meanwhile, and a removal wins every race. `seen` is the room
version of the newest view that the caller had.
"""

from collections.abc import Iterable
from dataclasses import replace

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
    Command,
    Decline,
    Demote,
    Extend,
    HoldWaiting,
    Promote,
    Readmit,
    ResumeRoom,
    SendBack,
    SetChatPolicy,
    StartSession,
    UnlockCameras,
    UnlockEntry,
)
from rooms.live.roster import leads, seated, waiting
from rooms.live.settings import ChatPolicy
from rooms.live.state import RoomState
from rooms.refusals import Reason, Refused

OnPerson = (
    HoldWaiting | Decline | SendBack | Readmit | Promote | Demote | AllowUnmute | AskToUnmute | AllowCamera | AllowText
)
OnRoom = StartSession | ResumeRoom | Extend | BeginClosing | UnlockEntry | UnlockCameras
_WIDTH = {ChatPolicy.OFF: 0, ChatPolicy.FACILITATORS: 1, ChatPolicy.ALL: 2}


def fresh(state: RoomState, command: Command, seen: int) -> Command:
    """The command as far as its caller saw what it is about. Raises `Refused(STALE_VERSION)`.

    Admissions are narrowed to those whom the caller had seen waiting: "admit all" brings in nobody unseen. Where that
    leaves nobody who can be admitted, `room.decide` refuses with the same reason.
    """
    caller = state.people.get(command.by)
    if caller is None or not leads(caller):
        return command  # the decider refuses it; staleness would tell of others
    match command:
        case Admit(targets=targets):
            return replace(command, targets=_seen(state, targets, seen))
        case AdmitAll():
            unheld = [person.id for person, place in waiting(state) if place.held_message is None]
            return Admit(command.by, _seen(state, unheld, seen))
        case AllowUnmuteAll():
            muted = [person for person, seat in seated(state) if seat.mic.muted_by_facilitator]
            _require(all(person.standing_version <= seen for person in muted))
        case SetChatPolicy(policy=policy):
            is_wider = _WIDTH[policy] > _WIDTH[state.settings.chat_policy]
            _require(not is_wider or state.phase_version <= seen)
        case _ if isinstance(command, OnPerson):
            person = state.people.get(command.target)
            _require(person is None or person.standing_version <= seen)
        case _ if isinstance(command, OnRoom):
            _require(state.phase_version <= seen)
        case _:
            pass
    return command


def _seen(state: RoomState, targets: Iterable[PersonId], seen: int) -> tuple[PersonId, ...]:
    people = [(target, state.people.get(target)) for target in targets]
    return tuple(target for target, person in people if person is None or person.standing_version <= seen)


def _require(is_fresh: bool) -> None:
    if not is_fresh:
        raise Refused(Reason.STALE_VERSION)
