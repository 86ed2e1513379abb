"""The only code that changes a room: one recorded event in, the next state out. Total: an event is never refused."""

from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from rooms.ids import Instant, PersonId
from rooms.live import events as ev
from rooms.live.person import (
    Admitted,
    Camera,
    Closures,
    Declined,
    Gated,
    Invited,
    Left,
    Mic,
    Note,
    Person,
    Removed,
    Standing,
    Waiting,
)
from rooms.live.phase import AwaitingFacilitator, Live, Phase
from rooms.live.roster import had_seat, has_started, is_running
from rooms.live.state import RoomState
from rooms.live.timetable import cues_past
from rooms.roles import Role

CHAT_KEPT = 500
NOTES_KEPT = 50
MIC_CLOSED = Mic(muted_by_self=True)


def apply(state: RoomState, recorded: ev.Recorded) -> RoomState:
    """The state after `recorded`, at its version."""
    event, at, version = recorded.event, recorded.at, recorded.version
    state = replace(state, version=version)
    match event:
        # entry and seat
        case ev.PersonIntroduced():
            return _introduced(state, event)
        case ev.GuidelinesAccepted():
            return _person(state, event.person, lambda p: _accepted(p, event.version, version))
        case ev.PersonKnocked():
            return _person(state, event.person, lambda p: _knocked(p, event, at, version))
        case ev.WaitingHeld():
            held = event.message
            return _wait(state, event.person, lambda w: replace(w, held_message=held), touched=version)
        case ev.NoteSent():
            return _wait(state, event.person, lambda w: replace(w, notes=_last_notes(w, event.note)))
        case ev.WaitingMessaged():
            return replace(state, waiting_notice=event.text)
        case ev.PersonAdmitted():
            return _person(state, event.person, lambda p: _admitted(p, event.alias, at, version))
        case ev.PersonDeclined():
            return _person(state, event.person, lambda p: _stand(p, Declined(at, had_seat(p)), version))
        case ev.PersonSentBack():
            return _person(state, event.person, lambda p: _sent_back(p, at, version))
        case ev.PersonRemoved():
            return _person(state, event.person, lambda p: _stand(p, Removed(at, had_seat(p)), version))
        case ev.PersonReadmitted():
            return _person(state, event.person, lambda p: _stand(p, _readmitted(state, p, at), version))
        case ev.PersonLeft():
            return _person(state, event.person, lambda p: _stand(p, Left(at, event.had_seat), version))
        case ev.PersonConnected():
            return _person(state, event.person, lambda p: _connected(p, event.is_new_page))
        case ev.PersonDisconnected():
            return _person(state, event.person, lambda p: _disconnected(p, at))
        case ev.PersonRenamed():
            return _person(state, event.person, lambda p: replace(p, alias=event.alias))
        case ev.RoleChanged():
            return _person(state, event.person, lambda p: _role_changed(p, event.role, at, version))
        case ev.BreakTaken():
            return _seat(state, event.person, lambda s: replace(_closed(s), on_break=True))
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
        case ev.UnmuteAsked():
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
            return replace(state, chat=(*state.chat, event.line)[-CHAT_KEPT:])
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
def _person(state: RoomState, person: PersonId, change: Callable[[Person], Person]) -> RoomState:
    known = state.people.get(person)
    if known is None:
        return state
    return replace(state, people={**state.people, person: change(known)})


def _seat(
    state: RoomState, person: PersonId, change: Callable[[Admitted], Admitted], touched: int | None = None
) -> RoomState:
    def changed(known: Person) -> Person:
        if not isinstance(known.standing, Admitted):
            return known
        version = known.standing_version if touched is None else touched
        return replace(known, standing=change(known.standing), standing_version=version)

    return _person(state, person, changed)


def _wait(
    state: RoomState, person: PersonId, change: Callable[[Waiting], Waiting], touched: int | None = None
) -> RoomState:
    def changed(known: Person) -> Person:
        if not isinstance(known.standing, Waiting):
            return known
        version = known.standing_version if touched is None else touched
        return replace(known, standing=change(known.standing), standing_version=version)

    return _person(state, person, changed)


