"""recvmmsg, sendmmsg and UDP GSO through cffi's ABI mode: no compiler on the host. 64-bit Linux.

All kernel structures are allocated once over the arena and filled through 64-bit views, which is much cheaper than
cffi's field access. A `struct mmsghdr` is eight words: name, namelen, iov, iovlen, control, controllen, flags, length.
"""

import errno
import socket
import struct
import sys
from array import array
from collections import Counter
from itertools import groupby
from typing import Any, Final

from cffi import FFI

from sfu.packet.addresses import SOCKADDR_IN, SOCKADDR_IN6, split
from sfu.packet.arena import HEADER_BYTES, MAX_DATAGRAM, STRIDE, VECTOR_BYTES, Arena, Sent, address_of_store
from sfu.packet.control_blocks import IP_PKTINFO, IPV6_PKTINFO, MAX_SEGMENT, SOL_UDP, UDP_SEGMENT, source_block
from sfu.packet.outbox import MAX_SEGMENTS, Outbox

SO_TIMESTAMPNS: Final = 35
MAX_GSO_BYTES: Final = 60_000
_CONTROL: Final = 128
_NAME: Final = 32
_ASIDE: Final = _NAME + _CONTROL  # what comes beside a datagram
_MSG_DONTWAIT: Final = 0x40
_MSG_TRUNC: Final = 0x20
_WORDS: Final = 8
# Of a received `struct mmsghdr`: length of the name, of the ancillary data, flags, length.
_RECEIVED: Final = struct.Struct("=8xI4x16x8xQi4xI4x")
_NAME_AND_TIME: Final = struct.Struct("=16s16xQiiqq")
_TIME_LENGTH: Final = 32
_CMSG: Final = struct.Struct("=Qii")
_CMSG_SEGMENT: Final = 24  # how much of the ancillary data says the segment size
_NO_GSO: Final = (errno.EIO, errno.EOPNOTSUPP)  # this socket's network card cannot
_NO_RUN: Final = (errno.EINVAL, errno.EMSGSIZE)  # the way to this destination is too narrow
_CDEF: Final = """
int recvmmsg(int fd, void *messages, unsigned int count, int flags, void *timeout);
int sendmmsg(int fd, void *messages, unsigned int count, int flags);
"""


def _library() -> tuple[FFI, Any]:
    ffi = FFI()
    ffi.cdef(_CDEF)
    library = ffi.dlopen(None)
    if sys.maxsize < 2**32 or sys.platform != "linux" or not hasattr(library, "sendmmsg"):
        raise OSError(errno.ENOSYS, "recvmmsg needs 64-bit Linux")
    return ffi, library


class _Messages:
    """`count` message headers with their names, I/O vectors and control blocks."""

    def __init__(self, ffi: FFI, count: int, segments: int) -> None:
        self._keep = [bytearray(count * size) for size in (_WORDS * 8, segments * 16, _NAME, _CONTROL)]
        headers, vectors, names, controls = self._keep
        self.words = memoryview(headers).cast("Q")
        self.vectors = memoryview(vectors).cast("Q")
        self.names = memoryview(names)
        self.controls = memoryview(controls)
        self.pointer = ffi.cast("void *", ffi.from_buffer(headers))
        self._views = [ffi.from_buffer(store) for store in self._keep]
        self.vectors_at, self.names_at, self.controls_at = (
            int(ffi.cast("uintptr_t", view)) for view in self._views[1:]
        )
        self.word_pointers = [ffi.cast("void *", self._views[0] + index * _WORDS * 8) for index in range(count)]


