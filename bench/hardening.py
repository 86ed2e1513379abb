"""Bad input against a real server while members exchange media: `python -m bench.hardening --minutes 10`.

Garbage, empty and oversize datagrams, ClientHello sprays, malformed STUN (with and without a live ufrag), RTP and RTCP
garbage from strangers and from a member's own socket, and WebSocket garbage, all from loopback at bounded rates. Prints
one JSON object: members' transports lost, tracebacks in the log, members' loss, memory before and after.
"""

import argparse
import asyncio
import contextlib
import json
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from itertools import cycle
from pathlib import Path

from pylibsrtp import Error as SrtpError

from bench.machine import machine
from tests.support.deadline import until
from tests.support.impair_datagrams import BadDatagrams, foreign_sockets, spray
from tests.support.impair_frames import BadFrames, pester
from tests.support.journey_members import MediaMember, live_room
from tests.support.journey_raw import RawMember
from tests.support.journey_seed import seed as seed_session
from tests.support.people_host import Links, Plan
from tests.support.server_process import ServerProcess

Send = Callable[[bytes], object]

MEMBERS = 4
STRANGERS = 8
PER_SECOND = 60  # of each kind of datagram
PESTERERS = 3
SETTLE_S = 6.0
REJOIN_S = 2.0  # sooner, and the pace of tickets would keep them out instead of what they say
SEED = 20_261


@dataclass(frozen=True)
class Outcome:
    """`loss_percent` is that of the worst member. `log_bytes`: how much the log grew during the attack.

    `member_drops` and `server_drops` are datagrams that the kernel dropped because a socket of the members, or of the
    server, was not read in time: on a busy machine the first explain loss that the server had no part in.
    """

    seconds: float
    datagrams: int
    frames: int
    peers_closed: int
    tracebacks: int
    loss_percent: float
    late: int
    member_drops: int
    server_drops: int
    packets_received: int
    rss_before_kib: int
    rss_after_kib: int
    log_bytes: int
    rss_during_kib: tuple[int, ...]

    @property
    def rss_growth_percent(self) -> float:
        return 100 * (self.rss_after_kib - self.rss_before_kib) / self.rss_before_kib


class Counted:
    """Counts what the attackers really sent."""

    def __init__(self) -> None:
        self.datagrams = 0
        self.frames = 0

    def by(self, send: Send) -> Send:
        def counted(datagram: bytes) -> None:
            self.datagrams += 1
            send(datagram)

        return counted

    def frame(self) -> None:
        self.frames += 1


async def attack(folder: Path, seconds: float) -> Outcome:
    """Starts a server, fills a room, attacks it, and tells what became of the members."""
    server = ServerProcess(folder)
    plan = Plan(length_min=120, starts_in=timedelta(minutes=2))
    links = await seed_session(server, plan)
    await server.start()
    try:
        async with room(links) as (members, insider):
            return await _attack(server, links, members, insider, seconds)
    finally:
        await server.stop()


@asynccontextmanager
async def room(links: Links) -> AsyncIterator[tuple[list[MediaMember], MediaMember]]:
    """A live room: a facilitator and members who all send and receive, and one more who is going to misbehave."""
    people = [MediaMember(links.session_url, f"Member {number}", number) for number in range(MEMBERS + 2)]
    async with live_room(people, links):
        await until(lambda: _all_receive(people), "everybody receives", 30)
        yield people[:-1], people[-1]


async def _all_receive(people: list[MediaMember]) -> bool:
    return all(member.media is not None and member.media.total() > 200 for member in people)


