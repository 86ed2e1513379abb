"""The generator's process: links as it is told by JSON lines, sources on schedule, counts of what arrives.

`python -m bench.load.generator HOST CORE SEED FEEDBACK TAKES [PROFILES…]`. It is one plain loop: what is due is sent,
and every few milliseconds every socket is emptied by `recvmmsg`. Nothing waits on a socket, so a server does not pay
for waking the generator, and delays are taken from the kernel's time stamps, so that reading late does not show.
"""

import heapq
import json
import os
import signal
import struct
import sys
import time
from collections.abc import Iterable
from functools import partial
from random import Random
from typing import Any, Final

from bench.load.arrivals import Arrivals
from bench.load.dtls import PROFILES, Certificate
from bench.load.kernel import Datagram, Inbox, Outbox
from bench.load.link import Link
from bench.load.sdp import OPUS, VP8
from bench.load.sink import Totals
from bench.load.source import FRAME_EVERY_NS, Camera, Microphone
from bench.load.srtp import Slots
from bench.rig.usage import Usage, make_first

TICK_NS: Final = 2_000_000
JOINING_NS: Final = 500_000
SWEEP_NS: Final = 8_000_000
TIMERS_NS: Final = 20_000_000
_HEAD: Final = struct.Struct("!xBH4xI")
_MEDIA: Final = frozenset({OPUS, VP8, OPUS | 0x80, VP8 | 0x80})  # second bytes: no RTCP, DTLS or STUN has these
ARRIVALS: Final = "twcc"  # what receivers tell: this, where a server offers it, or else a REMB
WHOLE: Final = "whole"  # what their sockets take: this, or datagrams
LIFE_S: Final = 600
BEHIND_NS: Final = 100_000_000


