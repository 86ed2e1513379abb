"""Pages that read slowly or not at all: they are let go, and nobody waits for them."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from rooms.live.views import PersonView, Presence
from server.ws_limits import SocketLimits
from tests.support.socket_bench import SocketBench, SocketPage

LIMITS = SocketLimits(tick_s=0.01, close_s=0.5)

Serve = Callable[[SocketLimits], Awaitable[SocketBench]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Servers with limits of the test's own."""
    benches: list[SocketBench] = []

    async def start(limits: SocketLimits) -> SocketBench:
        benches.append(await SocketBench(limits=limits).start())
        return benches[-1]

    yield start
    for bench in benches:
        await bench.stop()


async def test_somebody_who_does_not_read_is_dropped_and_nobody_waits_for_them(serve: Serve) -> None:
    wire = await serve(replace(LIMITS, send_queue=8))
    fern = await wire.facilitator()
    ash = await wire.admitted("Ash", fern)
    await ash.caught_up()
    transport = transport_of(ash)
    transport.pause_reading()
    line = "x" * 4_000
    lines = 0
    while lines < 2_000 and is_with(fern):
        lines += 1
        wire.bench.clock.advance(100)
        assert await fern.ask("post-chat", text=line) == "ok"
        fern.said.clear()
    assert lines < 2_000
    transport.abort()


async def test_somebody_who_reads_a_byte_at_a_time_is_dropped_when_what_they_read_is_old(serve: Serve) -> None:
    wire = await serve(LIMITS)
    fern = await wire.facilitator()
    everybody, wire.client = wire.client, aiohttp.ClientSession(connector=aiohttp.TCPConnector(socket_factory=_small))
    ash = await wire.admitted("Ash", fern)
    await ash.caught_up()
    async with byte_by_byte(ash):
        seconds = 0
        while seconds < 60 and is_with(fern):
            seconds += 1
            wire.bench.clock.advance(1_000)
            await ash.socket.ping()  # it is not silent
            assert await fern.ask("post-chat", text="x" * 4_000) == "ok"
            await asyncio.sleep(0.02)
    assert 10 <= seconds < 30, "10 s, and what the kernels of both ends hold"
    assert wire.bench.figures_of("slow-reader") == 1
    await everybody.close()


def is_with(page: SocketPage) -> bool:
    """Everybody else is present."""
    return all(person.presence is Presence.PRESENT for person in others(page))


def others(page: SocketPage) -> list[PersonView]:
    assert page.room is not None
    return [person for person in page.room.people if person.id != page.room.me.id]


def transport_of(page: SocketPage) -> asyncio.Transport:
    connection = page.socket._conn
    assert connection is not None
    assert isinstance(connection.transport, asyncio.Transport)
    return connection.transport


def _small(info: Any) -> socket.socket:
    made = socket.socket(*info[:3])
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    return made


@asynccontextmanager
async def byte_by_byte(page: SocketPage) -> AsyncIterator[None]:
    transport = transport_of(page)
    transport.pause_reading()
    with socket.socket(fileno=os.dup(transport.get_extra_info("socket").fileno())) as own:

        async def read() -> None:
            while True:
                with suppress(OSError):
                    own.recv(1, socket.MSG_DONTWAIT)
                await asyncio.sleep(0.002)

        reading = asyncio.create_task(read())
        yield
        reading.cancel()
        transport.abort()