async def _attack(
    server: ServerProcess, links: Links, members: list[MediaMember], insider: MediaMember, seconds: float
) -> Outcome:
    ports = [member.media.udp_socket.getsockname()[1] for member in members if member.media is not None]
    drops_before = kernel_drops(ports), kernel_drops([server.udp_port])
    before = [_totals(member) for member in members]
    log_before, rss_before = len(server.log), server.rss_kib()
    counted, rss_during = Counted(), []
    address = ("127.0.0.1", server.udp_port)
    with foreign_sockets(STRANGERS) as strangers:
        tasks = _sprays(counted, insider, members, [_sender(stranger, address) for stranger in strangers])
        tasks += [
            asyncio.create_task(pester(links.session_url, SEED + n, 0.2, counted.frame)) for n in range(PESTERERS)
        ]
        tasks.append(asyncio.create_task(_misbehave(links, counted)))
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            while (left := started + seconds - loop.time()) > 0:
                finished, _ = await asyncio.wait(tasks, timeout=min(left, 10.0), return_when=asyncio.FIRST_COMPLETED)
                for task in finished:
                    task.result()  # an attacker that stopped by itself is a fault of the bench
                rss_during.append(server.rss_kib())
        finally:
            lasted = loop.time() - started
            await _stopped(tasks)
    await asyncio.sleep(SETTLE_S)  # memory is asked for after the caches of the attack have aged
    received, worst = 0, 0.0
    for member, (packets, gaps) in zip(members, before, strict=True):
        packets_now, gaps_now = _totals(member)
        new_packets, new_gaps = packets_now - packets, gaps_now - gaps
        received += new_packets
        worst = max(worst, 100 * new_gaps / max(1, new_packets + new_gaps))
    log = server.log[log_before:]
    return Outcome(
        seconds=round(lasted, 1),
        datagrams=counted.datagrams,
        frames=counted.frames,
        # The insider too: a malformed packet costs the packet, not the transport.
        peers_closed=sum(one.downs + len(one.transports) - 1 + one.is_closed for one in (*members, insider)),
        tracebacks=log.count("Traceback (most recent call last)") + log.count('"level": "error"'),
        loss_percent=round(worst, 3),
        late=sum(slot.late for member in members if member.media for slot in member.media.received.values()),
        member_drops=kernel_drops(ports) - drops_before[0],
        server_drops=kernel_drops([server.udp_port]) - drops_before[1],
        packets_received=received,
        rss_before_kib=rss_before,
        rss_after_kib=server.rss_kib(),
        log_bytes=len(log),
        rss_during_kib=tuple(rss_during),
    )


async def _stopped(tasks: list[asyncio.Task[None]]) -> None:
    """Asks again: a cancellation may be lost where it meets the end of a connection."""
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=1.0)


def _sender(stranger: socket.socket, address: tuple[str, int]) -> Send:
    return lambda datagram: stranger.sendto(datagram, address)


def kernel_drops(ports: Sequence[int]) -> int:
    """What the kernel dropped at full receive buffers of the IPv4 UDP sockets on these local ports."""
    rows = [line.split() for line in Path("/proc/net/udp").read_text().splitlines()[1:]]
    return sum(int(row[-1]) for row in rows if int(row[1].rpartition(":")[2], 16) in ports)


def _totals(member: MediaMember) -> tuple[int, int]:
    assert member.media is not None
    slots = member.media.received.values()
    return sum(slot.packets for slot in slots), sum(slot.lost for slot in slots)


def _sprays(
    counted: Counted,
    insider: MediaMember,
    members: list[MediaMember],
    strangers: list[Callable[[bytes], object]],
) -> list[asyncio.Task[None]]:
    """From strangers every kind; from the insider's own socket garbage in the clear, and garbage under valid keys."""
    victim = members[0].media
    assert victim is not None and victim.offered is not None and insider.media is not None
    own = insider.media
    bad = BadDatagrams(SEED, victim.offered.ufrag, [uplink.ssrc for uplink in victim.uplinks.values()])
    turns = cycle(strangers)

    def by_a_stranger(datagram: bytes) -> None:
        next(turns)(datagram)

    plans = [
        *((by_a_stranger, make) for make in (bad.size, bad.noise, bad.hello, bad.dtls, bad.stun, bad.rtp, bad.rtcp)),
        *((own.send_datagram, make) for make in (bad.noise, bad.hello, bad.dtls, bad.stun, bad.rtp, bad.rtcp)),
        (_if_protectable(own.send_raw), bad.rtp),
        (_if_protectable(own.send_rtcp), bad.rtcp),
    ]
    return [asyncio.create_task(spray(counted.by(send), make, PER_SECOND)) for send, make in plans]


def _if_protectable(send: Send) -> Send:
    """libsrtp will not protect a header that lies about its own length; such a packet cannot be sent under a key."""

    def protected(packet: bytes) -> None:
        with contextlib.suppress(SrtpError):
            send(packet)

    return protected


async def _misbehave(links: Links, counted: Counted) -> None:
    """Somebody known, with a good ticket, who says bad things and is closed for it, again and again."""
    frames = BadFrames(SEED)
    async with RawMember(links.session_url) as known:
        while True:
            # Refused by the rate limit or closed in the middle of a frame: as it should be.
            with contextlib.suppress(AssertionError, ConnectionError, TimeoutError):
                await known.join()
                for _ in range(20):
                    await known.send_frame(frames.any())
                    counted.frame()
            if known.socket is not None:
                await known.socket.close()
            await asyncio.sleep(REJOIN_S)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    options = parser.parse_args()
    about = machine()
    # What the store logs while the session is made is not part of the answer.
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(sys.stderr):
        outcome = asyncio.run(attack(Path(folder), options.minutes * 60))
    growth = round(outcome.rss_growth_percent, 1)
    print(json.dumps(asdict(outcome) | {"rss_growth_percent": growth} | about, indent=2))
    return 0 if outcome.peers_closed == 0 and outcome.tracebacks == 0 and outcome.loss_percent < 1 else 1


if __name__ == "__main__":
    sys.exit(main())
