"""The viewers' lines, seen from the plane: feedback in; estimates, held video, padding and paced packets out.

Nothing here runs per packet of a viewer whose line is wide. A viewer without transport-wide numbers has its REMB.
"""

import math
from typing import Final

from sfu.codecs import Kind
from sfu.packet.bucket import Bucket
from sfu.packet.congestion.estimator import LineEstimator
from sfu.packet.congestion.pacer import Pacer
from sfu.packet.congestion.remb import RembEstimator
from sfu.packet.fresh_losses import FreshLosses
from sfu.packet.packet_cache import MAX_AGE_S, RESEND_S
from sfu.packet.peer import Peer
from sfu.packet.sent_ring import REPEATED, SentRing
from sfu.packet.subscription import Subscription
from sfu.packet.transport_feedback import TransportFeedback
from sfu.packet.wire import Wire

IDLE_S: Final = 0.050
STEP_S: Final = 0.010
TELL_S: Final = 0.2
TELL_CHANGE: Final = 0.03
# A browser sends one in 50 to 250 ms.
FEEDBACK_PER_S: Final = 40.0
FEEDBACK_BURST: Final = 40


class Line:
    """One viewer's line. `estimator` None: its browser sends REMB."""

    __slots__ = (
        "budget",
        "estimator",
        "goal",
        "losses",
        "peer",
        "remb",
        "sent_at",
        "sent_bytes",
        "told_at",
        "told_bps",
    )

    def __init__(self, peer: Peer, ring: SentRing | None, now: float) -> None:
        self.peer = peer
        self.estimator = None if ring is None else LineEstimator(ring, now)
        self.remb = RembEstimator()
        self.losses = FreshLosses()
        self.goal = 0
        self.budget = Bucket(FEEDBACK_PER_S, FEEDBACK_BURST, now)
        self.told_bps = 0
        self.told_at = -math.inf
        self.sent_bytes = 0
        self.sent_at = -math.inf

    @property
    def bps(self) -> int | None:
        """None while nothing was heard."""
        if self.estimator is not None and self.estimator.has_feedback:
            return self.estimator.bps
        # Packets without a place for the numbers are answered with REMB, whatever was negotiated (interop.md 3).
        return self.remb.bps


