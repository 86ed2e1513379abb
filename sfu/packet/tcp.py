"""TCP passive candidates for networks that block UDP (RFC 6544): sockets around `tcp_frames`, datagrams to the core.

A connection is a path like any other. It has 5 s to show a valid check as its first frame, and ends when its path does;
connections that have shown nothing are few, and the oldest of them makes room. Nothing here is looked at for the runs
of packets that go by UDP.
"""

import contextlib
import errno
import select
import socket
import struct
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Final, Protocol

from sfu.packet.addresses import TCP, remote_of, to_tcp_path
from sfu.packet.arena import STRIDE, Arena, Sent
from sfu.packet.tcp_frames import BadFrame, FrameReader, SendQueue
from sfu.plane import Address

FIRST_FRAME_S: Final = 5.0
SWEEP_S: Final = 1.0
# Who takes less than this in so long while more waits carries no voice. A line that is dark for ten seconds stays.
STUCK_S: Final = 20.0
STUCK_BYTES: Final = 20_000
MAX_CONNECTIONS: Final = 512
MAX_OF_SOURCE: Final = 96  # a clinic behind one address
MAX_UNPROVEN: Final = 128
MAX_UNPROVEN_OF_SOURCE: Final = 16
ACCEPTS: Final = 4  # connections taken in one turn: packets wait meanwhile
READ_BYTES: Final = 16 * 1024
# What the kernel may hold that it has not sent: more would be delay that no queue of ours can put a voice ahead of.
UNSENT_BYTES: Final = 8 * 1024
_TCP_NOTSENT_LOWAT: Final = 25
_BACKLOG: Final = 128
_RESET: Final = struct.pack("ii", 1, 0)  # `struct linger`: nothing unsent survives the close
# Somebody else's end, or ours without descriptors: none of them says anything about the listening socket.
_NO_MORE: Final = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Core(Protocol):
    """What a connection needs of `PlaneCore`."""

    def handle_datagram(self, data: bytes, path: bytes, now: float) -> None: ...

    def is_bound(self, path: bytes) -> bool: ...

    def close_path(self, path: bytes, now: float) -> None: ...

    def flush(self) -> None: ...


class _Connection:
    __slots__ = (
        "frames",
        "is_proven",
        "is_watched",
        "opened",
        "path",
        "queue",
        "sock",
        "source",
        "stuck_since",
        "took",
    )

    def __init__(self, sock: socket.socket, path: bytes, now: float) -> None:
        self.sock = sock
        self.path = path
        self.source = _source(path)
        self.opened = now
        self.frames = FrameReader()
        self.queue = SendQueue()
        self.is_proven = False
        self.is_watched = False  # for room to send
        self.stuck_since = now  # while it is watched: since then it `took` so few bytes
        self.took = 0


