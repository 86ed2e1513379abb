"""`LineEstimator`: what one viewer's line carries, from transport-wide feedback on what was sent to it."""

from typing import Final, NamedTuple

from sfu.packet.congestion.acked import AckedRate
from sfu.packet.congestion.aimd import BETA, MIN_BPS, Aimd
from sfu.packet.congestion.groups import Groups
from sfu.packet.congestion.loss import LossBound
from sfu.packet.congestion.probe import Prober
from sfu.packet.congestion.queue_watch import MAX_DRAIN_US, QueueWatch
from sfu.packet.congestion.trend import Trend, Usage
from sfu.packet.sent_ring import FORGOTTEN, MASK, SentRing
from sfu.packet.transport_feedback import TICK_US, TransportFeedback

START_BPS: Final = 1_200_000  # nine small pictures, which are sent before anything is known
REORDERED_S: Final = 0.12  # a number that was missing so long ago and is still missing is lost
MAX_SUSPECTS: Final = 64  # feedbacks with something missing that are remembered
NEWEST: Final = 3  # batches whose least delay tells of the queue
WAITING_US: Final = 30_000
TRAIN: Final = 4  # packets behind others of their batch; that fewer come close together says little
OPEN_S: Final = 1.0
READ_LATE_US: Final = 1_000_000  # a queue that stands for longer is not of a device that reads late
SLOWER: Final = 0.7
TAIL_US: Final = 50_000
DARK_S: Final = 1.0
SILENCE_S: Final = 2.0
MIN_UNANSWERED: Final = 5  # the last packet before a silence may be lost, but hardly so many at the end
DOUBT_BPS: Final = 300_000
FIRST_RTT_S: Final = 0.2
_HALF: Final = 1 << 31
_WRAP: Final = 1 << 32


class _Batch(NamedTuple):
    """Packets that left at once. Arrivals and delay in µs; bytes are counted from the beginning of the feedback."""

    first_at: int
    first_bytes: int
    last_at: int
    last_bytes: int
    delay: int  # of the last


def _let_through(passed: list[_Batch]) -> int:
    """Bits a second at which batches came: as far apart as the narrowest place lets packets that are sent at once."""
    size = sum(batch.last_bytes - batch.first_bytes for batch in passed)
    return size * 8_000_000 // max(TICK_US, sum(batch.last_at - batch.first_at for batch in passed))


