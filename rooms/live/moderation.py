"""Microphones, cameras and screens. Others may close what is somebody's; only they themself open it (features R4)."""

from typing import assert_never

from rooms.ids import Instant, PersonId
from rooms.live import events as ev
from rooms.live.commands import (
    AllowCamera,
    AllowUnmute,
    AllowUnmuteAll,
    AskToUnmute,
    LockCameras,
    MediaCommand,
    MuteAll,
    MuteParticipant,
    MuteSelf,
    StartCamera,
    StartShare,
    StopCamera,
    StopOwnCamera,
    StopShare,
    UnlockCameras,
    UnmuteSelf,
)
from rooms.live.permission import require_leader, require_open, require_rank, require_seat, seated_target
from rooms.live.person import Admitted, Person
from rooms.live.rights import may_be_heard, may_share_screen
from rooms.live.roster import seated, sharer
from rooms.live.state import RoomState
from rooms.refusals import Reason, Refused


def decide(state: RoomState, command: MediaCommand, now: Instant) -> tuple[ev.Event, ...]:
    """Raises `Refused`; see each command."""
    require_open(state)
    by = command.by
    match command:
        case MuteSelf():
            _, seat = require_seat(state, by)
            return () if seat.mic.muted_by_self else (ev.SelfMuted(by),)
        case UnmuteSelf():
            return _unmute_self(state, by)
        case StartCamera():
            return _start_camera(state, by)
        case StopOwnCamera():
            _, seat = require_seat(state, by)
            return (ev.CameraEnded(by),) if seat.camera.is_on else ()
        case StartShare():
            return _start_share(state, by)
        case StopShare():
            return _stop_share(state, by, command.target)
        case MuteParticipant():
            _, seat = _target(state, by, command.target)
            return () if seat.mic.muted_by_facilitator else (ev.ParticipantMuted(command.target),)
        case MuteAll():
            require_leader(state, by)
            return tuple(
                ev.ParticipantMuted(person.id)
                for person, seat in seated(state)
                if not person.role.may_facilitate and not seat.mic.muted_by_facilitator
            )
        case AllowUnmute():
            _, seat = _target(state, by, command.target)
            return (ev.UnmuteAllowed(command.target),) if seat.mic.muted_by_facilitator else ()
        case AllowUnmuteAll():
            require_leader(state, by)
            return tuple(
                ev.UnmuteAllowed(person.id)
                for person, seat in seated(state)
                if not person.role.may_facilitate and seat.mic.muted_by_facilitator
            )
        case AskToUnmute():
            return _ask(state, by, command.target)
        case StopCamera():
            _, seat = _target(state, by, command.target)
            return () if seat.camera.stopped_by_facilitator else (ev.CameraStopped(command.target),)
        case AllowCamera():
            _, seat = _target(state, by, command.target)
            return (ev.CameraAllowed(command.target),) if seat.camera.stopped_by_facilitator else ()
        case LockCameras():
            require_leader(state, by)
            return () if state.cameras_locked else (ev.CamerasLocked(),)
        case UnlockCameras():
            require_leader(state, by)
            return (ev.CamerasUnlocked(),) if state.cameras_locked else ()
        case _:
            assert_never(command)


def _target(state: RoomState, by: PersonId, target: PersonId) -> tuple[Person, Admitted]:
    leader = require_leader(state, by)
    person, seat = seated_target(state, target)
    require_rank(leader, person)
    return person, seat


def _require_open_now(state: RoomState, person: Person, seat: Admitted) -> None:
    """What is opened is open at once: nothing is armed for later, so nobody is heard by surprise."""
    if seat.on_break:
        raise Refused(Reason.ON_A_BREAK)
    if not may_be_heard(state.phase, person):
        raise Refused(Reason.WRONG_PHASE)


def _unmute_self(state: RoomState, by: PersonId) -> tuple[ev.Event, ...]:
    person, seat = require_seat(state, by)
    if seat.mic.muted_by_facilitator:
        raise Refused(Reason.MUTED_BY_FACILITATOR)
    _require_open_now(state, person, seat)
    return (ev.SelfUnmuted(by),) if seat.mic.muted_by_self else ()


def _start_camera(state: RoomState, by: PersonId) -> tuple[ev.Event, ...]:
    person, seat = require_seat(state, by)
    if seat.camera.stopped_by_facilitator:
        raise Refused(Reason.CAMERA_STOPPED)
    if state.cameras_locked and not person.role.may_facilitate:
        raise Refused(Reason.CAMERAS_LOCKED)
    _require_open_now(state, person, seat)
    return () if seat.camera.is_on else (ev.CameraStarted(by),)


def _start_share(state: RoomState, by: PersonId) -> tuple[ev.Event, ...]:
    person, seat = require_seat(state, by)
    if not may_share_screen(state, person):
        raise Refused(Reason.SHARE_NOT_ALLOWED)
    _require_open_now(state, person, seat)
    if seat.is_sharing:
        return ()
    if sharer(state) is not None:
        raise Refused(Reason.SHARE_TAKEN)
    return (ev.ShareStarted(by),)


def _stop_share(state: RoomState, by: PersonId, target: PersonId) -> tuple[ev.Event, ...]:
    _, seat = require_seat(state, by) if by == target else _target(state, by, target)
    return (ev.ShareStopped(target),) if seat.is_sharing else ()


def _ask(state: RoomState, by: PersonId, target: PersonId) -> tuple[ev.Event, ...]:
    person, seat = _target(state, by, target)
    _require_open_now(state, person, seat)
    allowed: tuple[ev.Event, ...] = (ev.UnmuteAllowed(target),) if seat.mic.muted_by_facilitator else ()
    return (*allowed, ev.UnmuteAsked(target)) if seat.mic.muted_by_self else allowed
