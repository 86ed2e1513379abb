"""The media process's loop around `loop_compiled`: does what that comes back for, and goes on."""

import ctypes
import select
import struct
import time
from typing import TYPE_CHECKING, Final

from cffi import FFI

from sfu.packet import entry_compiled, rows
from sfu.packet.arena import address_of_store
from sfu.packet.batch import Receiver
from sfu.packet.fan_fast import FastFan
from sfu.packet.ingress_fast import FastIngress
from sfu.packet.rows import LATE, ODD_DATAGRAM, OTHERS, TIME, TOUCHED, UNREADABLE, UNSENT, Row

if TYPE_CHECKING:
    from sfu.packet.core import PlaneCore
    from sfu.packet.mux import Mux

NEVER_S: Final = 3600.0
_POLLED: Final = struct.Struct("=iHH")
_SCRATCH_WORDS: Final = 16
_FUNCTIONS: Final = (
    (rows.J_RECVMMSG, "recvmmsg"),
    (rows.J_SENDMMSG, "sendmmsg"),
    (rows.J_PPOLL, "ppoll"),
    (rows.J_CLOCK, "clock_gettime"),
)


class FastLoop:
    """`others`: a descriptor that is readable when the caller should look at something else than the UDP sockets."""

    def __init__(
        self, core: "PlaneCore", mux: "Mux", others: int, receiver: Receiver, ingress: FastIngress, fan: FastFan
    ) -> None:
        self._core = core
        self._mux = mux
        self._ingress = ingress
        self._fan = fan
        self._job = fan.job
        self._call = FFI().cast("long long (*)(long long)", entry_compiled.ADDRESS)
        self._scratch = Row(_SCRATCH_WORDS)
        self._reads = Row(len(mux.fds))
        self._polled = bytearray(b"".join(_POLLED.pack(fd, select.POLLIN, 0) for fd in (*mux.fds, others)))
        words, library = self._job.words, ctypes.CDLL(None)
        for place, name in _FUNCTIONS:
            words[place] = ctypes.cast(getattr(library, name), ctypes.c_void_p).value or 0
        words[rows.J_SCRATCH] = self._scratch.address
        words[rows.J_POLLED] = address_of_store(self._polled)
        words[rows.J_SOCKETS] = words[rows.J_NEXT] = len(mux.fds)
        words[rows.J_MESSAGES], words[rows.J_FRESH], words[rows.J_ASIDES] = receiver.addresses
        words[rows.J_READS] = self._reads.address
        words[rows.J_BATCH] = core.arena.batch
        words[rows.J_LONGEST] = -1

    def run(self, deadline: float | None) -> None:
        """See `forms.Loop`."""
        words, outbox = self._job.words, self._core.outbox
        if outbox.used:
            # What verbs sent: compiled code sends runs only, and takes every slot as free after that.
            self._core.flush()
        words[rows.J_DEADLINE] = int((time.monotonic() + NEVER_S if deadline is None else max(0.0, deadline)) * 1e9)
        words[rows.J_HAS_WAITED] = 0
        while True:
            words[rows.J_USED], words[rows.J_RUNS] = outbox.used, outbox.runs
            words[rows.J_WHAT] = entry_compiled.LOOP
            reason = self._call(self._job.address)
            outbox.used, outbox.runs = words[rows.J_USED], words[rows.J_RUNS]
            if reason == ODD_DATAGRAM:
                self._take()
            elif reason == LATE:
                self._begin()
            elif reason == UNSENT:
                self._send_rest()
            elif reason == TOUCHED:
                self._core.flush()
                words[rows.J_DEADLINE] = 0  # once more round the sockets: the caller may have something to tell
            elif reason in (TIME, OTHERS, UNREADABLE):
                if reason == UNREADABLE:
                    self._mux.receive(words[rows.J_INDEX], self._core)
                self._count()
                return
            else:
                words[rows.J_IS_TOUCHED] = 1
                self._fan.help(reason)

    def _take(self) -> None:
        words = self._job.words
        words[rows.J_IS_TOUCHED] = 1
        now, wall_ns = self._job.reals[rows.J_NOW], words[rows.J_WALL]
        self._core.set_now(now)
        self._mux.hand(words[rows.J_INDEX] - 1, words[rows.J_NEXT], now, wall_ns, self._ingress.handle_odd)

    def _begin(self) -> None:
        """A batch that stood in the socket for long."""
        words, load = self._job.words, self._ingress.load
        self._fold_waits()
        load.on_batch(words[rows.J_QUEUED] * 1e-9, self._job.reals[rows.J_NOW], stood=True)
        words[rows.J_STEP] = load.step

    def _fold_waits(self) -> None:
        """What the other batches since the last look waited at most."""
        words = self._job.words
        if words[rows.J_LONGEST] >= 0:
            waited, now = words[rows.J_LONGEST] * 1e-9, self._job.reals[rows.J_NOW]
            self._ingress.load.on_batch(waited, now, stood=False)
            words[rows.J_LONGEST] = -1
            words[rows.J_STEP] = self._ingress.load.step

    def _send_rest(self) -> None:
        """Some message was refused: the interpreter knows what to do about it."""
        outbox = self._core.outbox
        self._mux.send_rest(outbox, self._job.words[rows.J_FIRST], outbox.runs)
        outbox.packets += outbox.used
        outbox.used = outbox.runs = 0

    def _count(self) -> None:
        words = self._job.words
        self._ingress.count()
        self._fan.count_refused()
        self._fold_waits()
        self._core.outbox.packets += words[rows.J_PACKETS_OUT]
        words[rows.J_PACKETS_OUT] = 0


def loop_over(core: "PlaneCore", mux: "Mux", others: int) -> FastLoop | None:
    """None where this host reads datagrams one by one."""
    receiver, ingress, fan = mux.receiver, core.ingress, core.fan
    if not isinstance(receiver, Receiver) or not isinstance(ingress, FastIngress) or not isinstance(fan, FastFan):
        return None
    return FastLoop(core, mux, others, receiver, ingress, fan)
