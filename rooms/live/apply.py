"""The only code that changes a room: one recorded event in, the next state out. Total: an event is never refused."""

from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from rooms.ids import Instant, PersonId
from rooms.live import events as ev
from rooms.live import person_changes as change
from rooms.live.kept import CHAT_BYTES, CHAT_LINES, newest
from rooms.live.person import (
    Admitted,
    Camera,
    Declined,
    Left,
    Mic,
    Person,
    Removed,
    Waiting,
)
from rooms.live.phase import AwaitingFacilitator, Live, Phase
from rooms.live.roster import had_seat, has_started, is_running
from rooms.live.state import RoomState
from rooms.live.timetable import cues_past


def apply(state: RoomState, recorded: ev.Recorded) -> RoomState:
    """The state after `recorded`, at its version."""
    event, at, version = recorded.event, recorded.at, recorded.version
    state = replace(state, version=version)
    match event:
        # entry and seat
        case ev.PersonIntroduced():
            return _introduced(state, event)
        case ev.PersonForgotten():
            return replace(state, people={id: p for id, p in state.people.items() if id != event.person})
        case ev.GuidelinesAccepted():
            return _person(state, event.person, lambda p: change.accepted(p, event.version, version))
        case ev.PersonKnocked():
            return _person(state, event.person, lambda p: change.knocked(p, event, at, version))
        case ev.WaitingHeld():
            held = event.message
            return _wait(state, event.person, lambda w: replace(w, held_message=held), touched=version)
        case ev.NoteSent():
            return _wait(state, event.person, lambda w: replace(w, notes=change.last_notes(w, event.note)))
        case ev.WaitingMessaged():
            return replace(state, waiting_notice=event.text)
        case ev.PersonAdmitted():
            return _person(state, event.person, lambda p: change.admitted(p, event.alias, at, version))
        case ev.PersonDeclined():
            return _person(state, event.person, lambda p: change.stand(p, Declined(at, had_seat(p)), version))
        case ev.PersonSentBack():
            return _person(state, event.person, lambda p: change.sent_back(p, at, version))
        case ev.PersonRemoved():
            return _person(state, event.person, lambda p: change.stand(p, Removed(at, had_seat(p)), version))
        case ev.PersonReadmitted():
            return _person(state, event.person, lambda p: change.stand(p, change.readmitted(state, p, at), version))
        case ev.PersonLeft():
            return _person(state, event.person, lambda p: change.stand(p, Left(at, event.had_seat), version))
        case ev.PersonConnected():
            return _person(state, event.person, lambda p: change.connected(p, event.is_new_page))
        case ev.PersonDisconnected():
            return _person(state, event.person, lambda p: change.disconnected(p, at))
        case ev.SeatQuieted():
            return _seat(state, event.person, lambda s: replace(s, is_quiet=True))
        case ev.PersonRenamed():
            return _person(state, event.person, lambda p: replace(p, alias=event.alias))
        case ev.RoleChanged():
            return _person(state, event.person, lambda p: change.role_changed(p, event.role, at, version))
        case ev.BreakTaken():
            return _seat(state, event.person, lambda s: replace(change.closed(s), on_break=True))
        case ev.BreakEnded():
            return _seat(state, event.person, lambda s: replace(s, on_break=False))
        case ev.HandRaised():
            return _seat(state, event.person, lambda s: replace(s, hand_raised_at=at))
        case ev.HandLowered():
            return _seat(state, event.person, lambda s: replace(s, hand_raised_at=None))

        # microphones, cameras, screens
        case ev.SelfMuted():
            return _seat(state, event.person, lambda s: replace(s, mic=replace(s.mic, muted_by_self=True)))
        case ev.SelfUnmuted():
            return _seat(state, event.person, lambda s: replace(s, mic=replace(s.mic, muted_by_self=False)))
        case ev.ParticipantMuted():
            # Both bits: else to allow speaking again would open the microphone (features R4).
            return _seat(state, event.person, lambda s: replace(s, mic=Mic(True, True)), touched=version)
        case ev.UnmuteAllowed():
            return _seat(state, event.person, lambda s: replace(s, mic=replace(s.mic, muted_by_facilitator=False)))
        case ev.UnmuteAsked() | ev.LinkFlagged():
            return state
        case ev.CameraStarted():
            return _seat(state, event.person, lambda s: replace(s, camera=replace(s.camera, is_on=True)))
        case ev.CameraEnded():
            return _seat(state, event.person, lambda s: replace(s, camera=replace(s.camera, is_on=False)))
        case ev.CameraStopped():
            return _seat(state, event.person, lambda s: replace(s, camera=Camera(False, True)), touched=version)
        case ev.CameraAllowed():
            return _seat(
                state, event.person, lambda s: replace(s, camera=replace(s.camera, stopped_by_facilitator=False))
            )
        case ev.CamerasLocked():
            return replace(_cameras_off(state), cameras_locked=True, phase_version=version)
        case ev.CamerasUnlocked():
            return replace(state, cameras_locked=False)
        case ev.ShareStarted():
            return _seat(state, event.person, lambda s: replace(s, is_sharing=True))
        case ev.ShareStopped():
            return _seat(state, event.person, lambda s: replace(s, is_sharing=False))

        # the room
        case ev.PhaseChanged():
            return _phase_changed(state, event.phase, at)
        case ev.Rescheduled():
            return replace(state, settings=event.settings, phase_version=version)
        case ev.EntryLocked():
            return replace(state, is_entry_locked=True, phase_version=version)
        case ev.EntryUnlocked():
            return replace(state, is_entry_locked=False)
        case ev.EndMoved():
            return _end_moved(state, event.end_at, at)
        case ev.MinutesLeft():
            return replace(state, cues_given=(*state.cues_given, event.minutes))
        case ev.BackupsPaged():
            return replace(state, phase=AwaitingFacilitator(backups_paged=True))
        case ev.LastFacilitatorLost():
            return replace(state, last_facilitator_lost_at=at)
        case ev.FacilitatorBack():
            return replace(state, last_facilitator_lost_at=None)

        # words
        case ev.ChatPosted():
            return replace(state, chat=newest((*state.chat, event.line), CHAT_LINES, CHAT_BYTES))
        case ev.ChatDeleted():
            return replace(state, chat=tuple(line for line in state.chat if line.id != event.message))
        case ev.ChatErased():
            return _erased(state)
        case ev.TextMuted():
            return _seat(state, event.person, lambda s: replace(s, is_text_muted=True), touched=version)
        case ev.TextAllowed():
            return _seat(state, event.person, lambda s: replace(s, is_text_muted=False))
        case ev.ChatPolicySet():
            settings = replace(state.settings, chat_policy=event.policy)
            return replace(state, settings=settings, phase_version=version)
        case _:
            assert_never(event)


