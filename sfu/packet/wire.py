"""What everything in one plane shares: the way out, the sink for upcalls, the counters, the present."""

from collections import Counter
from collections.abc import Collection, Iterable
from random import Random
from typing import Final, Protocol

from sfu.packet.arena import STRIDE, Arena
from sfu.packet.fan import Fan
from sfu.packet.outbox import Outbox
from sfu.packet.srtp import Cipher
from sfu.plane import PlaneSink

# Sender SSRC of our own feedback, as browsers use for receivers without media.
FEEDBACK_SSRC: Final = 1
MAX_RTCP: Final = 1400


class Receiver(Protocol):
    """Whom we can send to: `path` is None while nothing may be sent, `tx` None before the handshake."""

    @property
    def path(self) -> bytes | None: ...

    @property
    def tx(self) -> Cipher | None: ...


class Waiter(Protocol):
    """A slot whose switch is under way."""

    def wait(self, now: float) -> bool: ...


class Streams(Protocol):
    """The shell's connections, by path: what was transmitted to one may wait there for a slow line."""

    def forget(self, paths: Iterable[bytes], ssrcs: Collection[int]) -> None: ...

    def end(self, paths: Iterable[bytes]) -> None: ...


class Wire:
    """One per plane. `now` is set at the start of each batch, timer and verb; seconds on a monotonic clock."""

    def __init__(
        self, arena: Arena, outbox: Outbox, sink: PlaneSink, random: Random, fan: Fan, drops: Counter[str]
    ) -> None:
        self.arena = arena
        self.buffer = arena.egress
        self.outbox = outbox
        self.sink = sink
        self.random = random
        self.drops = drops
        self.fan = fan
        self.waiting: set[Waiter] = set()
        self.streams: Streams | None = None
        self.now = 0.0

    def send_rtcp(self, receiver: Receiver, packet: bytes) -> None:
        """Protect and send a (compound) RTCP packet of ours, if the receiver can be sent to."""
        path, tx = receiver.path, receiver.tx
        if path is None or tx is None:
            return
        length = len(packet)
        if length > MAX_RTCP:
            self.drops["rtcp-too-long"] += 1
            return
        index = self.outbox.reserve()
        at = index * STRIDE
        self.buffer[at : at + length] = packet
        length = tx.protect_rtcp(index, length)
        if length < 0:
            self.drops["srtcp-protect"] += 1
            return
        self.outbox.commit(path, index, length)
