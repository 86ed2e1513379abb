"""Short clusters that show whether the line carries more than what there is to send.

A cluster is a tenth of a second at twice the estimate, media included: padding only fills what media leaves free. At
most one in half a second while they go well, one in 5 s while they do not, none while a queue grows.
"""

from typing import Final

from sfu.packet.sent_ring import MASK, SentRing

CLUSTER_S: Final = 0.1
STEP_S: Final = 0.010
FACTOR: Final = 2.0
CAREFUL: Final = 1.3  # after one that found the line full
LEAST_MORE_BPS: Final = 100_000
MOST_LONGER_S: Final = 0.15
SATURATED: Final = 0.9
MOST_DOUBT: Final = 0.3
KEPT: Final = 0.95
MIN_RECEIVED: Final = 0.7
SETTLE_S: Final = 0.4  # beyond the round trip, then a cluster is judged by what is known
AGAIN_S: Final = 0.2
FIRST_WAIT_S: Final = 1.0
MAX_WAIT_S: Final = 4.0
AFTER_TROUBLE_S: Final = 1.0
MIN_CLUSTER: Final = 6  # packets
MAX_STEP_BYTES: Final = 20_000


class Prober:
    """`goal` is what control could use, bits a second; `due` when `padding` has something to say."""

    __slots__ = (
        "_bytes",
        "_deadline",
        "_failed_s",
        "_first",
        "_first_arrival",
        "_first_sent",
        "_first_size",
        "_last",
        "_last_arrival",
        "_last_sent",
        "_lasts_s",
        "_next_at",
        "_packets",
        "_rate",
        "_received",
        "_started_at",
        "due",
        "goal",
        "noise_s",
    )

    def __init__(self, now: float) -> None:
        self.goal = 0
        self.due = now
        self._next_at = now
        self._failed_s = FIRST_WAIT_S
        self.noise_s = 0.0  # by so much arrivals waver in ordinary times
        self._rate = 0
        self._lasts_s = CLUSTER_S
        self._started_at = 0.0
        self._first = -1  # transport-wide number of the cluster's first packet, -1 while there is no cluster
        self._last = -1
        self._deadline = 0.0
        self._packets = self._received = self._bytes = 0
        self._first_sent = self._last_sent = self._first_arrival = self._last_arrival = self._first_size = 0

    @property
    def is_sending(self) -> bool:
        return self._first >= 0 and self._last < 0

    @property
    def is_watching(self) -> bool:
        """There is a cluster whose packets matter."""
        return self._first >= 0

    def trouble(self, now: float) -> None:
        """A queue grows: stop, and wait."""
        if self._first >= 0:
            self._fail(now)
        self._next_at = max(self._next_at, now + AFTER_TROUBLE_S)
        self.due = max(self.due, self._next_at)

    def forget(self, now: float) -> None:
        """The line was dark: clusters of that time tell nothing of it."""
        self._failed_s = FIRST_WAIT_S
        self._end(now + AFTER_TROUBLE_S)

    def padding(self, bps: int, ring: SentRing, next_seq: int, now: float) -> int:
        """How many bytes of padding to send now; sets `due` to the next time to ask."""
        if now < self.due:
            return 0
        if self._first >= 0 and self._last >= 0:
            self._give_up_late(now)
        if self._first < 0:
            if bps >= self.goal or now < self._next_at:
                self.due = max(now + STEP_S, self._next_at) if bps < self.goal else now + AGAIN_S
                return 0
            factor = FACTOR if self._failed_s == FIRST_WAIT_S else CAREFUL
            rate = max(factor * bps, bps + LEAST_MORE_BPS)
            self._begin(int(min(rate, max(self.goal, 1.2 * bps))), next_seq, now)
        if self._last >= 0:
            self.due = now + AGAIN_S
            return 0
        elapsed = now - self._started_at
        sent = self._sent(ring, next_seq)
        if elapsed >= self._lasts_s:
            self._last = (next_seq - 1) & 0xFFFF
            self._packets = (self._last - self._first + 1) & 0xFFFF
            self.due = now + AGAIN_S
            if self._packets < MIN_CLUSTER:
                self._fail(now)  # nothing could be sent
            return 0
        self.due = now + STEP_S
        wanted = int(self._rate * (elapsed + STEP_S) / 8) - sent
        return min(max(0, wanted), MAX_STEP_BYTES)

    def on_packet(self, seq: int, size: int, sent_us: int, arrival_us: int) -> None:
        """A packet of the cluster arrived; only to be called while `watches(seq)`."""
        self._received += 1
        self._bytes += size
        if self._received == 1:
            self._first_sent = self._last_sent = sent_us
            self._first_arrival = self._last_arrival = arrival_us
            self._first_size = size
            return
        self._first_sent = min(self._first_sent, sent_us)
        self._last_sent = max(self._last_sent, sent_us)
        self._first_arrival = min(self._first_arrival, arrival_us)
        self._last_arrival = max(self._last_arrival, arrival_us)

    def watches(self, seq: int) -> bool:
        """Does this number belong to the cluster."""
        first = self._first
        if first < 0:
            return False
        offset = (seq - first) & 0xFFFF
        return offset < 0x8000 if self._last < 0 else offset <= (self._last - first) & 0xFFFF

    def result(self, rtt_s: float, inherent_loss: float, now: float) -> int | None:
        """What the line was seen to carry, once a cluster; None while there is nothing to tell."""
        if self._first < 0 or self._last < 0:
            return None
        whole = self._received >= self._packets
        self._deadline = self._deadline or now + rtt_s + SETTLE_S
        if not whole and now < self._deadline:
            return None
        measured = self._measure(inherent_loss)
        if measured is None:
            self._fail(now)
            return None
        bps, share = measured
        if share < SATURATED - min(MOST_DOUBT, 4 * self.noise_s / self._lasts_s):
            self._fail(now)
        elif share < SATURATED:
            # It may have been jitter: go on, but by small steps.
            self._failed_s = 2 * FIRST_WAIT_S
            self._end(now + FIRST_WAIT_S)
        else:
            self._failed_s = FIRST_WAIT_S
            self._end(now + AGAIN_S)
        return bps

    def _measure(self, inherent_loss: float) -> tuple[int, float] | None:
        """(what the line carries, how much of the rate that left arrived)."""
        needed = MIN_RECEIVED * (1 - inherent_loss) * self._packets
        came, left = self._last_arrival - self._first_arrival, self._last_sent - self._first_sent
        if self._received < max(MIN_CLUSTER - 1, needed) or came <= 0 or left <= 0:
            return None
        bits = (self._bytes - self._first_size) * 8_000_000
        receive, send = bits // came, bits // left
        # What left in one step leaves at once: no line is faster than its steps on average.
        send = min(send, int(self._rate))
        share = receive / send if send else 1.0
        return int(KEPT * receive) if share < SATURATED else min(receive, send), share

    def _begin(self, rate: int, next_seq: int, now: float) -> None:
        self._rate = rate
        self._lasts_s = CLUSTER_S + min(MOST_LONGER_S, 6 * self.noise_s)
        self._started_at = now
        self._first, self._last = next_seq, -1
        self._deadline = 0.0
        self._packets = self._received = self._bytes = 0

    def _sent(self, ring: SentRing, next_seq: int) -> int:
        labels = ring.labels
        count = (next_seq - self._first) & 0xFFFF
        total = 0
        for offset in range(min(count, MASK)):
            total += labels[(self._first + offset) & MASK] & 0xFFFF
        return total

    def _give_up_late(self, now: float) -> None:
        if now - self._started_at > 2.0:
            self._fail(now)

    def _fail(self, now: float) -> None:
        self._end(now + self._failed_s)
        self._failed_s = min(2 * self._failed_s, MAX_WAIT_S)

    def _end(self, next_at: float) -> None:
        self._first = self._last = -1
        self._next_at = self.due = next_at
