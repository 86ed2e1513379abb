"""The order of things within one turn of the media process, on real sockets: what ends while something waits for it."""

import select
import socket
import struct
import time
from collections.abc import Iterator

import pytest

from sfu.packet.mux import Mux
from sfu.packet.tcp import TcpMux
from sfu.plane import Address
from sfu.process.media_process import MediaProcess
from tests.support.rtp_peer import RtpPeer

TCP = Address("127.0.0.1", 0, True)
UDP = (Address("127.0.0.1", 0), Address("::1", 0))
SOON_S = 5.0
RESET = struct.pack("ii", 1, 0)


class Turns:
    """A media process whose turns are taken by hand, with one member."""

    def __init__(self, udp: tuple[Address, ...]) -> None:
        self.control, its_end = socket.socketpair()
        self.process = MediaProcess(its_end)
        self.process._start([*udp, TCP])
        self.core = self.process._core
        self.peer = RtpPeer("ufrag", "password-of-the-only-member")
        self.core.add_peer(1, 1, self.peer.ufrag, self.peer.pwd)
        self.core.set_srtp(1, self.peer.profile, self.peer.rx_key, self.peer.tx_key)

    @property
    def udp(self) -> Mux:
        assert self.process._mux is not None
        return self.process._mux

    @property
    def tcp(self) -> TcpMux:
        assert self.process._tcp is not None
        return self.process._tcp

    def connect(self) -> tuple[socket.socket, bytes]:
        """The member's connection, proven by a check, and its path."""
        [address] = self.tcp.addresses()
        client = socket.create_connection((address.host, address.port), SOON_S)
        check = self.peer.check()
        client.sendall(len(check).to_bytes(2, "big") + check)
        ends = time.monotonic() + SOON_S
        while (path := self.core._peers[1].path) is None:
            assert time.monotonic() < ends
            self.handle_ready()
        self.end_turn()
        return client, path

    def handle_ready(self) -> None:
        """What descriptors of TCP have to say within a moment."""
        for fd, _ in self.process._poll.poll(20):
            self.tcp.handle(fd, self.core, time.monotonic())

    def end_turn(self) -> None:
        self.tcp.sweep(self.core, time.monotonic())
        self.process._end_turn()

    def close(self) -> None:
        self.process.close()
        self.process._control.close()
        self.control.close()


@pytest.fixture(params=[1, 2], ids=["one-udp-socket", "two-udp-sockets"])
def turns(request: pytest.FixtureRequest) -> Iterator[Turns]:
    made = Turns(UDP[: request.param])
    yield made
    made.close()


def test_what_waits_for_a_line_that_was_reset_is_dropped_and_goes_nowhere_else(turns: Turns) -> None:
    client, path = turns.connect()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as elsewhere:
        elsewhere.bind(client.getsockname())
        elsewhere.setblocking(False)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        client.close()
        select.select(list(turns.tcp._by_fd), [], [], SOON_S)
        turns.core.outbox.put(path, b"a voice that meets the reset")
        turns.core.flush()
        turns.core.outbox.put(path, b"a report by the timer")
        turns.end_turn()
        assert turns.core.drops["tcp-gone"] == 1
        assert turns.core.drops["send-nowhere"] == 0
        with pytest.raises(BlockingIOError):
            elsewhere.recv(100)