class Downlinks:
    """`due` is when `run` has something to do next."""

    def __init__(self, wire: Wire) -> None:
        self.due = math.inf
        self._wire = wire
        self._lines: dict[Peer, Line] = {}

    def on_slot(self, slot: Subscription, now: float) -> None:
        """A slot was added: transport-wide numbers from now on, if its viewer takes them."""
        peer = slot.viewer
        if slot.spec.twcc and peer.lane.ring is None:
            self._wire.fan.settle()
            peer.lane.number_in(SentRing())
        line = self._lines.get(peer)
        if line is None or (line.estimator is None and peer.lane.ring is not None):
            line = self._lines[peer] = Line(peer, peer.lane.ring, now)
        self.due = min(self.due, now)
        if line.estimator is not None and slot.spec.kind is Kind.VIDEO:
            slot.hold(line.estimator.is_clogged, now)

    def forget(self, peer: Peer) -> None:
        """The peer is gone."""
        self._lines.pop(peer, None)

    def set_goal(self, peer: Peer, bps: int) -> None:
        """What control could use: the line is probed until it is known to carry so much."""
        line = self._lines.get(peer)
        if line is not None:
            line.goal = bps
            if line.estimator is not None:
                line.estimator.prober.goal = bps

    def takes_feedback(self, peer: Peer, now: float) -> bool:
        """Is one more transport-wide feedback of this viewer worth reading?"""
        line = self._lines.get(peer)
        if line is None or line.estimator is None:
            return False
        if not line.budget.take(1, now):
            self._wire.drops["feedback-rate"] += 1
            return False
        return True

    def on_feedback(self, peer: Peer, feedback: TransportFeedback, now: float) -> None:
        """Transport-wide feedback of a viewer, after `takes_feedback`."""
        line = self._lines.get(peer)
        if line is None or line.estimator is None:
            return
        estimator = line.estimator
        was_clogged = estimator.is_clogged
        estimator.on_feedback(feedback, now)
        self._follow(line, estimator, was_clogged, now)
        if lost := line.losses.read(feedback):
            self._repair(peer, lost, now)

    def _repair(self, peer: Peer, lost: list[int], now: float) -> None:
        """Unasked. Not on a full line: held slots repeat nothing, and what waited in a pacer has no origin."""
        ring = peer.lane.ring
        if ring is None:
            return
        for number in lost:
            origin = ring.origin(number)
            slot = peer.slots.get(origin >> 16 & 0xFFFFFFFF)
            if slot is not None:
                # A NACK that was answered may have crossed this; a repair that was lost is another matter.
                slot.repeat((origin & 0xFFFF,), now, RESEND_S if origin & REPEATED else MAX_AGE_S)

    def on_remb(self, peer: Peer, bps: int, now: float) -> None:
        """A REMB of a viewer."""
        line = self._lines.get(peer)
        if line is None or now - line.sent_at < TELL_S:
            return
        if line.estimator is not None and line.estimator.has_feedback:
            return
        sent = sum(slot.stats().bytes for slot in peer.slots.values())
        rate = max(0, sent - line.sent_bytes) * 8 / (now - line.sent_at)
        line.sent_bytes, line.sent_at = sent, now
        line.remb.update(bps, int(rate), line.goal, now)

    def run(self, now: float) -> None:
        """By the clock. An error is counted and costs one viewer its turn, nobody else."""
        self.due = math.inf
        for line in list(self._lines.values()):
            wait = IDLE_S
            try:
                wait = self._turn(line, now)
            except Exception:
                self._wire.drops["timer-error"] += 1
            self.due = min(self.due, now + wait)

    def _wake(self) -> None:
        self.due = min(self.due, self._wire.now + STEP_S)

    def _turn(self, line: Line, now: float) -> float:
        """In how many seconds it is to be called again."""
        wait = TELL_S
        if line.estimator is not None:
            wait = STEP_S if self._step(line, line.estimator, now) else IDLE_S
        bps = line.bps
        if bps is not None and now - line.told_at >= TELL_S and _differ(bps, line.told_bps):
            self._tell(line, now)
        return wait

    def _step(self, line: Line, estimator: LineEstimator, now: float) -> bool:
        """True while it is to be called again soon."""
        peer = line.peer
        was_clogged = estimator.is_clogged
        estimator.tick(peer.lane.next_number, now)
        self._follow(line, estimator, was_clogged, now)
        padding = estimator.padding(peer.lane.next_number, now)
        if padding:
            self._pad(peer, padding, now)
        pacer = peer.lane.pacer
        is_narrow = estimator.has_feedback and Pacer.is_wanted(estimator.bps, is_on=pacer is not None)
        if is_narrow and pacer is None:
            pacer = peer.lane.pacer = Pacer(now, self._wake)
            for slot in _videos(peer):
                slot.stop_flow()
        if pacer is None:
            return estimator.prober.is_sending
        pacer.rate_bps = estimator.bps
        for datagram, number, _ in pacer.release(now):
            self._send_paced(peer, datagram, number, now)
        if not is_narrow and pacer.is_empty:
            peer.lane.pacer = None
        return estimator.prober.is_sending or not pacer.is_empty

    def _send_paced(self, peer: Peer, datagram: bytes, number: int, now: float) -> None:
        path, ring = peer.path, peer.lane.ring
        if path is None:
            return
        if ring is not None and number >= 0:
            # It leaves only now. What a narrow line loses is no accident, so its origin is forgotten.
            ring.record(number, int(now * 1e6), len(datagram))
        self._wire.outbox.put(path, datagram)

    def _pad(self, peer: Peer, size: int, now: float) -> None:
        for slot in _videos(peer):
            if size > 0:
                size -= slot.pad(size, now)

    def _follow(self, line: Line, estimator: LineEstimator, was_clogged: bool, now: float) -> None:
        if estimator.is_clogged is not was_clogged:
            self._hold(line, estimator.is_clogged, now)
            self._tell(line, now)

    def _hold(self, line: Line, is_held: bool, now: float) -> None:
        pacer = line.peer.lane.pacer
        if pacer is not None and is_held:
            pacer.clear()
        for slot in _videos(line.peer):
            slot.hold(is_held, now)

    def _tell(self, line: Line, now: float) -> None:
        bps = line.bps
        if bps is not None:
            line.told_at, line.told_bps = now, bps
            self._wire.sink.on_downlink_bps(line.peer.number, bps)


def _videos(peer: Peer) -> list[Subscription]:
    return [slot for slot in peer.slots.values() if slot.spec.kind is Kind.VIDEO]


def _differ(bps: int, told: int) -> bool:
    return abs(bps - told) > TELL_CHANGE * told
