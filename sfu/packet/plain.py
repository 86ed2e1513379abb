"""The portable way for a host without recvmmsg: one system call per datagram, the same interface as `batch`."""

import socket
from collections import Counter

from sfu.packet.addresses import address_of, split, to_sockaddr
from sfu.packet.arena import MAX_DATAGRAM, STRIDE, Arena, Sent
from sfu.plane import Address


class Receiver:
    """Reads a batch by `recvfrom_into`. It learns neither kernel times nor local addresses."""

    def __init__(self, arena: Arena, sockets: dict[int, socket.socket]) -> None:
        self._arena = arena
        self._sockets = sockets
        self._read: list[tuple[int, bytes]] = []

    def read(self, fd: int, first: int = 0) -> int:
        sock = self._sockets[fd]
        del self._read[first:]
        for slot in range(first, self._arena.batch):
            at = slot * STRIDE
            try:
                length, source = sock.recvfrom_into(self._arena.ingress[at : at + MAX_DATAGRAM + 1])
            except (BlockingIOError, InterruptedError, ConnectionRefusedError):
                break
            length = -1 if length > MAX_DATAGRAM else length
            self._read.append((length, to_sockaddr(Address(source[0], source[1]))))
        return len(self._read) - first

    def datagram(self, index: int) -> tuple[int, bytes, int | None, bytes]:
        length, name = self._read[index]
        return length, name, None, b""

    def done(self, count: int) -> None:
        self._read.clear()


class Sender:
    """Sends by `sendto`."""

    def __init__(self, arena: Arena, sockets: dict[int, socket.socket], drops: Counter[str]) -> None:
        self._arena = arena
        self._sockets = sockets
        self._drops = drops

    def send(self, fds: list[int], entries: list[Sent]) -> None:
        for path, slot, length in entries:
            index, _, _ = split(path)
            if index >= len(fds):
                self._drops["send-nowhere"] += 1
                continue
            address = address_of(path)
            at = slot * STRIDE
            try:
                self._sockets[fds[index]].sendto(self._arena.egress[at : at + length], (address.host, address.port))
            except BlockingIOError:
                self._drops["send-full"] += 1
            except OSError:
                self._drops["send-error"] += 1