class Receiver:
    """Reads batches into the arena's ingress slots."""

    def __init__(self, arena: Arena) -> None:
        ffi, library = _library()
        self._ffi = ffi
        self._recvmmsg = library.recvmmsg
        self._count = arena.batch
        self._headers = bytearray(arena.batch * HEADER_BYTES)
        self._vectors = bytearray(arena.batch * VECTOR_BYTES)
        self._asides = bytearray(arena.batch * _ASIDE)
        words, vectors = memoryview(self._headers).cast("Q"), memoryview(self._vectors).cast("Q")
        base, vectors_at = address_of_store(arena.ingress_store), address_of_store(self._vectors)
        asides_at = address_of_store(self._asides)
        for index in range(arena.batch):
            vectors[2 * index] = base + index * STRIDE
            vectors[2 * index + 1] = MAX_DATAGRAM + 1
            words[index * _WORDS : index * _WORDS + 6] = array(
                "Q",
                (
                    asides_at + index * _ASIDE,
                    SOCKADDR_IN6,
                    vectors_at + index * VECTOR_BYTES,
                    1,
                    asides_at + index * _ASIDE + _NAME,
                    _CONTROL,
                ),
            )
        self._words = words
        self._fresh_store = bytearray(self._headers)
        self._fresh = memoryview(self._fresh_store).cast("Q")
        store = ffi.from_buffer(self._headers)
        self._pointers = [ffi.cast("void *", store + index * HEADER_BYTES) for index in range(arena.batch)]

    @property
    def addresses(self) -> tuple[int, int, int]:
        """Where the message headers lie, those to begin with, and what comes beside a datagram."""
        return tuple(address_of_store(store) for store in (self._headers, self._fresh_store, self._asides))  # type: ignore[return-value]

    def read(self, fd: int, first: int = 0) -> int:
        """How many datagrams now lie in slots `first`, ...; 0 when nothing waits. Raises OSError."""
        count = int(self._recvmmsg(fd, self._pointers[first], self._count - first, _MSG_DONTWAIT, self._ffi.NULL))
        if count >= 0:
            return count
        code = self._ffi.errno
        if code in (errno.EAGAIN, errno.EINTR, errno.ECONNREFUSED):
            return 0
        raise OSError(code, "recvmmsg")

    def done(self, count: int) -> None:
        """The first `count` entries were read; call before the next `read` into them."""
        end = count * _WORDS
        self._words[:end] = self._fresh[:end]

    def datagram(self, index: int) -> tuple[int, bytes, int | None, bytes]:
        """(length, sockaddr, kernel time in ns or None, local address or b""); length -1: truncated."""
        name_length, control_length, flags, length = _RECEIVED.unpack_from(self._headers, index * HEADER_BYTES)
        at = index * _ASIDE
        name, _, level, kind, seconds, nanoseconds = _NAME_AND_TIME.unpack_from(self._asides, at)
        if flags & _MSG_TRUNC:
            length = -1
        if name_length != SOCKADDR_IN:
            name = bytes(self._asides[at : at + name_length])
        if control_length == _TIME_LENGTH and kind == SO_TIMESTAMPNS and level == socket.SOL_SOCKET:
            return length, name, seconds * 1_000_000_000 + nanoseconds, b""
        return length, name, *self._ancillary(at + _NAME, control_length)

    def _ancillary(self, at: int, length: int) -> tuple[int | None, bytes]:
        """(kernel time, local address)."""
        controls = self._asides
        stamp: int | None = None
        local = b""
        end = at + length
        while at + 16 <= end:
            size, level, kind = _CMSG.unpack_from(controls, at)
            data = at + 16
            if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
                seconds, nanoseconds = struct.unpack_from("=qq", controls, data)
                stamp = seconds * 1_000_000_000 + nanoseconds
            elif level == socket.IPPROTO_IP and kind == IP_PKTINFO:
                local = bytes(controls[data + 4 : data + 8])
            elif level == socket.IPPROTO_IPV6 and kind == IPV6_PKTINFO:
                local = bytes(controls[data : data + 16])
            if size < 16:
                break
            at += (size + 7) & ~7
        return stamp, local


