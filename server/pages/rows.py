"""From records to what pages show of a session: its times in words and the state of its doors."""

from rooms.ids import Instant
from server.pages.host_words import leading, own_answer
from server.ports import Glimpse
from server.services import Services
from server.sessions import RUNNING
from server.store.dashboard import LeadFact
from server.store.records import LinkRecord, SessionRecord
from web.doors import Doors, Hours, doors_of
from web.host_pages import DateRow
from web.pages import LinkRow
from web.times import when


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


async def row_of(
    services: Services,
    session: SessionRecord,
    account: str = "",
    leads: tuple[LeadFact, ...] = (),
    attended: int | None = None,
    group_name: str = "",
) -> DateRow:
    """One date as `account` sees it; `leads` is what was said about leading it."""
    glimpse = await services.sessions.glimpse(session)
    hours, doors = _hours_and_doors(services, session, glimpse)
    is_open = glimpse.phase not in ("ended", "canceled")
    is_peer_held = session.settings.is_peer_held
    return DateRow(
        id=session.id,
        title=session.title,
        starts=when(hours.start_at, session.zone),
        ends=when(hours.end_at, session.zone),
        doors=doors,
        is_peer_held=is_peer_held,
        is_running=glimpse.phase in RUNNING,
        group=session.group or "",
        group_name=group_name,
        lead=leading(leads, is_peer_held) if is_open and session.group is not None else "",
        mine=own_answer(leads, account) if account and session.group is not None and not is_peer_held else "",
        attended=attended,
        planned=date_path(session),
    )


def date_path(session: SessionRecord) -> str:
    """Where the host changes this date; "" for a session that belongs to no series."""
    if session.series is None or session.group is None or session.original_local is None:
        return ""
    return f"{series_path(session.group, session.series)}/dates/{session.original_local}"


def series_path(group: str, series: str) -> str:
    return f"/host/groups/{group}/series/{series}"


def link_row(link: LinkRecord, zone: str, now: Instant) -> LinkRow:
    state = "revoked" if link.revoked_at is not None else "expired" if link.expires_at <= now else "active"
    return LinkRow(
        id=link.id,
        label=link.label,
        role=link.role.value,
        state=state,
        expires=when(link.expires_at, zone),
        is_leaked=link.is_leaked,
    )
