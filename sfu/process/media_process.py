"""The media process: `python -m sfu.process.media_process FD`, started by `ProcessPlane`, FD its end of a socketpair.

One thread, no asyncio: poll, read verbs, read a batch, send what it caused. It ends when the socketpair closes, which
is also how control stops it, so that its UDP port is free however control ended; signals meant for a whole process
group do not end it. There is no garbage collection here: what peers leave behind is freed by reference counts.
"""

import contextlib
import errno
import gc
import math
import os
import select
import signal
import socket
import sys
import time
from collections import Counter
from collections.abc import Sequence
from random import SystemRandom
from typing import Any, Final

from sfu.packet.arena import Arena, Sent
from sfu.packet.core import PlaneCore
from sfu.packet.forms import INTERPRETED, Forms, Loop
from sfu.packet.mux import Mux, open_sockets
from sfu.packet.tcp import TcpMux, open_listeners
from sfu.plane import Address, SrtpProfile
from sfu.process import link
from sfu.process.link import Upcall, Verb
from sfu.process.plane_choice import PLANE, PlaneMissing, chosen_forms
from sfu.process.upcalls import ControlGone, Upcalls

BIND_S: Final = 3.0
BIND_RETRY_S: Final = 0.05
READ_BYTES: Final = 256 * 1024
# Batches of one socket between two looks at the verbs: a flood must not delay a closing gate.
BATCHES: Final = 4
BEHIND_S: Final = 0.005
RESTRICTIVE: Final = frozenset(
    {
        Verb.SETTLE,
        Verb.REMOVE_PEER,
        Verb.SET_GATE,
        Verb.REMOVE_PUBLICATION,
        Verb.SUBSCRIBE,
        Verb.SET_PAUSED,
        Verb.REMOVE_SLOT,
    }
)


