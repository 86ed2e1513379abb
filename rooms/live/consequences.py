"""What follows at once from what is true now: who leads, and a group that holds itself (docs/adr/0001).

Nobody asks for these events; `room` records them after every command and every deadline, until none is left.
"""

from typing import Literal, assert_never

from rooms.ids import Instant
from rooms.live import events as ev
from rooms.live.admission import admitted_together
from rooms.live.person import Declined, Person, Removed
from rooms.live.phase import (
    AwaitingFacilitator,
    Canceled,
    Closing,
    DoorsOpen,
    Ended,
    Held,
    Live,
    Paused,
    Ready,
    Scheduled,
)
from rooms.live.phases import resumed
from rooms.live.roster import has_facilitator_seat, is_led, seated, waiting
from rooms.live.state import RoomState
from rooms.live.timetable import early_start_at, is_late


def follow(state: RoomState, now: Instant) -> tuple[ev.Event, ...]:
    """The next events that follow at once; empty when the room is at rest."""
    phase = state.phase
    match phase:
        case Scheduled() | Ended() | Canceled():
            return ()
        case DoorsOpen():
            return (ev.PhaseChanged(_ready(state, now)),) if is_led(state) else _outside(state)
        case AwaitingFacilitator():
            if is_led(state):
                return (ev.PhaseChanged(_ready(state, now)),)
            return _outside(state) or _gathered(state, now)
        case Ready():
            return _watch_ready(state, now)
        case Live():
            return _watch_lead(state) or _self_admitted(state, now, "live")
        case Closing():
            return _watch_lead(state) or _self_admitted(state, now, "closing")
        case Paused():
            return _watch_lead(state)
        case Held():
            return (ev.FacilitatorBack(), ev.PhaseChanged(resumed(state, phase, now))) if is_led(state) else ()
        case _:
            assert_never(phase)


def back_to_doors(state: RoomState, now: Instant) -> tuple[ev.Event, ...]:
    """Nobody leads before the room was live: those who were let in wait again, first in everybody's eyes."""
    has_start_passed = now >= state.settings.schedule.start_at
    phase = AwaitingFacilitator() if has_start_passed else DoorsOpen()
    return (ev.PhaseChanged(phase), *_outside(state))


def _outside(state: RoomState) -> tuple[ev.Event, ...]:
    """Whoever sits inside and does not facilitate, a co-facilitator demoted while away among them, waits again."""
    return tuple(ev.PersonSentBack(p.id) for p, _ in seated(state) if not p.role.may_facilitate)


def _ready(state: RoomState, now: Instant) -> Ready:
    return Ready(may_start=now >= early_start_at(state.settings))


def _watch_ready(state: RoomState, now: Instant) -> tuple[ev.Event, ...]:
    if not has_facilitator_seat(state):
        return back_to_doors(state, now)
    return _lost_or_back(state)


def _watch_lead(state: RoomState) -> tuple[ev.Event, ...]:
    if state.settings.is_peer_held and not isinstance(state.phase, Paused):
        # Goes on without a facilitator; only a pause must not outlive those who could end it.
        return () if state.last_facilitator_lost_at is None else (ev.FacilitatorBack(),)
    return _lost_or_back(state)


def _lost_or_back(state: RoomState) -> tuple[ev.Event, ...]:
    is_lost = state.last_facilitator_lost_at is not None
    if is_led(state):
        return (ev.FacilitatorBack(),) if is_lost else ()
    return () if is_lost else (ev.LastFacilitatorLost(),)


def _gathered(state: RoomState, now: Instant) -> tuple[ev.Event, ...]:
    """A peer-held group begins once enough people wait."""
    coming = _coming_by_themselves(state, now, "live")
    if len(coming) < max(1, state.settings.minimum_present):
        return ()
    return (ev.PhaseChanged(Live()), *admitted_together(state, coming))


def _self_admitted(state: RoomState, now: Instant, phase: Literal["live", "closing"]) -> tuple[ev.Event, ...]:
    return admitted_together(state, _coming_by_themselves(state, now, phase))


def _coming_by_themselves(state: RoomState, now: Instant, phase: Literal["live", "closing"]) -> list[Person]:
    """Those of a peer-held group whom nobody needs to admit. Once somebody leads, or led and closed something, the
    waiting room is theirs: people asked to hold on are left to a facilitator, and so is everybody new."""
    if not state.settings.is_peer_held or has_facilitator_seat(state):
        return []
    is_somebody_out = any(isinstance(p.standing, Removed | Declined) for p in state.people.values())
    is_open_to_new = (
        phase == "live" and not state.is_entry_locked and not is_somebody_out and not is_late(state.settings, now)
    )
    return [
        person
        for person, place in waiting(state)
        if person.is_connected and place.held_message is None and (place.was_here or is_open_to_new)
    ]
