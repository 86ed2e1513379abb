"""What one person becomes: pure steps from one person to the next, used by `apply` alone."""

from dataclasses import replace

from rooms.ids import Instant
from rooms.live import events as ev
from rooms.live.kept import NOTES, NOTES_BYTES, newest
from rooms.live.person import (
    Admitted,
    Camera,
    Closures,
    Gated,
    Invited,
    Left,
    Mic,
    Note,
    Person,
    Standing,
    Waiting,
)
from rooms.live.roster import had_seat
from rooms.live.state import RoomState
from rooms.roles import Role


def stand(person: Person, standing: Standing, version: int) -> Person:
    """Another kind of standing. What facilitators closed goes with the person, not with the seat."""
    closures = person.closures
    if isinstance(person.standing, Admitted):
        seat = person.standing
        closures = Closures(seat.mic.muted_by_facilitator, seat.camera.stopped_by_facilitator, seat.is_text_muted)
    return replace(person, standing=standing, standing_version=version, closures=closures)


def accepted(person: Person, guidelines: int, version: int) -> Person:
    person = replace(person, accepted_guidelines=guidelines)
    return stand(person, Gated(), version) if isinstance(person.standing, Invited) else person


def knocked(person: Person, event: ev.PersonKnocked, at: Instant, version: int) -> Person:
    lost_at = None if person.is_connected else at
    waiting = Waiting(since=at, was_here=event.was_here, lost_at=lost_at)
    return stand(replace(person, alias=event.alias), waiting, version)


def admitted(person: Person, alias: str, at: Instant, version: int) -> Person:
    before, closures = person.standing, person.closures
    seat = Admitted(
        since=at,
        mic=Mic(muted_by_self=True, muted_by_facilitator=closures.mic),
        camera=Camera(is_on=False, stopped_by_facilitator=closures.camera),
        is_text_muted=closures.text,
        hand_raised_at=before.hand_raised_at if isinstance(before, Waiting) else None,
        lost_at=None if person.is_connected else before.lost_at if isinstance(before, Waiting) else at,
    )
    return stand(replace(person, alias=alias), seat, version)


def sent_back(person: Person, at: Instant, version: int) -> Person:
    seat = person.standing
    if not isinstance(seat, Admitted):
        return person
    waiting = Waiting(since=at, was_here=True, hand_raised_at=seat.hand_raised_at, lost_at=seat.lost_at)
    return stand(person, waiting, version)


def readmitted(state: RoomState, person: Person, at: Instant) -> Standing:
    if had_seat(person):
        return Left(at, had_seat=True)
    return Gated() if person.accepted_guidelines == state.settings.guidelines_version else Invited()


def connected(person: Person, is_new_page: bool) -> Person:
    standing = person.standing
    if isinstance(standing, Admitted):
        standing = replace(standing, lost_at=None, is_quiet=False)
        standing = closed(standing) if is_new_page else standing
    elif isinstance(standing, Waiting):
        standing = replace(standing, lost_at=None)
    return replace(person, standing=standing, is_connected=True)


def disconnected(person: Person, at: Instant) -> Person:
    standing = person.standing
    if isinstance(standing, Admitted | Waiting):
        standing = replace(standing, lost_at=at)
    return replace(person, standing=standing, is_connected=False)


def role_changed(person: Person, role: Role, at: Instant, version: int) -> Person:
    standing = person.standing
    if not role.may_facilitate and isinstance(standing, Admitted):
        # A phase may close to participants only; what it closed for them must not open later by itself.
        standing = closed(standing)
    leads_since = at if role.may_facilitate and not person.role_by_link.may_facilitate else None
    return replace(person, role=role, standing=standing, standing_version=version, leads_since=leads_since)


def closed(seat: Admitted) -> Admitted:
    """Muted, camera off, share ended. What a facilitator closed stays closed."""
    return replace(
        seat,
        mic=replace(seat.mic, muted_by_self=True),
        camera=replace(seat.camera, is_on=False),
        is_sharing=False,
    )


def last_notes(waiting: Waiting, note: Note) -> tuple[Note, ...]:
    return newest((*waiting.notes, note), NOTES, NOTES_BYTES)


def wordless(person: Person) -> Person:
    """Without the words they left."""
    standing = person.standing
    if isinstance(standing, Waiting):
        standing = replace(standing, notes=(), held_message=None if standing.held_message is None else "")
    return replace(person, alias="", standing=standing)
