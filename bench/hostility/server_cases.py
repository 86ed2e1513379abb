"""U1, U2, U4: a real server with members who talk, and strangers at its media port."""

import asyncio
import os
import random
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from time import monotonic

import aiohttp

from bench.hostility.check import Check, at_least, at_most, none
from bench.soak_people import Room, Talker
from tests.support.deadline import until
from tests.support.impair_datagrams import BadDatagrams, foreign_sockets, spray
from tests.support.journey_seed import seed as seed_session
from tests.support.media_client import MediaClient
from tests.support.people_host import Plan
from tests.support.server_process import ServerProcess

SEED = 20_263
MEMBERS = 4
STRANGERS = 8
JOIN_WITHIN_S = 5.0
JOIN_PACE_S = 0.4
LURKER_PPS = 200
FLOOD_BYTES = 1_200
MOST_LOG_BYTES = 10_000
MOST_LOSS_PERCENT = 1.0
MOST_GROWTH_PERCENT = 10.0
PACE = 100  # datagrams between two looks at the loop

FLOODER = """
import random, socket, sys, time
port, pps, seconds, size = (int(word) for word in sys.argv[1:])
chance = random.Random(1)
packets = [chance.randbytes(size) for _ in range(4_096)]
sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(4)]
began, sent = time.monotonic(), 0
while (now := time.monotonic() - began) < seconds:
    while sent < now * pps:
        try:
            sockets[sent & 3].sendto(packets[sent & 4_095], ("127.0.0.1", port))
        except OSError:
            pass
        sent += 1
    time.sleep(0.002)  # the next few are due then; a busy loop would take the core from the server under test
print(sent)
"""


@dataclass
class Scene:
    server: ServerProcess
    room: Room

    @property
    def people(self) -> list[Talker]:
        return [self.room.leader, *self.room.inside]

    @property
    def address(self) -> tuple[str, int]:
        return ("127.0.0.1", self.server.udp_port)


