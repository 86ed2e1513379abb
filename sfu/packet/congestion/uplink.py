"""Is a publisher's line full, and what does it carry then: told beside the feedback, as a bound. Pure.

A browser finds its bit rate by itself, from how waiting times grow (draft-ietf-rmcat-gcc-02 section 5). In a queue that
is full they grow no more, and of a loss below a tenth it takes no notice: voices are lost for as long as it lasts. Here
a queue counts, not its growth alone, and before it is full.
"""

from typing import Final

from sfu.packet.congestion.acked import AckedRate
from sfu.packet.congestion.way import Way

FULL_US: Final = 120_000  # routers keep 200 ms and more
EMPTY_US: Final = 40_000
STANDING_US: Final = 60_000  # a picture's packets wait for one another, but not all the time
NOISES: Final = 2
# Readings in succession; there are ten a second.
OFTEN: Final = 2  # one alone may be a packet that was held up
LONG: Final = 20
BEGINS_US: Final = 150_000  # from telling a limit until it begins to act
OVERFLOWS_US: Final = 200_000  # by then
LESS: Final = 0.85
EMPTIES_US: Final = 800_000  # in so long, or a full queue loses voices for longer than it has to
MIN_BPS: Final = 60_000  # a voice, and a picture that hardly moves
ACTS_S: Final = 0.6  # what was told acts by then: a browser still sends what it had encoded
RISES: Final = 0.3  # of growth: a queue that fills, not one whose length wavers
HEEDED: Final = 0.9  # of a limit: where as much arrives, the sender keeps to it
FLOOR: Final = 0.7  # of what arrived at first: below that, a queue that does not mind is not the sender's
# A queue that does not shrink in spite of the limit is not the sender's: the way became longer, or somebody else sends.
SHRINKS: Final = 0.9
MOST_S: Final = 3.0
REST_S: Final = 10.0
SHORTEST_S: Final = 0.05  # of less time there is no rate
# "As much as you like", with so many feedbacks that it is heard for certain.
OPEN_BPS: Final = 100_000_000
OPENS: Final = 20


class UplinkWatch:
    """`limit`: bits a second that the publisher is to be told now, None: nothing.

    `update` with each feedback. A limit ends when the queue is gone, or has not shrunk for three seconds.
    """

    __slots__ = (
        "_began_at",
        "_floor_bps",
        "_is_full",
        "_last_bps",
        "_long",
        "_lowered_at",
        "_moved_at",
        "_octets",
        "_often",
        "_opens",
        "_queue_then",
        "_rate",
        "_rest_until",
        "_rising",
        "_voiced",
        "_voices",
        "_way",
        "limit",
    )

    def __init__(self) -> None:
        self.limit: int | None = None
        self._rate = AckedRate()
        self._voices = AckedRate()
        self._way = Way()
        self._queue_then = 0.0
        self._last_bps = 0.0  # since the reading before
        self._octets = self._voiced = self._floor_bps = 0
        self._often = self._long = self._rising = self._opens = 0
        self._is_full = False
        self._began_at = self._lowered_at = self._moved_at = self._rest_until = 0.0

    def update(self, stamp: int, arrival: float, octets: int, voiced: int, now: float) -> None:
        """The newest packet's abs-send-time (24 bits, 6.18 s) and when it came; all octets of this peer until now.

        `voiced`: those of voices among them. A browser sends these beside what it is bound to.
        """
        if not self._is_full and self.limit is not None:
            self._opens -= 1
            if self._opens <= 0:
                self.limit = None
        if arrival != self._way.arrival:
            came = max(0, octets - self._octets)
            self._rate.add(int(arrival * 1e6), came)
            self._last_bps = 8 * came / max(SHORTEST_S, arrival - self._way.arrival)
            self._octets = octets
            self._voices.add(int(arrival * 1e6), max(0, voiced - self._voiced))
            self._voiced = voiced
            self._way.read(stamp, arrival)
            self._judge(now)
        if self._is_full and now - self._moved_at > MOST_S:
            self._way.settle()
            self._rest_until = now + REST_S
            self._open()

    def _judge(self, now: float) -> None:
        queue, is_over = self._way.queue_us, self._is_over()
        self._often = self._often + 1 if is_over else 0
        self._rising = self._rising + 1 if self._way.growth > RISES else 0
        self._long = self._long + 1 if queue > STANDING_US + self._way.noise_us else 0
        if not self._is_full:
            if (self._often >= OFTEN or self._long >= LONG) and now >= self._rest_until:
                self._is_full, self._queue_then = True, queue
                self._began_at = self._moved_at = now
                self._floor_bps = 0
                self._lower(now, OPEN_BPS)
        elif queue < EMPTY_US:
            self._open()
        elif queue < SHRINKS * self._queue_then:
            self._queue_then, self._moved_at = queue, now
        elif self._rising and now - self._began_at < ACTS_S + queue * 1e-6:
            # What comes now left before the limit acted.
            self._queue_then, self._moved_at = max(self._queue_then, queue), now
        elif now - self._began_at < ACTS_S:
            self._queue_then = max(self._queue_then, queue)
        elif is_over and self.limit is not None and now - self._lowered_at >= ACTS_S:
            self._lower(now, self.limit)

    def _is_over(self) -> bool:
        """The queue is long, or will be when a limit begins to act that is told now."""
        queue, noise = self._way.queue_us, NOISES * self._way.noise_us
        return queue > FULL_US + noise or (queue > EMPTY_US + noise and self._soon_us() > OVERFLOWS_US + noise)

    def _soon_us(self) -> float:
        """How long packets will wait by then."""
        # While the newest packet waited, the queue has grown behind it, too.
        return self._way.queue_us + max(0.0, self._way.growth) * (self._way.queue_us + BEGINS_US)

    def _lower(self, now: float, limit: int) -> None:
        newest, last = self._rate.newest_bps, int(self._last_bps)
        if newest is None:
            return
        if self._rising >= OFTEN:
            # What came before the last reading but one may have come as fast as it was sent.
            arrives, waits = last, self._soon_us()
        else:
            # A way that became longer begins with a hole, which is no rate.
            arrives, waits = max(newest, int(HEEDED * last)), self._way.queue_us
        self._floor_bps = self._floor_bps or int(FLOOR * arrives)
        voices = self._voices.bps or 0
        share = max(FLOOR, min(LESS, 1 - waits / EMPTIES_US))
        lower = int(share * arrives)
        if arrives - voices > HEEDED * limit:
            lower = max(lower, self._floor_bps)
        lower -= voices
        self.limit = max(MIN_BPS, min(limit, lower))
        self._lowered_at = now

    def _open(self) -> None:
        self._is_full = False
        self._often = self._long = 0
        self.limit, self._opens = OPEN_BPS, OPENS
