"""What only a plane in a process of its own can do wrong: dying, being orphaned, and the port that it leaves."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.host import SETTLE_S
from sfu.plane import Address
from sfu.process.client import SETTLE_TIMEOUT_S, STALL_S, ProcessPlane
from sfu.process.spawn import Child, spawn
from tests.support.deadline import until
from tests.support.plane_rig import ProcessRig, RecordingSink, Stage, started
from tests.support.rtp_peer import RtpPeer, read_stun_success

ANY = Address("127.0.0.1", 0)


@pytest.fixture
async def rig() -> AsyncIterator[ProcessRig]:
    async with started(ProcessRig()) as ready:
        assert isinstance(ready, ProcessRig)
        yield ready


def bind(address: Address) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.bind((address.host, address.port))
    except OSError:
        sock.close()
        raise
    return sock


async def stop(pid: int) -> None:
    """Stops a process, and returns when it stands: the signal alone lets it finish what it is doing."""
    os.kill(pid, signal.SIGSTOP)

    async def stands() -> bool:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"

    await until(stands, "the process stands still")


def deaf_child() -> Child:
    """Reads everything and does nothing."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=theirs)
    ours.setblocking(False)
    return Child(process, ours)


async def test_a_killed_media_process_is_told_once_and_leaves_its_port(rig: ProcessRig) -> None:
    assert rig.plane.pid is not None
    os.kill(rig.plane.pid, signal.SIGKILL)
    await rig.until(lambda: rig.sink.named("lost"))
    assert rig.sink.named("lost") == [()]
    bind(rig.address).close()
    rig.plane.set_gate(1, False)
    await rig.plane.settle()
    assert (await rig.plane.stats()).slots == {}


async def test_a_barrier_that_waits_when_the_process_dies_returns(rig: ProcessRig) -> None:
    assert rig.plane.pid is not None
    await stop(rig.plane.pid)
    barrier = asyncio.create_task(rig.plane.settle())
    await asyncio.sleep(0)
    os.kill(rig.plane.pid, signal.SIGKILL)
    await asyncio.wait_for(barrier, 5)
    await rig.until(lambda: rig.sink.named("lost"))


async def test_a_process_that_hangs_is_given_up() -> None:
    plane, sink = ProcessPlane(settle_timeout_s=0.2), RecordingSink()
    [address] = await plane.start([ANY], sink)
    assert plane.pid is not None
    await stop(plane.pid)
    await asyncio.wait_for(plane.settle(), 5)
    bind(address).close()
    assert sink.calls == [("lost",)]
    await plane.close()


async def test_a_process_that_hangs_is_given_up_whoever_stopped_waiting_for_it() -> None:
    plane, sink = ProcessPlane(settle_timeout_s=0.3), RecordingSink()
    [address] = await plane.start([ANY], sink)
    assert plane.pid is not None
    await stop(plane.pid)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(plane.settle(), 0.05)
    async with asyncio.timeout(5):
        while not sink.calls:  # noqa: ASYNC110 - nobody waits for the plane any more
            await asyncio.sleep(0.01)
    bind(address).close()
    assert sink.calls == [("lost",)]
    await plane.close()


async def test_a_process_that_answers_late_because_control_stalled_is_kept() -> None:
    plane, sink = ProcessPlane(settle_timeout_s=0.2), RecordingSink()
    await plane.start([ANY], sink)
    assert plane.pid is not None
    await stop(plane.pid)
    settling = asyncio.create_task(plane.settle())
    await asyncio.sleep(0)
    # The whole machine stands still for longer than a stall has to be, and control wakes first.
    time.sleep(0.4 + STALL_S)  # noqa: ASYNC251 - what is played is a loop that does not turn
    asyncio.get_running_loop().call_later(0.05, os.kill, plane.pid, signal.SIGCONT)
    await asyncio.wait_for(settling, 5)
    assert plane.pid is not None
    await plane.settle()
    assert sink.calls == []
    await plane.close()


async def test_a_gate_that_closes_comes_before_the_packets_that_wait(rig: ProcessRig) -> None:
    stage = Stage(rig)
    speaker, listener = await stage.join(), await stage.join()
    pub = stage.publish(speaker, ssrc=0x1111)
    stage.slot(listener, ssrc=0xA001, show=pub)
    await rig.fence()
    speaker.audio(0x1111, 1, b"heard")
    await rig.until(lambda: listener.received(0xA001))
    assert rig.plane.pid is not None
    await stop(rig.plane.pid)
    for seq in range(2, 10):
        speaker.audio(0x1111, seq, b"not heard")
    rig.plane.set_gate(pub, False)
    os.kill(rig.plane.pid, signal.SIGCONT)
    await rig.fence()
    assert [packet.payload for packet in listener.received(0xA001)] == [b"heard"]
    assert (await rig.plane.stats()).publications[pub].gated == 8


def test_a_room_waits_longer_than_a_process_that_hangs_lives() -> None:
    assert SETTLE_S > SETTLE_TIMEOUT_S + STALL_S


async def test_a_successor_binds_the_same_port_at_once(rig: ProcessRig) -> None:
    assert rig.plane.pid is not None
    os.kill(rig.plane.pid, signal.SIGKILL)
    successor = ProcessPlane()
    try:
        assert await successor.start([rig.address], RecordingSink()) == [rig.address]
    finally:
        await successor.close()


