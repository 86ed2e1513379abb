"""A real media process that gets too little of its machine takes nobody new, until it is well again."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from sfu.control import fullness
from sfu.control.config import NodeConfig
from sfu.control.node import Node
from sfu.plane import Address, PlaneSink
from sfu.process.client import ProcessPlane
from tests.support.node_sink import Sink
from tests.support.starved import starved

READ_EVERY_S = 0.1
WITHIN_S = 15.0


class Bound(ProcessPlane):
    """Remembers where it listens."""

    async def start(self, bind: Sequence[Address], sink: PlaneSink) -> list[Address]:
        self.bound = await super().start(bind, sink)
        return self.bound


@asynccontextmanager
async def traffic(port: int) -> AsyncIterator[None]:
    """Datagrams that are nobody's: they wait in the same queue as everybody's."""

    async def send() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            while True:
                out.sendto(b"\x80" * 60, ("127.0.0.1", port))
                await asyncio.sleep(0.005)

    task = asyncio.create_task(send())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def until_full(node: Node, is_full: bool) -> None:
    async with asyncio.timeout(WITHIN_S):
        while node.is_full(1) is not is_full:
            await node.lines()
            await asyncio.sleep(READ_EVERY_S)


async def test_a_process_that_its_machine_starves_is_full_until_it_is_well_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fullness, "FULL_AFTER_S", 0.3)
    monkeypatch.setattr(fullness, "CALM_S", 0.3)
    planes: list[Bound] = []

    def new_plane() -> Bound:
        planes.append(Bound())
        return planes[-1]

    node, sink = Node(NodeConfig(("127.0.0.1",), tcp_port=None), new_plane), Sink()
    await node.start(sink)
    try:
        pid = planes[0].pid
        assert pid is not None
        async with traffic(planes[0].bound[0].port):
            await node.lines()
            assert not node.is_full(1)
            async with starved(pid):
                await until_full(node, True)
            stats = await node.stats()
            assert stats.queue_s >= fullness.LATE_S
            assert node.full_processes() == 1
            await until_full(node, False)
        assert not sink.lost, "the process lived through it"
    finally:
        await node.close()