def _stand(person: Person, standing: Standing, version: int) -> Person:
    """Another kind of standing. What facilitators closed goes with the person, not with the seat."""
    closures = person.closures
    if isinstance(person.standing, Admitted):
        seat = person.standing
        closures = Closures(seat.mic.muted_by_facilitator, seat.camera.stopped_by_facilitator, seat.is_text_muted)
    return replace(person, standing=standing, standing_version=version, closures=closures)


def _introduced(state: RoomState, event: ev.PersonIntroduced) -> RoomState:
    known = state.people.get(event.person)
    if known is None:
        person = Person(event.person, event.role, event.role, event.alias, standing_version=state.version)
    else:
        # The link grants more than before. Whoever is inside starts with it closed: nothing opens by a report.
        standing = known.standing
        if isinstance(standing, Admitted):
            standing = _closed(standing)
        person = replace(
            known, role=event.role, role_by_link=event.role, standing=standing, standing_version=state.version
        )
    return replace(state, people={**state.people, event.person: person})


def _accepted(person: Person, guidelines: int, version: int) -> Person:
    person = replace(person, accepted_guidelines=guidelines)
    return _stand(person, Gated(), version) if isinstance(person.standing, Invited) else person


def _knocked(person: Person, event: ev.PersonKnocked, at: Instant, version: int) -> Person:
    lost_at = None if person.is_connected else at
    waiting = Waiting(since=at, was_here=event.was_here, lost_at=lost_at)
    return _stand(replace(person, alias=event.alias), waiting, version)


def _admitted(person: Person, alias: str, at: Instant, version: int) -> Person:
    before, closures = person.standing, person.closures
    seat = Admitted(
        since=at,
        mic=Mic(muted_by_self=True, muted_by_facilitator=closures.mic),
        camera=Camera(is_on=False, stopped_by_facilitator=closures.camera),
        is_text_muted=closures.text,
        hand_raised_at=before.hand_raised_at if isinstance(before, Waiting) else None,
        lost_at=None if person.is_connected else before.lost_at if isinstance(before, Waiting) else at,
    )
    return _stand(replace(person, alias=alias), seat, version)


def _sent_back(person: Person, at: Instant, version: int) -> Person:
    seat = person.standing
    if not isinstance(seat, Admitted):
        return person
    waiting = Waiting(since=at, was_here=True, hand_raised_at=seat.hand_raised_at, lost_at=seat.lost_at)
    return _stand(person, waiting, version)


def _readmitted(state: RoomState, person: Person, at: Instant) -> Standing:
    if had_seat(person):
        return Left(at, had_seat=True)
    return Gated() if person.accepted_guidelines == state.settings.guidelines_version else Invited()


def _connected(person: Person, is_new_page: bool) -> Person:
    standing = person.standing
    if isinstance(standing, Admitted):
        standing = replace(standing, lost_at=None)
        standing = _closed(standing) if is_new_page else standing
    elif isinstance(standing, Waiting):
        standing = replace(standing, lost_at=None)
    return replace(person, standing=standing, is_connected=True)


def _disconnected(person: Person, at: Instant) -> Person:
    standing = person.standing
    if isinstance(standing, Admitted | Waiting):
        standing = replace(standing, lost_at=at)
    return replace(person, standing=standing, is_connected=False)


def _role_changed(person: Person, role: Role, at: Instant, version: int) -> Person:
    standing = person.standing
    if not role.may_facilitate and isinstance(standing, Admitted):
        # A phase may close to participants only; what it closed for them must not open later by itself.
        standing = _closed(standing)
    leads_since = at if role.may_facilitate and not person.role_by_link.may_facilitate else None
    return replace(person, role=role, standing=standing, standing_version=version, leads_since=leads_since)


def _closed(seat: Admitted) -> Admitted:
    """Muted, camera off, share ended. What a facilitator closed stays closed."""
    return replace(
        seat,
        mic=replace(seat.mic, muted_by_self=True),
        camera=replace(seat.camera, is_on=False),
        is_sharing=False,
    )


def _last_notes(waiting: Waiting, note: Note) -> tuple[Note, ...]:
    return (*waiting.notes, note)[-NOTES_KEPT:]


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
    def wordless(person: Person) -> Person:
        standing = person.standing
        if isinstance(standing, Waiting):
            standing = replace(standing, notes=(), held_message=None if standing.held_message is None else "")
        return replace(person, alias="", standing=standing)

    people = {person.id: wordless(person) for person in state.people.values()}
    return replace(state, people=people, chat=(), waiting_notice="")