async def test_start_waits_for_a_port_that_is_freed_and_refuses_one_that_is_not() -> None:
    holder = bind(ANY)
    taken = Address(*holder.getsockname())
    plane = ProcessPlane()
    with pytest.raises(OSError, match="in use"):
        await plane.start([taken], RecordingSink())
    assert plane.pid is None
    late = ProcessPlane()
    starting = asyncio.create_task(late.start([taken], RecordingSink()))
    _, pending = await asyncio.wait([starting], timeout=0.5)
    assert pending
    holder.close()
    assert await starting == [taken]
    await late.close()


async def test_a_process_that_does_not_start_in_time_is_ended() -> None:
    plane = ProcessPlane(deaf_child(), start_timeout_s=0.2, close_timeout_s=0.2)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(plane.start([ANY], RecordingSink()), 10)
    assert plane.pid is None


async def test_a_process_that_was_spawned_ahead_is_taken() -> None:
    child = spawn()
    plane = ProcessPlane(child)
    try:
        [address] = await plane.start([ANY], RecordingSink())
        assert plane.pid == child.pid
        assert address.port
    finally:
        await plane.close()
    assert child.process.returncode == 0


async def test_a_process_that_nobody_takes_is_ended() -> None:
    child = spawn()
    child.discard()
    assert child.process.returncode is not None
    given = ProcessPlane(spawn())
    await given.close()
    assert given.pid is None


async def test_a_name_is_not_an_address() -> None:
    with pytest.raises(OSError, match="not a numeric address"):
        await ProcessPlane().start([Address("localhost", 0)], RecordingSink())


async def test_close_ends_the_process_without_calling_it_lost() -> None:
    plane, sink = ProcessPlane(), RecordingSink()
    [address] = await plane.start([ANY], sink)
    pid = plane.pid
    assert pid is not None
    await plane.close()
    assert sink.calls == []
    bind(address).close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    await plane.close()


async def test_signals_meant_for_the_whole_group_do_not_end_the_media(rig: ProcessRig) -> None:
    assert rig.plane.pid is not None
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(rig.plane.pid, number)
    client = await Stage(rig).join()
    assert client.peer.stun
    assert rig.sink.named("lost") == []


async def test_the_media_process_ends_when_control_is_killed() -> None:
    script = textwrap.dedent(
        """
        import asyncio
        from sfu.plane import Address
        from sfu.process.client import ProcessPlane
        from tests.support.plane_rig import RecordingSink

        async def main():
            plane = ProcessPlane()
            [address] = await plane.start([Address("127.0.0.1", 0)], RecordingSink())
            print(plane.pid, address.port, flush=True)
            await asyncio.Event().wait()

        asyncio.run(main())
        """
    )
    root = Path(__file__).parents[2]
    control = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE, cwd=root, env={**os.environ, "PYTHONPATH": "."}
    )
    assert control.stdout is not None
    pid, port = map(int, (await asyncio.wait_for(control.stdout.readline(), 20)).split())
    control.kill()
    await control.wait()
    ends = asyncio.get_running_loop().time() + 5
    while True:
        try:
            bind(Address("127.0.0.1", port)).close()
            break
        except OSError:
            assert asyncio.get_running_loop().time() < ends, f"media process {pid} outlived control"
            await asyncio.sleep(0.02)


async def test_a_wildcard_socket_answers_from_the_address_that_was_asked() -> None:
    plane, sink = ProcessPlane(), RecordingSink()
    [address] = await plane.start([Address("0.0.0.0", 0)], sink)
    peer = RtpPeer("wild", "a-password-of-enough-length")
    plane.add_peer(1, 1, peer.ufrag, peer.pwd)
    await plane.settle()
    loop = asyncio.get_running_loop()
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.bind(("127.0.0.1", 0))
    try:
        for host in ("127.0.0.2", "127.0.0.3"):
            sock.sendto(peer.check(), (host, address.port))
            data, source = await asyncio.wait_for(loop.sock_recvfrom(sock, 2048), 5)
            assert source == (host, address.port)
            assert read_stun_success(data, peer.pwd) == sock.getsockname()
            await plane.settle()
            plane.send_dtls(1, b"\x16" + bytes(30))
            data, source = await asyncio.wait_for(loop.sock_recvfrom(sock, 2048), 5)
            assert (data[0], source) == (0x16, (host, address.port))
    finally:
        sock.close()
        await plane.close()


@pytest.mark.parametrize("host", ["::1", "::"])
async def test_both_address_families_can_be_bound(host: str) -> None:
    plane, sink = ProcessPlane(), RecordingSink()
    addresses = await plane.start([Address("127.0.0.1", 0), Address(host, 0)], sink)
    peer = RtpPeer("six6", "a-password-of-enough-length")
    plane.add_peer(1, 1, peer.ufrag, peer.pwd)
    await plane.settle()
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
        sock.bind(("::1", 0))
        sock.settimeout(5)
        sock.sendto(peer.check(), ("::1", addresses[1].port))
        answer, source = await asyncio.to_thread(sock.recvfrom, 2048)
        assert answer[:2] == b"\x01\x01"
        assert source[:2] == ("::1", addresses[1].port)
        await plane.settle()
        assert sink.named("path") == [(1, Address("::1", sock.getsockname()[1]))]
    await plane.close()
