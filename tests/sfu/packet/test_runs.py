"""Runs as the kernel takes them: segments, refusals and their fallback, full sockets, several sockets, on loopback."""

import errno
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from sfu.codecs import VP8, Kind
from sfu.packet import batch
from sfu.packet.addresses import to_path
from sfu.packet.arena import Arena
from sfu.packet.fan import Fan
from sfu.packet.fan_fast import FastFan
from sfu.packet.lane import Lane
from sfu.packet.media import MediaPacket
from sfu.packet.outbox import Outbox
from sfu.packet.rows import PUBLICATION_WORDS, Row
from sfu.packet.rtp import RtpView
from sfu.packet.srtp import Ciphers
from sfu.packet.track_fast import FastTrack
from sfu.plane import Address
from tests.support.rtp_peer import PROFILE, RtpPeer, build_rtp

ROOM = 3
LANES = 3


def udp(host: str = "127.0.0.1") -> socket.socket:
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((host, 0))
    sock.setblocking(False)
    return sock


class Road:
    """One fan over real sockets; `received(i)` is what lane i's browser reads."""

    def __init__(self, make: Any, stack: ExitStack, hosts: tuple[str, ...] = ("127.0.0.1",)) -> None:
        self.arena = Arena()
        self.drops: Counter[str] = Counter()
        self.ours = [stack.enter_context(udp(host)) for host in hosts]
        self.sender = batch.Sender(self.arena, self.drops)
        self.outbox = Outbox(self.arena, lambda entries: None)
        fds = [sock.fileno() for sock in self.ours]
        self.outbox.send_runs = lambda count: self.sender.send_runs(fds, self.outbox, count)
        self.fan: Fan = make(self.arena, self.outbox, self.drops)
        self.track = FastTrack(None, 5, Kind.VIDEO, 0.0, Row(PUBLICATION_WORDS))
        self.theirs, self.peers = [], []
        ciphers = Ciphers(self.arena)
        for index in range(LANES):
            which = index % len(hosts)
            theirs, peer, lane = stack.enter_context(udp(hosts[which])), RtpPeer(f"u{index}", "a-long-password"), Lane()
            lane.lead_to(to_path(which, Address(*theirs.getsockname()[:2])))
            lane.seal_with(ciphers.tx(PROFILE, peer.tx_key))
            self.fan.link(ROOM, lane, self.track, (0, 0, 0xA0 + index))
            self.theirs.append(theirs)
            self.peers.append(peer)
        self._view = RtpView(self.arena.ingress)
        self._number = 0

    def send(self, *sizes: int) -> None:
        start = 0
        for size in sizes:
            self._number += 1
            data = build_rtp(VP8.payload_type, self._number, self._number, 5, bytes((self._number,)) * size)
            self.arena.ingress[start : start + len(data)] = data
            assert self._view.parse(start, start + len(data))
            self.fan.add(ROOM, self.track, MediaPacket(self._view, False, None, self._number, 1.0), start)
            start += 2304
        self.fan.run()
        self.outbox.flush()

    def received(self, index: int) -> list[int]:
        peer = self.peers[index]
        while True:
            try:
                peer.open(self.theirs[index].recv(65_536))
            except BlockingIOError:
                break
        assert peer.unreadable == 0
        found = [packet.payload[0] for packet in peer.rtp.pop(0xA0 + index, [])]
        assert not peer.rtp
        return found


