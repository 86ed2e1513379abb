"""One connection as a sans-IO machine: frames, answers and time in; actions out. It knows no socket and no room.

    greeting ──hello──▶ proving ──accept──▶ joined ─┐
       │                   └──elsewhere──▶ asked ───┤  hello with take_over: proving again
       └───────────────── 5 s without hello ────────┴──▶ closed

The shell calls `handle_text`, `send`, `accept`, `elsewhere`, `tick` and carries out what they return, in order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rooms.live.views import OutcomeKind
from signaling.client_messages import (
    PROTOCOL,
    ClientMessage,
    Hello,
    Leave,
    MediaRequest,
    MuteSelf,
    Ping,
    RoomRequest,
    StopOwnCamera,
    StopShare,
    TakeBreak,
)
from signaling.codec import decode
from signaling.errors import CloseCode, NotUnderstood, Unusable
from signaling.rate import Bucket
from signaling.server_messages import (
    Elsewhere,
    MeChanged,
    Ok,
    Outcome,
    Outside,
    Pong,
    Refused,
    Room,
    RoomChanged,
    ServerMessage,
    WaitingStatus,
)

HELLO_WITHIN_S: Final = 5.0
FRAMES_PER_S: Final = 20.0
FRAME_BURST: Final = 60
MOST_BY_LEADERS: Final = 100
MOST_BY_OTHERS: Final = 20  # of which
MOST_TO_STORE: Final = 2  # may be other than media and what closes one's own
SILENCE_S: Final = 10.0
ASKED_FOR_S: Final = 600.0
LINGER_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Send:
    message: ServerMessage


@dataclass(frozen=True, slots=True)
class Close:
    """The last action of a connection."""

    code: CloseCode


@dataclass(frozen=True, slots=True)
class Prove:
    """Find out who this is, then call `accept`, `elsewhere`, or close."""

    hello: Hello


@dataclass(frozen=True, slots=True)
class TakeOver:
    """The person, already proven on this connection, wants the seat here."""

    hello: Hello


@dataclass(frozen=True, slots=True)
class Deliver:
    """A request of a person who is joined; answer it with exactly one `Ok` or `Refused` through `send`."""

    request: RoomRequest | MediaRequest


# Nobody has to wait before they may be silent, unseen or gone.
ClosesOneself = MuteSelf | StopOwnCamera | StopShare | TakeBreak | Leave

Action = Send | Close | Prove | TakeOver | Deliver


@dataclass(frozen=True, slots=True)
class Greeting:
    until: float


@dataclass(frozen=True, slots=True)
class Proving:
    """The page has nothing to say before `welcome`; a request here is against the rules."""


@dataclass(frozen=True, slots=True)
class Asked:
    """`elsewhere` was said; waits for a person to decide."""

    until: float


@dataclass(frozen=True, slots=True)
class Joined:
    pass


@dataclass(frozen=True, slots=True)
class Closed:
    code: CloseCode


State = Greeting | Proving | Asked | Joined | Closed


class Session:
    """The machine of one connection. `now` is monotonic seconds."""

    def __init__(self, now: float) -> None:
        self.state: State = Greeting(now + HELLO_WITHIN_S)
        self._bucket = Bucket(FRAMES_PER_S, FRAME_BURST, now)
        self._heard_at = now
        self._linger_until: float | None = None
        self._newest_id = -1
        self._leads = False
        self._unanswered: set[int] = set()
        self._to_store: set[int] = set()

    def handle_text(self, text: str, now: float) -> Sequence[Action]:
        """One text frame of the page."""
        if closing := self.heard(now):
            return closing
        if isinstance(self.state, Closed):
            return ()
        try:
            message = decode(text)
        except NotUnderstood as error:
            return self._not_understood(error.id)
        except Unusable as error:
            return self.close(error.code)
        return self._handle(message)

    def heard(self, now: float) -> Sequence[Action]:
        """Any frame came, a protocol ping or pong included; each counts against the rate."""
        self._heard_at = now
        return () if self._bucket.take(now) else self.close(CloseCode.POLICY)

    def accept(self) -> None:
        """The person is known and their connection is the one: send `welcome` and the view next."""
        if isinstance(self.state, Proving):
            self.state = Joined()

    def elsewhere(self, now: float) -> Sequence[Action]:
        """The person is connected somewhere else and did not say that the seat moves."""
        if not isinstance(self.state, Proving):
            return ()
        self.state = Asked(now + ASKED_FOR_S)
        return (Send(Elsewhere()),)

    def send(self, message: ServerMessage, now: float) -> Sequence[Action]:
        """A message to the page; somebody removed is told so and then let go."""
        if isinstance(self.state, Closed):
            return ()
        match message:
            case Ok(id=id) | Refused(id=id):
                self._unanswered.discard(id)
                self._to_store.discard(id)
            case Outcome(view=view) if view.kind is OutcomeKind.REMOVED:
                return (Send(message), *self.close(CloseCode.DONE))
            case Outcome():
                self._leads = False
                self._linger_until = now + LINGER_S
            case Outside() | WaitingStatus():
                self._leads = False
                self._linger_until = None
            case Room(view=view):
                self._leads = view.me.role.may_facilitate
                self._linger_until = None
            case RoomChanged(changes=changes):
                for change in changes:
                    if isinstance(change, MeChanged):
                        self._leads = change.me.role.may_facilitate
            case _:
                pass
        return (Send(message),)

    def tick(self, now: float) -> Sequence[Action]:
        """Call about once a second."""
        if now - self._heard_at > SILENCE_S:
            return self.close(CloseCode.GOING_AWAY)
        if self._linger_until is not None and now >= self._linger_until:
            return self.close(CloseCode.DONE)
        match self.state:
            case Greeting(until=until) if now >= until:
                return self.close(CloseCode.HELLO_EXPECTED)
            case Asked(until=until) if now >= until:
                return self.close(CloseCode.DONE)
        return ()

    def close(self, code: CloseCode) -> Sequence[Action]:
        """End it; a second time does nothing."""
        if isinstance(self.state, Closed):
            return ()
        self.state = Closed(code)
        return (Close(code),)

    def _handle(self, message: ClientMessage) -> Sequence[Action]:
        if isinstance(message, Hello):
            return self._hello(message)
        match self.state:
            case Greeting():
                return self.close(CloseCode.HELLO_EXPECTED)
            case Closed():
                return ()
        if isinstance(message, Ping):
            return (Send(Pong()),)
        match self.state:
            case Joined():
                return self._request(message)
        return self.close(CloseCode.POLICY)

    def _hello(self, hello: Hello) -> Sequence[Action]:
        if hello.protocol != PROTOCOL:
            return self.close(CloseCode.HELLO_EXPECTED)
        match self.state:
            case Greeting() if hello.ticket is None and hello.resume is None:
                return self.close(CloseCode.TICKET_SPENT)
            case Greeting():
                self.state = Proving()
                return (Prove(hello),)
            case Asked() if hello.take_over:
                self.state = Proving()
                return (TakeOver(hello),)
        return self.close(CloseCode.POLICY)

    def _request(self, request: RoomRequest | MediaRequest) -> Sequence[Action]:
        if request.id <= self._newest_id:
            return self.close(CloseCode.POLICY)
        self._newest_id = request.id
        is_to_store = not isinstance(request, MediaRequest | ClosesOneself)
        if self._is_too_much(is_to_store):
            return (Send(Refused(id=request.id, reason="busy")),)
        self._unanswered.add(request.id)
        if is_to_store:
            self._to_store.add(request.id)
        return (Deliver(request),)

    def _is_too_much(self, is_to_store: bool) -> bool:
        if self._leads:
            return len(self._unanswered) >= MOST_BY_LEADERS
        return len(self._unanswered) >= MOST_BY_OTHERS or (is_to_store and len(self._to_store) >= MOST_TO_STORE)

    def _not_understood(self, id: int) -> Sequence[Action]:
        if not isinstance(self.state, Joined) or id <= self._newest_id:
            return self.close(CloseCode.POLICY)
        self._newest_id = id
        return (Send(Refused(id=id, reason="not-understood")),)
