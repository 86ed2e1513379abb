"""A client's datagrams over a TCP connection to the plane (RFC 4571), for `plane_rig`."""

import contextlib
import socket
import time

from sfu.plane import Address
from tests.support.rtp_peer import RtpPeer


class TcpLink:
    """Blocking to connect, never afterwards. `is_ended` once the plane has closed it."""

    def __init__(self, peer: RtpPeer, plane: Address, *, receive_buffer: int | None = None) -> None:
        self._peer = peer
        family = socket.AF_INET6 if ":" in plane.host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        if receive_buffer is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self._socket.settimeout(5.0)
        self._socket.connect((plane.host, plane.port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setblocking(False)
        self._received = bytearray()
        self.is_ended = False
        self.is_read = True

    @property
    def address(self) -> Address:
        host, port = self._socket.getsockname()[:2]
        return Address(host, port, True)

    def send(self, data: bytes) -> None:
        """One datagram in a frame."""
        self.send_raw(len(data).to_bytes(2, "big") + data)

    def send_raw(self, data: bytes) -> None:
        """Bytes as they are; what the kernel does not take within 5 s is an error."""
        ends = time.monotonic() + 5.0
        while data:
            try:
                data = data[self._socket.send(data) :]
            except BlockingIOError:
                assert time.monotonic() < ends, "the plane does not read"
            except OSError:
                self.is_ended = True
                return

    def drain(self) -> None:
        """Take what came and give whole datagrams to the peer."""
        while self.is_read and not self.is_ended:
            try:
                data = self._socket.recv(65_536)
            except BlockingIOError:
                break
            except OSError:
                data = b""
            if not data:
                self.is_ended = True
            self._received += data
        received = self._received
        while len(received) >= 2 and len(received) >= 2 + (length := received[0] << 8 | received[1]):
            self._peer.open(bytes(received[2 : 2 + length]))
            del received[: 2 + length]

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.close()
