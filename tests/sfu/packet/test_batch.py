"""The kernel's side: batches in and out, GSO runs and their fallback, full buffers, on real loopback sockets."""

import errno
import socket
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfu.packet import batch, mux, plain
from sfu.packet.addresses import address_of, remote_of, split, to_path, to_tcp_path
from sfu.packet.arena import BATCH, MAX_DATAGRAM, STRIDE, Arena, Sent
from sfu.packet.core import PlaneCore
from sfu.packet.outbox import Outbox
from sfu.plane import Address
from tests.support.plane_rig import RecordingSink
from tests.support.rtp_peer import RtpPeer


def udp() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    sock.setblocking(False)
    return sock


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    with udp() as ours, udp() as theirs:
        yield ours, theirs


def path_to(sock: socket.socket) -> bytes:
    return to_path(0, Address(*sock.getsockname()))


def received(sock: socket.socket) -> list[bytes]:
    found = []
    while True:
        try:
            found.append(sock.recv(65_536))
        except BlockingIOError:
            return found


def fill(arena: Arena, path: bytes, sizes: list[int]) -> list[Sent]:
    entries: list[Sent] = []
    for slot, size in enumerate(sizes):
        at = slot * STRIDE
        arena.egress[at : at + size] = bytes((slot & 0xFF,)) * size
        entries.append((path, slot, size))
    return entries


SIZES = [1200, 1200, 1200, 1100, 1200, 1201, 90, 90, 90, 1300, 1300, 40]


