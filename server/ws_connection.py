"""The I/O around one `Session`: a reader, a writer with a bounded queue, and a ticker. Nothing is decided here."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from aiohttp import WSMsgType, web

from rooms.ids import SessionId
from server.host import RoomHost
from server.host_faults import where
from server.host_pages import Joining
from server.hosts import RoomHosts
from server.hosts_figures import RoomFigures
from server.ports import Clock, Gatekeeper, Identity, StoreDown
from server.ws_limits import Places, SocketLimits
from signaling.client_messages import Hello
from signaling.codec import encode
from signaling.errors import CloseCode
from signaling.server_messages import ServerMessage
from signaling.session import Action, Close, Deliver, Prove, Send, Session, TakeOver

_log = structlog.get_logger("ws")


@dataclass(frozen=True, slots=True)
class Signaling:
    """What the signaling socket works with. `origins`: whose pages may open one, exactly as browsers write them."""

    hosts: RoomHosts
    gatekeeper: Gatekeeper
    clock: Clock
    origins: frozenset[str]
    figures: RoomFigures
    limits: SocketLimits
    people: Places
    prefixes: Places


@dataclass(frozen=True, slots=True)
class _Ping:
    pass


class Connection:
    """One socket. It is the `Line` of its room: `send`, `accept`, `elsewhere` and `close` may be called at any time."""

    def __init__(
        self, socket: web.WebSocketResponse, request: web.Request, session: SessionId, about: Signaling
    ) -> None:
        self._socket = socket
        self._request = request
        self._session_id = session
        self._about = about
        self._session = Session(about.clock.monotonic())
        self._outbox: asyncio.Queue[tuple[float, str | CloseCode | _Ping]] = asyncio.Queue(about.limits.send_queue)
        self._sending_since: float | None = None  # when what is being sent now was said
        self._identity: Identity | None = None
        self._host: RoomHost | None = None
        self._closed = asyncio.Event()

    async def run(self) -> None:
        """Until the socket is closed."""
        writer = asyncio.create_task(self._write())
        ticker = asyncio.create_task(self._tick())
        self._about.hosts.opened(self)
        try:
            await self._read()
        finally:
            # The server may cancel this task at any await: what others rely on comes first.
            self._depart()
            ticker.cancel()
            try:
                self._put(CloseCode.DONE)
                await asyncio.wait((writer,), timeout=self._about.limits.close_s * 2)
                writer.cancel()
                await asyncio.gather(writer, ticker, return_exceptions=True)
                self._leave_nothing()
            finally:
                writer.cancel()
                self._about.hosts.closed(self)
                self._closed.set()

    def _depart(self) -> None:
        if self._host is not None:
            self._host.lost(self)
        if self._identity is not None:
            self._about.people.give_back(self._place(self._identity))

    async def wait_closed(self) -> None:
        """Until nothing runs for this connection any more."""
        await self._closed.wait()

    # --- the line of the room -------------------------------------------------------------------------------------
    def send(self, message: ServerMessage) -> None:
        self._perform(self._session.send(message, self._now()))

    def accept(self) -> None:
        self._session.accept()

    def elsewhere(self) -> None:
        self._perform(self._session.elsewhere(self._now()))

    def close(self, code: CloseCode) -> None:
        self._perform(self._session.close(code))

    # --- in and out -----------------------------------------------------------------------------------------------
    async def _read(self) -> None:
        while True:
            frame = await self._socket.receive()
            match frame.type:
                case WSMsgType.TEXT:
                    await self._guarded(str(frame.data))
                case WSMsgType.PING | WSMsgType.PONG:
                    self._perform(self._session.heard(self._now()))
                    if frame.type is WSMsgType.PING:
                        with contextlib.suppress(ConnectionError):
                            await self._socket.pong(frame.data)
                case WSMsgType.BINARY:
                    self._about.figures.count("binary-frame")
                    self.close(CloseCode.POLICY)
                case _:
                    if frame.type is WSMsgType.ERROR:
                        self._about.figures.count("broken-frame")
                    return

    async def _guarded(self, text: str) -> None:
        try:
            await self._do(self._session.handle_text(text, self._now()))
        except StoreDown:
            self.close(CloseCode.GOING_AWAY)
        except Exception as error:
            self._about.figures.count("frame-failed")
            _log.error("frame-failed", kind=type(error).__name__, where=where(error))
            self.close(CloseCode.GOING_AWAY)

    async def _do(self, actions: Sequence[Action]) -> None:
        for action in actions:
            match action:
                case Prove(hello=hello):
                    await self._prove(hello)
                case TakeOver(hello=hello):
                    self._join(hello, is_same_tab=False)
                case Deliver(request=request):
                    if self._host is not None:
                        self._host.request(self, request)
                case Send() | Close():
                    self._perform((action,))

    async def _prove(self, hello: Hello) -> None:
        """The ticket says who the browser is now; the resume token that this is the tab that was here before."""
        gatekeeper, session = self._about.gatekeeper, self._session_id
        by_ticket = await gatekeeper.redeem_ticket(session, hello.ticket) if hello.ticket else None
        by_resume = await gatekeeper.redeem_resume(session, hello.resume) if hello.resume else None
        identity = by_ticket or by_resume
        if identity is None:
            self.close(CloseCode.TICKET_SPENT)
        elif not self._about.people.take(self._place(identity)):
            self._about.figures.count("too-many-connections")
            self.close(CloseCode.POLICY)
        else:
            self._identity = identity
            self._host = await self._about.hosts.host(session)
            self._join(hello, is_same_tab=by_resume is not None and by_resume.person == identity.person)

    def _join(self, hello: Hello, is_same_tab: bool) -> None:
        if self._host is None or self._identity is None:
            self.close(CloseCode.ROOM_GONE)
            return
        self._host.join(
            Joining(
                line=self,
                identity=self._identity,
                takes_over=is_same_tab or hello.take_over,
                is_same_page=is_same_tab and hello.page == "same",
                transport=hello.transport,
            )
        )

    def _perform(self, actions: Sequence[Action]) -> None:
        for action in actions:
            match action:
                case Send(message=message):
                    self._put(encode(message))
                case Close(code=code):
                    self._about.figures.count(f"close-{code.value}")
                    self._put(code)

    def _put(self, item: str | CloseCode | _Ping) -> None:
        try:
            self._outbox.put_nowait((self._now(), item))
        except asyncio.QueueFull:
            self._give_up()

    def _give_up(self) -> None:
        """Whoever reads so slowly is served better by a whole view on a new connection."""
        self._about.figures.count("slow-reader")
        self._abort()

    def _abort(self) -> None:
        transport = self._request.transport
        if transport is not None:
            transport.abort()

    def _leave_nothing(self) -> None:
        """A transport that closes waits for its reader; this one had its time."""
        transport = self._request.transport
        if transport is not None and transport.get_write_buffer_size():
            transport.abort()

    async def _write(self) -> None:
        try:
            while True:
                self._sending_since, item = await self._outbox.get()
                match item:
                    case str(text):
                        await self._socket.send_str(text)
                    case _Ping():
                        await self._socket.ping()
                    case code:
                        await self._socket.close(code=code)
                        return
                self._sending_since = None
        except ConnectionError:
            return

    async def _tick(self) -> None:
        limits = self._about.limits
        pinged_at = self._now()
        while True:
            await asyncio.sleep(limits.tick_s)
            now = self._now()
            self._perform(self._session.tick(now))
            if self._sending_since is not None and now - self._sending_since > limits.late_s:
                self._give_up()
            if now - pinged_at >= limits.ping_s:
                pinged_at = now
                self._put(_Ping())

    def _place(self, identity: Identity) -> tuple[SessionId, str]:
        return (self._session_id, identity.person)

    def _now(self) -> float:
        return self._about.clock.monotonic()
