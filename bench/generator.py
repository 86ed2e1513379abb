"""The members of a bench, in a process of their own: send on schedule, count what arrives, time it.

Speaks JSON lines with `forward`: offers in, answers out; then `go`, `warm` and the result. While it measures it is one
plain loop over sockets, because an event loop would be measured too.
"""

import asyncio
import json
import os
import random
import select
import socket
import struct
import sys
import time
from dataclasses import dataclass, field
from typing import Any, Final

from pylibsrtp import Error as SrtpError

from tests.support.client_packets import ABS_SEND_TIME, LEVEL, OPUS, TRANSPORT_CC, VP8, rtcp_packets, rtp, vp8_frame
from tests.support.media_client import CAMERA, MIC, MediaClient

AUDIO_EVERY_NS: Final = 20_000_000
FRAME_EVERY_NS: Final = 1_000_000_000 // 30
AUDIO_BYTES: Final = 88
VIDEO_BYTES: Final = 1_100
HEAD_BYTES: Final = 14  # VP8 descriptor and frame header; the time stamp follows
FRAME_PACKETS: Final = (4, 4, 3)  # 110 packets a second
CHECK_EVERY_NS: Final = 2_000_000_000
DECRYPT_ONE_IN: Final = 8
_STAMP: Final = struct.Struct("!Q")
_SO_TIMESTAMPNS: Final = 35
_HEAD: Final = struct.Struct("!BBHII")


@dataclass
class _Source:
    """Counts of one received SSRC, extended by wraps of the sequence number."""

    first: int
    highest: int
    count: int = 0


@dataclass
class _Member:
    client: MediaClient
    sock: socket.socket
    sources: dict[int, _Source] = field(default_factory=dict)