@pytest.mark.parametrize("kind", ["gso", "single", "portable"])
def test_every_datagram_arrives_whole_and_in_order(kind: str, pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    arena, drops = Arena(), Counter[str]()
    sender: batch.Sender | plain.Sender
    if kind == "portable":
        sender = plain.Sender(arena, {ours.fileno(): ours}, drops)
    else:
        sender = batch.Sender(arena, drops, gso=kind == "gso")
    for _ in range(3):
        sender.send([ours.fileno()], fill(arena, path_to(theirs), SIZES))
        assert received(theirs) == [bytes((slot,)) * size for slot, size in enumerate(SIZES)]
    assert drops == {}
    if isinstance(sender, batch.Sender):
        assert sender.messages_sent == 3 * (7 if kind == "gso" else len(SIZES))


@pytest.mark.parametrize("kind", ["batched", "portable"])
def test_a_path_of_no_socket_costs_nothing_but_its_own_packets(
    kind: str, pair: tuple[socket.socket, socket.socket]
) -> None:
    ours, theirs = pair
    arena, drops = Arena(), Counter[str]()
    sender: batch.Sender | plain.Sender = batch.Sender(arena, drops)
    with udp() as second:
        if kind == "portable":
            sender = plain.Sender(arena, {sock.fileno(): sock for sock in (ours, second)}, drops)
        known = path_to(theirs)
        entries = fill(arena, known, [100, 90, 80])
        entries[1] = (to_tcp_path(1, Address("127.0.0.1", 9)), *entries[1][1:])
        sender.send([ours.fileno(), second.fileno()], entries)
    assert [len(one) for one in received(theirs)] == [100, 80]
    assert drops == {"send-nowhere": 1}


def test_a_socket_that_refuses_segments_gets_the_same_packets_singly(
    pair: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = pair
    arena, drops = Arena(), Counter[str]()
    sender = batch.Sender(arena, drops)
    real = sender._sendmmsg
    refusals = []

    def refusing(fd: int, messages: object, count: int, flags: int) -> int:
        if fd not in sender._without_gso:
            refusals.append(count)
            sender._ffi.errno = errno.EIO
            return -1
        return int(real(fd, messages, count, flags))

    monkeypatch.setattr(sender, "_sendmmsg", refusing)
    sender.send([ours.fileno()], fill(arena, path_to(theirs), SIZES))
    sender.send([ours.fileno()], fill(arena, path_to(theirs), SIZES))
    assert len(received(theirs)) == 2 * len(SIZES)
    assert len(refusals) == 1
    assert drops == {}


@pytest.mark.parametrize("refusal", [errno.EINVAL, errno.EMSGSIZE])
def test_a_path_too_narrow_for_a_run_gets_it_singly_and_costs_the_others_nothing(
    refusal: int, pair: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = pair
    with udp() as narrow:
        arena, drops = Arena(), Counter[str]()
        sender = batch.Sender(arena, drops)
        messages = sender._messages
        real = sender._sendmmsg

        def refusing(fd: int, pointer: object, count: int, flags: int) -> int:
            first = messages.word_pointers.index(pointer)
            for index in range(first, first + count):
                name_at = index * 32
                is_narrow = bytes(messages.names[name_at : name_at + 16]) == path_to(narrow)[1:]
                if is_narrow and messages.words[index * 8 + 3] > 1:
                    if index > first:
                        return int(real(fd, pointer, index - first, flags))
                    sender._ffi.errno = refusal
                    return -1
            return int(real(fd, pointer, count, flags))

        monkeypatch.setattr(sender, "_sendmmsg", refusing)
        for _ in range(2):
            entries = fill(arena, path_to(theirs), [100] * 12)
            for slot in (3, 4, 5, 9):
                entries[slot] = (path_to(narrow), slot, 100)
            sender.messages_sent = 0
            sender.send([ours.fileno()], entries)
            assert [datagram[0] for datagram in received(narrow)] == [3, 4, 5, 9]
            assert [datagram[0] for datagram in received(theirs)] == [0, 1, 2, 6, 7, 8, 10, 11]
            assert sender.messages_sent == 5
        assert drops == {}


@pytest.mark.parametrize(("host", "level", "option"), [("127.0.0.1", 0, 10), ("::1", 41, 23)])
def test_a_forged_path_mtu_does_not_narrow_the_way(host: str, level: int, option: int) -> None:
    [sock] = mux.open_sockets([Address(host, 0)])
    with sock:
        assert sock.getsockopt(level, option) == mux.PMTU_OMIT


def test_one_bad_destination_costs_only_its_own_packets(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    arena, drops = Arena(), Counter[str]()
    entries = fill(arena, path_to(theirs), [100] * 4)
    entries[1] = (to_path(0, Address("255.255.255.255", 9)), 1, 100)
    batch.Sender(arena, drops, gso=False).send([ours.fileno()], entries)
    assert len(received(theirs)) == 3
    assert drops == {"send-error": 1}


def test_what_a_full_socket_does_not_take_is_dropped_and_counted(
    pair: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = pair
    arena, drops = Arena(), Counter[str]()
    sender = batch.Sender(arena, drops)
    real = sender._sendmmsg
    calls: list[int] = []

    def partly(fd: int, messages: object, count: int, flags: int) -> int:
        calls.append(count)
        if len(calls) == 1:
            return int(real(fd, messages, 2, flags))
        sender._ffi.errno = errno.EAGAIN
        return -1

    monkeypatch.setattr(sender, "_sendmmsg", partly)
    sender.send([ours.fileno()], fill(arena, path_to(theirs), [100, 100, 200, 300, 300]))
    assert [len(datagram) for datagram in received(theirs)] == [100, 100, 200]
    assert drops == {"send-full": 2}
    assert calls == [3, 1]


def test_several_sockets_send_each_their_own() -> None:
    with udp() as one, udp() as two, udp() as there:
        arena, drops = Arena(), Counter[str]()
        entries = fill(arena, path_to(there), [50, 60, 70])
        entries[1] = (b"\1" + entries[1][0][1:], 1, 60)
        batch.Sender(arena, drops).send([one.fileno(), two.fileno()], entries)
        sources = {}
        for _ in range(3):
            data, source = there.recvfrom(100)
            sources[len(data)] = source
        assert sources == {50: one.getsockname(), 60: two.getsockname(), 70: one.getsockname()}


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 1400)), max_size=200))
def test_runs_keep_order_and_the_rules_of_segmentation(packets: list[tuple[int, int]]) -> None:
    entries = [(b"path%d" % path, slot, size) for slot, (path, size) in enumerate(packets)]
    runs = batch._runs(entries)
    for path in {entry[0] for entry in entries}:
        of_path = [entry for run in runs for entry in run if entry[0] == path]
        assert of_path == [entry for entry in entries if entry[0] == path]
    for run in runs:
        size = run[0][2]
        assert all(entry[2] == size for entry in run[:-1])
        assert run[-1][2] <= size
        assert len({entry[0] for entry in run}) == 1
        assert len(run) <= batch.MAX_SEGMENTS
        assert len(run) == 1 or (size <= batch.MAX_SEGMENT and len(run) * size <= 65_507)


@pytest.mark.parametrize("is_batched", [True, False])
def test_a_batch_is_read_with_its_sources(is_batched: bool, pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    ours.setsockopt(socket.SOL_SOCKET, batch.SO_TIMESTAMPNS, 1)
    arena = Arena()
    receiver = batch.Receiver(arena) if is_batched else plain.Receiver(arena, {ours.fileno(): ours})
    assert receiver.read(ours.fileno()) == 0
    sizes = [0, 1, 500, MAX_DATAGRAM, MAX_DATAGRAM + 1, 9000] + [10] * BATCH
    for size in sizes:
        theirs.sendto(b"z" * size, ours.getsockname())
    total = []
    for _ in range(2):
        count = receiver.read(ours.fileno())
        for slot in range(count):
            length, name, stamp, local = receiver.datagram(slot)
            total.append(length)
            assert b"\0" + name == path_to(theirs)
            assert local == b""
            assert (stamp is not None) is is_batched
        receiver.done(count)
    assert [length if 0 <= length <= MAX_DATAGRAM else -1 for length in total] == [
        size if size <= MAX_DATAGRAM else -1 for size in sizes
    ]
    assert receiver.read(ours.fileno()) == 0


@pytest.mark.parametrize("is_batched", [True, False])
def test_a_mux_carries_datagrams_to_the_plane_and_back(is_batched: bool) -> None:
    sink, arena = RecordingSink(), Arena()
    [sock] = mux.open_sockets([Address("127.0.0.1", 0)])
    holder: list[mux.Mux] = []
    core = PlaneCore(sink, lambda entries: holder[0].transmit(entries), random=Random(1), arena=arena)
    holder.append(mux.Mux(arena, [sock], core.drops, batched=is_batched))
    [bound] = holder[0].addresses()
    peer = RtpPeer("muxx", "a-password-of-enough-length")
    core.add_peer(1, 1, peer.ufrag, peer.pwd)
    with udp() as client:
        for datagram in (b"", b"x" * 3000, peer.check(), peer.check()):
            client.sendto(datagram, (bound.host, bound.port))
        for _ in range(arena.batch - 3):
            client.sendto(b"?", (bound.host, bound.port))
        assert holder[0].receive(0, core)
        assert not holder[0].receive(0, core)
        assert [datagram[:2] for datagram in received(client)] == [b"\x01\x01"] * 2
        assert sink.named("path") == [(1, Address(*client.getsockname()))]
    assert core.drops["empty"] == 1
    assert core.drops["truncated"] == 1
    holder[0].close()


def test_the_batched_way_works_on_this_machine() -> None:
    assert mux._can_batch()


def test_buffers_of_four_megabytes_are_asked_for() -> None:
    [sock] = mux.open_sockets([Address("127.0.0.1", 0)])
    with sock:
        most = int(Path("/proc/sys/net/core/rmem_max").read_text())
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) == 2 * min(mux.BUFFER_BYTES, most)
        assert not sock.getblocking()


def test_a_second_address_that_cannot_be_bound_frees_the_first() -> None:
    with udp() as holder:
        taken = Address(*holder.getsockname())
        with udp() as spare:
            free = Address(*spare.getsockname())
        with pytest.raises(OSError, match="in use"):
            mux.open_sockets([free, taken])
        [again] = mux.open_sockets([free])
        again.close()
    with pytest.raises(OSError, match="no address"):
        mux.open_sockets([])


def test_paths_are_read_back() -> None:
    for address, local in (
        (Address("192.0.2.9", 65_535), b""),
        (Address("192.0.2.9", 1), b"\x7f\0\0\2"),
        (Address("2001:db8::1", 443), b""),
        (Address("::1", 443), bytes(16)),
    ):
        path = to_path(3, address, local)
        index, name, kept = split(path)
        assert (index, kept, address_of(path)) == (3, local, address)
        assert path == bytes((3,)) + name + local
        assert remote_of(path)[1] == address.port


def test_a_full_outbox_is_sent_and_goes_on() -> None:
    arena = Arena(batch=1, egress=4)
    batches: list[list[bytes]] = []

    def transmit(entries: list[Sent]) -> None:
        batches.append([bytes(arena.egress[slot * STRIDE : slot * STRIDE + size]) for _, slot, size in entries])

    outbox = Outbox(arena, transmit)
    for number in range(10):
        outbox.put(b"p", b"%d" % number)
    outbox.flush()
    outbox.flush()
    assert batches == [[b"0", b"1", b"2", b"3"], [b"4", b"5", b"6", b"7"], [b"8", b"9"]]
    assert outbox.packets == 10
