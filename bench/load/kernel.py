"""Batches of datagrams in and out of connected UDP sockets, through cffi's ABI mode on buffers made once. 64-bit Linux.

A `struct mmsghdr` is eight 64-bit words: name, namelen, iov, iovlen, control, controllen, flags, length. The sockets
are connected, so names stay empty. Written apart from `sfu` on purpose: the generator measures that code.

A socket that takes whole messages (UDP_GRO, udp(7)) is handed what a server sent as one message (UDP_SEGMENT) in one
piece, with the size of the datagrams in it: on one machine nothing cuts it then, as a card would on its way out.
"""

import errno
import socket
import struct
from typing import Any, Final

from cffi import FFI

STRIDE: Final = 2048
WHOLE: Final = (1 << 16) + 192  # no message is longer; slots a power of two apart would share their place in a cache
BATCH: Final = 64
SOL_UDP: Final = 17
UDP_GRO: Final = 104
SO_TIMESTAMPNS: Final = 35
SO_RCVBUFFORCE: Final = 33
RECEIVE_BYTES: Final = 8 << 20
_CONTROL: Final = 64
_DONTWAIT: Final = 0x40
_WORDS: Final = 8
_STAMP: Final = struct.Struct("=16xqq")  # a cmsghdr, then a struct timespec
_SIZE: Final = struct.Struct("=48xi")  # after that another cmsghdr and an int, where a message was not cut

_ffi: Final = FFI()
_ffi.cdef(
    """
    int recvmmsg(int fd, void *messages, unsigned int count, int flags, void *timeout);
    int sendmmsg(int fd, void *messages, unsigned int count, int flags);
    """
)
_lib: Final[Any] = _ffi.dlopen(None)

Datagram = tuple[int, int, int]  # where it begins in the inbox, its length, the number of its message


class _Messages:
    """`BATCH` message headers over as many slots of `stride` bytes."""

    def __init__(self, stride: int) -> None:
        self.store = bytearray(BATCH * stride)
        self.view = memoryview(self.store)
        self.controls = bytearray(BATCH * _CONTROL)
        self._headers = bytearray(BATCH * _WORDS * 8)
        self._vectors = bytearray(BATCH * 16)
        self.words = memoryview(self._headers).cast("Q")
        self.vectors = memoryview(self._vectors).cast("Q")
        # The views keep the four stores where they are.
        self._kept = [_ffi.from_buffer(one) for one in (self.store, self.controls, self._headers, self._vectors)]
        base, controls, headers, vectors = (int(_ffi.cast("uintptr_t", one)) for one in self._kept)
        self.pointers = [_ffi.cast("void *", headers + index * _WORDS * 8) for index in range(BATCH)]
        for index in range(BATCH):
            self.vectors[2 * index] = base + index * stride
            self.vectors[2 * index + 1] = stride
            self.words[index * _WORDS + 2] = vectors + index * 16
            self.words[index * _WORDS + 3] = 1
            self.words[index * _WORDS + 4] = controls + index * _CONTROL

    def with_control(self, size: int) -> None:
        for index in range(BATCH):
            self.words[index * _WORDS + 5] = size


class Inbox:
    """What one read brought: datagrams in `view`, until the next."""

    def __init__(self, *, takes_whole: bool = False) -> None:
        self._stride = WHOLE if takes_whole else STRIDE
        self._messages = _Messages(self._stride)
        self._messages.with_control(_CONTROL)
        self.view = self._messages.view
        self.is_full = False  # there may be more to read
        self._words = self._messages.words
        # The kernel shortens each control length: all headers are put back in one copy.
        self._fresh = memoryview(bytearray(self._words.tobytes())).cast("Q")

    def read(self, fd: int) -> list[Datagram]:
        """Where the datagrams lie now. Raises OSError."""
        self._words[:] = self._fresh
        count = int(_lib.recvmmsg(fd, self._messages.pointers[0], BATCH, _DONTWAIT, _ffi.NULL))
        self.is_full = count == BATCH
        if count < 0:
            if _ffi.errno in (errno.EAGAIN, errno.EINTR, errno.ECONNREFUSED):
                return []
            raise OSError(_ffi.errno, "recvmmsg")
        found: list[Datagram] = []
        words, controls = self._words, self._messages.controls
        for index in range(count):
            at, control = index * self._stride, index * _CONTROL
            length = words[index * _WORDS + 7] & 0xFFFFFFFF
            if words[index * _WORDS + 5] <= _STAMP.size:
                found.append((at, length, index))
                continue
            (size,) = _SIZE.unpack_from(controls, control)
            end = at + length
            found += [(one, min(size, end - one), index) for one in range(at, end, size)]
        return found

    def datagram(self, one: Datagram) -> bytes:
        return bytes(self.view[one[0] : one[0] + one[1]])

    def stamp_ns(self, one: Datagram) -> int:
        """When the kernel took its message, on the wall clock."""
        seconds, nanoseconds = _STAMP.unpack_from(self._messages.controls, one[2] * _CONTROL)
        return int(seconds * 1_000_000_000 + nanoseconds)


class Outbox:
    """Write into slots of `store`, then `send`."""

    def __init__(self) -> None:
        self._messages = _Messages(STRIDE)
        self._messages.with_control(0)
        for index in range(BATCH):
            self._messages.words[index * _WORDS + 4] = 0
        self.store = self._messages.store
        self.view = self._messages.view
        self._vectors = self._messages.vectors
        self.unsent = 0

    def set_length(self, index: int, length: int) -> None:
        self._vectors[2 * index + 1] = length

    def send(self, fd: int, count: int) -> None:
        """Slots 0 to `count - 1` in one system call; what the socket does not take is counted, not kept."""
        sent = 0
        while sent < count:
            went = int(_lib.sendmmsg(fd, self._messages.pointers[sent], count - sent, _DONTWAIT))
            if went > 0:
                sent += went
            elif _ffi.errno != errno.EINTR:
                self.unsent += 1
                sent += 1


def open_socket(host: str, *, takes_whole: bool = False) -> socket.socket:
    """A bound, non-blocking UDP socket with kernel time stamps and a large receive buffer."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    if takes_whole:
        sock.setsockopt(SOL_UDP, UDP_GRO, 1)
    try:
        sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BYTES)
    except PermissionError:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
    sock.bind((host, 0))
    return sock
