"""What time alone does to a room. Every timer is the room's, none a person's (features R12)."""

from collections.abc import Callable, Iterator
from typing import NamedTuple, assert_never

from rooms.ids import Instant
from rooms.live import events as ev
from rooms.live.consequences import back_to_doors
from rooms.live.person import Admitted, Person, Waiting
from rooms.live.phase import (
    AwaitingFacilitator,
    Canceled,
    CancelReason,
    Closing,
    DoorsOpen,
    Ended,
    EndReason,
    Held,
    Live,
    Paused,
    Ready,
    Scheduled,
)
from rooms.live.phases import ended, resumed
from rooms.live.roster import had_seat, is_led, is_over
from rooms.live.state import RoomState
from rooms.live.timetable import CUES_MIN, closing_at, cue_at, early_start_at, latest_end


class Deadline(NamedTuple):
    """At `at`, `happens(now)` makes the events. `now` is `at`, or later if the room came too late to it."""

    at: Instant
    happens: Callable[[Instant], tuple[ev.Event, ...]]


def next_deadline(state: RoomState) -> Instant | None:
    """When `due` next has something to say; None for a room that is over."""
    deadline = _next(state)
    return None if deadline is None else deadline.at


def due(state: RoomState, now: Instant) -> tuple[ev.Event, ...]:
    """What the earliest deadline brings, if it has come; empty otherwise."""
    deadline = _next(state)
    return () if deadline is None or deadline.at > now else deadline.happens(now)


def _next(state: RoomState) -> Deadline | None:
    return min(_deadlines(state), key=lambda deadline: deadline.at, default=None)


def _deadlines(state: RoomState) -> Iterator[Deadline]:
    """All of them; of those at the same instant the first given comes first."""
    if is_over(state):
        return
    yield from _of_phase(state)
    for person in state.people.values():
        if isinstance(person.standing, Admitted | Waiting) and person.standing.lost_at is not None:
            yield from _of_lost(state, person, person.standing, person.standing.lost_at)


def _of_lost(state: RoomState, person: Person, standing: Admitted | Waiting, lost_at: Instant) -> Iterator[Deadline]:
    if isinstance(standing, Admitted) and not standing.is_quiet:
        yield Deadline(Instant(lost_at + state.settings.quiet_signal_ms), _always((ev.SeatQuieted(person.id),)))
    left = ev.PersonLeft(person.id, had_seat=had_seat(person))
    yield Deadline(Instant(lost_at + state.settings.seat_hold_ms), _always((left,)))


def _of_phase(state: RoomState) -> Iterator[Deadline]:
    settings, phase = state.settings, state.phase
    schedule = settings.schedule
    match phase:
        case Scheduled():
            yield Deadline(schedule.doors_at, _always((ev.PhaseChanged(DoorsOpen()),)))
        case DoorsOpen():
            yield Deadline(schedule.start_at, _always((ev.PhaseChanged(AwaitingFacilitator()),)))
        case AwaitingFacilitator():
            reason = CancelReason.TOO_FEW if settings.is_peer_held else CancelReason.NO_FACILITATOR
            yield Deadline(Instant(schedule.start_at + settings.absent_cancel_ms), lambda now: _canceled(now, reason))
            if not settings.is_peer_held and not phase.backups_paged:
                yield Deadline(Instant(schedule.start_at + settings.absent_page_ms), _always((ev.BackupsPaged(),)))
        case Ready():
            yield from _of_ready(state, phase)
        case Live() | Paused() | Held() | Closing():
            yield from _of_started(state, phase)
        case Ended() | Canceled():
            return
        case _:
            assert_never(phase)


def _of_ready(state: RoomState, phase: Ready) -> Iterator[Deadline]:
    settings = state.settings
    if is_led(state):
        yield Deadline(settings.schedule.start_at, _always((ev.PhaseChanged(Live()),)))
        if not phase.may_start:
            yield Deadline(early_start_at(settings), _always((ev.PhaseChanged(Ready(may_start=True)),)))
    elif state.last_facilitator_lost_at is not None:
        yield Deadline(
            Instant(state.last_facilitator_lost_at + settings.lost_grace_ms), lambda now: back_to_doors(state, now)
        )


def _of_started(state: RoomState, phase: Live | Paused | Held | Closing) -> Iterator[Deadline]:
    settings, lost_at = state.settings, state.last_facilitator_lost_at
    yield Deadline(latest_end(settings), lambda now: ended(EndReason.TIME_IS_UP, now))
    if isinstance(phase, Held):
        yield Deadline(Instant(phase.since + settings.hold_limit_ms), lambda now: ended(EndReason.NO_FACILITATOR, now))
    elif lost_at is not None:
        yield Deadline(Instant(lost_at + settings.lost_grace_ms), lambda now: _grace_over(state, phase, now))
    if isinstance(phase, Live):
        yield Deadline(closing_at(settings), _always((ev.PhaseChanged(Closing()),)))
    for minutes in CUES_MIN:
        if minutes not in state.cues_given:
            yield Deadline(cue_at(settings, minutes), _always((ev.MinutesLeft(minutes),)))


def _grace_over(state: RoomState, phase: Live | Paused | Closing, now: Instant) -> tuple[ev.Event, ...]:
    match phase:
        case Paused() if state.settings.is_peer_held:
            return (ev.FacilitatorBack(), ev.PhaseChanged(resumed(state, phase, now)))
        case Paused(resume_to=resume_to):
            return (ev.PhaseChanged(Held(now, resume_to)),)
        case Live():
            return (ev.PhaseChanged(Held(now, "live")),)
        case Closing():
            return (ev.PhaseChanged(Held(now, "closing")),)


def _canceled(now: Instant, reason: CancelReason) -> tuple[ev.Event, ...]:
    return (ev.PhaseChanged(Canceled(now, reason)), ev.ChatErased())


def _always(events: tuple[ev.Event, ...]) -> Callable[[Instant], tuple[ev.Event, ...]]:
    return lambda now: events