# --- one person --------------------------------------------------------------------------------------------------
def _person(state: RoomState, person: PersonId, to: Callable[[Person], Person]) -> RoomState:
    known = state.people.get(person)
    if known is None:
        return state
    return replace(state, people={**state.people, person: to(known)})


def _seat(
    state: RoomState, person: PersonId, to: Callable[[Admitted], Admitted], touched: int | None = None
) -> RoomState:
    def changed(known: Person) -> Person:
        if not isinstance(known.standing, Admitted):
            return known
        version = known.standing_version if touched is None else touched
        return replace(known, standing=to(known.standing), standing_version=version)

    return _person(state, person, changed)


def _wait(
    state: RoomState, person: PersonId, to: Callable[[Waiting], Waiting], touched: int | None = None
) -> RoomState:
    def changed(known: Person) -> Person:
        if not isinstance(known.standing, Waiting):
            return known
        version = known.standing_version if touched is None else touched
        return replace(known, standing=to(known.standing), standing_version=version)

    return _person(state, person, changed)


def _introduced(state: RoomState, event: ev.PersonIntroduced) -> RoomState:
    known = state.people.get(event.person)
    if known is None:
        person = Person(event.person, event.role, event.role, event.alias, standing_version=state.version)
    else:
        # The link grants more than before. Whoever is inside starts with it closed: nothing opens by a report.
        standing = known.standing
        if isinstance(standing, Admitted):
            standing = change.closed(standing)
        person = replace(
            known, role=event.role, role_by_link=event.role, standing=standing, standing_version=state.version
        )
    return replace(state, people={**state.people, event.person: person})


# --- the room ----------------------------------------------------------------------------------------------------
def _phase_changed(state: RoomState, phase: Phase, at: Instant) -> RoomState:
    after = replace(state, phase=phase, phase_version=state.version)
    cues = cues_past(state.settings, at) if isinstance(phase, Live) and not has_started(state) else state.cues_given
    lost_at = state.last_facilitator_lost_at if is_running(after) else None
    return replace(after, cues_given=cues, last_facilitator_lost_at=lost_at)


def _end_moved(state: RoomState, end_at: Instant, at: Instant) -> RoomState:
    schedule = replace(state.settings.schedule, end_at=end_at)
    settings = replace(state.settings, schedule=schedule)
    return replace(state, settings=settings, cues_given=cues_past(settings, at), phase_version=state.version)


def _cameras_off(state: RoomState) -> RoomState:
    """A lock switches off, so that its end starts nobody's camera."""

    def off(person: Person) -> Person:
        if person.role.may_facilitate or not isinstance(person.standing, Admitted):
            return person
        camera = replace(person.standing.camera, is_on=False)
        return replace(person, standing=replace(person.standing, camera=camera))

    return replace(state, people={person.id: off(person) for person in state.people.values()})


def _erased(state: RoomState) -> RoomState:
    people = {person.id: change.wordless(person) for person in state.people.values()}
    return replace(state, people=people, chat=(), waiting_notice="")
