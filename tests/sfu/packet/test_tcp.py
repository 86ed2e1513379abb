"""Connections of TCP candidates: who may stay, how long, and what a slow one costs. Real sockets, virtual time."""

import select
import socket
from collections import Counter
from collections.abc import Iterator

import pytest

from sfu.codecs import OPUS, VP8
from sfu.packet import tcp
from sfu.packet.addresses import TCP, address_of, remote_of
from sfu.packet.arena import STRIDE, Arena
from sfu.packet.tcp import TcpMux, open_listeners
from sfu.packet.tcp_frames import MAX_WAITING, MAX_WAITING_VIDEO, FrameReader
from sfu.plane import Address

VALID = b"\0\1valid check"
SOON_S = 5.0


class FakeCore:
    """Binds a path that brings `VALID`; keeps everything."""

    def __init__(self) -> None:
        self.bound: set[bytes] = set()
        self.heard: list[tuple[bytes, bytes]] = []
        self.closed: list[bytes] = []

    def handle_datagram(self, data: bytes, path: bytes, now: float) -> None:
        self.heard.append((data, path))
        if data == VALID:
            self.bound.add(path)

    def is_bound(self, path: bytes) -> bool:
        return path in self.bound

    def close_path(self, path: bytes, now: float) -> None:
        self.closed.append(path)
        self.bound.discard(path)

    def flush(self) -> None: ...


class World:
    def __init__(self, host: str = "127.0.0.1") -> None:
        self.now = 100.0
        self.core = FakeCore()
        self.arena = Arena(batch=2, egress=64)
        self.drops: Counter[str] = Counter()
        self.poll = select.poll()
        self.mux = TcpMux(open_listeners([Address(host, 0, True)], []), self.arena, self.drops, self.poll)
        self.clients: list[socket.socket] = []

    @property
    def port(self) -> int:
        return self.mux.addresses()[0].port

    def connect(self, *datagrams: bytes) -> socket.socket:
        family = socket.AF_INET6 if ":" in self.mux.addresses()[0].host else socket.AF_INET
        client = socket.socket(family, socket.SOCK_STREAM)
        client.connect((self.mux.addresses()[0].host, self.port))
        client.settimeout(SOON_S)
        self.clients.append(client)
        for datagram in datagrams:
            client.sendall(len(datagram).to_bytes(2, "big") + datagram)
        self.turn()
        return client

    def turn(self) -> None:
        """As the media process does it, until nothing is ready."""
        for _ in range(50):
            ready = self.poll.poll(5)
            if not ready:
                break
            for fd, _ in ready:
                self.mux.handle(fd, self.core, self.now)
        self.mux.sweep(self.core, self.now)

    def send(self, path: bytes, *datagrams: bytes) -> None:
        entries = []
        for slot, datagram in enumerate(datagrams):
            self.arena.egress[slot * STRIDE : slot * STRIDE + len(datagram)] = datagram
            entries.append((path, slot, len(datagram)))
        assert self.mux.split(entries, self.now) == []

    def close(self) -> None:
        self.mux.close()
        for client in self.clients:
            client.close()


def is_ended(client: socket.socket) -> bool:
    try:
        client.setblocking(False)
        return client.recv(65_536) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True
    finally:
        client.settimeout(SOON_S)


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.close()


def test_datagrams_reach_the_core_with_a_path_of_their_connection(world: World) -> None:
    first, second = world.connect(VALID, b"\x80more"), world.connect(VALID)
    data = [one for one, _ in world.core.heard]
    assert data == [VALID, b"\x80more", VALID]
    (_, one), (_, same), (_, other) = world.core.heard
    assert one == same != other
    assert one[0] == TCP
    assert address_of(one) == Address("127.0.0.1", first.getsockname()[1], True)
    assert remote_of(other)[1] == second.getsockname()[1]


def test_answers_leave_in_frames_and_udp_is_handed_back(world: World) -> None:
    client = world.connect(VALID)
    [path] = world.core.bound
    udp = (b"\0" + bytes(20), 7, 3)
    world.arena.egress[:5] = b"hello"
    assert world.mux.split([udp, (path, 0, 5)], world.now) == [udp]
    assert client.recv(100) == b"\0\5hello"


