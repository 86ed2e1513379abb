"""The part of a room that only those see who lead it."""

from rooms.ids import Instant, PersonId
from rooms.live.person import Declined, Person, Removed, Waiting
from rooms.live.phase import Ready
from rooms.live.roster import seated, shown_names, waiting
from rooms.live.settings import MINUTE_MS
from rooms.live.state import RoomState
from rooms.live.views import LeadView, LedPersonView, NoteView, OutcomeKind, OutEntryView, WaitingEntryView


def lead_view(state: RoomState) -> LeadView:
    """The waiting list in order of arrival, those who are out, and what was closed for whom."""
    names = shown_names(state)
    return LeadView(
        waiting=tuple(_entry(state, person, place, names[person.id]) for person, place in waiting(state)),
        out=_out(state),
        people=tuple(
            LedPersonView(
                id=person.id,
                muted_by_facilitator=seat.mic.muted_by_facilitator,
                camera_stopped=seat.camera.stopped_by_facilitator,
                is_text_muted=seat.is_text_muted,
            )
            for person, seat in seated(state)
        ),
        is_entry_locked=state.is_entry_locked,
        may_start=isinstance(state.phase, Ready) and state.phase.may_start,
        waiting_notice=state.waiting_notice,
    )


def _entry(state: RoomState, person: Person, place: Waiting, name: str) -> WaitingEntryView:
    late_ms = place.since - state.settings.schedule.start_at
    return WaitingEntryView(
        id=person.id,
        alias=name,
        since=place.since,
        late_min=max(0, late_ms // MINUTE_MS),
        was_here=place.was_here,
        is_held=place.held_message is not None,
        is_connected=person.is_connected,
        notes=tuple(NoteView(note.id, note.is_from_facilitator, note.text) for note in place.notes),
    )


def _out(state: RoomState) -> tuple[OutEntryView, ...]:
    out: list[tuple[Instant, PersonId, OutEntryView]] = []
    for person in state.people.values():
        match person.standing:
            case Removed(at=at):
                out.append((at, person.id, OutEntryView(person.id, person.alias, OutcomeKind.REMOVED)))
            case Declined(at=at):
                out.append((at, person.id, OutEntryView(person.id, person.alias, OutcomeKind.DECLINED)))
            case _:
                pass
    return tuple(entry for _, _, entry in sorted(out, key=lambda row: row[:2]))
