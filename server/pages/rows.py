"""From records to what pages show of a session: its times in words and the state of its doors."""

from rooms.ids import Instant
from server.ports import Glimpse
from server.services import Services
from server.store.records import LinkRecord, SessionRecord
from web.doors import Doors, Hours, doors_of
from web.pages import LinkRow, SessionRow
from web.times import when

RUNNING = frozenset({"live", "paused", "held", "closing"})


async def hours_and_doors(services: Services, session: SessionRecord) -> tuple[Hours, Doors]:
    """The instants in force and the state, now."""
    return _hours_and_doors(services, session, await services.sessions.glimpse(session))


def _hours_and_doors(services: Services, session: SessionRecord, glimpse: Glimpse) -> tuple[Hours, Doors]:
    late_ms = session.settings.late_cutoff_ms
    hours = Hours(
        doors_at=glimpse.doors_at,
        start_at=glimpse.start_at,
        end_at=glimpse.end_at,
        late_until=None if late_ms is None else Instant(glimpse.start_at + late_ms),
    )
    return hours, doors_of(glimpse.phase, hours, services.clock.now(), session.settings.is_peer_held, glimpse.is_full)


async def row_of(services: Services, session: SessionRecord) -> SessionRow:
    glimpse = await services.sessions.glimpse(session)
    hours, doors = _hours_and_doors(services, session, glimpse)
    return SessionRow(
        id=session.id,
        title=session.title,
        starts=when(hours.start_at, session.zone),
        ends=when(hours.end_at, session.zone),
        doors=doors,
        is_peer_held=session.settings.is_peer_held,
        is_running=glimpse.phase in RUNNING,
    )


def link_row(link: LinkRecord, zone: str, now: Instant) -> LinkRow:
    state = "revoked" if link.revoked_at is not None else "expired" if link.expires_at <= now else "active"
    role = "participant" if link.role is None else link.role.value
    return LinkRow(id=link.id, label=link.label, role=role, state=state, expires=when(link.expires_at, zone))
