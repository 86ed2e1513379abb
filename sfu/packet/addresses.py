"""A *path*: where a datagram came from and where the answer leaves, as one opaque, hashable `bytes`.

Layout: socket index (1 byte), the kernel's `sockaddr` as received (16 bytes for IPv4, 28 for IPv6, Linux), and on a
wildcard socket the local address that it came to (4 or 16 bytes), so that the reply leaves from there. A TCP connection
has the index 255 and its number (4 bytes) in place of the local address; numbers are not used twice, so a path never
means another connection. Only this file and `batch` look inside; a path is never written to a log.
"""

import socket
import struct
from typing import Final

from sfu.plane import Address

SOCKADDR_IN: Final = 16
SOCKADDR_IN6: Final = 28
_INET: Final = struct.pack("=H", socket.AF_INET)
_INET6: Final = struct.pack("=H", socket.AF_INET6)
TCP: Final = 255
_V4_LENGTHS: Final = (1 + SOCKADDR_IN, 1 + SOCKADDR_IN + 4)


def to_sockaddr(address: Address) -> bytes:
    """The kernel's form of a numeric address. Raises OSError for a host that is not numeric."""
    host = address.host.partition("%")[0]
    if ":" in host:
        packed = socket.inet_pton(socket.AF_INET6, host)
        return _INET6 + struct.pack("!HI", address.port, 0) + packed + bytes(4)
    return _INET + struct.pack("!H", address.port) + socket.inet_pton(socket.AF_INET, host) + bytes(8)


def to_path(socket_index: int, address: Address, local: bytes = b"") -> bytes:
    """The path of a peer seen at `address` on one of our sockets."""
    return bytes((socket_index,)) + to_sockaddr(address) + local


def to_tcp_path(number: int, remote: Address) -> bytes:
    """The path of the TCP connection of this number."""
    return bytes((TCP,)) + to_sockaddr(remote) + number.to_bytes(4, "big")


def remote_of(path: bytes) -> tuple[bytes, int]:
    """The remote address as 4 or 16 raw bytes, and the port."""
    port = int.from_bytes(path[3:5], "big")
    if len(path) in _V4_LENGTHS:
        return path[5:9], port
    return path[9:25], port


def address_of(path: bytes) -> Address:
    """The remote address as text."""
    raw, port = remote_of(path)
    return Address(socket.inet_ntop(socket.AF_INET if len(raw) == 4 else socket.AF_INET6, raw), port, path[0] == TCP)


def split(path: bytes) -> tuple[int, bytes, bytes]:
    """(socket index, sockaddr, local address or b"")."""
    end = 1 + (SOCKADDR_IN if len(path) in _V4_LENGTHS else SOCKADDR_IN6)
    return path[0], path[1:end], path[end:]
