"""The node: rooms pinned to media processes, upcalls outside of verbs, and a process that dies is replaced."""

import asyncio
import os
import random
import signal
from collections.abc import Callable
from typing import Any

import pytest

from sfu.control import fullness
from sfu.control.config import NodeConfig
from sfu.control.node import Node
from sfu.control.shard import Shard, ShardKit
from sfu.control.transport import Certificate, HalfOpen
from sfu.node import BadAnswer, Source
from sfu.plane import Address
from sfu.process.client import ProcessPlane
from sfu.process.spawn import spawn
from tests.sfu.control.dtls_client import PROOF, DtlsClient
from tests.support.client_packets import read_offer, write_answer
from tests.support.fake_plane import FakePlane
from tests.support.node_sink import Sink

SSRCS = {"00": (11,), "01": (21, 22), "02": (31, 32)}


class Scene:
    def __init__(self, processes: int = 1) -> None:
        self.planes: list[FakePlane] = []
        self.sink = Sink()
        self.node = Node(NodeConfig(("127.0.0.1",), 4000, processes=processes), self.new_plane)
        self.refuses = 0
        self.clients: list[DtlsClient] = []

    def new_plane(self) -> FakePlane:
        plane = FakePlane()
        if self.refuses:
            self.refuses -= 1
            plane.refuses_to_start = True
        else:
            self.planes.append(plane)
        return plane

    def verb(self, call: Callable[..., None], *args: Any) -> None:
        self.sink.is_in_verb = True
        try:
            call(*args)
        finally:
            self.sink.is_in_verb = False

    async def connect(self, peer: int, room: int = 1) -> DtlsClient:
        self.verb(self.node.open_peer, peer, room)
        await turn()
        self.answer(peer)
        plane = next(plane for plane in self.planes if peer in plane.peers)
        assert plane.sink is not None
        sink = plane.sink
        client = DtlsClient(lambda datagram: sink.on_dtls(peer, datagram))
        plane.wires[peer] = client.feed
        await client.connect(read_offer(self.sink.offers[peer][-1].sdp).fingerprint)
        await turn()
        assert peer in self.sink.connected
        self.clients.append(client)
        return client

    def answer(self, peer: int, fingerprint: str = f"{PROOF.algorithm} {PROOF.value}") -> None:
        offer = self.sink.offers[peer][-1]
        text = write_answer(read_offer(offer.sdp), "abcd", "q" * 24, fingerprint, SSRCS)
        self.verb(self.node.answer, peer, offer.generation, text)

    async def close(self) -> None:
        for client in self.clients:
            client.end()
        await self.node.close()


async def turn() -> None:
    for _ in range(6):
        await asyncio.sleep(0)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 - real timers of the restart
            await asyncio.sleep(0.005)


@pytest.fixture
async def scene() -> Any:
    made = Scene()
    await made.node.start(made.sink)
    yield made
    await made.close()


async def test_two_peers_of_a_room_see_each_other_when_their_gates_are_open(scene: Scene) -> None:
    for peer in (1, 2):
        await scene.connect(peer)
        scene.verb(scene.node.set_receiving, peer, True)
        scene.verb(scene.node.set_gate, peer, Source.CAMERA, True)
    await scene.node.settle()
    assert scene.planes[0].flows() == {(1, 2), (2, 1)}
    await turn()
    assert [slot.publisher for slot in scene.sink.slots[1] if slot.publisher] == [2]


async def test_gates_asked_for_before_the_answer_are_kept(scene: Scene) -> None:
    scene.verb(scene.node.open_peer, 1, 1)
    scene.verb(scene.node.set_gate, 1, Source.MIC, True)
    await turn()
    scene.answer(1)
    mic = next(pub for pub, (_, spec) in scene.planes[0].publications.items() if spec.mid == "00")
    assert scene.planes[0].gates == {pub: pub == mic for pub in scene.planes[0].publications}


async def test_rooms_do_not_meet(scene: Scene) -> None:
    for peer, room in ((1, 1), (2, 2)):
        await scene.connect(peer, room)
        scene.verb(scene.node.set_receiving, peer, True)
        scene.verb(scene.node.set_gate, peer, Source.MIC, True)
    await scene.node.settle()
    assert scene.planes[0].flows() == set()


async def test_settle_puts_everything_in_force_before_the_plane_is_asked_to_settle(scene: Scene) -> None:
    for peer in (1, 2):
        await scene.connect(peer)
        scene.verb(scene.node.set_receiving, peer, True)
        scene.verb(scene.node.set_gate, peer, Source.MIC, True)
    await scene.node.settle()
    scene.planes[0].calls.clear()
    scene.verb(scene.node.set_gate, 1, Source.MIC, False)
    await scene.node.settle()
    names = [call[0] for call in scene.planes[0].calls]
    assert names == ["set_gate", "subscribe", "settle"]


