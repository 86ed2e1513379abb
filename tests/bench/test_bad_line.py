"""The bad line, before anything is proved with it: seeded, bounded, in order, and carried by a real process."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from tests.support.bad_proxy import BadProxy, bad_proxy
from tests.support.line import Line, bad_line
from tests.support.line_figures import Sample, flows_from, heard, seen
from tests.support.line_schedule import Bursts, Direction, Impairment
from tests.support.line_voices import Voices

WITHIN_S = 5.0
PACKETS = 20_000
EVERY_S = 0.01


def arrivals(impairment: Impairment, count: int = PACKETS, size: int = 1_000, seed: int = 5) -> list[float | None]:
    """One datagram every 10 ms."""
    direction = Direction(seed)
    direction.become(impairment)
    return [direction.arrival(number * EVERY_S, size) for number in range(count)]


def lost_share(due: list[float | None]) -> float:
    return due.count(None) / len(due)


@pytest.mark.parametrize("share", [0.05, 0.1, 0.2])
def test_loss_is_as_much_as_was_asked_for(share: float) -> None:
    assert lost_share(arrivals(Impairment(loss=share))) == pytest.approx(share, rel=0.1)


def test_bursts_lose_their_share_in_runs_of_their_length() -> None:
    due = arrivals(Impairment(bursts=Bursts(share=0.05, mean=6)), count=100_000)
    begins = sum(1 for before, now in pairwise(due) if now is None and before is not None)
    assert lost_share(due) == pytest.approx(0.05, rel=0.15)
    assert due.count(None) / begins == pytest.approx(6, rel=0.15)


@given(
    seed=st.integers(0, 1_000),
    loss=st.floats(0, 1),
    delay=st.floats(0, 0.5),
    jitter=st.floats(0, 0.5),
    rate=st.one_of(st.none(), st.floats(10_000, 10_000_000)),
)
def test_the_same_seed_gives_the_same_line_and_order_is_kept(
    seed: int, loss: float, delay: float, jitter: float, rate: float | None
) -> None:
    line = Impairment(loss=loss, delay_s=delay, jitter_s=jitter, rate_bps=rate)
    due = arrivals(line, 200, seed=seed)
    assert due == arrivals(line, 200, seed=seed)
    arrived = [moment for moment in due if moment is not None]
    assert arrived == sorted(arrived)


def test_jitter_spreads_around_the_delay() -> None:
    due = arrivals(Impairment(delay_s=0.05, jitter_s=0.03))
    waits = [moment - number * EVERY_S for number, moment in enumerate(due) if moment is not None]
    assert 0.02 <= min(waits) < 0.025
    assert 0.075 < max(waits) <= 0.08 + 1e-9


def test_a_bottleneck_passes_its_rate_and_nobody_waits_longer_than_its_queue() -> None:
    due = arrivals(Impairment(rate_bps=400_000, queue_s=0.3), count=2_000)  # 800 kbps are offered
    waits = [moment - number * EVERY_S for number, moment in enumerate(due) if moment is not None]
    assert lost_share(due) == pytest.approx(0.5, abs=0.02)
    assert max(waits) <= 0.3 + 8 * 1_000 / 400_000 + 1e-9


def test_in_the_dark_nothing_arrives() -> None:
    assert lost_share(arrivals(Impairment(is_dark=True))) == 1


def test_a_voice_is_known_by_its_payload_type_among_everything_else_on_the_port() -> None:
    voices = Voices()
    for first, second in ((0x80, 111), (0x90, 0x80 | 111), (0x90, 63), (0x80, 96), (0x80, 200), (0x81, 207), (22, 111)):
        voices.note(bytes((first, second)) + bytes(30))
    voices.note(bytes((0x80, 63)))
    assert voices == Voices(plain=2, repeated=1)


class Echo(asyncio.DatagramProtocol):
    """Answers with the port it sees the sender at."""

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport

    def datagram_received(self, data: bytes, sender: tuple[str, int]) -> None:
        self.transport.sendto(data + str(sender[1]).encode(), sender)


@pytest_asyncio.fixture
async def line() -> AsyncIterator[Line]:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Echo, ("127.0.0.1", 0))
    async with bad_line("127.0.0.1", transport.get_extra_info("sockname")[1], seed=3) as running:
        yield running
    transport.close()


async def ask(line: Line, near: socket.socket, words: bytes) -> bytes:
    loop = asyncio.get_running_loop()
    await loop.sock_sendto(near, words, ("127.0.0.1", line.port))
    return await asyncio.wait_for(loop.sock_recv(near, 100), WITHIN_S)


async def test_the_relay_carries_both_ways_and_a_rebound_line_comes_from_elsewhere(line: Line) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as near:
        near.bind(("127.0.0.1", 0))
        near.setblocking(False)
        first = await ask(line, near, b"one ")
        assert first == await ask(line, near, b"one ")
        await line.rebind()
        assert await ask(line, near, b"one ") != first
        counts = await line.counts()
        assert (counts.up_passed, counts.down_passed, counts.up_lost) == (3, 3, 0)


async def test_the_relay_holds_back_what_is_delayed_and_loses_what_is_sent_in_the_dark(line: Line) -> None:
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as near:
        near.bind(("127.0.0.1", 0))
        near.setblocking(False)
        await line.become(up=Impairment(is_dark=True))
        await loop.sock_sendto(near, b"lost", ("127.0.0.1", line.port))

        async def until_lost() -> None:
            while (await line.counts()).up_lost == 0:
                pass

        await asyncio.wait_for(until_lost(), WITHIN_S)
        await line.become(up=Impairment(delay_s=0.2))
        began = loop.time()
        assert (await ask(line, near, b"late ")).startswith(b"late ")
        assert loop.time() - began >= 0.2


async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.closing(writer), contextlib.suppress(ConnectionResetError):
        while data := await reader.read(100):
            writer.write(data)


@pytest_asyncio.fixture
async def tunnel() -> AsyncIterator[tuple[BadProxy, asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection through the proxy to somebody who repeats everything."""
    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with bad_proxy() as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(f"CONNECT localhost:{port} HTTP/1.1\r\n\r\n".encode())
        assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
        yield proxy, reader, writer
        writer.close()
    server.close()
    await server.wait_closed()


