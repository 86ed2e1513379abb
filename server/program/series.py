"""Series as hosts know them: previewed, made, changed, canceled; and the sessions that come of them."""

import contextlib
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from rooms.ids import Instant, SessionId
from rooms.live.commands import SetChatPolicy
from rooms.live.settings import ChatPolicy
from rooms.live.steward import STEWARD
from rooms.program.changes import Plan, only_moves
from rooms.program.conflicts import Conflicts
from rooms.program.dates import Date, date_named, dates_of
from rooms.program.ids import AccountId, GroupId, SeriesId
from rooms.program.recurrence import MOST_AHEAD
from rooms.program.series import Change, DateException, Series, local_from, local_text
from rooms.refusals import Refused
from rooms.schedule import LATEST, instant_of
from server.ports import Clock, Rooms
from server.program.changed_dates import ChangedDates, changed_by
from server.program.materialise import AHEAD_MS, Hands, Needed, hands_of, is_waiting, needed
from server.program.ports import Notices, Silence
from server.program.series_edits import (
    Edit,
    Stored,
    cancel_from,
    cancel_one,
    change_all,
    change_from,
    change_one,
    end_all,
    revise_from,
)
from server.program.series_input import (
    BEGUN,
    FARTHEST_MS,
    PAST,
    TOO_FAR,
    BadSeries,
    Preview,
    Scope,
    SeriesInput,
    StaleSeries,
    clock_notes,
    faults_of,
    plan_for,
)
from server.program.untold import with_untold
from server.store.records import SessionRecord
from server.store.series import Outdated, SeriesWriter
from server.store.store import Store
from server.tokens import is_id, new_id

__all__ = ["BadSeries", "Preview", "Scope", "SeriesBook", "SeriesInput", "StaleSeries"]

SHOWN: Final = 6
_FAR: Final = instant_of(datetime(LATEST.year - 1, 1, 1, tzinfo=UTC))


@dataclass(slots=True)
class _Told:
    """What a transaction changed, for the rooms and for people to hear of once it is written."""

    made: list[SessionId] = field(default_factory=list)
    changed: list[tuple[SessionRecord, SessionRecord]] = field(default_factory=list)  # as it was, as it is
    void: list[SessionId] = field(default_factory=list)
    dates: ChangedDates | None = None


