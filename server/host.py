"""One room's only writer: a queue, the current state, and what follows from each change, in house rule 5's order.

A change runs through: decide → close media → settle → store → make current → answer → tell who may know → open media.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from rooms.ids import Instant, MessageId, PersonId
from rooms.live.audience import notices_for, view_of
from rooms.live.clockwork import next_deadline
from rooms.live.commands import CancelSession, Command, Connect, Disconnect, FlagLink, Introduce
from rooms.live.person import Admitted
from rooms.live.phase import Canceled, Ended, Scheduled
from rooms.live.rights import all_rights
from rooms.live.room import Decision, advanced, decide
from rooms.live.roster import is_over, is_waiting_room_full
from rooms.live.state import RoomState
from rooms.live.steward import STEWARD, StewardCommand
from rooms.refusals import Refused as DomainRefused
from server.effects import RoomMedia
from server.host_commands import is_restrictive
from server.host_faults import where
from server.host_pace import BURST, JOINS, Pace, is_paced
from server.host_pages import Joining, Line, Page, RoomPages
from server.host_parts import HostParts
from server.host_record import RoomRecord, begins, followed
from server.host_turns import Turn, Turns
from server.ports import Glimpse, LeaseLost, StoreDown
from server.store.records import SessionEnd
from server.tokens import new_id
from signaling.client_messages import PROTOCOL, MediaRequest, RoomRequest
from signaling.errors import CloseCode
from signaling.server_messages import Draining, MovedAway, Notices, Ok, Refused, Welcome
from signaling.translate import to_command

SETTLE_S: Final = 5.0
AFTER_FAULT_MS: Final = 1_000  # what fails every time must not spin

_log = structlog.get_logger("host")


class RoomHost:
    """Everything is asked by putting it into the queue; nothing raises and nothing waits for the room.

    `number` names the room to the media plane. `is_gone` is set when this host stopped and another may be made.
    """

    def __init__(self, record: RoomRecord, parts: HostParts, number: int) -> None:
        self.number = number
        self.is_gone = False
        self._parts = parts
        self._record = record
        self._state = record.state
        self._is_working = False
        self._pages = RoomPages()
        self.media = RoomMedia(parts.media, number, parts.peers, self._pages, parts.clock, parts.alarm())
        self._alarm = parts.alarm()
        self._turns = Turns()
        self._asks, self._joins = Pace(BURST), Pace(JOINS)
        self._log = _log.bind(room=record.session)
        self._task = asyncio.create_task(self._run(), name="room-host")
        self._set_alarm(self._now())

    # --- what others ask ------------------------------------------------------------------------------------------
    def join(self, joining: Joining) -> None:
        """A proven person on a new connection; it will be accepted, asked, or closed."""
        line, may_lead = joining.line, joining.identity.role.may_facilitate
        if not may_lead and not self._joins.take(joining.identity.person, self._parts.clock.monotonic()):
            self._parts.figures.count("joins-too-often")
            line.close(CloseCode.GOING_AWAY)
            return
        turn = Turn(lambda: self._join(joining), lambda: line.close(CloseCode.GOING_AWAY), line)
        self._put(turn, is_first=may_lead)

    def request(self, line: Line, request: RoomRequest | MediaRequest) -> None:
        """Answered on `line` by one `Ok` or `Refused`, unless the line is not in the room any more."""
        page = self._pages.on(line)
        if page is None:
            return
        known = self._state.people.get(page.person)  # nobody new is known to a room that is over
        may_lead = known is not None and known.role.may_facilitate
        is_inside = known is not None and isinstance(known.standing, Admitted)
        is_held_to_pace = is_paced(request) and not (may_lead or is_inside)
        if is_held_to_pace and not self._asks.take(page.person, self._parts.clock.monotonic()):
            line.send(Refused(id=request.id, reason="busy"))
            return
        self._put(Turn(lambda: self._request(line, request), line=line), is_first=may_lead)

    def lost(self, line: Line) -> None:
        """The connection is gone."""
        self._put(Turn(lambda: self._lost(line), line=line))

    async def rescheduled(self) -> bool:
        """Follow the session's row, as long as the doors are closed. False where they are not any more."""
        if isinstance(self._state.phase, Scheduled):
            await self._done(self._follow)
        return isinstance(self._state.phase, Scheduled | Canceled)

    async def cancel(self) -> SessionEnd | None:
        """The host cancels; how the room is over then, or was before. None where this was not done."""
        with contextlib.suppress(DomainRefused):
            await self._done(lambda: self._command(CancelSession(STEWARD), None, lambda _: None))
        match self._state.phase:
            case Canceled():
                return SessionEnd.CANCELED
            case Ended():
                return SessionEnd.ENDED
            case _:
                return None

    async def moderate(self, command: StewardCommand) -> bool:
        """A program of the organisation asks, as `STEWARD`; whether it holds and is stored. Raises `Refused`."""
        outcome: list[bool] = []
        await self._done(lambda: self._command(command, None, outcome.append))
        return outcome == [True]

    async def link_opened(self, person: PersonId) -> bool:
        """Tell those who lead, where this person is connected; whether they are."""
        known = self._state.people.get(person)
        if known is None or not known.is_connected:
            return False
        with contextlib.suppress(DomainRefused):
            await self._done(lambda: self._command(FlagLink(person), None, lambda _: None))
        return True

    async def turn_out(self, person: PersonId) -> None:
        """Close a person's connections and transport: their link is not good any more."""
        await self._done(lambda: self._turn_out(person))

    async def stop(self) -> None:
        """Tell everybody to come back, and end. Only what those who lead asked before is done before."""
        await self._done(self._stop)
        await asyncio.gather(self._task, return_exceptions=True)

    def retire(self) -> None:
        """End at once, with nobody to tell."""
        if not self.is_gone:
            self._end(CloseCode.GOING_AWAY, is_draining=False)
            self._turns.drop_all()
        self._task.cancel()

    @property
    def glimpse(self) -> Glimpse:
        schedule = self._state.settings.schedule
        is_full = is_waiting_room_full(self._state)
        return Glimpse(self._state.phase.tag, schedule.doors_at, schedule.start_at, schedule.end_at, is_full)

    @property
    def state(self) -> RoomState:
        """What is true now, stored or still owed to the store."""
        return self._state

    @property
    def is_saved(self) -> bool:
        """Nothing of `state` would be lost by a crash."""
        return self._record.is_saved

    @property
    def is_idle(self) -> bool:
        """Over, stored, and nobody looks any more."""
        is_at_rest = self._turns.is_empty and not self._is_working
        return is_over(self._state) and not len(self._pages) and is_at_rest and self._record.retry_at is None

    # --- the one writer -------------------------------------------------------------------------------------------
    def _put(self, turn: Turn, is_first: bool = True) -> None:
        if self.is_gone:
            turn.drop()
        else:
            self._turns.put(turn, is_first)

    async def _done(self, run: Callable[[], Awaitable[None]]) -> None:
        """As `_put`, and wait until it was done or the room is gone. Raises what `run` raises."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def marked() -> None:
            try:
                await run()
            except DomainRefused as refused:
                done.set_exception(refused)
            except Exception:
                done.cancel()
                raise
            else:
                done.set_result(None)

        self._put(Turn(marked, done.cancel))
        await asyncio.wait((done, self._task), return_when=asyncio.FIRST_COMPLETED)
        if done.done() and not done.cancelled():
            done.result()

    async def _run(self) -> None:
        while not self.is_gone:
            turn = await self._turns.get()
            self._is_working = True
            earliest = self._now()
            try:
                await self._catch_up()
                await turn.run()
            except LeaseLost:
                self._yield_room()
            except Exception as error:
                self._parts.figures.count("item-failed")
                self._log.error("item-failed", kind=type(error).__name__, where=where(error))
                earliest = Instant(self._now() + AFTER_FAULT_MS)
            if not self.is_gone:
                self._set_alarm(earliest)
            self._is_working = False
        self._turns.drop_all()

    def _set_alarm(self, earliest: Instant) -> None:
        instants = [max(at, earliest) for at in (next_deadline(self._state), self._record.retry_at) if at is not None]
        self._alarm.set(min(instants, default=None), lambda: self._put(Turn(self._rung)))

    async def _rung(self) -> None:
        """Whatever is due was done by `_catch_up`."""

    async def _catch_up(self) -> None:
        """What time brought, and what the store still owes."""
        now = self._now()
        while begins(self._state, now) and (said := await self._record.begun(self._state.settings)) is not None:
            await self._commit(followed(self._state, said, now), keeps=True)
        decision = advanced(self._state, now)
        if decision.events:
            await self._commit(decision, keeps=True)
        elif self._record.retry_at is not None and now >= self._record.retry_at:
            await self._record.save(self._state, (), now, keeps=True)

    async def _follow(self) -> None:
        said = await self._record.as_written()
        if said is not None and isinstance(self._state.phase, Scheduled):
            await self._commit(followed(self._state, said, self._now()), keeps=True)

    async def _request(self, line: Line, request: RoomRequest | MediaRequest) -> None:
        page = self._pages.on(line)
        if page is None:
            return
        if isinstance(request, MediaRequest):
            reason = self.media.request(page.person, request)
            line.send(Ok(id=request.id) if reason is None else Refused(id=request.id, reason=reason))
            return
        command = to_command(request, page.person, MessageId(new_id("m")))
        seen = None if request.seen is None else page.room_version(request.seen)

        def answer(is_saved: bool) -> None:
            line.send(Ok(id=request.id) if is_saved else Refused(id=request.id, reason="not-saved"))

        try:
            await self._command(command, seen, answer)
        except DomainRefused as refused:
            line.send(Refused(id=request.id, reason=refused.reason))
        except LeaseLost:
            raise
        except Exception:
            line.send(Refused(id=request.id, reason="busy"))
            raise

    async def _command(self, command: Command, seen: int | None, answer: Callable[[bool], None]) -> None:
        decision = decide(self._state, command, self._now(), seen)
        await self._commit(decision, is_restrictive(command), answer)

    async def _commit(
        self, decision: Decision, keeps: bool, answer: Callable[[bool], None] = lambda is_saved: None
    ) -> None:
        """Carry a decision out. `keeps`: it holds in memory even where it cannot be stored."""
        if not decision.events and self._record.is_saved:
            answer(True)
            return
        if not self._record.is_saved and not keeps:
            answer(False)
            return
        rights = all_rights(decision.state)
        if self.media.restrict(rights):
            await self._settle()
        is_saved = await self._record.save(decision.state, decision.events, self._now(), keeps)
        if not is_saved and not keeps:
            self.media.permit(all_rights(self._state))
            answer(False)
            return
        self._state = decision.state
        answer(is_saved)
        self._announce(decision)
        self.media.permit(rights)
        self._parts.listeners.tell(self._record.session, decision.events, self._state)

    async def _settle(self) -> None:
        try:
            async with asyncio.timeout(SETTLE_S):
                await self._parts.media.settle()
        except TimeoutError:
            self._parts.figures.count("media-slow")
            self._log.error("media-slow")

    def _announce(self, decision: Decision) -> None:
        now = self._now()
        for page in self._pages:
            self._show(page, now)
            notices = [
                notice for recorded in decision.events for notice in notices_for(recorded, self._state, page.person)
            ]
            if notices:
                page.line.send(Notices(notices=tuple(notices)))

    def _show(self, page: Page, now: Instant) -> None:
        page.show(view_of(self._state, page.person, now), self._state.version, now)

    # --- connections ----------------------------------------------------------------------------------------------
    async def _join(self, joining: Joining) -> None:
        line, identity = joining.line, joining.identity
        former = self._pages.of(identity.person)
        self._pages.asks_no_more(line)
        if former is not None and not joining.takes_over:
            self._pages.asks(identity.person, line)
            line.elsewhere()
            return
        try:
            resume = await self._parts.gatekeeper.issue_resume(self._record.session, identity.person)
            introduce = Introduce(identity.person, identity.role, identity.alias, identity.has_link)
            known = decide(self._state, introduce, self._now())
            came = decide(known.state, Connect(identity.person, not joining.is_same_page), self._now())
        except (StoreDown, DomainRefused) as error:
            line.close(CloseCode.GOING_AWAY if isinstance(error, StoreDown) else CloseCode.POLICY)
            return
        if resume is None:
            line.close(CloseCode.TICKET_SPENT)
            return

        def answer(is_saved: bool) -> None:
            if not is_saved:
                line.close(CloseCode.GOING_AWAY)
                return
            if former is not None:
                self._pages.take_out(former)
                former.line.send(MovedAway())
                former.line.close(CloseCode.MOVED_AWAY)
            if joining.is_same_page:
                self.media.resume(identity.person, joining.transport)
            else:
                self.media.drop(identity.person)
            self._pages.put(identity.person, line)
            line.accept()
            line.send(Welcome(protocol=PROTOCOL, me=identity.person, resume=resume))

        await self._commit(Decision((*known.events, *came.events), came.state), keeps=False, answer=answer)
        page = self._pages.on(line)
        if page is not None:
            self._show(page, self._now())
            self.media.permit(all_rights(self._state))
            self.media.refresh(identity.person)

    async def _lost(self, line: Line) -> None:
        self._pages.asks_no_more(line)
        page = self._pages.on(line)
        if page is not None:
            self._pages.take_out(page)
            await self._command(Disconnect(page.person), None, lambda _: None)

    async def _turn_out(self, person: PersonId) -> None:
        self.media.drop(person)
        self._pages.close_asking(person, CloseCode.ROOM_GONE)
        page = self._pages.of(person)
        if page is not None:
            self._pages.close((page,), CloseCode.ROOM_GONE)
            await self._command(Disconnect(person), None, lambda _: None)

    # --- the end --------------------------------------------------------------------------------------------------
    async def _stop(self) -> None:
        self._end(CloseCode.GOING_AWAY, is_draining=True)

    def _yield_room(self) -> None:
        """Somebody else owns the room: nothing of it may go on here."""
        self._parts.figures.count("lease-lost")
        self._log.warning("lease-lost")
        self._end(CloseCode.ROOM_GONE, is_draining=False)

    def _end(self, code: CloseCode, is_draining: bool) -> None:
        self.is_gone = True
        self._alarm.set(None, lambda: None)
        self.media.close_all()
        for page in self._pages:
            if is_draining:
                page.line.send(Draining())
        self._pages.close(self._pages, code)

    def _now(self) -> Instant:
        return self._parts.clock.now()