class MediaProcess:
    """The loop around one `PlaneCore`."""

    def __init__(self, control: socket.socket) -> None:
        control.setblocking(False)
        self._control = control
        self._frames = link.FrameReader()
        self._upcalls = Upcalls(control)
        self._arena = Arena()
        self._missing: str | None = None
        self._forms: Forms = INTERPRETED
        try:
            self._forms = chosen_forms(os.environ.get(PLANE, ""))
        except PlaneMissing as error:
            self._missing = str(error)
        self._core = PlaneCore(
            self._upcalls, self._transmit, random=SystemRandom(), arena=self._arena, forms=self._forms
        )
        # Of the loop, all but the sockets that a compiled one reads itself: that waits for one descriptor beside them.
        self._poll = select.poll() if self._forms.loop is None else select.epoll()
        self._mux: Mux | None = None
        self._tcp: TcpMux | None = None
        self._settling: list[int] = []

    def run(self) -> None:
        """Until control is gone."""
        with contextlib.suppress(ControlGone):
            while self._mux is None or self._tcp is None:
                select.select([self._control], [], [])
                self._read_verbs()
            self._loop(self._mux, self._tcp)

    def close(self) -> None:
        """Free the ports."""
        if self._mux is not None:
            self._mux.close()
        if self._tcp is not None:
            self._tcp.close()

    def _loop(self, mux: Mux, tcp: TcpMux) -> None:
        core, upcalls, poll = self._core, self._upcalls, self._poll
        self._end_turn()
        poll.register(self._control, select.POLLIN)
        loop = self._own_loop(mux)
        indexes = {} if loop is not None else {fd: index for index, fd in enumerate(mux.fds)}
        for fd in indexes:
            poll.register(fd, select.POLLIN)
        control_fd = self._control.fileno()
        unit = 1 if isinstance(poll, select.epoll) else 1000  # one is told seconds, the other milliseconds
        while True:
            deadline, sweep = core.deadline(), tcp.deadline()
            if sweep is not None:
                deadline = sweep if deadline is None else min(deadline, sweep)
            ends = deadline
            if upcalls.is_behind:
                ends = min(time.monotonic() + BEHIND_S, ends or math.inf)
            if loop is not None:
                loop.run(ends)
                ends = 0.0
            wait_s = None if ends is None else max(0.0, ends - time.monotonic())
            ready = [fd for fd, _ in poll.poll(wait_s if wait_s is None else wait_s * unit)]
            has_more = sweep is not None
            if control_fd in ready:
                has_more = True
                # Before the packets: those that wait may have been sent after somebody was muted.
                core.set_now(time.monotonic())
                self._read_verbs()
                if loop is not None:
                    loop.run(0.0)
            for fd in ready:
                if fd == control_fd:
                    continue
                index = indexes.get(fd)
                if index is None:
                    tcp.handle(fd, core, time.monotonic())
                    has_more = True
                    continue
                for _ in range(BATCHES):
                    if not mux.receive(index, core):
                        break
            # After the packets: after a stall, those that wait are what shows that people are still there.
            if deadline is not None and (now := time.monotonic()) >= deadline:
                core.advance(now)
                has_more = True
            if sweep is not None:
                tcp.sweep(core, time.monotonic())
            if has_more:
                self._end_turn()
            elif upcalls.is_behind:
                upcalls.flush()

    def _own_loop(self, mux: Mux) -> Loop | None:
        """The one that this plane brings along, over the sockets and whatever else is polled here."""
        if self._forms.loop is None or not isinstance(self._poll, select.epoll):
            return None
        return self._forms.loop(self._core, mux, self._poll.fileno())

    def _end_turn(self) -> None:
        """All that was caused has left: answer those who wait to know their verbs in force."""
        self._core.flush()
        for number in self._settling:
            self._upcalls.send(Upcall.SETTLED, number)
        self._settling.clear()
        self._upcalls.flush()

    def _transmit(self, entries: list[Sent]) -> None:
        if self._mux is None or self._tcp is None:
            return
        if self._tcp.is_on:
            entries = self._tcp.split(entries, time.monotonic())
        self._mux.transmit(entries)

    def _read_verbs(self) -> None:
        try:
            data = self._control.recv(READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            raise ControlGone from error
        if not data:
            raise ControlGone
        for number, args in self._frames.feed(data):
            try:
                self._do(number, args)
            except Exception:
                if number in RESTRICTIVE:
                    # Going on would answer `settle` as if it were in force. Dead, this plane forwards nothing.
                    raise
                self._core.drops["verb-error"] += 1

    def _do(self, number: int, args: tuple[Any, ...]) -> None:
        core = self._core
        match number:
            case Verb.START:
                self._start(link.unpack_addresses(args[0]))
            case Verb.SETTLE:
                self._settling.append(*args)
            case Verb.STATS:
                self._upcalls.send(Upcall.STATS, args[0], link.pack_stats(core.stats(time.process_time())))
            case Verb.ADD_PEER:
                core.add_peer(*args)
            case Verb.SET_ICE:
                core.set_ice(*args)
            case Verb.SEND_DTLS:
                core.send_dtls(*args)
            case Verb.SET_SRTP:
                core.set_srtp(args[0], SrtpProfile(args[1]), args[2], args[3])
            case Verb.SET_UPLINK_CAP:
                core.set_uplink_cap(*args)
            case Verb.SET_DOWNLINK_GOAL:
                core.set_downlink_goal(*args)
            case Verb.REMOVE_PEER:
                core.remove_peer(*args)
            case Verb.ADD_PUBLICATION:
                core.add_publication(args[0], args[1], link.unpack_publication(args[2]))
            case Verb.SET_GATE:
                core.set_gate(*args)
            case Verb.INJECT:
                core.inject(*args)
            case Verb.REQUEST_KEYFRAME:
                core.request_keyframe(*args)
            case Verb.REMOVE_PUBLICATION:
                core.remove_publication(*args)
            case Verb.ADD_SLOT:
                core.add_slot(args[0], args[1], link.unpack_slot(args[2]))
            case Verb.SUBSCRIBE:
                core.subscribe(args[0], args[1], link.unpack_layer(args[2]))
            case Verb.SET_TARGET_LAYER:
                layer = link.unpack_layer(args[1])
                if layer is not None:
                    core.set_target_layer(args[0], layer)
            case Verb.SET_PAUSED:
                core.set_paused(*args)
            case Verb.REMOVE_SLOT:
                core.remove_slot(*args)

    def _start(self, bind: Sequence[Address]) -> None:
        """Bind, again and again for a while: a predecessor that was killed may still hold the port."""
        if self._missing is not None:
            self._upcalls.send(Upcall.START_REFUSED, errno.ENOPKG, self._missing)
            self._upcalls.flush()
            return
        ends = time.monotonic() + BIND_S
        while True:
            try:
                mux, tcp = self._open(bind)
                break
            except OSError as error:
                if error.errno != errno.EADDRINUSE or time.monotonic() >= ends:
                    self._upcalls.send(Upcall.START_REFUSED, error.errno, error.strerror or "cannot bind")
                    self._upcalls.flush()
                    return
            if select.select([self._control], [], [], BIND_RETRY_S)[0] and not self._control.recv(1, socket.MSG_PEEK):
                raise ControlGone
        self._mux, self._tcp = mux, tcp
        mux.send_runs_of(self._core.outbox)
        self._core.attach(tcp)
        self._core.advance(time.monotonic())
        self._upcalls.send(Upcall.STARTED, link.pack_addresses(mux.addresses() + tcp.addresses()))
        self._upcalls.flush()

    def _open(self, bind: Sequence[Address]) -> tuple[Mux, TcpMux]:
        """Raises OSError, then nothing stays open."""
        drops: Counter[str] = self._core.drops
        mux = Mux(self._arena, open_sockets([one for one in bind if not one.is_tcp]), drops)
        try:
            listeners = open_listeners([one for one in bind if one.is_tcp], mux.addresses())
        except OSError:
            mux.close()
            raise
        return mux, TcpMux(listeners, self._arena, drops, self._poll)


def main(fd: int) -> None:
    """Run on an inherited socket until its other end closes."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    process = MediaProcess(socket.socket(fileno=fd))
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        process.run()
    finally:
        process.close()


if __name__ == "__main__":
    main(int(sys.argv[1]))
    # Nothing is left to save: do not spend time on taking the interpreter apart while a successor waits for the port.
    os._exit(0)