class Sender:
    """Sends the outbox: runs of one path with equal sizes become one GSO message, all messages one system call.

    GSO is given up for a socket at the first refusal, which can come at any time (VPN, no checksum offload).
    """

    def __init__(self, arena: Arena, drops: Counter[str], *, gso: bool = True) -> None:
        ffi, library = _library()
        self._ffi = ffi
        self._sendmmsg = library.sendmmsg
        self._capacity = arena.capacity
        self._messages = _Messages(ffi, arena.capacity, 1)
        self._base = address_of_store(arena.egress_store)
        self._drops = drops
        self._gso = gso
        self._without_gso: set[int] = set()
        self._run_words = memoryview(arena.headers_store).cast("Q")
        store = ffi.from_buffer(arena.headers_store)
        self._keep = store
        self._run_pointers = [ffi.cast("void *", store + index * HEADER_BYTES) for index in range(arena.capacity)]
        self.messages_sent = 0

    def send(self, fds: list[int], entries: list[Sent]) -> None:
        """Send all; what the socket does not take is dropped and counted."""
        if len(fds) == 1:
            self._send_socket(fds[0], entries)
            return
        for socket_index, of_socket in groupby(sorted(entries, key=_socket_of), key=_socket_of):
            if socket_index < len(fds):
                self._send_socket(fds[socket_index], list(of_socket))
            else:
                self._drops["send-nowhere"] += sum(1 for _ in of_socket)

    def _send_socket(self, fd: int, entries: list[Sent]) -> None:
        use_gso = self._gso and fd not in self._without_gso
        self._send_runs(fd, _runs(entries) if use_gso else [[entry] for entry in entries])

    def _send_runs(self, fd: int, runs: list[list[Sent]]) -> None:
        self._fill(runs)
        sent = 0
        pointers = self._messages.word_pointers
        while sent < len(runs):
            count = int(self._sendmmsg(fd, pointers[sent], len(runs) - sent, _MSG_DONTWAIT))
            if count > 0:
                sent += count
                self.messages_sent += count
                continue
            code = self._ffi.errno
            if code == errno.EINTR:
                continue
            if code in (errno.EAGAIN, errno.ENOBUFS):
                self._drops["send-full"] += sum(len(run) for run in runs[sent:])
                return None
            if code in _NO_GSO and len(runs[sent]) > 1:
                self._without_gso.add(fd)
                return self._send_runs(fd, [[entry] for run in runs[sent:] for entry in run])
            if code in _NO_RUN and len(runs[sent]) > 1:
                runs = [[entry] for entry in runs[sent]] + runs[sent + 1 :]
                self._fill(runs)
                sent = 0
                continue
            # The error belongs to this message alone: an unreachable network, a firewall.
            self._drops["send-error"] += len(runs[sent])
            sent += 1
        return None

    def send_runs(self, fds: list[int], outbox: Outbox, count: int, first: int = 0) -> None:
        """Send messages `first` to `count` of `Arena.headers`, each by its own socket."""
        if len(fds) == 1:
            self._send_messages(fds[0], 0, outbox, first, count)
            return
        words = self._run_words
        for at in range(first + 1, count + 1):
            index = words[first * _WORDS + 7] >> 32
            if at == count or words[at * _WORDS + 7] >> 32 != index:
                self._send_messages(fds[index], index, outbox, first, at)
                first = at

    def _send_messages(self, fd: int, index: int, outbox: Outbox, first: int, end: int) -> None:
        words, pointers = self._run_words, self._run_pointers
        while first < end:
            count = int(self._sendmmsg(fd, pointers[first], end - first, _MSG_DONTWAIT))
            if count > 0:
                first += count
                self.messages_sent += count
                continue
            code, packets = self._ffi.errno, words[first * _WORDS + 3]
            if code == errno.EINTR:
                continue
            if code in (errno.EAGAIN, errno.ENOBUFS):
                self._drops["send-full"] += sum(words[at * _WORDS + 3] for at in range(first, end))
                return
            if packets > 1 and (code in _NO_GSO or code in _NO_RUN):
                if code in _NO_GSO:
                    outbox.give_up_runs(index)
                self._send_singly(fd, first)
            else:
                # The error belongs to this message alone: an unreachable network, a firewall.
                self._drops["send-error"] += packets
            first += 1

    def _send_singly(self, fd: int, message: int) -> None:
        """The packets of one message that was refused as a whole."""
        words = self._run_words
        at = message * _WORDS
        vector, count, segment = words[at + 2], words[at + 3], _CMSG_SEGMENT
        words[at + 3] = 1
        words[at + 5] -= segment
        if not words[at + 5]:
            words[at + 4] = 0
        for step in range(count):
            words[at + 2] = vector + step * 16
            if int(self._sendmmsg(fd, self._run_pointers[message], 1, _MSG_DONTWAIT)) > 0:
                self.messages_sent += 1
            else:
                full = self._ffi.errno in (errno.EAGAIN, errno.ENOBUFS)
                self._drops["send-full" if full else "send-error"] += 1

    def _fill(self, runs: list[list[Sent]]) -> None:
        messages, base = self._messages, self._base
        words, vectors, names = messages.words, messages.vectors, messages.names
        segment = 0
        for index, run in enumerate(runs):
            path, _, size = run[0]
            _, name, local = split(path)
            name_at = index * _NAME
            names[name_at : name_at + len(name)] = name
            at = index * _WORDS
            words[at] = messages.names_at + name_at
            words[at + 1] = len(name)
            words[at + 2] = messages.vectors_at + segment * 16
            words[at + 3] = len(run)
            for _, slot, length in run:
                vectors[2 * segment] = base + slot * STRIDE
                vectors[2 * segment + 1] = length
                segment += 1
            control = _control(local, size if len(run) > 1 else 0)
            where = index * _CONTROL
            messages.controls[where : where + len(control)] = control
            words[at + 4] = messages.controls_at + where if control else 0
            words[at + 5] = len(control)
            words[at + 6] = 0


def _socket_of(entry: Sent) -> int:
    return entry[0][0]


def _runs(entries: list[Sent]) -> list[list[Sent]]:
    """Per path and in order: equal sizes together, only the last of a run may be shorter."""
    runs: list[list[Sent]] = []
    open_runs: dict[bytes, tuple[list[Sent], int]] = {}
    for entry in entries:
        path, _, length = entry
        current = open_runs.get(path)
        if current is not None:
            run, size = current
            if length <= size and len(run) < MAX_SEGMENTS and (len(run) + 1) * size <= MAX_GSO_BYTES:
                run.append(entry)
                if length < size:
                    del open_runs[path]
                continue
        run = [entry]
        runs.append(run)
        if length <= MAX_SEGMENT:
            open_runs[path] = (run, length)
        elif current is not None:
            del open_runs[path]
    return runs


def _control(local: bytes, segment: int) -> bytes:
    """Ancillary data: the local address to leave from, and the GSO segment size if not 0."""
    control = source_block(local)
    if segment:
        control += _CMSG.pack(18, SOL_UDP, UDP_SEGMENT) + struct.pack("=H6x", segment)
    return control