async def test_only_processes_that_were_asked_something_are_waited_for() -> None:
    scene = Scene(processes=2)
    await scene.node.start(scene.sink)
    for peer in (1, 2):
        scene.verb(scene.node.open_peer, peer, peer)
    await scene.node.settle()
    first, second = scene.planes
    may_settle = asyncio.Event()
    second.settle = may_settle.wait  # type: ignore[method-assign, assignment]
    first.calls.clear()
    scene.verb(scene.node.set_gate, 1, Source.MIC, False)
    await asyncio.wait_for(scene.node.settle(), 1)
    assert first.calls == [("settle",)]
    scene.verb(scene.node.set_gate, 2, Source.MIC, False)
    waiting = [asyncio.create_task(scene.node.settle()) for _ in range(2)]
    await turn()
    assert not any(task.done() for task in waiting)
    may_settle.set()
    await asyncio.gather(*waiting)
    await scene.close()


async def test_closing_a_peer_takes_it_out_at_once_and_says_goodbye_to_the_browser(scene: Scene) -> None:
    client = await scene.connect(1)
    scene.verb(scene.node.close_peer, 1)
    assert 1 not in scene.planes[0].peers
    await until(lambda: client.native.state == "closed")
    assert scene.sink.gone == []


async def test_a_browser_that_closes_and_one_that_falls_silent_are_gone(scene: Scene) -> None:
    first = await scene.connect(1)
    await scene.connect(2)
    await first.goodbye()
    await turn()
    assert scene.planes[0].sink is not None
    scene.planes[0].sink.on_quiet(2, 4_000)
    scene.planes[0].sink.on_timeout(2)
    assert scene.sink.quiet == [(2, True)]
    assert scene.sink.gone == [1, 2]
    assert scene.planes[0].peers == {}


async def test_an_answer_that_does_not_fit_is_the_caller_s_to_hear(scene: Scene) -> None:
    scene.verb(scene.node.open_peer, 1, 1)
    await turn()
    with pytest.raises(BadAnswer):
        scene.node.answer(1, 1, "v=0\r\n")


async def test_verbs_on_peers_that_are_gone_do_nothing(scene: Scene) -> None:
    node = scene.node
    node.close_peer(9)
    node.answer(9, 1, "")
    node.restart_ice(9)
    node.set_gate(9, Source.MIC, True)
    node.set_receiving(9, True)
    assert scene.planes[0].calls == []


async def test_a_peer_id_in_use_is_refused(scene: Scene) -> None:
    scene.verb(scene.node.open_peer, 1, 1)
    with pytest.raises(ValueError, match="open"):
        scene.node.open_peer(1, 2)


async def test_an_offer_to_a_peer_that_was_closed_meanwhile_is_not_told(scene: Scene) -> None:
    scene.verb(scene.node.open_peer, 1, 1)
    scene.verb(scene.node.close_peer, 1)
    await turn()
    assert scene.sink.offers == {}


async def test_a_process_that_dies_is_replaced_and_its_peers_are_told_to_come_again(scene: Scene) -> None:
    await scene.connect(1)
    old = scene.planes[0]
    scene.refuses = 2
    assert old.sink is not None
    old.sink.on_lost()
    assert scene.sink.quiet == [(1, True)]
    scene.verb(scene.node.open_peer, 2, 1)
    scene.verb(scene.node.set_gate, 1, Source.MIC, True)
    await until(lambda: bool(scene.sink.lost))
    assert scene.sink.lost == [(1, 2)]
    assert ("close",) in old.calls
    old.sink.on_lost()
    await scene.connect(3)
    assert 3 in scene.planes[1].peers
    assert len(scene.planes) == 2


async def test_a_process_that_fails_to_start_in_any_way_is_tried_again(scene: Scene, caplog: Any) -> None:
    await scene.connect(1)
    started, old = FakePlane.start, scene.planes[0]
    faults = [RuntimeError("no such thing"), TimeoutError()]

    async def start(plane: FakePlane, bind: Any, sink: Any) -> list[Address]:
        if faults:
            raise faults.pop()
        return await started(plane, bind, sink)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FakePlane, "start", start)
        assert old.sink is not None
        old.sink.on_lost()
        await until(lambda: bool(scene.sink.lost))
    assert scene.sink.lost == [(1,)]
    assert [record.levelname for record in caplog.records if "could not start" in record.message] == ["ERROR"] * 2


