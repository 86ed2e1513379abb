"""Leases, where several processes share a database: one room is hosted by one of them. Implements `RoomStore`.

A room is held by two leases, one in Redis and one in the store. Taking a room needs both; either one alone, renewed,
keeps its owner in office. So a Redis that restarts, hangs or is flushed disturbs nobody, and an owner who reaches
neither stops before another can begin. The store's epoch fences whatever a former owner still writes.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from rooms.ids import Instant, PersonId, SessionId
from rooms.live.settings import Settings
from server.host_faults import where
from server.ports import Clock, LeaseLost, StoreDown
from server.store.records import Beginning, RoomRow, SessionRecord
from server.store.rooms import RoomTable
from server.tokens import hash_of

REDIS_ANSWERS_S = 1.5
_log = structlog.get_logger("cluster")

# Redis 7.0 commands only. KEYS[1]: the lease. ARGV: node, milliseconds.
_TAKE = """
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""
_GIVE_BACK = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
"""


@dataclass(frozen=True, slots=True)
class LeaseTimes:
    """`skew_ms`: how far the clocks of two nodes may be apart."""

    lease_ms: int = 10_000
    renew_ms: int = 3_000
    stop_ms: int = 8_000  # not renewed for so long: stop, before anybody else may begin
    skew_ms: int = 1_000


@dataclass(slots=True)
class _Held:
    renewed_at: float  # by the monotonic clock


@dataclass(slots=True)
class Cluster:
    """`on_lost` is called once for each room that may not go on here."""

    rooms: RoomTable
    redis: Redis
    clock: Clock
    node: str
    times: LeaseTimes = field(default_factory=LeaseTimes)
    on_lost: Callable[[SessionId], None] = lambda _session: None
    _held: dict[SessionId, _Held] = field(default_factory=dict)

    async def session(self, session: SessionId) -> SessionRecord | None:
        return await self.rooms.session(session)

    async def begin(self, session: SessionId, settings: Settings, insists: bool = False) -> Beginning:
        return await self.rooms.begin(session, settings, insists)

    async def open_sessions(self, start_before: Instant) -> list[SessionId]:
        return await self.rooms.open_sessions(start_before)

    async def audit(
        self, session: SessionId, at: Instant, actor: PersonId | None, act: str, subject: PersonId | None
    ) -> None:
        await self.rooms.audit(session, at, actor, act, subject)

    async def claim(self, session: SessionId) -> RoomRow:
        """Raises `LeaseLost` where another node has the room, `StoreDown` where Redis or the store does not answer."""
        started = self.clock.monotonic()
        if not await self._redis_says_yes(_TAKE, session):
            raise LeaseLost(session)
        now = self.clock.now()
        free_before = Instant(now - self.times.skew_ms)
        row = await self.rooms.claim_for(session, self.node, free_before, Instant(now + self.times.lease_ms))
        if row is None:
            await self._redis_says_yes(_GIVE_BACK, session)
            raise LeaseLost(session)
        self._held[session] = _Held(started)
        return row

    async def save(self, session: SessionId, epoch: int, version: int, snapshot: str) -> None:
        if session not in self._held:
            raise LeaseLost(session)
        await self.rooms.save(session, epoch, version, snapshot)

    async def mark_end(self, session: SessionId, is_canceled: bool, attended: int | None = None) -> None:
        await self.rooms.mark_end(session, is_canceled, attended)

    async def keep(self) -> None:
        """Renew all leases, again and again, and watch their age, until it is cancelled."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._keep_renewing(), name="renew-leases")
            both.create_task(self._keep_watching(), name="watch-leases")

    async def _keep_renewing(self) -> None:
        while True:
            await asyncio.sleep(self.times.renew_ms / 1_000)
            try:
                await self.renew()
            except Exception as error:
                # The rooms grow old then, and are dropped before another may begin; the next round may save them.
                _log.error("renewal-failed", kind=type(error).__name__, where=where(error))

    async def _keep_watching(self) -> None:
        # Apart from the renewals: those may hang for a while when nothing answers.
        while True:
            await asyncio.sleep(self.times.renew_ms / 10_000)
            self.drop_old()

    def drop_old(self) -> None:
        """A room whose lease was renewed nowhere for too long is lost."""
        oldest = self.clock.monotonic() - self.times.stop_ms / 1_000
        for session in [session for session, lease in self._held.items() if lease.renewed_at <= oldest]:
            self._lose(session)

    async def renew(self) -> None:
        """One round. A room that is another's in the store is lost."""
        held = set(self._held)
        started = self.clock.monotonic()
        by_redis, by_store = await asyncio.gather(self._renew_in_redis(held), self._renew_in_store(held))
        for session in held & set(self._held):
            if by_store is not None and session not in by_store:
                self._lose(session)
            elif by_store is not None or session in by_redis:
                self._held[session].renewed_at = started

    def _lose(self, session: SessionId) -> None:
        del self._held[session]
        _log.warning("lease-lost", room=session)
        try:
            self.on_lost(session)
        except Exception as error:
            _log.error("room-not-dropped", room=session, kind=type(error).__name__, where=where(error))

    async def is_well(self) -> bool:
        """Redis answers."""
        return await self._answers(self.redis.ping()) is not None

    async def close(self) -> None:
        """Give every room back, so that another node may take it at once."""
        held = set(self._held)
        self._held.clear()
        for session in held:
            await self._answers(self._run(_GIVE_BACK, session))
        if held:
            try:
                await self.rooms.release(self.node, held)
            except StoreDown:
                _log.warning("leases-not-given-back")
        await self.redis.aclose()

    async def _renew_in_redis(self, held: set[SessionId]) -> set[SessionId]:
        answers = await asyncio.gather(*(self._answers(self._run(_TAKE, session)) for session in held))
        return {session for session, answer in zip(held, answers, strict=True) if answer == 1}

    async def _renew_in_store(self, held: set[SessionId]) -> set[SessionId] | None:
        until = Instant(self.clock.now() + self.times.lease_ms)
        try:
            async with asyncio.timeout(self.times.renew_ms / 1_000):
                return await self.rooms.renew(self.node, held, until)
        except (StoreDown, TimeoutError):
            return None

    async def _redis_says_yes(self, script: str, session: SessionId) -> bool:
        answer = await self._answers(self._run(script, session))
        if answer is None:
            raise StoreDown("Redis")
        return answer == 1

    async def _run(self, script: str, session: SessionId) -> object:
        # Hashed: whoever has the id of a session may knock at it, and Redis is not the place for such a key.
        key = f"holdspace:lease:{hash_of(session)[:32]}"
        return await self.redis.eval(script, 1, key, self.node, str(self.times.lease_ms))

    async def _answers(self, question: Awaitable[object]) -> object | None:
        """None where Redis is gone or hangs."""
        try:
            async with asyncio.timeout(REDIS_ANSWERS_S):
                return await question
        except (RedisError, OSError, TimeoutError):
            return None


def connect(url: str) -> Redis:
    """Nothing is opened before the first question."""
    return Redis.from_url(url, decode_responses=True, socket_timeout=REDIS_ANSWERS_S)


def node_id(data_dir: Path) -> str:
    """The same after a restart on the same data, whose lock makes sure that the former process is gone."""
    file = data_dir / "node.id"
    try:
        return file.read_text().strip()
    except FileNotFoundError:
        name = f"n_{secrets.token_urlsafe(12)}"
        file.write_text(name)
        return name