class Load:
    """Runs the schedule of `publishers` members and receives for all of them."""

    def __init__(self, members: list[_Member], publishers: int, seed: int) -> None:
        self.members = members
        self.latencies: list[int] = []
        self.sent = 0
        self._random = random.Random(seed)
        self._nth = 0
        self._is_measuring = False
        self._epoll = select.epoll()
        self._by_fd = {}
        for member in members:
            member.sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
            member.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
            self._epoll.register(member.sock.fileno(), select.EPOLLIN)
            self._by_fd[member.sock.fileno()] = member
        start = time.monotonic_ns()
        self._due: list[tuple[int, int, _Member, str]] = []
        for index, member in enumerate(members):
            self._due.append((start + index * 1_000_000, CHECK_EVERY_NS, member, "check"))
            if index < publishers:
                phase = FRAME_EVERY_NS * index // publishers
                self._due.append((start + self._random.randrange(AUDIO_EVERY_NS), AUDIO_EVERY_NS, member, MIC))
                self._due.append((start + phase, FRAME_EVERY_NS, member, CAMERA))

    def run(self, seconds: float, *, is_measuring: bool) -> None:
        self._is_measuring = is_measuring
        end = time.monotonic_ns() + int(seconds * 1e9)
        while (now := time.monotonic_ns()) < end:
            next_due = end
            for index, (due, every, member, what) in enumerate(self._due):
                if due <= now:
                    self._send(member, what)
                    due = max(due + every, now - every)
                    self._due[index] = (due, every, member, what)
                next_due = min(next_due, due)
            wait = max(0.0, (next_due - time.monotonic_ns()) / 1e9)
            for fd, _ in self._epoll.poll(wait):
                self._receive(self._by_fd[fd])

    def _send(self, member: _Member, what: str) -> None:
        client = member.client
        if what == "check":
            member.sock.send(client.binding_request())
            return
        up = client.uplinks[what]
        assert client.tx is not None
        if what == MIC:
            payloads = [b""]
            size = AUDIO_BYTES
        else:
            payloads = vp8_frame(
                up.picture, is_key=up.is_key_wanted, packets=FRAME_PACKETS[up.picture % 3], size=HEAD_BYTES
            )
            up.is_key_wanted = False
            up.picture += 1
            size = VIDEO_BYTES
        for index, head in enumerate(payloads):
            extensions = {ABS_SEND_TIME: b"\0\0\0", TRANSPORT_CC: b"\0\0"}
            if what == MIC:
                extensions = {LEVEL: b"\x9e"} | extensions
            body = head + _STAMP.pack(time.time_ns())
            packet = rtp(
                OPUS if what == MIC else VP8,
                up.seq,
                up.timestamp,
                up.ssrc,
                body.ljust(size, b"\x5a"),
                extensions,
                marker=index == len(payloads) - 1,
            )
            up.seq += 1
            member.sock.send(client.tx.protect(packet))
            self.sent += self._is_measuring
        up.timestamp += 960 if what == MIC else 3_000

    def _receive(self, member: _Member) -> None:
        rx = member.client.rx
        assert rx is not None
        for _ in range(64):
            try:
                data, ancillary, _, _ = member.sock.recvmsg(2_048, 64, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            if data[0] < 128:
                continue
            if 192 <= data[1] <= 223:
                self._feedback(member.client, rx, data)
                continue
            if not self._is_measuring:
                continue
            _, second, seq, _, ssrc = _HEAD.unpack_from(data)
            if second & 0x7F not in (OPUS, VP8):
                continue
            source = member.sources.get(ssrc)
            if source is None:
                source = member.sources[ssrc] = _Source(seq, seq)
            source.count += 1
            step = (seq - source.highest) & 0xFFFF
            if step < 0x8000:
                source.highest += step
            self._nth += 1
            if self._nth % DECRYPT_ONE_IN == 0:
                self._time(rx.unprotect(data), second & 0x7F, ancillary)

    def _time(self, plain: bytes, payload_type: int, ancillary: Any) -> None:
        arrived = next((data for level, kind, data in ancillary if kind == _SO_TIMESTAMPNS), None)
        if arrived is None:
            return
        seconds, nanoseconds = struct.unpack("qq", arrived)
        at = 12 + 4 * (plain[0] & 0x0F)
        if plain[0] & 0x10:
            at += 4 + 4 * struct.unpack_from("!H", plain, at + 2)[0]
        if payload_type == VP8:
            at += HEAD_BYTES
        (stamp,) = _STAMP.unpack_from(plain, at)
        self.latencies.append(seconds * 1_000_000_000 + nanoseconds - stamp)

    def _feedback(self, client: MediaClient, rx: Any, data: bytes) -> None:
        try:
            compound = rx.unprotect_rtcp(data)
        except SrtpError:
            return
        for kind, form, body in rtcp_packets(compound):
            if (kind, form) == (206, 1) and len(body) >= 8:
                ssrc = struct.unpack_from("!I", body, 4)[0]
                for up in client.uplinks.values():
                    up.is_key_wanted |= up.ssrc == ssrc

    def result(self) -> dict[str, Any]:
        sources = [source for member in self.members for source in member.sources.values()]
        expected = sum(source.highest - source.first + 1 for source in sources)
        received = sum(source.count for source in sources)
        ordered = sorted(self.latencies)
        return {
            "sent": self.sent,
            "received": received,
            "lost": expected - received,
            "sources": len(sources),
            "p50_us": ordered[len(ordered) // 2] / 1e3 if ordered else None,
            "p99_us": ordered[len(ordered) * 99 // 100] / 1e3 if ordered else None,
        }


def say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def hear() -> dict[str, Any]:
    heard: dict[str, Any] = json.loads(sys.stdin.readline())
    return heard


async def join(count: int, seed: int) -> list[_Member]:
    """Answers one offer after the other and connects; afterwards the sockets are plain ones."""
    members = []
    for index in range(count):
        client = MediaClient(seed=seed * 1_000 + index)
        say({"answer": client.answer_to(hear()["offer"])})
        await client.connect()
        assert client._udp is not None
        original = client._udp.get_extra_info("socket")
        sock = socket.socket(fileno=os.dup(original.fileno()))
        sock.setblocking(False)
        for task in client._tasks:
            task.cancel()
        client._udp.close()
        client._udp = None
        members.append(_Member(client, sock))
    return members


def main() -> None:
    order = hear()
    members = asyncio.run(join(order["members"], order["seed"]))
    load = Load(members, order["publishers"], order["seed"])
    say({"joined": len(members)})
    hear()
    load.run(order["warm_s"], is_measuring=False)
    say({"warm": True})
    load.run(order["measure_s"], is_measuring=True)
    say({"measured": True})
    load.run(0.3, is_measuring=False)
    say(load.result())


if __name__ == "__main__":
    main()
