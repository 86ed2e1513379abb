"""The UDP sockets: batches in, batches out. Everything between is `PlaneCore`.

A wildcard address keeps the local address of each path (IP_PKTINFO), so that replies leave from where they were asked.
"""

import errno
import ipaddress
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from sfu.packet import batch, plain
from sfu.packet.addresses import to_path
from sfu.packet.arena import Arena, Sent
from sfu.packet.control_blocks import IP_PKTINFO
from sfu.packet.core import PlaneCore
from sfu.packet.outbox import Outbox
from sfu.plane import Address

# Linux: neither believe in a path MTU that anybody can forge by ICMP, nor forbid routers to split what is too long.
IP_MTU_DISCOVER: Final = 10
IPV6_MTU_DISCOVER: Final = 23
PMTU_OMIT: Final = 5
BUFFER_BYTES: Final = 4 * 1024 * 1024
# A kernel time stamp that differs more than this from our clock is a clock that was set, not a queue.
MAX_QUEUED_NS: Final = 1_000_000_000

Handle = Callable[[int, int, bytes, float, float], None]  # slot, length, path, now, arrival


class Receiver(Protocol):
    """Reads a batch into the arena: see `batch.Receiver`."""

    def read(self, fd: int, first: int = 0) -> int: ...

    def datagram(self, index: int) -> tuple[int, bytes, int | None, bytes]: ...

    def done(self, count: int) -> None: ...


class Sender(Protocol):
    """Sends the outbox: see `batch.Sender`."""

    def send(self, fds: list[int], entries: list[Sent]) -> None: ...


class Mux:
    """Opened sockets of one plane. `transmit` is what `PlaneCore` is made with."""

    def __init__(self, arena: Arena, sockets: Sequence[socket.socket], drops: Counter[str], *, batched: bool = True):
        self.sockets = list(sockets)
        self.fds = [sock.fileno() for sock in sockets]
        self._prefixes = [bytes((index,)) for index in range(len(sockets))]
        self._read_ns = [0] * len(sockets)  # when something was last read there, by the clock of the time stamps
        self._batch = arena.batch
        self._drops = drops
        self.receiver: Receiver
        self._sender: Sender
        if batched and _can_batch():
            self.receiver = batch.Receiver(arena)
            self._sender = batch.Sender(arena, drops)
        else:
            by_fd = {sock.fileno(): sock for sock in sockets}
            self.receiver = plain.Receiver(arena, by_fd)
            self._sender = plain.Sender(arena, by_fd, drops)

    def addresses(self) -> list[Address]:
        """What the sockets are bound to, ports resolved."""
        return [Address(*sock.getsockname()[:2]) for sock in self.sockets]

    def transmit(self, entries: list[Sent]) -> None:
        """Send now; never waits."""
        self._sender.send(self.fds, entries)

    def send_runs_of(self, outbox: Outbox) -> None:
        """Take runs as one message each from now on, where this host can."""
        sender = self._sender
        if isinstance(sender, batch.Sender):
            outbox.send_runs = lambda count: sender.send_runs(self.fds, outbox, count)

    def receive(self, index: int, core: PlaneCore) -> bool:
        """Take one batch from a socket through the plane and send what it caused. True: more may be waiting."""
        fd, taken = self.fds[index], 0
        # What comes while the first of a frame are looked at leaves in the same messages.
        while taken < self._batch and (count := self._take(fd, taken, index, core)):
            taken += count
        if taken:
            self.receiver.done(taken)
            core.flush()
        return taken == self._batch

    def _take(self, fd: int, first: int, index: int, core: PlaneCore) -> int:
        """Read into slots `first`, ... and give it to the core; returns how many."""
        receiver = self.receiver
        try:
            count = receiver.read(fd, first)
        except OSError:
            self._drops["receive-error"] += 1
            return 0
        if not count:
            return 0
        now = time.monotonic()
        wall_ns = time.time_ns()
        prefix, datagram = self._prefixes[index], receiver.datagram
        _, _, stamp, _ = datagram(first)
        queued_ns = 0 if stamp is None else wall_ns - stamp
        if not 0 <= queued_ns <= MAX_QUEUED_NS:
            queued_ns = 0
        handle = core.begin(now, queued_ns * 1e-9, stood=wall_ns - queued_ns <= self._read_ns[index])
        self._read_ns[index] = wall_ns
        for slot in range(first, first + count):
            length, name, stamp, local = datagram(slot)
            if length < 0:
                self._drops["truncated"] += 1
                continue
            arrival = now
            if stamp is not None and 0 <= wall_ns - stamp <= MAX_QUEUED_NS:
                arrival = now - (wall_ns - stamp) * 1e-9
            handle(slot, length, prefix + name + local, now, arrival)
        return count

    def hand(self, slot: int, index: int, now: float, wall_ns: int, handle: Handle) -> None:
        """Give the datagram in that slot, which came by socket `index`, to `PlaneCore`; the clocks are the batch's."""
        length, name, stamp, local = self.receiver.datagram(slot)
        if length < 0:
            self._drops["truncated"] += 1
            return
        arrival = now
        if stamp is not None and 0 <= wall_ns - stamp <= MAX_QUEUED_NS:
            arrival = now - (wall_ns - stamp) * 1e-9
        handle(slot, length, self._prefixes[index] + name + local, now, arrival)

    def send_rest(self, outbox: Outbox, first: int, count: int) -> None:
        """Send messages of the outbox from `first` on."""
        if isinstance(self._sender, batch.Sender):
            self._sender.send_runs(self.fds, outbox, count, first)

    def close(self) -> None:
        """Free the ports."""
        for sock in self.sockets:
            sock.close()