async def test_what_the_proxy_holds_passes_once_it_goes_on(
    tunnel: tuple[BadProxy, asyncio.StreamReader, asyncio.StreamWriter],
) -> None:
    proxy, reader, writer = tunnel
    proxy.hold()
    writer.write(b"held")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.readexactly(4), 0.2)
    proxy.go_on()
    assert await asyncio.wait_for(reader.readexactly(4), WITHIN_S) == b"held"


async def test_a_cut_ends_connections_at_once(
    tunnel: tuple[BadProxy, asyncio.StreamReader, asyncio.StreamWriter],
) -> None:
    proxy, reader, _ = tunnel
    proxy.cut()
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await asyncio.wait_for(reader.readexactly(1), WITHIN_S)


def sample(
    at: float, mic: dict[str, float], camera: dict[str, float], other: dict[str, float] | None = None, *, mid: str = "1"
) -> Sample:
    """`camera` is what the slot `mid` counted, in which the person is shown; `other` what the other slot did."""
    receivers: dict[str, dict[str, Any]] = {"0": {"mid": "0", **mic}, mid: {"mid": mid, **camera}}
    if other is not None:
        receivers["2" if mid == "1" else "1"] = other
    return Sample(
        at, "connected", 1, None, None, {("p", "mic"): receivers["0"], ("p", "camera"): receivers[mid]}, (), receivers
    )


def voice(played: int, concealed: int, events: int, packets: int) -> dict[str, float]:
    counts = {"totalSamplesReceived": played, "concealedSamples": concealed, "concealmentEvents": events}
    return counts | {"packetsReceived": packets}


def test_one_gap_over_several_readings_is_one_gap() -> None:
    picture = {"framesDecoded": 0}
    samples = [
        sample(0.0, voice(0, 0, 0, 0), picture),
        sample(0.2, voice(9_600, 4_800, 1, 5), picture),
        sample(0.4, voice(19_200, 14_400, 1, 5), picture),  # the same event goes on
        sample(0.6, voice(28_800, 14_400, 1, 15), picture),
        sample(0.8, voice(38_400, 16_800, 2, 23), picture),
    ]
    result = heard(samples, "p", 0, 1)
    assert result.longest_gap_s == pytest.approx(0.3)
    assert result.concealed == pytest.approx(16_800 / 38_400)
    assert flows_from(samples, "p", "mic", 0.3) == 0.6


def test_a_person_who_moves_to_another_slot_takes_nothing_of_what_it_had_counted() -> None:
    quiet = voice(0, 0, 0, 0)
    one = [{"framesDecoded": count, "freezeCount": 1} for count in (100, 102, 102, 102)]
    two = [{"framesDecoded": count, "freezeCount": 7} for count in (900, 901, 904, 907)]
    samples = [
        sample(0.0, quiet, one[0], two[0]),
        sample(0.2, quiet, one[1], two[1]),
        sample(0.4, quiet, two[2], one[2], mid="2"),
        sample(0.6, quiet, two[3], one[3], mid="2"),
    ]
    result = seen(samples, "p", 0, 1)
    assert (result.frames, result.freezes) == (2 + 3 + 3, 0)


def test_a_picture_that_stands_still_and_a_fresh_connection_are_both_seen() -> None:
    quiet = voice(0, 0, 0, 0)
    frames = [(0.0, 100), (0.2, 102), (0.4, 102), (0.6, 102), (0.8, 3)]
    samples = [sample(at, quiet, {"framesDecoded": count, "frameHeight": 360}) for at, count in frames]
    result = seen(samples, "p", 0, 1)
    assert result.frames == 2 + 3
    assert result.longest_still_s == pytest.approx(0.4)
    assert result.height == 360