async def test_a_shard_closes_whatever_became_of_its_restart(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(peers: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(scene.node._shards[0]._sink, "on_lost", fail)
    assert scene.planes[0].sink is not None
    scene.planes[0].sink.on_lost()
    await until(lambda: len(scene.planes) == 2)
    await turn()
    await scene.node.close()
    assert ("close",) in scene.planes[1].calls


async def test_a_process_that_hangs_is_ended_before_anybody_is_told_that_all_is_settled() -> None:
    planes: list[ProcessPlane] = []
    sink = Sink()
    # Spawned ahead: how fast a busy machine loads the code of the second one is not what is waited for here.
    children = [spawn(), spawn()]

    def new_plane() -> ProcessPlane:
        planes.append(ProcessPlane(children.pop(0), settle_timeout_s=0.2))
        return planes[-1]

    kit = ShardKit(
        new_plane,
        [Address("127.0.0.1", 0)],
        tuple,
        HalfOpen(),
        Certificate,
        iter(range(1, 1_000)).__next__,
        "x".__mul__,
        random.Random(1),
        watch_every_s=0.01,
    )
    shard = Shard(kit, sink)
    await shard.start()
    pid = planes[0].pid
    assert pid is not None
    shard.open_peer(1, 1)
    os.kill(pid, signal.SIGSTOP)
    await until(lambda: bool(sink.quiet))
    await shard.settle()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    await until(lambda: sink.lost == [(1,)])
    assert planes[1].pid is not None
    await shard.close()


async def test_a_peer_closed_while_its_process_is_down_is_not_called_back(scene: Scene) -> None:
    await scene.connect(1)
    assert scene.planes[0].sink is not None
    scene.planes[0].sink.on_lost()
    scene.verb(scene.node.close_peer, 1)
    await until(lambda: bool(scene.sink.lost))
    assert scene.sink.lost == [()]


async def test_rooms_are_spread_over_processes_and_stay_where_they_are() -> None:
    scene = Scene(processes=2)
    await scene.node.start(scene.sink)
    for peer, room in ((1, 1), (2, 2), (3, 1), (4, 2), (5, 3)):
        scene.verb(scene.node.open_peer, peer, room)
    first, second = scene.planes
    assert {room for room, *_ in first.peers.values()} == {1, 3}
    assert {room for room, *_ in second.peers.values()} == {2}
    await turn()
    offered = [read_offer(scene.sink.offers[peer][0].sdp).candidates for peer in (1, 2)]
    assert offered == [(("127.0.0.1", 4000),), (("127.0.0.1", 4001),)]
    await scene.close()


async def test_a_port_that_is_taken_is_an_os_error_and_leaves_nothing_running() -> None:
    scene = Scene(processes=2)
    scene.refuses = 1
    with pytest.raises(OSError, match="in use"):
        await scene.node.start(scene.sink)
    assert scene.planes == []


@pytest.fixture
async def pair(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Two processes that are full with the first reading that is late, and not with the first that is not."""
    monkeypatch.setattr(fullness, "FULL_AFTER_S", 0.0)
    monkeypatch.setattr(fullness, "CALM_S", 0.0)
    monkeypatch.setattr(fullness, "ONE_BY_ONE_S", 0.0)
    made = Scene(processes=2)
    await made.node.start(made.sink)
    yield made
    await made.close()


async def test_a_new_room_goes_to_a_process_that_is_not_full(pair: Scene) -> None:
    await pair.connect(1, room=1)
    late = next(plane for plane in pair.planes if plane.peers)
    for peer, room in ((2, 2), (3, 3)):
        await pair.connect(peer, room)
    late.shed = 2
    await pair.node.lines()
    assert pair.node.full_processes() == 1
    assert pair.node.is_full(1)
    assert not pair.node.is_full(99), "the other process takes a new room"
    for peer, room in ((4, 4), (5, 5), (6, 6)):
        before = len(late.peers)
        await pair.connect(peer, room)
        assert len(late.peers) == before
    late.shed = 0
    await pair.node.lines()
    assert not pair.node.is_full(1)
    assert pair.node.full_processes() == 0


async def test_where_every_process_is_full_so_is_a_new_room_and_who_is_opened_all_the_same_gets_in(pair: Scene) -> None:
    for plane in pair.planes:
        plane.queue_s = 1.0
    await pair.node.lines()
    assert pair.node.is_full(1)
    await pair.connect(1, room=1)


async def test_a_process_that_died_late_begins_anew_not_full(pair: Scene) -> None:
    await pair.connect(1, room=1)
    late = next(plane for plane in pair.planes if plane.peers)
    late.queue_s = 1.0
    await pair.node.lines()
    assert pair.node.is_full(1)
    assert late.sink is not None
    late.sink.on_lost()
    await until(lambda: bool(pair.sink.lost))
    assert pair.node.full_processes() == 0
