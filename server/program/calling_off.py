"""Canceling a date, whatever its state and whoever asks: its series, its room and its people all hear of it."""

import contextlib
from dataclasses import dataclass

from rooms.program.ids import SeriesId
from rooms.program.series import Series
from server.program.ports import Notices
from server.program.series import BadSeries, Scope, SeriesBook
from server.sessions import RUNNING, Sessions
from server.store.records import SessionEnd, SessionRecord


@dataclass(frozen=True, slots=True)
class CallingOff:
    """The one way for pages and for the API."""

    sessions: Sessions
    series: SeriesBook
    notices: Notices

    async def session(self, session: SessionRecord) -> None:
        """Cancel it where it has not begun, and tell who expects it; end it for everybody where it has.

        Twice is the same as once. Raises `OutOfReach`, and `StaleSeries` where its series changed this moment.
        """
        if not await self._is_open(session):
            return
        if session.series is not None and session.original_local is not None:
            # It is in its series no more, or its doors are open: then its room decides.
            with contextlib.suppress(LookupError, BadSeries):
                await self.series.cancel(SeriesId(session.series), session.original_local, Scope.THIS)
            if not await self._is_open(session):
                return
        await self.sessions.cancel(session)
        known = await self.sessions.get(session.id)
        if known is not None and known.end is SessionEnd.CANCELED:
            await self.notices.date_canceled(session.id)

    async def planned(self, series: SeriesId, name: str, scope: Scope) -> Series:
        """Dates of a series; the one that is named may have its doors open, but no meeting in its room.

        Gives the series as it is then. Raises `BadSeries` for a meeting that runs, `LookupError`, `OutOfReach`,
        `StaleSeries`.
        """
        try:
            return await self.series.cancel(series, name, scope)
        except BadSeries:
            session = await self._begun(series, name)
            if scope is not Scope.THIS or session is None:
                raise
            if (await self.sessions.glimpse(session)).phase in RUNNING:
                raise
        await self.session(session)
        found = await self.series.get(series)
        if found is None:
            raise LookupError(series)
        return found

    async def _begun(self, series: SeriesId, name: str) -> SessionRecord | None:
        rows = await self.sessions.store.series.sessions(series)
        return next((row for row in rows if row.original_local == name), None)

    async def _is_open(self, session: SessionRecord) -> bool:
        known = await self.sessions.get(session.id)
        return known is not None and known.end is SessionEnd.OPEN
