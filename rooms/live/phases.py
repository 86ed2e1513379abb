"""The room as a whole, by hand: start, pause, resume, lock, extend, close, end."""

from dataclasses import replace
from typing import assert_never

from rooms.ids import Instant
from rooms.live import events as ev
from rooms.live.commands import (
    BeginClosing,
    EndSession,
    Extend,
    LockEntry,
    PauseRoom,
    ResumeRoom,
    StartSession,
    UnlockEntry,
)
from rooms.live.permission import require_leader, require_open, require_phase
from rooms.live.phase import Closing, Ended, EndReason, Held, Live, Paused, Ready
from rooms.live.settings import MINUTE_MS
from rooms.live.state import RoomState
from rooms.live.timetable import closing_at, early_start_at
from rooms.refusals import Reason, Refused

LONGEST_EXTENSION_MIN = 60

PhaseCommand = StartSession | PauseRoom | ResumeRoom | LockEntry | UnlockEntry | Extend | BeginClosing | EndSession


def decide(state: RoomState, command: PhaseCommand, now: Instant) -> tuple[ev.Event, ...]:
    """Raises `Refused`; see each command."""
    require_open(state)
    require_leader(state, command.by)
    match command:
        case StartSession():
            require_phase(state, Ready)
            if now < early_start_at(state.settings):
                raise Refused(Reason.TOO_EARLY)
            return (ev.PhaseChanged(Live()),)
        case PauseRoom():
            return _pause(state, now)
        case ResumeRoom():
            if not isinstance(state.phase, Paused):
                raise Refused(Reason.WRONG_PHASE)
            return (ev.PhaseChanged(resumed(state, state.phase, now)),)
        case LockEntry():
            return () if state.is_entry_locked else (ev.EntryLocked(),)
        case UnlockEntry():
            return (ev.EntryUnlocked(),) if state.is_entry_locked else ()
        case Extend():
            return _extend(state, command.minutes, now)
        case BeginClosing():
            require_phase(state, Live)
            return (ev.PhaseChanged(Closing()),)
        case EndSession():
            require_phase(state, Live, Paused, Held, Closing)
            return ended(EndReason.BY_FACILITATOR, now)
        case _:
            assert_never(command)


def resumed(state: RoomState, rest: Paused | Held, now: Instant) -> Live | Closing:
    """Where a paused or held room goes on: it may have come to closing meanwhile."""
    is_closing = rest.resume_to == "closing" or now >= closing_at(state.settings)
    return Closing() if is_closing else Live()


def ended(reason: EndReason, at: Instant) -> tuple[ev.Event, ...]:
    return (ev.PhaseChanged(Ended(at, reason)), ev.ChatErased())


def _pause(state: RoomState, now: Instant) -> tuple[ev.Event, ...]:
    match state.phase:
        case Live():
            return (ev.PhaseChanged(Paused(now, "live")),)
        case Closing():
            return (ev.PhaseChanged(Paused(now, "closing")),)
        case Paused():
            return ()
        case _:
            raise Refused(Reason.WRONG_PHASE)


def _extend(state: RoomState, minutes: int, now: Instant) -> tuple[ev.Event, ...]:
    require_phase(state, Live, Paused, Closing)
    if not 1 <= minutes <= LONGEST_EXTENSION_MIN:
        raise Refused(Reason.NOT_PERMITTED)
    # In the overrun the minutes count from now, or "ten minutes more" could already be over.
    end_at = Instant(max(state.settings.schedule.end_at, now) + minutes * MINUTE_MS)
    settings = replace(state.settings, schedule=replace(state.settings.schedule, end_at=end_at))
    moved = ev.EndMoved(end_at)
    match state.phase:
        case Closing() if now < closing_at(settings):
            return (moved, ev.PhaseChanged(Live()))
        case Paused(since=since, resume_to="closing") if now < closing_at(settings):
            return (moved, ev.PhaseChanged(Paused(since, "live")))
        case _:
            return (moved,)