@pytest.mark.parametrize(
    ("first", "cause"),
    [(b"\0\1another check", "tcp-stranger"), (b"\x80rtp", "tcp-stranger"), (b"\x16dtls", "tcp-stranger")],
)
def test_a_first_frame_that_proves_nothing_ends_it(world: World, first: bytes, cause: str) -> None:
    client = world.connect(first, VALID)
    assert is_ended(client)
    assert world.drops[cause] == 1
    assert world.core.bound == set()
    assert world.mux.deadline() is None


def test_what_is_no_frame_ends_it(world: World) -> None:
    client = world.connect(VALID)
    client.sendall(b"GET / HTTP/1.1\r\n\r\n")
    world.turn()
    assert is_ended(client)
    assert world.drops["tcp-malformed"] == 1
    assert len(world.core.closed) == 1


def test_silence_ends_it_after_five_seconds(world: World) -> None:
    client = world.connect()
    assert world.mux.deadline() == world.now + tcp.SWEEP_S
    for _ in range(4):
        world.now += 1.0
        world.turn()
    assert not is_ended(client)
    world.now += 1.0
    world.turn()
    assert is_ended(client)
    assert world.drops["tcp-silent"] == 1
    assert world.mux.deadline() is None


def test_it_ends_with_its_path(world: World) -> None:
    client = world.connect(VALID)
    world.now += 60.0
    world.turn()
    assert not is_ended(client)
    world.core.bound.clear()
    world.now += 1.0
    world.turn()
    assert is_ended(client)


def test_the_core_hears_that_the_other_end_left(world: World) -> None:
    client = world.connect(VALID)
    [path] = world.core.bound
    client.close()
    world.turn()
    assert world.core.closed == [path]
    assert world.mux.deadline() is None
    world.send(path, b"late")
    assert world.drops["tcp-gone"] == 1


def test_those_who_show_nothing_make_room_for_those_who_come_and_cost_nobody_a_connection(world: World) -> None:
    member = world.connect(VALID)
    idle = [world.connect() for _ in range(tcp.MAX_UNPROVEN_OF_SOURCE)]
    assert not any(is_ended(client) for client in idle)
    newcomer = world.connect(VALID)
    assert is_ended(idle[0])
    assert not any(is_ended(client) for client in idle[1:])
    assert not is_ended(member)
    assert not is_ended(newcomer)
    assert len(world.core.bound) == 2


def test_a_source_has_no_more_connections_than_a_large_house_needs(world: World) -> None:
    members = [world.connect(VALID) for _ in range(tcp.MAX_OF_SOURCE)]
    assert is_ended(world.connect(VALID))
    assert world.drops["tcp-many"] == 1
    assert not any(is_ended(member) for member in members)


def test_what_a_slow_reader_does_not_take_is_bounded_and_voices_go_first(world: World) -> None:
    client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    client.connect(("127.0.0.1", world.port))
    client.settimeout(SOON_S)
    world.clients.append(client)
    client.sendall(len(VALID).to_bytes(2, "big") + VALID)
    world.turn()
    [path] = world.core.bound
    picture = bytes((0x80, VP8.payload_type)) + bytes(1_198)
    sent = 0
    while not world.drops["tcp-full"]:
        world.send(path, *[picture] * 32)
        sent += 32
        assert sent < 20_000, "it is buffered without limit"
    connection = world.mux._by_path[path]
    assert connection.queue.size <= MAX_WAITING + MAX_WAITING_VIDEO
    voice = bytes((0x80, OPUS.payload_type)) + bytes(98)
    dropped = world.drops["tcp-full"]
    world.send(path, voice)
    assert world.drops["tcp-full"] == dropped
    wire = bytearray()
    while connection.queue:
        wire += client.recv(65_536)
        world.turn()
    # What the kernel still holds comes when it likes; its end comes after it.
    world.mux.end([path])
    while part := client.recv(65_536):
        wire += part
    sizes = []
    while len(wire) >= 2:
        length = wire[0] << 8 | wire[1]
        sizes.append(length)
        del wire[: 2 + length]
    assert sizes.count(100) == 1
    assert sizes.count(1_200) == len(sizes) - 1 == sent - dropped
    # Behind it: what waited in our own queue, at least.
    assert len(sizes) - 1 - sizes.index(100) >= MAX_WAITING_VIDEO // 1_300