def open_sockets(bind: Sequence[Address]) -> list[socket.socket]:
    """Bound, non-blocking sockets with large buffers. Raises OSError; then none stays open."""
    sockets: list[socket.socket] = []
    try:
        for address in bind:
            sockets.append(_open(address))
        if not sockets:
            raise OSError(errno.EADDRNOTAVAIL, "no address to bind")
    except OSError:
        for sock in sockets:
            sock.close()
        raise
    return sockets


def _open(address: Address) -> socket.socket:
    try:
        host = ipaddress.ip_address(address.host)
    except ValueError as error:
        raise OSError(errno.EADDRNOTAVAIL, "not a numeric address") from error
    is_v6 = host.version == 6
    sock = socket.socket(socket.AF_INET6 if is_v6 else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            sock.setsockopt(socket.SOL_SOCKET, option, BUFFER_BYTES)
        if is_v6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if sys.platform == "linux":
            sock.setsockopt(socket.SOL_SOCKET, batch.SO_TIMESTAMPNS, 1)
            level, option = (socket.IPPROTO_IPV6, IPV6_MTU_DISCOVER) if is_v6 else (socket.IPPROTO_IP, IP_MTU_DISCOVER)
            sock.setsockopt(level, option, PMTU_OMIT)
            if host.is_unspecified and is_v6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
            elif host.is_unspecified:
                sock.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
        sock.bind((str(host), address.port))
    except BaseException:
        sock.close()
        raise
    return sock


def _can_batch() -> bool:
    """One datagram to ourselves through the kernel structures: their layout is ours to get right."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            arena = Arena(batch=2, egress=2)
            sender, receiver = batch.Sender(arena, Counter()), batch.Receiver(arena)
            arena.egress[:5] = b"probe"
            path = to_path(0, Address("127.0.0.1", probe.getsockname()[1]))
            sender.send([probe.fileno()], [(path, 0, 5)])
            deadline = time.monotonic() + 1.0
            while time.monotonic() < deadline:
                if receiver.read(probe.fileno()):
                    length, name, _, _ = receiver.datagram(0)
                    return length == 5 and bytes(arena.ingress[:5]) == b"probe" and name == path[1:]
    except (OSError, AttributeError):
        pass
    return False
