"""One viewer behind a bad line in virtual time: layers in, sound out, the estimator, chooser and probes between.

The plane is played here in a few lines (keyframe at a switch, hold while clogged, padding, retransmissions), so that a
run of a minute takes about a second; the line is that of `line_schedule`, the feedback is written by `bwe`.
"""

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count, pairwise

from sfu.control.chooser import Chooser, Want, goal_bps, voices_bps
from sfu.control.ladder import camera_ladder
from sfu.packet import rtcp
from sfu.packet.bwe import ArrivalLog
from sfu.packet.congestion.estimator import LineEstimator
from sfu.packet.congestion.pacer import Pacer
from sfu.packet.sent_ring import SentRing
from sfu.packet.transport_feedback import TransportFeedback
from tests.support.line_schedule import Direction, Impairment

STEP_S = 0.005
FEEDBACK_S = 0.1
KEYFRAME_S = 0.15  # from asking until its first packet
TELL_S = 0.2
CONTROL_S = 0.02
RATES = {"q": 120_000, "h": 400_000, "f": 1_200_000}
MTU = 1_180
BUNCH = 7  # packets of each voice
CLOCK_OFFSET_S = 4_321.0  # the receiver's clock is another one


@dataclass
class Slot:
    """What one camera slot shows; `current` None: it waits for a keyframe."""

    number: int
    width: int
    is_first: bool = False
    target: str | None = None
    current: str | None = None
    key_at: float | None = None
    history: list[tuple[float, str | None]] = field(default_factory=list)

    def show(self, rid: str | None, now: float) -> None:
        if rid != self.current:
            self.current = rid
            self.history.append((now, rid))


@dataclass
class Trace:
    """What happened, a line in each tenth of a second."""

    lines: list[str] = field(default_factory=list)
    voice_at: list[float] = field(default_factory=list)  # arrivals
    voice_sent_at: list[float] = field(default_factory=list)  # of those that arrived
    voice_lost_at: list[float] = field(default_factory=list)  # when those left that did not arrive

    def gaps(self, since: float, until: float = float("inf")) -> float:
        """The longest time without a packet of sound."""
        times = [at for at in self.voice_at if since <= at < until]
        return max((after - before for before, after in pairwise(times)), default=float("inf"))

    def delay(self, since: float, until: float) -> float:
        """The longest way of a packet of sound that was sent in this time."""
        pairs = zip(self.voice_sent_at, self.voice_at, strict=True)
        return max((at - sent for sent, at in pairs if since <= sent < until), default=0.0)