class Load:
    """All links and sources. `order` does what one JSON line says and returns what is answered, if anything."""

    def __init__(
        self, host: str, profiles: tuple[str, ...], seed: int, *, has_arrivals: bool, takes_whole: bool
    ) -> None:
        self._random = Random(seed)
        own = Certificate()
        self._link = partial(
            Link, host, own, profiles, self._random, has_arrivals=has_arrivals, takes_whole=takes_whole
        )
        self._links: dict[int, Link] = {}
        self._waiting: set[int] = set()
        self._watched: dict[int, str] = {}
        self._inbox, self._outbox = Inbox(takes_whole=takes_whole), Outbox()
        self._slots = Slots(self._outbox)
        self._due: list[tuple[int, int, Microphone | Camera]] = []
        self._number = 0
        self._one_in = 7
        self._until_sample = 0
        self._is_measuring = False
        self._measure_until = 0
        self._began = 0
        self._pids: list[int] = []
        self._before: Usage | None = None
        self._own_before: Usage | None = None
        self._sent = 0
        self._late_ns: list[int] = []
        self.events: list[dict[str, Any]] = []
        self.is_done = False
        self._heard = b""

    def order(self, what: dict[str, Any]) -> dict[str, Any] | None:
        match what["do"]:
            case "answer":
                link = self._open(what["link"])
                text = link.answer(what["sdp"], is_controlling=what["is_controlling"])
                return {"sdp": text}
            case "offer":
                return {"sdp": self._open(what["link"]).offer()}
            case "accept":
                self._links[what["link"]].accept(what["sdp"])
            case "publish":
                self._publish(what["links"], what["groups"])
            case "watch":
                self._watched[what["link"]] = what["for"]
            case "measure":
                self._measure(what)
            case "facts":
                return self._facts()
            case "end":
                self.is_done = True
        return None

    def run(self) -> None:
        """Until told to end, or until whoever tells is gone."""
        os.set_blocking(0, False)
        tick_due = sweep_due = timers_due = 0
        while not self.is_done:
            now = time.monotonic_ns()
            self._send_due(now)
            if now >= tick_due:
                is_joining = bool(self._waiting or self._watched)
                tick_due = now + (JOINING_NS if is_joining else TICK_NS)
                if now >= sweep_due:
                    sweep_due = now + SWEEP_NS
                    self._sweep(self._links)
                elif is_joining:
                    self._sweep([*self._waiting, *self._watched])
                if now >= timers_due:
                    timers_due = now + TIMERS_NS
                    for link in self._links.values():
                        link.on_timer(now / 1e9)
                self._look(now)
                if not self._hear():
                    return
            for event in self.events:
                say(event)
            self.events.clear()
            wake = min(tick_due, self._due[0][0]) if self._due else tick_due
            wait = wake - time.monotonic_ns()
            if wait > 0:
                time.sleep(wait / 1e9)  # nothing is due before: a packet of the schedule, or the next look

    def _hear(self) -> bool:
        """Do what came in; False when nobody is there any more."""
        try:
            piece = os.read(0, 1 << 20)
        except BlockingIOError:
            return True
        *lines, self._heard = (self._heard + piece).split(b"\n")
        for line in lines:
            answer = self.order(json.loads(line))
            if answer is not None:
                say(answer)
        return piece != b""

    def _open(self, number: int) -> Link:
        link = self._links[number] = self._link()
        self._waiting.add(number)
        return link

    def _publish(self, numbers: list[int], groups: int) -> None:
        """The frames of publishers are spread evenly over the frame interval, in each of `groups` rooms apart."""
        now = time.monotonic_ns() + SWEEP_NS
        in_group = max(1, len(numbers) // groups)
        for index, number in enumerate(numbers):
            microphone, camera = self._links[number].publish(self._outbox, self._slots)
            place, group = index % in_group, index // in_group
            phase = (place * groups + group) * FRAME_EVERY_NS // (in_group * groups)
            for due, source in ((self._random.randrange(microphone.every_ns), microphone), (phase, camera)):
                self._number += 1
                heapq.heappush(self._due, (now + due, self._number, source))

    def _send_due(self, now: int) -> None:
        due = self._due
        while due and due[0][0] <= now:
            when, number, source = due[0]
            sent = source.send()
            if self._is_measuring:
                self._sent += sent
                self._late_ns.append(now - when)
            # After a stall the schedule begins anew: a burst that no member would send is not what is measured.
            heapq.heapreplace(due, (when + source.every_ns if now - when < BEHIND_NS else now, number, source))
            now = time.monotonic_ns()

    def _sweep(self, numbers: Iterable[int]) -> None:
        inbox = self._inbox
        for number in numbers:
            link = self._links[number]
            while packets := inbox.read(link.fd):
                self._take(link, inbox, packets)
                if self._due and self._due[0][0] <= (now := time.monotonic_ns()):
                    self._send_due(now)
                if not inbox.is_full:
                    break

    def _take(self, link: Link, inbox: Inbox, packets: list[Datagram]) -> None:
        """The hottest loop: a packet of media in order is read in one step, looked up and stored."""
        expected = link.tracks.expected
        next_of, head_of, view = expected.get, _HEAD.unpack_from, inbox.view
        for packet in packets:
            second, seq, ssrc = head_of(view, packet[0])
            if next_of(ssrc) == seq:
                expected[ssrc] = (seq + 1) & 0xFFFF
            elif second in _MEDIA:
                link.tracks.take_odd(ssrc, seq)
            else:
                link.take(inbox.datagram(packet))
        if link.arrivals is not None:
            self._note_arrivals(link.arrivals, inbox, packets)
        if link.first.keyframe_ns is None:
            for packet in packets:
                self._sample(link, inbox, packet)
            return
        index, count = self._until_sample, len(packets)
        while index < count:
            self._sample(link, inbox, packets[index])
            # Not always the same place in a frame or a batch.
            index += self._one_in - 1 + self._random.getrandbits(1) * 2 if self._one_in > 1 else 1
        self._until_sample = index - count

    def _note_arrivals(self, arrivals: Arrivals, inbox: Inbox, packets: list[Datagram]) -> None:
        for packet in packets:
            second, _, ssrc = _HEAD.unpack_from(inbox.view, packet[0])
            if second in _MEDIA:
                arrivals.note(inbox.view, packet[0], ssrc, inbox.stamp_ns(packet))

    def _sample(self, link: Link, inbox: Inbox, packet: Datagram) -> None:
        datagram = inbox.datagram(packet)
        if datagram[1] in _MEDIA:
            is_measuring = self._is_measuring
            link.take_sample(datagram, datagram[1] & 0x7F, inbox.stamp_ns(packet), is_measuring=is_measuring)

    def _look(self, now: int) -> None:
        ready = [number for number in self._waiting if self._links[number].is_ready]
        for number in ready:
            self._waiting.discard(number)
            self.events.append({"event": "ready", "link": number, "profile": self._links[number].profile})
        for number, what in list(self._watched.items()):
            first = self._links[number].first
            if (first.keyframe_ns if what == "keyframe" else first.packet_ns) is not None:
                del self._watched[number]
                self.events.append(
                    {"event": "media", "link": number, "packet_ns": first.packet_ns, "keyframe_ns": first.keyframe_ns}
                )
        if self._is_measuring and now >= self._measure_until:
            self._finish()

    def _measure(self, what: dict[str, Any]) -> None:
        self._pids = what["pids"]
        self._one_in = what["one_in"]
        self._sent = 0
        self._late_ns.clear()
        for link in self._links.values():
            link.tracks.clear()
            link.delays_ns.clear()
        self._before = Usage.of(self._pids)
        self._own_before = Usage.of([os.getpid()])
        self._began = time.monotonic_ns()
        self._measure_until = self._began + int(what["seconds"] * 1e9)
        self._is_measuring = True

    def _finish(self) -> None:
        assert self._before is not None and self._own_before is not None
        self._is_measuring = False
        seconds = (time.monotonic_ns() - self._began) / 1e9
        used = Usage.of(self._pids).since(self._before)
        own = Usage.of([os.getpid()]).since(self._own_before)
        totals = Totals()
        for link in self._links.values():
            totals.add(link.tracks)
            totals.delays_ns += link.delays_ns
        late = sorted(self._late_ns)
        self.events.append(
            {"event": "measured", "seconds": seconds, "sent": self._sent, "cpu_ns": used.total_ns}
            | {"system_share": used.system_share, "generator_core": own.total_ns / seconds / 1e9}
            | {"late_p99_us": late[len(late) * 99 // 100] / 1e3 if late else None, "unsent": self._outbox.unsent}
            | totals.as_json()
        )

    def _facts(self) -> dict[str, Any]:
        return {
            "keyframes_asked": sum(link.keyframes_asked for link in self._links.values()),
            "profiles": sorted({link.profile for link in self._links.values() if link.profile}),
        }


def say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def main() -> None:
    host, core, seed, feedback, takes, *profiles = sys.argv[1:]
    signal.alarm(LIFE_S)
    is_first = make_first(int(core))
    say({"is_realtime": is_first})
    Load(
        host,
        tuple(profiles) or tuple(PROFILES),
        int(seed),
        has_arrivals=feedback == ARRIVALS,
        takes_whole=takes == WHOLE,
    ).run()


if __name__ == "__main__":
    main()
