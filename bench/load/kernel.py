"""Batches of datagrams in and out of connected UDP sockets, through cffi's ABI mode on buffers made once. 64-bit Linux.

A `struct mmsghdr` is eight 64-bit words: name, namelen, iov, iovlen, control, controllen, flags, length. The sockets
are connected, so names stay empty. Written apart from `sfu` on purpose: the generator measures that code.
"""

import errno
import socket
import struct
from typing import Any, Final

from cffi import FFI

STRIDE: Final = 2048
BATCH: Final = 64
SO_TIMESTAMPNS: Final = 35
SO_RCVBUFFORCE: Final = 33
RECEIVE_BYTES: Final = 8 << 20
_CONTROL: Final = 64
_DONTWAIT: Final = 0x40
_WORDS: Final = 8
_STAMP: Final = struct.Struct("=16xqq")  # a cmsghdr, then a struct timespec

_ffi: Final = FFI()
_ffi.cdef(
    """
    int recvmmsg(int fd, void *messages, unsigned int count, int flags, void *timeout);
    int sendmmsg(int fd, void *messages, unsigned int count, int flags);
    """
)
_lib: Final[Any] = _ffi.dlopen(None)


class _Messages:
    """`BATCH` message headers over as many slots of `STRIDE` bytes."""

    def __init__(self) -> None:
        self.store = bytearray(BATCH * STRIDE)
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
            self.vectors[2 * index] = base + index * STRIDE
            self.vectors[2 * index + 1] = STRIDE
            self.words[index * _WORDS + 2] = vectors + index * 16
            self.words[index * _WORDS + 3] = 1
            self.words[index * _WORDS + 4] = controls + index * _CONTROL

    def with_control(self, size: int) -> None:
        for index in range(BATCH):
            self.words[index * _WORDS + 5] = size


class Inbox:
    """What one read brought: slots of `view`, `length(i)` and `stamp_ns(i)`."""

    def __init__(self) -> None:
        self._messages = _Messages()
        self._messages.with_control(_CONTROL)
        self.view = self._messages.view
        self._words = self._messages.words
        # The kernel shortens each control length: all headers are put back in one copy.
        self._fresh = memoryview(bytearray(self._words.tobytes())).cast("Q")

    def read(self, fd: int) -> int:
        """How many datagrams now lie in slots 0, 1, …; at most `BATCH`. Raises OSError."""
        self._words[:] = self._fresh
        count = int(_lib.recvmmsg(fd, self._messages.pointers[0], BATCH, _DONTWAIT, _ffi.NULL))
        if count >= 0:
            return count
        if _ffi.errno in (errno.EAGAIN, errno.EINTR, errno.ECONNREFUSED):
            return 0
        raise OSError(_ffi.errno, "recvmmsg")

    def length(self, index: int) -> int:
        return self._words[index * _WORDS + 7] & 0xFFFFFFFF

    def datagram(self, index: int) -> bytes:
        return bytes(self.view[index * STRIDE : index * STRIDE + self.length(index)])

    def stamp_ns(self, index: int) -> int:
        """When the kernel took it, on the wall clock."""
        seconds, nanoseconds = _STAMP.unpack_from(self._messages.controls, index * _CONTROL)
        return int(seconds * 1_000_000_000 + nanoseconds)


class Outbox:
    """Write into slots of `store`, then `send`."""

    def __init__(self) -> None:
        self._messages = _Messages()
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


def open_socket(host: str) -> socket.socket:
    """A bound, non-blocking UDP socket with kernel time stamps and a large receive buffer."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    try:
        sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BYTES)
    except PermissionError:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
    sock.bind((host, 0))
    return sock
