"""Nobody came to lead: the backups are asked to come at once, and where none does, those who were expected hear it.

The room decides (`rooms.live.clockwork`: asked at +5 minutes, called off at +15); this looks at the room as it is
stored. What a room reports makes the look come at once; jobs planned with the reminders make it come at all, whatever
crashed meanwhile.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Final

import structlog

from rooms.ids import Instant, SessionId
from rooms.live import events as ev
from rooms.live.phase import AwaitingFacilitator, Canceled, CancelReason
from rooms.live.settings import MINUTE_MS
from rooms.live.snapshot import UnreadableSnapshot
from rooms.live.state import RoomState
from rooms.program.authority import Position
from rooms.program.leading import PAGE_STEP_MS, leader_of, to_page
from server.mail.letters import BackupWanted, DateCanceledNobodyLed, NobodyCame
from server.ports import StoreDown
from server.program.leading import Leading, account_in, day_of
from server.program.letters import to_each
from server.store.dates import DateOfGroup, Reader, StaffReader
from server.store.jobs import Job
from server.work.queue import JobQueue
from server.work.worker import NotYet

PAGE: Final = "absent-page"
CALLED_OFF: Final = "absent-called-off"
SETTLED_MS: Final = 20_000  # a room is that late at most, where its process is well
MOST_LATE_MS: Final = 60 * MINUTE_MS
COMES_WITHIN_MS: Final = 3 * MINUTE_MS  # who said yes and is not there by then counts as absent
_log = structlog.get_logger("absence")


@dataclass(slots=True)
class RoomWatch:
    """Implements `server.listeners.RoomListener`: what a room reports becomes a job."""

    queue: JobQueue
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def heard(self, session: SessionId, events: tuple[ev.Recorded, ...], state: RoomState) -> None:
        for recorded in events:
            match recorded.event:
                case ev.BackupsPaged():
                    kind = PAGE
                case ev.PhaseChanged(phase=Canceled(reason=CancelReason.NO_FACILITATOR | CancelReason.TOO_FEW)):
                    kind = CALLED_OFF
                case _:
                    continue
            task = asyncio.create_task(self._add(kind, session, recorded.version))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _add(self, kind: str, session: SessionId, number: int) -> None:
        try:
            await self.queue.add(kind, f"{kind}:{session}:room:{number}", {"session": session})
        except StoreDown:
            _log.warning("report-lost", room=session)  # the planned job comes soon


@dataclass(frozen=True, slots=True)
class Absence:
    leading: Leading

    async def page(self, job: Job) -> None:
        """Ask whoever is next to come at once; again every 90 seconds while nobody leads."""
        session = SessionId(job.payload["session"])
        date, room = await self._look(session)
        if date is None:
            return
        now = self.leading.clock.now()
        if room is None or room.phase.tag in ("scheduled", "doors-open"):
            # Not hosted yet, or a moment behind: somebody will look at its clock.
            if now < date.start_at + MOST_LATE_MS:
                raise NotYet(Instant(max(now, date.start_at) + SETTLED_MS))
            return
        if not isinstance(room.phase, AwaitingFacilitator) or date.is_peer_held:
            return
        if now < (page_at := room.settings.schedule.start_at + room.settings.absent_page_ms):
            raise NotYet(Instant(page_at))
        due_at = await self._page(date, room, now)
        if due_at < room.settings.schedule.start_at + room.settings.absent_cancel_ms:
            await self.leading.queue.add(PAGE, f"{PAGE}:{session}:{due_at}", {"session": session}, due_at)

    async def _page(self, date: DateOfGroup, room: RoomState, now: Instant) -> Instant:
        """Ask who is next, unless somebody was asked or said yes a moment ago; when to look again."""
        store, session, start_at = self.leading.store, date.session.id, room.settings.schedule.start_at
        await store.leads.release(session, Instant(max(start_at, now - COMES_WITHIN_MS)))
        leads = await store.leads.of_session(session)
        staff = await store.dates.staff(date.group)
        await self._tell_hosts(date, staff, Instant(start_at + room.settings.absent_cancel_ms))
        paged = {
            lead.account: lead.asked_at for lead in leads if lead.asked_at is not None and lead.asked_at >= start_at
        }
        free_at = max((at + PAGE_STEP_MS for at in paged.values()), default=now)
        if now < free_at:
            return Instant(free_at)
        if leader_of(leads) is None:
            candidates = [each.candidate for each in staff]
            for candidate in to_page(candidates, leads, frozenset(paged), day_of(date)):
                account = account_in(staff, candidate)
                await self.leading.ask_one(BackupWanted, "backup-wanted", date, account, candidate, start_at)
                ids = {"group": date.group, "session": session, "account": candidate.account}
                await self.leading.happenings.happened("backup.wanted", ids)
        return Instant(now + PAGE_STEP_MS)

    async def _tell_hosts(self, date: DateOfGroup, staff: list[StaffReader], cancel_at: Instant) -> None:
        letters = self.leading.letters
        for each in staff:
            if each.candidate.position is Position.HOST and not each.candidate.is_disabled:
                key = f"nobody-came:{date.session.id}:{date.start_at}:{each.account.id}"
                url = letters.session_url(date)
                await letters.to_account(NobodyCame, key, date, each.account, url, until=cancel_at, cancel_at=cancel_at)

    async def called_off(self, job: Job) -> None:
        """The room was called off because nobody came to lead it: those who were expected hear it, and what is next."""
        date, room = await self._look(SessionId(job.payload["session"]))
        if date is None or room is None or not isinstance(room.phase, Canceled):
            if date is not None and room is not None and isinstance(room.phase, AwaitingFacilitator):
                raise NotYet(Instant(self.leading.clock.now() + SETTLED_MS))
            return
        if room.phase.reason is CancelReason.BY_HOST:
            return
        dates, letters = self.leading.store.dates, self.leading.letters
        following = await dates.next_of(date.group, date.start_at)
        next_at = None if following is None else following.settings.schedule.start_at
        url = f"{letters.public_url}/s/{date.session.id}/after"

        async def write(reader: Reader) -> None:
            key = f"called-off:{date.session.id}:{date.start_at}:{reader.place}"
            if not reader.has_bounced:
                await letters.to_reader(DateCanceledNobodyLed, key, date, reader, url=url, next_at=next_at)

        await to_each(await dates.readers(date.group, date.session.id), write)

    async def _look(self, session: SessionId) -> tuple[DateOfGroup | None, RoomState | None]:
        dates = self.leading.store.dates
        date = await dates.get(session)
        if date is None:
            return None, None
        try:
            return date, await dates.room(session)
        except UnreadableSnapshot:
            _log.error("room-not-readable", room=session)
            return None, None
