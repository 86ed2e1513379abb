"""What webhooks can hear of, and what each notice holds: opaque ids, an instant, nothing that anybody wrote."""

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum

from rooms.ids import Instant, SessionId
from rooms.live import events as ev
from rooms.live.phase import Canceled, DoorsOpen, Ended, Held, Live
from server.api.moments import rfc3339


class Event(StrEnum):
    SESSION_SCHEDULED = "session.scheduled"
    SESSION_MOVED = "session.moved"
    SESSION_DOORS_OPEN = "session.doors-open"
    SESSION_STARTED = "session.started"
    SESSION_HELD = "session.held"
    SESSION_ENDED = "session.ended"
    SESSION_CANCELED = "session.canceled"
    PARTICIPANT_WAITING = "participant.waiting"
    PARTICIPANT_JOINED = "participant.joined"
    PARTICIPANT_LEFT = "participant.left"
    PARTICIPANT_REMOVED = "participant.removed"
    PLACE_ASKED = "place.asked"
    PLACE_GIVEN = "place.given"
    LEAD_WANTED = "lead.wanted"
    BACKUP_WANTED = "backup.wanted"
    LEAD_ACCEPTED = "lead.accepted"
    NOBODY_LEADS = "nobody.leads"


# Once a session: a room also becomes live again after a pause, and that is no second start.
ONCE = frozenset({Event.SESSION_DOORS_OPEN, Event.SESSION_STARTED, Event.SESSION_ENDED, Event.SESSION_CANCELED})


def read_events(text: str) -> frozenset[Event]:
    """As stored: words, separated by spaces."""
    known = {event.value: event for event in Event}
    return frozenset(known[word] for word in text.split() if word in known)


def write_events(events: frozenset[Event]) -> str:
    return " ".join(sorted(events))


def notice_id(event: Event, session: SessionId) -> str | None:
    """The same each time for what happens once a session; None for the rest, which gets a new one."""
    if event not in ONCE:
        return None
    return "n_" + hashlib.sha256(f"{event.value} {session}".encode()).hexdigest()[:32]


def payload_of(notice: str, event: str, at: Instant, ids: Mapping[str, str]) -> str:
    """The body: `id` is the same for every webhook that hears it, so that a receiver can drop what it has."""
    body = {"id": notice, "event": event, "at": rfc3339(at), "about": dict(sorted(ids.items()))}
    return json.dumps(body, separators=(",", ":"))


def of_room(session: SessionId, recorded: ev.Recorded) -> tuple[Event, dict[str, str]] | None:
    """What other programs may hear of something that happened in a room."""
    about = {"session": str(session)}
    match recorded.event:
        case ev.PhaseChanged(phase=DoorsOpen()):
            return Event.SESSION_DOORS_OPEN, about
        case ev.PhaseChanged(phase=Live()):
            return Event.SESSION_STARTED, about
        case ev.PhaseChanged(phase=Held()):
            return Event.SESSION_HELD, about
        case ev.PhaseChanged(phase=Ended()):
            return Event.SESSION_ENDED, about
        case ev.PhaseChanged(phase=Canceled()):
            return Event.SESSION_CANCELED, about
        case ev.PersonKnocked(person=person):
            return Event.PARTICIPANT_WAITING, about | {"participant": str(person)}
        case ev.PersonAdmitted(person=person):
            return Event.PARTICIPANT_JOINED, about | {"participant": str(person)}
        case ev.PersonLeft(person=person, had_seat=True):
            return Event.PARTICIPANT_LEFT, about | {"participant": str(person)}
        case ev.PersonRemoved(person=person):
            return Event.PARTICIPANT_REMOVED, about | {"participant": str(person)}
        case _:
            return None