def test_a_voice_that_waited_too_long_is_counted_and_never_leaves(world: World) -> None:
    client = world.connect(VALID)
    [path] = world.core.bound
    picture = bytes((0x80, VP8.payload_type)) + bytes(1_198)
    while not world.drops["tcp-full"]:
        world.send(path, *[picture] * 32)
    world.send(path, *[bytes((0x80, OPUS.payload_type)) + bytes(98)] * 3)
    world.now += 1.1
    world.send(path, bytes((0x80, OPUS.payload_type)) + bytes(58))
    assert world.drops["tcp-late"] == 3
    wire = bytearray()
    connection = world.mux._by_path[path]
    while connection.queue:
        wire += client.recv(65_536)
        world.turn()
    client.shutdown(socket.SHUT_WR)
    world.turn()
    while part := client.recv(65_536):
        wire += part
    sizes = [len(one) for one in FrameReader().feed(bytes(wire))]
    assert sizes.count(60) == 1
    assert sizes.count(100) == 0


def test_who_takes_a_byte_at_a_time_is_let_go_and_who_takes_a_voice_s_worth_stays(world: World) -> None:
    picture = bytes((0x80, VP8.payload_type)) + bytes(1_198)
    world.connect(VALID)
    [trickling] = world.core.bound
    world.connect(VALID)
    [slow] = world.core.bound - {trickling}
    trickle, stream = world.clients
    for second in range(60):
        for path in (trickling, slow):
            while path in world.core.bound and not world.drops["tcp-full"]:
                world.send(path, *[picture] * 32)
            world.drops["tcp-full"] = 0
        if trickling in world.core.bound:
            trickle.recv(1)
        taken = 0
        while taken < 100_000 and (part := stream.recv(65_536)):  # windows of this machine are large
            taken += len(part)
            world.turn()
        world.now += 1.0
        world.turn()
        assert (trickling in world.core.bound) is (second + 1 < tcp.STUCK_S)
    assert slow in world.core.bound
    assert world.core.closed == [trickling]
    assert world.drops["tcp-stuck"] == 1


def test_a_line_that_is_dark_for_ten_seconds_keeps_its_connection(world: World) -> None:
    client = world.connect(VALID)
    [path] = world.core.bound
    picture = bytes((0x80, VP8.payload_type)) + bytes(1_198)
    for _ in range(3):
        while not world.drops["tcp-full"]:
            world.send(path, *[picture] * 32)
        for _ in range(10):
            world.now += 1.0
            world.turn()
        while world.mux._by_path[path].queue:
            client.recv(65_536)
            world.turn()
        world.drops.clear()
    assert path in world.core.bound


def test_ipv6_works_the_same() -> None:
    world = World("::1")
    try:
        client = world.connect(VALID)
        [path] = world.core.bound
        assert address_of(path) == Address("::1", client.getsockname()[1], True)
        world.send(path, b"hello")
        assert client.recv(100) == b"\0\5hello"
    finally:
        world.close()


def test_the_number_of_the_udp_port_is_taken_where_it_is_free() -> None:
    [first] = open_listeners([Address("127.0.0.1", 0, True)], [])
    taken = first.getsockname()[1]
    try:
        [other] = open_listeners([Address("127.0.0.1", 0, True)], [Address("127.0.0.1", taken)])
        assert other.getsockname()[1] != taken
        other.close()
        with pytest.raises(OSError, match=f"TCP port {taken}"):
            open_listeners([Address("127.0.0.1", taken, True)], [])
    finally:
        first.close()
    [again] = open_listeners([Address("127.0.0.1", 0, True)], [Address("127.0.0.1", taken)])
    assert again.getsockname()[1] == taken
    again.close()