class LineEstimator:
    """`on_feedback` per feedback, `tick` now and then. One per viewer; all its state is bounded.

    `bps` is what the line carries in all, never below a voice. `is_clogged`: a queue built up faster than a smaller
    layer can be chosen, so no video should leave until this is over. `prober` says what padding is due.
    """

    def __init__(self, ring: SentRing, now: float) -> None:
        self.prober = Prober(now)
        self.rtt_s = FIRST_RTT_S
        self.has_feedback = False
        self._ring = ring
        self._groups = Groups()
        self._trend = Trend()
        self._acked = AckedRate()
        self._aimd = Aimd(START_BPS, now)
        self._loss = LossBound(now)
        self._queue = QueueWatch()
        self._suspects: list[tuple[float, list[int]]] = []
        self._last_tick: int | None = None
        self._clock_us = 0  # the receiver's, from its first arrival on
        self._heard_at = now
        self._answered = 0  # the number after the newest that was answered or has been a reason for doubt
        self._waits_since: float | None = None  # for an answer to what was sent since
        self._is_dark = False  # nothing that was sent is answered
        self._drained_bytes = self._drained_us = 0
        self._was_clogged = self._clogged_by_choice = False
        self._open_until = now  # so long what was seen of it is believed

    @property
    def bps(self) -> int:
        bound = self._loss.bps
        return self._aimd.bps if bound is None else min(self._aimd.bps, bound)

    @property
    def is_clogged(self) -> bool:
        return self._queue.is_clogged

    @property
    def queue_ms(self) -> float:
        """How long packets wait in the line, by the newest feedback."""
        return self._queue.queue_us / 1000

    @property
    def loss(self) -> float:
        """The share lost lately."""
        return self._loss.share

    @property
    def acked_bps(self) -> int | None:
        return self._acked.bps

    def on_feedback(self, feedback: TransportFeedback, now: float) -> None:
        """What it says of packets that are known and not accounted for yet; the rest of it is ignored."""
        ring, prober = self._ring, self.prober
        labels, times = ring.labels, ring.times
        is_probed = prober.is_watching
        first = next((tick for tick in feedback.arrivals if tick >= 0), 0)
        began = self._to_us(first)
        seq = feedback.base - 1
        lost: list[int] = []
        told: list[tuple[int, int, int, int]] = []  # when it left, when it came, number, size
        for tick in feedback.arrivals:
            seq = (seq + 1) & 0xFFFF
            at = seq & MASK
            label = labels[at]
            if label >> 16 != seq:
                continue
            if tick < 0:
                lost.append(seq)
                continue
            labels[at] = label | FORGOTTEN
            told.append((times[at], began + (tick - first) * TICK_US, seq, label & 0xFFFF))
        # In the order of leaving: a pacer lets voices overtake pictures that have their numbers already.
        told.sort()
        received = len(told)
        size = 0
        first_arrival = last_arrival = sent = came = began_at = began_bytes = -1
        passed: list[_Batch] = []
        for left, arrival, number, length in told:
            size += length
            if left != sent:
                # What left in one batch is looked at once.
                if sent >= 0:
                    passed.append(_Batch(began_at, began_bytes, came, size - length, came - sent))
                    self._pass(sent, came)
                    last_arrival = max(last_arrival, came)
                else:
                    first_arrival = arrival
                sent, came = left, arrival
                began_at, began_bytes = arrival, size
            elif arrival > came:
                came = arrival
            if is_probed and prober.watches(number):
                prober.on_packet(number, length, left, arrival)
        if not received:
            self._lose(lost, 0, now)
            return
        passed.append(_Batch(began_at, began_bytes, came, size, came - sent))
        self._pass(sent, came)
        last_arrival = max(last_arrival, came)
        if now - self._heard_at > DARK_S:
            self._loss.forget()
            self._suspects.clear()
            lost.clear()
        self._on_answer(seq + 1 & 0xFFFF, now)
        span = last_arrival - first_arrival
        delay = min(batch.delay for batch in passed[-NEWEST:])
        is_open = self._is_open(passed, received - len(passed), now)
        is_slower = not is_open and self._is_slower(passed, size, span)
        self._queue.update(delay, last_arrival, is_slower=is_slower, is_open=is_open, is_over=self._is_over)
        self._acked.add(last_arrival, size)
        self.rtt_s += 0.1 * (min(max(0.0, now - sent / 1_000_000), 5.0) - self.rtt_s)
        self._lose(lost, received, now)
        self._judge(size, span, is_open=is_open, now=now)

    def _is_open(self, passed: list[_Batch], followers: int, now: float) -> bool:
        """Does the line let packets that left at once through at once? A slower one spaces them.

        What comes late and close together was in no queue of such a line: a busy device read it late.
        """
        if followers and _let_through(passed) < self.bps:
            self._open_until = now
        elif followers >= TRAIN:
            self._open_until = now + OPEN_S
        return now < self._open_until

    def _is_slower(self, passed: list[_Batch], size: int, span: int) -> bool:
        """Less arrives than before, in all of a feedback or, while delays grow, in its last 50 ms."""
        acked = self._acked.bps
        if acked is None:
            return False
        if span > 0 and size * 8_000_000 // span < SLOWER * acked:
            return True
        last = passed[-1]
        before = next((one for one in reversed(passed) if last.last_at - one.last_at >= TAIL_US), None)
        if before is None or last.delay <= before.delay:
            return False
        return (size - before.last_bytes) * 8_000_000 // (last.last_at - before.last_at) < SLOWER * acked

    @property
    def _is_over(self) -> bool:
        """More arrives than is believed that could: whoever chooses reckons with less than is sent."""
        acked = self._acked.bps
        return acked is not None and acked > self._aimd.bps

    def _pass(self, sent: int, came: int) -> None:
        variation = self._groups.add(sent, came)
        if variation is not None:
            self._trend.add(variation, self._groups.arrival)

    def padding(self, next_number: int, now: float) -> int:
        """Bytes of padding to send now; `next_number`: the transport-wide number that is the next to be used."""
        if not self.has_feedback or self.is_clogged:
            return 0
        return self.prober.padding(self.bps, self._ring, next_number, now)

    def tick(self, next_number: int, now: float) -> None:
        """Without an answer less and less is believed, but a small picture is tried as soon as there is one again.

        Where nothing is sent, there is nothing to be answered: what was believed stays. `next_number` as in `padding`.
        A clog ends here too: while video is held and nobody speaks, nothing is sent that could be answered.
        """
        if self.is_clogged and now - self._heard_at > MAX_DRAIN_US / 1e6:
            self._queue.give_up()
            self._was_clogged = False
            believed = self.bps
            self._drained(now)
            # It was not seen to the end: no more than before, and no probe at once beside the first keyframe.
            self._aimd.lower_to(believed)
            self.prober.trouble(now)
        if not self.has_feedback or (next_number - self._answered) & 0xFFFF < MIN_UNANSWERED:
            return
        if self._waits_since is None:
            self._waits_since = now
        elif now - self._waits_since > SILENCE_S:
            self._waits_since = None
            if self._is_unanswered(next_number, now):
                self._answered = next_number
                self._is_dark = True
                self._aimd.lower_to(max(self.bps // 2, min(self.bps, DOUBT_BPS)))
                self.prober.trouble(now)

    def _is_unanswered(self, next_number: int, now: float) -> bool:
        """Enough left a while ago: many a number never leaves, where a pacer is cleared."""
        ring = self._ring
        before_us = int((now - DARK_S) * 1e6)
        found = 0
        for offset in range(min((next_number - self._answered) & 0xFFFF, MASK)):
            sent = ring.sent_us((next_number - 1 - offset) & 0xFFFF)
            found += sent is not None and sent <= before_us
            if found >= MIN_UNANSWERED:
                return True
        return False

    def _on_answer(self, end: int, now: float) -> None:
        """Feedback came, on what was sent before number `end`."""
        if not self.has_feedback or (end - self._answered) & 0xFFFF < 0x8000:
            self._answered = end
        self.has_feedback = True
        if self._is_dark:
            self._is_dark = False
            self.prober.forget(now)
        self._waits_since = None
        self._heard_at = now

    def _judge(self, size: int, span_us: int, *, is_open: bool, now: float) -> None:
        acked = self._acked.bps
        was_clogged, self._was_clogged = self._was_clogged, self.is_clogged
        # Without a queue there is nothing to judge: most feedback of a wide line ends here.
        noise = self._queue.noise_us
        usage = self._trend.judge() if self._queue.queue_us >= max(WAITING_US, 4 * noise) else Usage.NORMAL
        self.prober.noise_s = noise / 1e6
        if self.is_clogged:
            self._drain(size, span_us, acked, is_first=not was_clogged, now=now)
            return
        if was_clogged:
            self._drained(now)
            return
        if self._queue.is_standing and (not is_open or self._is_over or self._queue.stood_us > READ_LATE_US):
            usage = Usage.OVER
        elif usage is Usage.OVER:
            usage = Usage.UNDER if is_open else self._confirm()
        if usage is Usage.OVER:
            self.prober.trouble(now)
            acked = self._acked.newest_bps
        self._aimd.update(usage, acked, self.rtt_s, now)
        shown = self.prober.result(self.rtt_s, self._loss.inherent, now)
        if shown is not None:
            self._aimd.raise_to(shown)
            self._loss.lift(shown)

    def _confirm(self) -> Usage:
        """A delay that grows is overuse only where the line, busy, carries less than is believed.

        Otherwise it is a burst (a keyframe) that passes as fast as the line is.
        """
        carries = self._acked.newest_bps
        return Usage.UNDER if carries is not None and carries >= self.bps else Usage.OVER

    def _drain(self, size: int, span_us: int, acked: int | None, *, is_first: bool, now: float) -> None:
        """While there is a queue, what arrives is what the line carries."""
        self.prober.trouble(now)
        if span_us > 0:
            self._drained_bytes += size
            self._drained_us += span_us
        if is_first:
            self._clogged_by_choice = self._is_over
            rates = [self.bps] if acked is None else [self.bps, acked]
            if span_us > 0:
                rates.append(size * 8_000_000 // span_us)
            self._aimd.lower_to(int(BETA * min(rates)))

    def _drained(self, now: float) -> None:
        # Where more was sent than was believed, the line's rate is no news: what is chosen by it did not fit.
        if self._drained_us > 0 and not self._clogged_by_choice:
            rate = int(BETA * (self._drained_bytes * 8_000_000 // self._drained_us))
            self._aimd.bps = max(MIN_BPS, rate)
        self._drained_bytes = self._drained_us = 0
        self._trend = Trend()
        self._groups = Groups()

    def _lose(self, missing: list[int], received: int, now: float) -> None:
        """Late is not lost: what is missing counts when it is missing still some feedbacks later."""
        suspects, labels = self._suspects, self._ring.labels
        if missing and len(suspects) < MAX_SUSPECTS:
            suspects.append((now, missing))
        lost = 0
        while suspects and now - suspects[0][0] >= REORDERED_S:
            for seq in suspects.pop(0)[1]:
                at = seq & MASK
                if labels[at] >> 16 == seq:
                    labels[at] |= FORGOTTEN
                    lost += 1
        self._loss.update(lost, lost + received, self._acked.bps, self.bps, now)

    def _to_us(self, tick: int) -> int:
        """Unwrapped microseconds of the receiver's clock."""
        if self._last_tick is None:
            self._last_tick = tick
        self._clock_us += (((tick - self._last_tick) + _HALF) % _WRAP - _HALF) * TICK_US
        self._last_tick = tick
        return self._clock_us