class Before:
    """What `after` is compared with."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._people = scene.people
        self._transports = [len(person.transports) for person in self._people]
        self._heard = [_heard(person) for person in self._people]
        self._log = len(scene.server.log)
        self._rss = scene.server.rss_kib()
        self._at = monotonic()

    def checks(self) -> list[Check]:
        """Losses by the numbers that arrived; the members read one packet in so many."""
        log = self._scene.server.log[self._log :]
        closed = sum(
            one.downs + len(one.transports) - before + one.is_unwell
            for one, before in zip(self._people, self._transports, strict=True)
        )
        worst = max(_loss(person, before) for person, before in zip(self._people, self._heard, strict=True))
        minutes = (monotonic() - self._at) / 60
        growth = 100 * (self._scene.server.rss_kib() - self._rss) / self._rss
        return [
            none("transports of members lost", closed),
            at_most("loss of the worst member in percent", round(worst, 3), MOST_LOSS_PERCENT),
            none("tracebacks in the log", log.count("Traceback") + log.count('"level": "error"')),
            at_most("log bytes per minute", round(len(log) / max(1.0, minutes)), MOST_LOG_BYTES),
            at_most("growth of memory in percent", round(growth, 1), MOST_GROWTH_PERCENT),
        ]


def _heard(person: Talker) -> tuple[int, int]:
    assert person.media is not None
    received = person.media.received.values()
    return sum(one.packets for one in received), sum(one.lost for one in received)


def _loss(person: Talker, before: tuple[int, int]) -> float:
    packets, lost = (now - then for now, then in zip(_heard(person), before, strict=True))
    return 100 * lost / max(1, packets + lost)


class AllEars(Talker):
    """Reads every packet: loss is what this is about."""

    new_media = MediaClient


@asynccontextmanager
async def scene(folder: Path) -> AsyncIterator[Scene]:
    server = ServerProcess(folder)
    links = await seed_session(server, Plan(length_min=120, starts_in=timedelta(minutes=2), late_min=120))
    await server.start()
    room = Room(links, 1, MEMBERS, random.Random(SEED), AllEars)
    try:
        await room.fill()
        yield Scene(server, room)
        await room.empty()
    finally:
        await server.stop()


async def u1(folder: Path, each: int) -> list[Check]:
    """Empty, one-byte, oversize and truncated datagrams, before, during and after a newcomer's handshake."""
    async with scene(folder) as stage:
        before = Before(stage)
        bad = BadDatagrams(SEED)
        kinds: tuple[Callable[[], bytes], ...] = (
            lambda: b"",
            lambda: bytes((random.randrange(256),)),
            lambda: bytes(2_049),
            bad.cut_hello,
        )

        class Newcomer(MediaClient):
            async def on_socket(self) -> None:
                await self._all("before")

            async def on_checked(self) -> None:
                await self._all("during")

            async def _all(self, when: str) -> None:
                sent[when] = await _burst(self.udp_socket, stage.address, strangers, kinds, each)

        class NewTalker(Talker):
            new_media = Newcomer

        sent: dict[str, int] = {}
        with foreign_sockets(STRANGERS) as strangers:
            person = NewTalker(stage.room.leader.session_url, "Newcomer", 77)
            began = monotonic()
            await person.come(stage.room.leader)
            joined_s = monotonic() - began
            assert isinstance(person.media, Newcomer)
            await person.media._all("after")
            for one in stage.people:
                assert one.media is not None
                await _burst(one.media.udp_socket, stage.address, [], kinds, each // 4)
        await until(lambda: _hears(person), "the newcomer hears others")
        lost = person.downs + len(person.transports) - 1 + person.is_unwell
        checks = [Check("datagrams", sent, True), Check("the newcomer was in after s", round(joined_s, 2), True)]
        checks += [none("transports of the newcomer lost", lost), *before.checks()]
        await person.go()
        await person.http.close()
        return checks


async def _hears(person: Talker) -> bool:
    return person.media is not None and person.media.total() > 50


async def _burst(
    own: socket.socket,
    address: tuple[str, int],
    strangers: list[socket.socket],
    kinds: tuple[Callable[[], bytes], ...],
    each: int,
) -> int:
    """`each` of every kind from the learned address, and as many from strangers."""
    learned = socket.socket(fileno=os.dup(own.fileno()))  # asyncio's transport does not send what is empty
    sent = 0
    try:
        for number in range(each):
            for kind in kinds:
                datagram = kind()
                with suppress(OSError):
                    learned.send(datagram)
                if strangers:
                    strangers[number % len(strangers)].sendto(datagram, address)
                sent += 1 + bool(strangers)
            if number % (PACE // len(kinds)) == 0:
                await asyncio.sleep(0.005)  # a pace, and a turn for the members of this process
    finally:
        learned.close()
    return sent


class Lurker(MediaClient):
    """Proves who they are by ICE and never finishes a handshake."""

    async def connect(self, host: str = "127.0.0.1") -> None:
        with suppress(ConnectionError, TimeoutError):  # given up, as it should be
            await super().connect(host)

    async def on_checked(self) -> None:
        bad = BadDatagrams(SEED)
        with suppress(AssertionError):  # closed by now
            await asyncio.gather(*(spray(self.send_datagram, make, LURKER_PPS) for make in (bad.hello, bad.dtls)))


class Lurking(Talker):
    new_media = Lurker


async def _lurk(stage: Scene) -> None:
    """Until canceled, in and out again."""
    number = 9_000
    while True:
        number += 1
        person = Lurking(stage.room.leader.session_url, f"Lurker {number}", number)
        try:
            with suppress(AssertionError, ConnectionError, TimeoutError):
                await person.come(stage.room.leader)
            await person.crash()
        finally:
            await person.http.close()


async def u2(folder: Path, joins: int, half_open: int) -> list[Check]:
    """Handshakes that nobody finishes, at three rates, from strangers and from a member, while people come in."""
    async with scene(folder) as stage:
        before = Before(stage)
        bad = BadDatagrams(SEED)
        taken: dict[int, list[float]] = {}
        member = stage.people[1]
        assert member.media is not None
        with foreign_sockets(STRANGERS) as strangers:
            turn = count()
            lurking = asyncio.create_task(_lurk(stage))

            def from_strangers(datagram: bytes) -> None:
                strangers[next(turn) % STRANGERS].sendto(datagram, stage.address)

            for pps in (20, 200, 1_000):
                sprays = [
                    asyncio.create_task(spray(send, make, pps))
                    for send in (from_strangers, member.media.send_datagram)
                    for make in (bad.hello, bad.dtls)
                ]
                taken[pps] = await _joins(stage, joins)
                for task in sprays:
                    task.cancel()
                await asyncio.gather(*sprays, return_exceptions=True)
            lurking.cancel()
            await asyncio.gather(lurking, return_exceptions=True)
        flood = asyncio.create_task(_half_open(stage.address, bad, half_open))
        during = await _joins(stage, joins)
        opened = await flood
        unbound = await _dropped(stage.server, "unbound")
        everything = [one for times in (*taken.values(), during) for one in times]
        in_time = 100 * sum(one <= JOIN_WITHIN_S for one in everything) / len(everything)
        return [
            Check("joins", len(everything), True),
            Check("strangers who opened a handshake and left", opened, True),
            at_least("datagrams of strangers that no handshake was begun for", unbound, opened),
            *(
                Check(f"slowest join at 4 x {pps} a second, s", round(max(times), 2), True)
                for pps, times in taken.items()
            ),
            Check("slowest join among strangers who leave, s", round(max(during), 2), True),
            at_least("percent of joins within 5 s", round(in_time, 2), 99),
            *before.checks(),
        ]


async def _dropped(server: ServerProcess, cause: str) -> int:
    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{server.port}/metrics") as response:
        found = re.search(rf'^holdspace_media_drops{{cause="{cause}"}} (\S+)$', await response.text(), re.MULTILINE)
    return 0 if found is None else int(float(found.group(1)))


async def _joins(stage: Scene, joins: int) -> list[float]:
    """Seconds from the first request to media, each; somebody who did not get in counts as endless."""
    times = []
    for number in range(joins):
        person = Talker(stage.room.leader.session_url, f"Guest {number}", 5_000 + number)
        began = monotonic()
        try:
            await person.come(stage.room.leader)
            times.append(monotonic() - began)
        except (AssertionError, ConnectionError, TimeoutError):
            times.append(float("inf"))
        await person.go()
        await person.http.close()
        await asyncio.sleep(JOIN_PACE_S)
    return times


async def _half_open(address: tuple[str, int], bad: BadDatagrams, strangers: int) -> int:
    """A ClientHello each from as many addresses."""
    for number in range(strangers):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.bind((f"127.1.{number >> 8 & 255}.{number & 255 or 1}", 0))
            stranger.sendto(bad.whole_hello(), address)
        if number % 20 == 0:
            await asyncio.sleep(0.01)  # the same for those who talk in this process
    return strangers


async def u4(folder: Path, pps: int, seconds: int) -> list[Check]:
    """Random bytes at the port, from another process."""
    async with scene(folder) as stage:
        before = Before(stage)
        words = [sys.executable, "-c", FLOODER, str(stage.server.udp_port), str(pps), str(seconds), str(FLOOD_BYTES)]
        flooder = await asyncio.create_subprocess_exec(*words, stdout=subprocess.PIPE)
        out, _ = await flooder.communicate()
        sent = int(out)
        return [
            Check("datagrams", sent, True),
            at_least("per second", round(sent / seconds), 0.9 * pps),
            *before.checks(),
        ]
