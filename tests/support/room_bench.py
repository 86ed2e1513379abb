"""A room's shell over fakes: hosts, people, and lines that remember what they were told."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from prometheus_client import CollectorRegistry

from rooms.ids import Instant, PersonId, SessionId
from rooms.live.rights import MediaRights, media_rights
from rooms.live.settings import MINUTE_MS, Schedule, Settings
from rooms.live.snapshot import load
from rooms.live.state import RoomState
from rooms.live.views import RoomView, View
from rooms.roles import Role
from server.host import RoomHost
from server.host_pages import Joining
from server.hosts import RoomHosts
from server.hosts_figures import RoomFigures
from server.ports import Identity
from server.store.records import SessionRecord
from signaling.client_messages import MediaRequest, RoomRequest
from signaling.codec import decode
from signaling.errors import CloseCode
from signaling.server_media import MediaState, OfferMessage
from signaling.server_messages import (
    Notices,
    Ok,
    Outcome,
    Outside,
    Refused,
    Room,
    RoomChanged,
    ServerMessage,
    WaitingStatus,
    Welcome,
)
from tests.support.fake_media import FakeMedia, FakePeer
from tests.support.memory_store import MemoryGatekeeper, MemoryStore
from tests.support.page_model import apply_changes
from tests.support.virtual_clock import VirtualClock

SESSION = SessionId("s_bench")
T = TypeVar("T", bound=ServerMessage)


@dataclass(eq=False)
class Seat:
    """A page of one person without a socket: a `Line` that remembers, and the view a real page would hold."""

    bench: "Bench"
    identity: Identity
    told: list[ServerMessage] = field(default_factory=list)
    closed: CloseCode | None = None
    view: View | None = None
    version: int = 0
    is_accepted: bool = False
    was_asked: bool = False
    offered: int | None = None
    _ids: int = 0

    @property
    def person(self) -> PersonId:
        return self.identity.person

    # --- the line -------------------------------------------------------------------------------------------------
    def send(self, message: ServerMessage) -> None:
        assert self.closed is None, f"{message} after the close"
        self.told.append(message)
        self.bench.order.append((self.person, message.type))
        match message:
            case Outside() | WaitingStatus() | Outcome() | Room():
                assert message.version == self.version + 1
                self.version, self.view = message.version, message.view
            case RoomChanged():
                assert message.version == self.version + 1
                assert isinstance(self.view, RoomView)
                self.version, self.view = message.version, apply_changes(self.view, message.changes)
            case OfferMessage():
                self.offered = message.transport
            case _:
                pass

    def accept(self) -> None:
        self.is_accepted = True

    def elsewhere(self) -> None:
        self.was_asked = True

    def close(self, code: CloseCode) -> None:
        self.closed = self.closed or code

    # --- what a test does -----------------------------------------------------------------------------------------
    async def ask(self, type: str, **fields: Any) -> str:
        """Send a request; "ok" or the reason of the refusal."""
        id = self.begin(type, **fields)
        await self.bench.rest()
        return self.answer(id)

    def begin(self, type: str, **fields: Any) -> int:
        """Send a request and do not wait; its id."""
        self._ids += 1
        request = decode(json.dumps({"type": type, "id": self._ids, **fields}))
        assert isinstance(request, RoomRequest | MediaRequest)
        self.bench.host.request(self, request)
        return self._ids

    def answer(self, id: int) -> str:
        answers = [message for message in self.told if isinstance(message, Ok | Refused) and message.id == id]
        if not answers:
            return "unanswered"
        assert len(answers) == 1
        return "ok" if isinstance(answers[0], Ok) else str(answers[0].reason)

    async def leave_line(self) -> None:
        """The connection is lost."""
        self.bench.host.lost(self)
        await self.bench.rest()

    def messages(self, kind: type[T]) -> list[T]:
        return [message for message in self.told if isinstance(message, kind)]

    def forget(self) -> None:
        self.told.clear()

    @property
    def room(self) -> RoomView:
        assert isinstance(self.view, RoomView), self.view
        return self.view

    @property
    def resume(self) -> str:
        return self.messages(Welcome)[-1].resume

    @property
    def notices(self) -> list[str]:
        return [notice.tag for message in self.messages(Notices) for notice in message.notices]

    @property
    def transport(self) -> int:
        """What the newest offer named."""
        assert self.offered is not None
        return self.offered

    @property
    def media_states(self) -> list[str]:
        return [message.state for message in self.messages(MediaState)]

    @property
    def peer(self) -> FakePeer:
        return self.bench.media.peers[self.transport]


@dataclass
class Bench:
    """Doors open at the bench's now; the session starts in 15 minutes unless a test says otherwise."""

    starts_in_ms: int = 15 * MINUTE_MS
    clock: VirtualClock = field(default_factory=VirtualClock)
    media: FakeMedia = field(default_factory=FakeMedia)
    gatekeeper: MemoryGatekeeper = field(default_factory=MemoryGatekeeper)
    order: list[object] = field(default_factory=list)

    def __post_init__(self) -> None:
        now = self.clock.now()
        start = now + self.starts_in_ms
        schedule = Schedule(now, Instant(start), Instant(start + 60 * MINUTE_MS))
        record = SessionRecord(
            id=SESSION,
            host="h_bench",
            title="A circle",
            discreet_title="Meeting",
            zone="Europe/Lisbon",
            settings=Settings(schedule=schedule),
            guidelines="Be kind.",
            facilitators="Ash",
            resources="",
        )
        self.store = MemoryStore(record)
        self.registry = CollectorRegistry()
        self.figures = RoomFigures(self.registry)
        self.media.log = self.order  # type: ignore[assignment]
        self.store.log = self.order  # type: ignore[assignment]
        self.hosts = self._new_hosts()

    def _new_hosts(self) -> RoomHosts:
        return RoomHosts(self.store, self.gatekeeper, self.media, self.clock, self.figures, alarm=self.clock.alarm)

    async def start(self) -> "Bench":
        await self.media.start(self.hosts)
        host = await self.hosts.host(SESSION)
        assert host is not None
        self.host: RoomHost = host
        return self

    async def crash(self) -> None:
        """The process dies and another starts: only the store is left."""
        self.host.retire()
        self.media.peers.clear()
        self.clock.forget_alarms()
        self.clock.advance(1_000)
        self.hosts = self._new_hosts()
        await self.start()

    async def rest(self) -> None:
        """Until nothing moves any more."""
        for _ in range(30):
            await asyncio.sleep(0)

    async def pass_time(self, ms: int) -> None:
        self.clock.advance(ms)
        await self.rest()

    # --- people ---------------------------------------------------------------------------------------------------
    async def come(self, name: str, role: Role = Role.PARTICIPANT, **joining: Any) -> Seat:
        """A page of `name` connects, a moment later."""
        await self.pass_time(1)
        seat = self.arrive(name, role, **joining)
        await self.rest()
        return seat

    def arrive(self, name: str, role: Role = Role.PARTICIPANT, **joining: Any) -> Seat:
        """A page of `name` connects; it is not waited for."""
        identity = Identity(self.person(name), role, name)
        self.gatekeeper.identities[identity.person] = identity
        seat = Seat(self, identity)
        given = {"takes_over": False, "is_same_page": False, "transport": None, **joining}
        self.host.join(Joining(line=seat, identity=identity, **given))
        return seat

    async def facilitator(self, name: str = "Fern") -> Seat:
        """Connected and inside."""
        seat = await self.come(name, Role.FACILITATOR)
        assert await seat.ask("enter", alias=name) == "ok"
        return seat

    async def waiting(self, name: str) -> Seat:
        """Connected, guidelines accepted, knocked."""
        seat = await self.come(name)
        assert await seat.ask("accept-guidelines", version=1) == "ok"
        assert await seat.ask("knock", alias=name) == "ok"
        return seat

    async def admitted(self, name: str, by: Seat) -> Seat:
        seat = await self.waiting(name)
        assert await by.ask("admit", targets=[seat.person]) == "ok"
        return seat

    async def live(self, *names: str) -> list[Seat]:
        """A live room with one facilitator and these participants, everything before it forgotten."""
        fern = await self.facilitator()
        seats = [fern, *[await self.admitted(name, fern) for name in names]]
        await self.pass_time(15 * MINUTE_MS)
        for seat in seats:
            seat.forget()
        self.order.clear()
        return seats

    def person(self, name: str) -> PersonId:
        return PersonId(f"p_{name.lower():_<8}")

    # --- truth ----------------------------------------------------------------------------------------------------
    @property
    def stored(self) -> RoomState:
        snapshot = self.store.rows[SESSION].snapshot
        assert snapshot is not None
        return load(snapshot)

    def rights(self, seat: Seat) -> MediaRights:
        return media_rights(self.stored, seat.person)

    def figures_of(self, what: str) -> float:
        """How often `what` was counted."""
        return self.registry.get_sample_value("holdspace_signaling_total", {"what": what}) or 0

    def where(self, found: Callable[[Any], bool]) -> int:
        """The place in the order of everything that happened."""
        return next(index for index, entry in enumerate(self.order) if found(entry))
