"""What stood in a socket is told from what came while the plane slept, by the clock of the kernel's time stamps."""

import ctypes
import socket
import time
from collections.abc import Callable, Iterator
from random import Random

import pytest

from sfu.packet import mux, rows
from sfu.packet.arena import Arena
from sfu.packet.core import PlaneCore
from sfu.packet.fast import FAST
from sfu.packet.forms import INTERPRETED, Forms
from sfu.packet.load import LATE_S, Load
from sfu.packet.loop_fast import FastLoop
from sfu.plane import Address
from tests.support.plane_rig import RecordingSink

LATER_NS = int(2e9 * LATE_S)


class Clock:
    """The real one, but `late_ns` ahead from the second reading of the wall on."""

    def __init__(self) -> None:
        self.late_ns = 0
        self._ahead_ns = 0

    def monotonic(self) -> float:
        return time.monotonic()

    def time_ns(self) -> int:
        ahead, self._ahead_ns = self._ahead_ns, self.late_ns
        return time.time_ns() + ahead

    def read(self, which: int, at: int, *_: int) -> int:
        """As `clock_gettime`."""
        at_ns = self.time_ns() if which == time.CLOCK_REALTIME else time.clock_gettime_ns(which)
        spec = (ctypes.c_int64 * 2).from_address(at)
        spec[0], spec[1] = divmod(at_ns, 1_000_000_000)
        return 0


class Noted(Load):
    """`batches`: whether each was late, and stood."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[tuple[bool, bool]] = []

    def on_batch(self, queued_s: float, now: float, *, stood: bool) -> None:
        self.batches.append((queued_s >= LATE_S, stood))


class Sockets:
    """A plane over two UDP sockets; `read` takes what waits there, of each at most a turn."""

    def __init__(self, forms: Forms, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock, self.load = Clock(), Noted()
        self.arena = Arena(batch=4)
        self.core = PlaneCore(RecordingSink(), lambda _: None, random=Random(1), arena=self.arena, forms=forms)
        self.core.ingress.load = self.load
        self.mux = mux.Mux(self.arena, mux.open_sockets([Address("127.0.0.1", 0)] * 2), self.core.drops)
        self._client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._others, self._end = socket.socketpair()
        self.read: Callable[[], None] = self._read_each
        if forms.loop is None:
            monkeypatch.setattr(mux, "time", self.clock)
        else:
            loop = forms.loop(self.core, self.mux, self._others.fileno())
            assert isinstance(loop, FastLoop)
            self._callback = ctypes.CFUNCTYPE(*(ctypes.c_int64,) * 6)(self.clock.read)
            address = ctypes.cast(self._callback, ctypes.c_void_p).value
            assert address is not None
            loop._job.words[rows.J_CLOCK] = address
            self.read = lambda: loop.run(0.0)

    def _read_each(self) -> None:
        for index in range(2):
            while self.mux.receive(index, self.core):
                pass

    def send(self, index: int, count: int) -> None:
        address = self.mux.addresses()[index]
        for _ in range(count):
            self._client.sendto(b"?", (address.host, address.port))

    def close(self) -> None:
        self.mux.close()
        for sock in (self._client, self._others, self._end):
            sock.close()


@pytest.fixture(params=[INTERPRETED, FAST], ids=["interpreted", "fast"])
def sockets(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sockets]:
    made = Sockets(request.param, monkeypatch)
    yield made
    made.close()


def test_what_one_read_could_not_take_stood(sockets: Sockets) -> None:
    sockets.clock.late_ns = LATER_NS
    sockets.send(0, sockets.arena.batch + 1)
    sockets.read()
    assert (False, False) in sockets.load.batches
    assert (True, True) in sockets.load.batches


def test_what_came_while_the_plane_slept_did_not_stand_however_late_it_is_read(sockets: Sockets) -> None:
    sockets.send(0, 1)
    sockets.read()
    sockets.clock.late_ns = LATER_NS
    sockets.send(0, 1)
    sockets.read()  # the first reading of the wall is still the true one
    sockets.send(0, 1)
    sockets.send(1, 1)
    sockets.read()
    assert any(late for late, _ in sockets.load.batches)
    assert (True, True) not in sockets.load.batches