class TcpMux:
    """All TCP of one plane. `poll` is the loop's; a ready descriptor of ours goes to `handle`."""

    def __init__(
        self, listeners: Sequence[socket.socket], arena: Arena, drops: Counter[str], poll: "select.poll | select.epoll"
    ) -> None:
        self._listeners = {sock.fileno(): sock for sock in listeners}
        self._arena = arena
        self._drops = drops
        self._poll = poll
        self._by_fd: dict[int, _Connection] = {}
        self._by_path: dict[bytes, _Connection] = {}
        self._unproven: dict[_Connection, None] = {}  # oldest first
        self._of_source: Counter[bytes] = Counter()
        self._broken: list[_Connection] = []
        self._numbers = 0
        self._is_resting = False  # no descriptor was left: listen again at the next sweep
        self._swept = 0.0
        for fd in self._listeners:
            poll.register(fd, select.POLLIN)

    def addresses(self) -> list[Address]:
        """Where it listens."""
        names = [sock.getsockname() for sock in self._listeners.values()]
        return [Address(name[0], name[1], True) for name in names]

    @property
    def is_on(self) -> bool:
        """Does it listen? Else no path is of TCP. A path outlives its connection: what waits may still lead there."""
        return bool(self._listeners)

    def deadline(self) -> float | None:
        """When `sweep` has something to do next."""
        return self._swept + SWEEP_S if self._by_fd or self._is_resting else None

    def split(self, entries: list[Sent], now: float) -> list[Sent]:
        """Send what goes by TCP; returns what does not."""
        others: list[Sent] = []
        touched: dict[_Connection, None] = {}
        for entry in entries:
            path, slot, length = entry
            if path[0] != TCP:
                others.append(entry)
                continue
            connection = self._by_path.get(path)
            if connection is None:
                self._drops["tcp-gone"] += 1
                continue
            if connection not in touched:
                touched[connection] = None
                self._expire(connection, now)
            at = slot * STRIDE
            if not connection.queue.put(self._arena.egress[at : at + length], now):
                self._drops["tcp-full"] += 1
        for connection in touched:
            if not connection.is_watched:
                self._write(connection, now)
        return others

    def forget(self, paths: Iterable[bytes], ssrcs: Collection[int]) -> None:
        """What waits of these slots never leaves, apart from what has begun to."""
        for path in paths:
            if (connection := self._by_path.get(path)) is not None:
                connection.queue.forget(ssrcs)

    def end(self, paths: Iterable[bytes]) -> None:
        """Close these connections now, with all that waits; the core has no more to do with them."""
        for path in paths:
            if (connection := self._by_path.get(path)) is None:
                continue
            self._drop(connection)

    def handle(self, fd: int, core: Core, now: float) -> None:
        """A descriptor is ready: new connections, bytes, or room to send."""
        if fd in self._listeners:
            self._accept(self._listeners[fd], core, now)
        elif (connection := self._by_fd.get(fd)) is not None:
            if connection.is_watched:
                self._expire(connection, now)
                self._write(connection, now)
            self._read(connection, core, now)
        self._bury(core, now)

    def sweep(self, core: Core, now: float) -> None:
        """Close what showed nothing in time and what the core does not know any more."""
        self._bury(core, now)
        if now - self._swept < SWEEP_S:
            return
        self._swept = now
        for connection in list(self._by_fd.values()):
            if connection.is_proven:
                if not core.is_bound(connection.path):
                    self._close(connection, core, now)
                elif connection.is_watched and now - connection.stuck_since >= STUCK_S:
                    self._refuse(connection, "tcp-stuck", core, now)
            elif now - connection.opened >= FIRST_FRAME_S:
                self._refuse(connection, "tcp-silent", core, now)
        if self._is_resting:
            self._is_resting = False
            for fd in self._listeners:
                self._poll.register(fd, select.POLLIN)

    def close(self) -> None:
        """Free the ports."""
        for connection in self._by_fd.values():
            connection.sock.close()
        for sock in self._listeners.values():
            sock.close()
        self._by_fd.clear()
        self._by_path.clear()
        self._unproven.clear()
        self._of_source.clear()

    def _accept(self, listener: socket.socket, core: Core, now: float) -> None:
        for _ in range(ACCEPTS):
            try:
                sock, remote = listener.accept()
            except OSError as error:
                if error.errno in _NO_MORE:
                    self._rest(now)
                return
            try:
                sock.setblocking(False)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.setsockopt(socket.IPPROTO_TCP, _TCP_NOTSENT_LOWAT, UNSENT_BYTES)
            except OSError:
                sock.close()  # it ended before it began
                continue
            self._numbers = (self._numbers + 1) % 2**32
            path = to_tcp_path(self._numbers, Address(remote[0], remote[1]))
            self._admit(_Connection(sock, path, now), core, now)

    def _admit(self, new: _Connection, core: Core, now: float) -> None:
        if len(self._by_fd) >= MAX_CONNECTIONS or self._of_source[new.source] >= MAX_OF_SOURCE:
            self._drops["tcp-many"] += 1
            new.sock.close()
            return
        alike = [one for one in self._unproven if one.source == new.source]
        if len(alike) >= MAX_UNPROVEN_OF_SOURCE:
            self._refuse(alike[0], "tcp-many", core, now)
        elif len(self._unproven) >= MAX_UNPROVEN:
            self._refuse(next(iter(self._unproven)), "tcp-many", core, now)
        if not self._by_fd:
            self._swept = now
        self._by_fd[new.sock.fileno()] = self._by_path[new.path] = new
        self._unproven[new] = None
        self._of_source[new.source] += 1
        self._poll.register(new.sock, select.POLLIN)

    def _rest(self, now: float) -> None:
        self._drops["tcp-descriptors"] += 1
        if not self._is_resting:
            self._is_resting = True
            self._swept = now
            for fd in self._listeners:
                self._poll.unregister(fd)

    def _read(self, connection: _Connection, core: Core, now: float) -> None:
        try:
            data = connection.sock.recv(READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self._close(connection, core, now)
            return
        try:
            for datagram in connection.frames.feed(data):
                core.handle_datagram(datagram, connection.path, now)
                if not connection.is_proven:
                    if not core.is_bound(connection.path):
                        self._refuse(connection, "tcp-stranger", core, now)
                        return
                    connection.is_proven = True
                    del self._unproven[connection]
        except BadFrame:
            self._refuse(connection, "tcp-malformed", core, now)
        core.flush()

    def _expire(self, connection: _Connection, now: float) -> None:
        late = connection.queue.expire(now)
        if late:
            self._drops["tcp-late"] += late

    def _write(self, connection: _Connection, now: float) -> None:
        queue = connection.queue
        try:
            while chunk := queue.take():
                sent = connection.sock.send(chunk)
                queue.sent(sent)
                connection.took += sent
        except (BlockingIOError, InterruptedError):
            pass
        except OSError:
            # The core may be in the middle of a flush: it learns at the end of the turn.
            self._broken.append(connection)
            return
        if connection.took >= STUCK_BYTES or not connection.is_watched:
            connection.stuck_since, connection.took = now, 0
        if bool(queue) is not connection.is_watched:
            connection.is_watched = bool(queue)
            self._poll.modify(connection.sock, select.POLLIN | (select.POLLOUT if queue else 0))

    def _bury(self, core: Core, now: float) -> None:
        while self._broken:
            self._close(self._broken.pop(), core, now)

    def _refuse(self, connection: _Connection, cause: str, core: Core, now: float) -> None:
        self._drops[cause] += 1
        self._close(connection, core, now)

    def _close(self, connection: _Connection, core: Core, now: float) -> None:
        if connection.path in self._by_path:
            self._drop(connection)
            core.close_path(connection.path, now)

    def _drop(self, connection: _Connection) -> None:
        fd = connection.sock.fileno()
        del self._by_path[connection.path], self._by_fd[fd]
        self._unproven.pop(connection, None)
        self._of_source -= Counter((connection.source,))
        self._poll.unregister(fd)
        if connection.is_watched:
            # The line is stuck: what the kernel holds for it would leave after the goodbye.
            with contextlib.suppress(OSError):
                connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        connection.sock.close()


def open_listeners(bind: Iterable[Address], udp: Sequence[Address]) -> list[socket.socket]:
    """Listening, non-blocking sockets; raises OSError, then none stays open. `udp`: what is bound already."""
    listeners: list[socket.socket] = []
    try:
        for address in bind:
            twin = next((own.port for own in udp if own.host == address.host), 0)
            try:
                listeners.append(_listen(address.host, address.port or twin))
            except OSError as error:
                if address.port or error.errno != errno.EADDRINUSE:
                    raise OSError(error.errno, f"TCP port {address.port or twin}: {error.strerror}") from error
                listeners.append(_listen(address.host, 0))
    except OSError:
        for sock in listeners:
            sock.close()
        raise
    return listeners


def _listen(host: str, port: int) -> socket.socket:
    is_v6 = ":" in host
    sock = socket.socket(socket.AF_INET6 if is_v6 else socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if is_v6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind((host, port))
        sock.listen(_BACKLOG)
    except BaseException:
        sock.close()
        raise
    return sock


def _source(path: bytes) -> bytes:
    """Whom a limit counts as one: an IPv4 address, or the 64 bits that a household of IPv6 has in common."""
    raw, _ = remote_of(path)
    return raw if len(raw) == 4 else raw[:8]
