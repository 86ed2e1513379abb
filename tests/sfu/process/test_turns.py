"""The order of things within one turn of the media process, on real sockets: what ends while something waits for it."""

import contextlib
import select
import socket
import struct
import time
from collections.abc import Iterator

import pytest

from sfu.codecs import OPUS, Kind
from sfu.packet.arena import BATCH
from sfu.packet.mux import Mux
from sfu.packet.tcp import TcpMux
from sfu.plane import Address, PublicationSpec, SlotSpec
from sfu.process.media_process import MediaProcess
from sfu.process.plane_choice import FAST, PLANE
from tests.support.plane_rig import UdpLink
from tests.support.rtp_peer import RtpPeer, build_rtp

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


FAST_UDP = (Address("127.0.0.1", 0),)
MIC, OUT = 0x1111, 0xA001


def test_what_a_verb_sends_leaves_whole_beside_batches_of_media(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PLANE, FAST)
    turns = Turns(FAST_UDP)
    with contextlib.closing(turns):
        core, loop = turns.core, turns.process._own_loop(turns.udp)
        assert loop is not None
        [address] = turns.udp.addresses()
        listener = RtpPeer("listener", "password-of-who-listens-here")
        core.add_peer(2, 1, listener.ufrag, listener.pwd)
        core.set_srtp(2, listener.profile, listener.rx_key, listener.tx_key)
        speaking, listening = (UdpLink(peer, address) for peer in (turns.peer, listener))
        with contextlib.closing(speaking), contextlib.closing(listening):

            def turn() -> None:
                loop.run(0.0)
                turns.end_turn()
                listening.drain()

            def speak(seqs: range) -> None:
                for seq in seqs:
                    speaking.send(
                        turns.peer.seal(
                            build_rtp(
                                OPUS.payload_type, seq, seq * 960, MIC, b"opus", extensions={4: seq.to_bytes(2, "big")}
                            )
                        )
                    )

            speaking.send(turns.peer.check())
            listening.send(listener.check())
            turn()
            core.add_publication(10, 1, PublicationSpec(Kind.AUDIO, "00", (OPUS.payload_type,), (MIC,), {}, ()))
            core.set_gate(10, True)
            core.add_slot(11, 2, SlotSpec(Kind.AUDIO, "10", OUT, None, (OPUS.payload_type,), False))
            core.subscribe(11, 10, None)
            for seq in range(4):
                speak(range(seq, seq + 1))
                turn()
            speak(range(4, 4 + 2 * BATCH))
            core.send_dtls(2, b"\x16 a part of a handshake")
            turn()
            assert listener.dtls == [b"\x16 a part of a handshake"]
            assert listener.unreadable == 0
            assert len(listener.rtp[OUT]) == 4 + 2 * BATCH