class Viewing:
    """`change_line` and `run`, then read `trace`, `slots`, `estimator`."""

    def __init__(
        self, *, tiles: list[int], seed: int = 1, microphones: int = 2, paced: bool = True, wavering: float = 0.2,
        keyframe_every_s: float = float("inf"), keyframe_share: float = 0.3,
    ) -> None:  # fmt: skip
        self.now = 100.0
        self.trace = Trace()
        self.random = random.Random(seed)
        self.ring = SentRing()
        self.next_seq = 65_000
        self.estimator = LineEstimator(self.ring, self.now)
        self.chooser = Chooser()
        self.slots = [Slot(number, width, is_first=number == 0) for number, width in enumerate(tiles)]
        self.microphones = microphones
        self.pacer: Pacer[tuple[int, int]] | None = None  # number and size
        self._is_paced = paced
        self.padding_bytes = self.sent_bytes = self.lost = 0
        self._wavering = wavering
        self._keyframe_every_s = keyframe_every_s
        self._keyframe_share = keyframe_share  # of a second's bits
        self._keyframe_at = self.now + keyframe_every_s
        self._down, self._up = Direction(seed), Direction(seed + 1)
        self._arrivals = ArrivalLog()
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._feedback_at = self.now
        self._awake_at = self.now  # of the receiving device
        self._told_at = self._traced_at = float("-inf")
        self._told: tuple[int, bool, bool] | None = None
        self._was_clogged = False
        self._voice_at = [self.now + 0.02 * index / microphones for index in range(microphones)]
        self._frame_at = {slot.number: self.now + self.random.uniform(0, 0.03) for slot in self.slots}
        self.line(Impairment(delay_s=0.025))

    # The line.

    def line(self, down: Impairment, up: Impairment | None = None) -> None:
        self._down.become(down)
        self._up.become(up or Impairment(delay_s=0.025))

    def stand_still(self, seconds: float, *, is_everybody: bool) -> None:
        """The receiving device reads nothing for so long, then all at once.

        Everybody's: what had not been sent for a moment is sent at once, nothing after it as long as this lasts.
        """
        self._awake_at = self.now + seconds
        if is_everybody:
            for _ in range(len(self._voice_at) * BUNCH):
                self._send(self.random.randint(90, 150), is_voice=True)
            self._voice_at = [at + seconds for at in self._voice_at]
            self._frame_at = {number: at + seconds for number, at in self._frame_at.items()}

    def run(self, seconds: float) -> None:
        until = self.now + seconds
        while self.now < until:
            self.now += STEP_S
            while self._queue and self._queue[0][0] <= self.now:
                heapq.heappop(self._queue)[2]()
            self._step()

    def later(self, at: float, what: Callable[[], None]) -> None:
        heapq.heappush(self._queue, (at, next(self._order), what))

    # The plane.

    def _step(self) -> None:
        now, estimator = self.now, self.estimator
        if now >= max(self._feedback_at, self._awake_at):
            self._feedback_at = now + FEEDBACK_S
            self._send_feedback()
        for index, at in enumerate(self._voice_at):
            if now >= at:
                self._voice_at[index] = at + 0.02
                self._send(self.random.randint(90, 150), is_voice=True)
        if estimator.is_clogged is not self._was_clogged:
            self._was_clogged = estimator.is_clogged
            self._hold(estimator.is_clogged)
            self._tell(now)
        for slot in self.slots:
            self._film(slot)
        self._pace(now)
        padding = estimator.padding(self.next_seq, now)
        while padding > 0:
            size = min(padding, 1_100)
            self.padding_bytes += size
            self._send(max(size, 60), is_voice=False, is_paced=False)
            padding -= size
        estimator.tick(self.next_seq, now)
        told = (estimator.bps, estimator.is_clogged, estimator.has_feedback)
        if now - self._told_at >= TELL_S and told != self._told:
            self._tell(now)
        if self.chooser.due is not None and now >= self.chooser.due:
            self._choose()
        if now - self._traced_at >= 0.1:
            self._traced_at = now
            shown = " ".join(slot.current or "-" for slot in self.slots)
            acked = estimator.acked_bps or 0
            state = "CLOGGED" if estimator.is_clogged else "       "
            self.trace.lines.append(
                f"{now - 100:6.1f}s {estimator.bps // 1000:5d}k acked {acked // 1000:5d}k"
                f" queue {estimator.queue_ms:4.0f}ms loss {estimator.loss:.2f} {state} {shown}"
            )

    def _pace(self, now: float) -> None:
        bps = self.estimator.bps
        if self._is_paced and self.pacer is None and Pacer.is_wanted(bps, is_on=False):
            self.pacer = Pacer(now)
        if self.pacer is None:
            return
        self.pacer.rate_bps = bps
        for seq, size in self.pacer.release(now):
            self._transmit(seq, size, is_voice=False)
        if self.pacer.is_empty and not Pacer.is_wanted(bps, is_on=True):
            self.pacer = None

    def _hold(self, is_held: bool) -> None:
        for slot in self.slots:
            if is_held:
                slot.show(None, self.now)
                slot.key_at = None
            elif slot.target is not None:
                slot.key_at = self.now + KEYFRAME_S
        if is_held and self.pacer is not None:
            self.pacer.clear()

    def _film(self, slot: Slot) -> None:
        if self.now < self._frame_at[slot.number]:
            return
        self._frame_at[slot.number] += 1 / 30
        if slot.key_at is not None and self.now >= slot.key_at:
            slot.key_at = None
            slot.show(slot.target, self.now)
            if slot.target is not None:
                self._frame(RATES[slot.target] * self._keyframe_share)
            return
        if slot.current is not None and self.now >= self._keyframe_at:
            # Somebody else asked for one.
            self._keyframe_at = self.now + self._keyframe_every_s
            self._frame(RATES[slot.current] * self._keyframe_share)
        elif slot.current is not None:
            self._frame(RATES[slot.current] / 30 * self.random.uniform(1 - self._wavering, 1 + self._wavering))

    def _frame(self, bits: float) -> None:
        left = int(bits / 8) + 40
        while left > 0:
            self._send(min(left, MTU) + 30, is_voice=False)
            left -= MTU

    def _send(self, size: int, *, is_voice: bool, is_paced: bool = True, is_repair: bool = False) -> None:
        seq = self.next_seq
        self.next_seq = (seq + 1) & 0xFFFF
        if is_voice or not is_paced or self.pacer is None:
            self._transmit(seq, size, is_voice=is_voice, is_repair=is_repair)
            return
        # As the plane does: it has its number now, and leaves later.
        self.ring.record(seq, int(self.now * 1_000_000), size)
        self.ring.forget(seq)
        self.pacer.put((seq, size), size)

    def _transmit(self, seq: int, size: int, *, is_voice: bool, is_repair: bool = False) -> None:
        self.ring.record(seq, int(self.now * 1_000_000), size)
        self.sent_bytes += size
        due = self._down.arrival(self.now, size)
        if due is not None:
            self.later(due, lambda sent=self.now: self._receive(seq, due, sent, is_voice=is_voice))
        else:
            self.lost += 1
            if is_voice:
                self.trace.voice_lost_at.append(self.now)
            if not is_voice and not is_repair and self.random.random() < 0.8:
                self.later(self.now + 0.15, lambda: self._send(size, is_voice=False, is_paced=False, is_repair=True))

    # The receiver.

    def _receive(self, seq: int, at: float, sent: float, *, is_voice: bool) -> None:
        if at < self._awake_at:
            read_at = self._awake_at
            self.later(read_at, lambda: self._receive(seq, read_at, sent, is_voice=is_voice))
            return
        self._arrivals.on_packet(seq, 77, at + CLOCK_OFFSET_S)
        if is_voice:
            self.trace.voice_at.append(at)
            self.trace.voice_sent_at.append(sent)

    def _send_feedback(self) -> None:
        packet = self._arrivals.feedback(1, self.now + CLOCK_OFFSET_S)
        if packet is None:
            return
        due = self._up.arrival(self.now, len(packet))
        if due is not None:
            self.later(due, lambda: self._take_feedback(packet))

    def _take_feedback(self, packet: bytes) -> None:
        for message in rtcp.parse(packet):
            assert isinstance(message, TransportFeedback)
            self.estimator.on_feedback(message, self.now)

    # Control.

    def _tell(self, now: float) -> None:
        self._told_at = now
        self._told = (self.estimator.bps, self.estimator.is_clogged, self.estimator.has_feedback)
        self.later(now + CONTROL_S, self._choose)

    def _choose(self) -> None:
        wants = [Want(slot.number, camera_ladder(RATES, slot.width), slot.is_first) for slot in self.slots]
        budget = self.estimator.bps - voices_bps(self.microphones) if self.estimator.has_feedback else None
        chosen = self.chooser.update(wants, budget, self.now)
        self.estimator.prober.goal = goal_bps(wants, self.microphones, is_wary=self.chooser.is_wary)
        for slot in self.slots:
            index = chosen.get(slot.number)
            target = None if index is None else wants[slot.number].rungs[index].layer.rid
            if target == slot.target:
                continue
            slot.target = target
            if target is None:
                slot.show(None, self.now)
                slot.key_at = None
            elif not self.estimator.is_clogged:
                slot.key_at = self.now + KEYFRAME_S

    # What tests ask.

    def since(self, began: float, holds: Callable[["Viewing"], bool], most: float) -> float:
        """Run until `holds` does; the seconds since `began`. AssertionError with the trace after `most`."""
        while not holds(self):
            assert self.now - began < most, self.told()
            self.run(0.05)
        return self.now - began

    def told(self, last: int = 150) -> str:
        return "\n".join(["", *self.trace.lines[-last:]])