@dataclass(frozen=True, slots=True)
class SeriesBook:
    """`series` of one group each. Every method that changes something makes its sessions true before it returns."""

    store: Store
    clock: Clock
    rooms: Rooms
    notices: Notices = field(default_factory=Silence)

    # --- looking --------------------------------------------------------------------------------------------------
    async def check(self, group: GroupId, wanted: SeriesInput) -> Preview:
        """What `create` would make. Raises `BadSeries` with every problem at once."""
        return await self._preview(self._series(None, group, plan_for(wanted)), ())

    async def get(self, series: str) -> Series | None:
        return await self.store.series.get(SeriesId(series)) if is_id(series) else None

    async def of_group(self, group: GroupId) -> list[Series]:
        """Those that have not ended, by first date."""
        return await self.store.series.of_group(group)

    async def exceptions(self, series: SeriesId) -> list[DateException]:
        """By their date's name."""
        return await self.store.series.exceptions(series)

    async def dates(self, series: Series, n: int) -> list[Date]:
        """The next `n` dates, canceled ones too."""
        return _upcoming(series, await self.exceptions(series.id), self.clock.now(), n)

    async def next_dates(self, group: GroupId, n: int) -> list[SessionRecord]:
        """The next `n` sessions of a group that are neither over nor canceled, by start."""
        return await self.store.series.next_of_group(group, self.clock.now(), n)

    # --- changing -------------------------------------------------------------------------------------------------
    async def create(self, account: AccountId | None, group: GroupId, wanted: SeriesInput) -> Series:
        """Make the series and its sessions of the next eight weeks. Raises `BadSeries`, `LookupError` for no group."""
        series = self._series(account, group, plan_for(wanted))
        await self._preview(series, ())
        hands, now = await self._hands(group), self.clock.now()
        told = _Told()
        async with self.store.series.changing(now) as writer:
            await writer.add(series)
            await self._make_true(writer, series, hands, now, told)
        await self._tell(told)
        await self.notices.series_made(series.id)
        return replace(series, made_until=Instant(now + AHEAD_MS))

    async def change(
        self, series: SeriesId, original_local: str, scope: Scope, change: Change, version: int | None = None
    ) -> Series:
        """Move or change one date, this and those that follow, or all that have not begun.

        Gives the series that the date is in afterwards: FOLLOWING may make a new one. Raises `BadSeries`,
        `LookupError` where there is no such date, `StaleSeries` where `version` is not the series' own any more.
        """
        if errors := faults_of(change):
            raise BadSeries(errors)
        now, other = self.clock.now(), SeriesId(new_id("e"))

        def edit(stored: Stored) -> Edit:
            match scope:
                case Scope.THIS:
                    return change_one(stored, original_local, change, now)
                case Scope.FOLLOWING:
                    return change_from(stored, original_local, change, now, other)
                case Scope.ALL:
                    return change_all(stored, original_local, change, now)

        return await self._edit(series, edit, version, "start_local")

    async def revise(
        self, series: SeriesId, original_local: str, wanted: SeriesInput, version: int | None = None
    ) -> Series:
        """From this date on, everything as in `wanted`: zone, rule and timers too. Otherwise as `change`."""
        plan = plan_for(wanted)
        now, other = self.clock.now(), SeriesId(new_id("e"))

        def edit(stored: Stored) -> Edit:
            is_moved = only_moves(stored.series, local_from(original_local), plan.first_local, plan.rule)
            return revise_from(stored, original_local, replace(plan, only_moves=is_moved), now, other)

        return await self._edit(series, edit, version, "starts_at")

    async def cancel(self, series: SeriesId, original_local: str, scope: Scope, version: int | None = None) -> Series:
        """Cancel one date, this and those that follow, or all that have not begun; a date that runs is ended by
        `Sessions.cancel`. Raises `BadSeries`, `LookupError`, `StaleSeries`."""
        now = self.clock.now()

        def edit(stored: Stored) -> Edit:
            row = stored.row(original_local)
            if scope is not Scope.ALL and row is not None and row.begun_at is not None:
                raise BadSeries({"original_local": BEGUN})
            match scope:
                case Scope.THIS:
                    return cancel_one(stored, original_local)
                case Scope.FOLLOWING:
                    return cancel_from(stored, original_local, now)
                case Scope.ALL:
                    return end_all(stored, now)

        return await self._edit(series, edit, version, None)

    async def end(self, series: SeriesId) -> Series:
        """Cancel all that have not begun, and plan nothing more. Twice is the same as once. Raises `LookupError`."""
        found = await self.store.series.get(series)
        if found is not None and found.ended_at is not None:
            return found
        now = self.clock.now()
        return await self._edit(series, lambda stored: end_all(stored, now), None, None)

    # --- eight weeks ahead ----------------------------------------------------------------------------------------
    async def materialise(self, now: Instant) -> int:
        """Make the sessions of the next eight weeks of every series; how many were made. For a daily job."""
        return await self._make_all_true(await self.store.series.open_ids(), now)

    async def refresh(self, group: GroupId) -> None:
        """The group changed: its sessions that have not begun show it. Those that run keep their copy; only a chat that
        was switched off is so at once."""
        await self._make_all_true([series.id for series in await self.of_group(group)], self.clock.now())
        found = await self.store.groups.get(group)
        if found is None or found.chat_policy is not ChatPolicy.OFF:
            return
        for row in await self.next_dates(group, MOST_AHEAD):
            if row.begun_at is not None and row.settings.chat_policy is not ChatPolicy.OFF:
                with contextlib.suppress(Refused):
                    await self.rooms.moderate(row.id, SetChatPolicy(STEWARD, ChatPolicy.OFF))

    async def _make_all_true(self, ids: Collection[SeriesId], now: Instant) -> int:
        known: dict[GroupId, Hands] = {}
        made = 0
        for id in ids:
            series = await self.store.series.get(id)
            if series is None:
                continue
            if series.group not in known:
                known[series.group] = await self._hands(series.group)
            hands, told = known[series.group], _Told()
            if await self._is_true(series, hands, now):
                continue
            async with self.store.series.changing(now) as writer:
                if (current := await writer.get(id)) is not None:
                    await self._make_true(writer, current, hands, now, told)
                    await self._plan_letters(writer, told, now)
            await self._tell(told)
            made += len(told.made)
        return made

    async def _is_true(self, series: Series, hands: Hands, now: Instant) -> bool:
        exceptions, rows = await self.exceptions(series.id), await self.store.series.sessions(series.id)
        return needed(series, exceptions, rows, hands, now, _new_session) == Needed((), (), (), (), ())

    async def _make_true(self, writer: SeriesWriter, series: Series, hands: Hands, now: Instant, told: _Told) -> None:
        exceptions, rows = await writer.exceptions(series.id), await writer.sessions(series.id)
        todo = needed(series, exceptions, rows, hands, now, _new_session)
        for record in todo.add:
            await writer.add_session(record)
        for was, wanted in todo.change:
            if await writer.change_session(wanted):
                told.changed.append((was, wanted))
        if todo.held:
            held = {each.original_local: each for each in todo.held}
            await writer.put_exceptions(series.id, ({each.original_local: each for each in exceptions} | held).values())
        await writer.rename((session, series.id, None) for session in todo.nameless)
        await writer.made_until(series.id, Instant(now + AHEAD_MS))
        told.made += [record.id for record in todo.add]
        told.void += [session for session in todo.void if await writer.cancel_session(session)]

    # --- one edit -------------------------------------------------------------------------------------------------
    async def _edit(
        self, id: SeriesId, edit: Callable[[Stored], Edit], version: int | None, when_field: str | None
    ) -> Series:
        """One transaction; `when_field` is where a clash with another session is told, None where none can come."""
        now, told = self.clock.now(), _Told()
        found = await self.store.series.get(id)
        if found is None:
            raise LookupError(id)
        hands = await self._hands(found.group)
        async with self._changing(now) as writer:
            series = await writer.get(id)
            if series is None:
                raise LookupError(id)
            if version is not None and version != series.version:
                raise StaleSeries
            rows = tuple(await writer.sessions(id))
            result = edit(Stored(series, tuple(await writer.exceptions(id)), rows))
            await writer.save(result.series, series.version)
            await writer.put_exceptions(id, result.exceptions)
            if result.split is not None:
                await writer.add(result.split)
                await writer.put_exceptions(result.split.id, result.split_exceptions)
            await writer.rename(result.names)
            named = {session: name for session, _, name in result.names}
            for row in rows:
                is_dropped = row.id in named and named[row.id] is None and is_waiting(row, now)
                if is_dropped and await writer.cancel_session(row.id):
                    told.void.append(row.id)
            for each in filter(None, (result.series, result.split)):
                await self._make_true(writer, each, hands, now, told)
            if when_field is not None:
                await self._no_clash(writer, result, when_field, now)
            await self._plan_letters(writer, told, now)
        began = await self._tell(told)
        if began:
            await self._make_all_true([each.id for each in (result.series, result.split) if each is not None], now)
            if when_field is not None and len(told.changed) == 1:
                raise BadSeries({when_field: BEGUN})
        return replace(result.last, made_until=Instant(now + AHEAD_MS))

    @contextlib.asynccontextmanager
    async def _changing(self, now: Instant) -> AsyncIterator[SeriesWriter]:
        try:
            async with self.store.series.changing(now) as writer:
                yield writer
        except Outdated:
            raise StaleSeries from None

    async def _no_clash(self, writer: SeriesWriter, result: Edit, when_field: str, now: Instant) -> None:
        group = result.last.group
        conflicts = Conflicts(group, result.last.zone, tuple(await writer.busy(group, now)))
        for series in filter(None, (result.series, result.split)):
            for row in await writer.sessions(series.id):
                if is_waiting(row, now) and (clash := conflicts.own(row.settings.schedule, row.id)) is not None:
                    raise BadSeries({when_field: clash})

    async def _plan_letters(self, writer: SeriesWriter, told: _Told, now: Instant) -> None:
        """With the edit or not at all: a process that ends right after it loses no letter (ADR 0097)."""
        told.dates = changed_by(new_id("c"), told.changed, told.void, now)
        if told.dates is not None:
            await writer.plan(self.notices.letters_about(await with_untold(writer, told.dates)))

    async def _tell(self, told: _Told) -> bool:
        """Rooms first, then programs; people hear by letter. True where a room had begun before it heard."""
        began = False
        for was, _ in told.changed:
            began |= not await self.rooms.rescheduled(was.id)
        for session in told.void:
            await self.rooms.rescheduled(session)
        if told.made:
            await self.rooms.scheduled(told.made[0])
        if told.dates is not None:
            await self.notices.dates_changed(told.dates)
        return began

    # --- parts ----------------------------------------------------------------------------------------------------
    async def _hands(self, group: GroupId) -> Hands:
        found = await self.store.groups.get(group)
        if found is None:
            raise LookupError(group)
        return hands_of(found, await self.store.groups.staff(group))

    def _series(self, account: AccountId | None, group: GroupId, plan: Plan) -> Series:
        return Series(
            id=SeriesId(new_id("e")),
            uid=new_id("u"),
            group=group,
            account=account,
            title=plan.title,
            zone=plan.zone,
            first_local=plan.first_local,
            length_min=plan.length_min,
            rule=plan.rule,
            timers=plan.timers,
            sequence=0,
            version=1,
            made_until=Instant(0),
            waiting_message=plan.waiting_message,
        )

    async def _preview(self, series: Series, exceptions: Collection[DateException]) -> Preview:
        now = self.clock.now()
        first = date_named(series, exceptions, local_text(series.first_local))
        if first is None or first.schedule.end_at <= now:
            raise BadSeries({"starts_at": PAST})
        if first.schedule.start_at - now > FARTHEST_MS:
            raise BadSeries({"starts_on": TOO_FAR})
        facilitators, busy = await self.store.series.leading(series.group, now)
        conflicts = Conflicts(series.group, series.zone, tuple(busy))
        sentences = []
        for date in dates_of(series, exceptions, now, Instant(now + AHEAD_MS)) or [first]:
            if (own := conflicts.own(date.schedule)) is not None:
                raise BadSeries({"starts_at": own})
            if (clash := conflicts.of_leaders(date.schedule, facilitators)) is not None:
                if clash.leaves_nobody:
                    raise BadSeries({"starts_at": clash.sentence})
                sentences.append(clash.sentence)
        dates = _upcoming(series, exceptions, now, SHOWN)
        return Preview(tuple(dates), clock_notes(dates, series.zone), tuple(sentences[:SHOWN]))


def _upcoming(series: Series, exceptions: Collection[DateException], now: Instant, n: int) -> list[Date]:
    return dates_of(series, exceptions, now, _FAR, n)


def _new_session() -> SessionId:
    return SessionId(new_id("s"))
