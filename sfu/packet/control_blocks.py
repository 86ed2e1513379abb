"""Ancillary data of outgoing messages, written once: the local address to leave from, and UDP GSO's segment size."""

import socket
import struct
from typing import Final

from sfu.packet.arena import address_of_store

SOL_UDP: Final = 17
UDP_SEGMENT: Final = 103
IP_PKTINFO: Final = 8
IPV6_PKTINFO: Final = 50
# A segment must fit the path's MTU with IPv6 and UDP headers, else the kernel refuses the message.
MAX_SEGMENT: Final = 1232
_CMSG: Final = struct.Struct("=Qii")
_NO_CONTROL: Final = (0, 0)
_tables: dict[bytes, "ControlBlocks"] = {}


class ControlBlocks:
    """One block for each segment size up to `MAX_SEGMENT`, of messages that leave from one local address."""

    def __init__(self, local: bytes) -> None:
        source = source_block(local)
        self.stride = len(source) + 24
        self.source_length = len(source)
        self._store = bytearray()
        for size in range(MAX_SEGMENT + 1):
            self._store += source + _CMSG.pack(18, SOL_UDP, UDP_SEGMENT) + struct.pack("=H6x", size)
        self.base = address_of_store(self._store)
        self._view = memoryview(self._store)

    def of(self, segment: int) -> tuple[int, int]:
        """(address, length) for this segment size; 0: not segmented."""
        if segment:
            return self.base + segment * self.stride, self.stride
        # The local address stands first in each block.
        return (self.base, self.source_length) if self.source_length else _NO_CONTROL

    @classmethod
    def leaving_from(cls, local: bytes) -> "ControlBlocks":
        """The one table of each local address: as many as this host has."""
        table = _tables.get(local)
        if table is None:
            table = _tables[local] = cls(local)
        return table


def source_block(local: bytes) -> bytes:
    """IP_PKTINFO or IPV6_PKTINFO for a local address of 4 or 16 bytes; nothing for b""."""
    if len(local) == 4:
        return _CMSG.pack(28, socket.IPPROTO_IP, IP_PKTINFO) + struct.pack("=I4s4s4x", 0, local, local)
    if local:
        return _CMSG.pack(36, socket.IPPROTO_IPV6, IPV6_PKTINFO) + local + bytes(8)
    return b""