@pytest.fixture(params=[Fan, FastFan])
def make(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as ready:
        yield ready


def test_equal_packets_of_a_viewer_are_one_message(make: Any, stack: ExitStack) -> None:
    road = Road(make, stack)
    road.send(1000, 1000, 1000, 200)
    assert [road.received(index) for index in range(LANES)] == [[1, 2, 3, 4]] * LANES
    assert road.sender.messages_sent == LANES
    road.send(100, 1300, 1300)
    assert [sorted(road.received(index)) for index in range(LANES)] == [[5, 6, 7]] * LANES
    assert road.sender.messages_sent == LANES + 3 * LANES
    assert road.drops == {}


@pytest.mark.parametrize("hosts", [("127.0.0.1", "::1"), ("127.0.0.1", "127.0.0.1")])
def test_each_viewer_is_sent_to_from_the_socket_that_it_came_to(make: Any, stack: ExitStack, hosts: Any) -> None:
    road = Road(make, stack, hosts)
    road.send(500, 500)
    for index in range(LANES):
        data, source = road.theirs[index].recvfrom(2_000)
        assert source[:2] == road.ours[index % 2].getsockname()[:2]
        road.peers[index].open(data)
        assert road.received(index) == [1, 2]
    assert road.drops == {}


def refuse(road: Road, monkeypatch: pytest.MonkeyPatch, code: int, lane: int | None = None) -> list[int]:
    """Refuse segmented messages, of one lane or of all, as `sendmmsg` does: only the first tells why."""
    real, words = road.sender._sendmmsg, memoryview(road.arena.headers_store).cast("Q")
    pointers, refused = road.sender._run_pointers, []
    names = {one.name_at for one in road.fan._lanes[ROOM][slice(lane, None if lane is None else lane + 1)]}

    def refusing(fd: int, pointer: Any, count: int, flags: int) -> int:
        first = pointers.index(pointer)
        for index in range(first, first + count):
            if words[8 * index + 3] > 1 and words[8 * index] in names:
                if index > first:
                    return int(real(fd, pointer, index - first, flags))
                refused.append(index)
                road.sender._ffi.errno = code
                return -1
        return int(real(fd, pointer, count, flags))

    monkeypatch.setattr(road.sender, "_sendmmsg", refusing)
    return refused


def test_a_card_that_cannot_segment_gets_the_same_packets_singly_from_then_on(
    make: Any, stack: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    road = Road(make, stack)
    refused = refuse(road, monkeypatch, errno.EIO)
    road.send(1000, 1000, 1000)
    assert [road.received(index) for index in range(LANES)] == [[1, 2, 3]] * LANES
    assert len(refused) == LANES
    road.send(1000, 1000, 1000)
    assert [road.received(index) for index in range(LANES)] == [[4, 5, 6]] * LANES
    assert len(refused) == LANES
    assert road.drops == {}


@pytest.mark.parametrize("code", [errno.EINVAL, errno.EMSGSIZE])
def test_a_way_too_narrow_for_segments_costs_the_others_nothing(
    make: Any, stack: ExitStack, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    road = Road(make, stack)
    refuse(road, monkeypatch, code, lane=1)
    for _ in range(2):
        road.sender.messages_sent = 0
        road.send(1000, 1000)
        assert road.sender.messages_sent == 1 + 2 + 1
    assert [road.received(index) for index in range(LANES)] == [[1, 2, 3, 4]] * LANES
    assert road.drops == {}


def test_what_a_full_socket_does_not_take_is_dropped_and_counted(
    make: Any, stack: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    road = Road(make, stack)
    real, calls = road.sender._sendmmsg, []

    def partly(fd: int, pointer: Any, count: int, flags: int) -> int:
        calls.append(count)
        if len(calls) == 1:
            return int(real(fd, pointer, 1, flags))
        road.sender._ffi.errno = errno.EAGAIN
        return -1

    monkeypatch.setattr(road.sender, "_sendmmsg", partly)
    road.send(1000, 1000)
    assert [road.received(index) for index in range(LANES)] == [[1, 2], [], []]
    assert road.drops == {"send-full": 4}


def test_an_error_of_one_destination_is_its_own(make: Any, stack: ExitStack) -> None:
    road = Road(make, stack)
    road.fan._lanes[ROOM][1].lead_to(to_path(0, Address("255.255.255.255", 9)))
    road.send(1000)
    assert [road.received(index) for index in range(LANES)] == [[1], [], [1]]
    assert road.drops == {"send-error": 1}
