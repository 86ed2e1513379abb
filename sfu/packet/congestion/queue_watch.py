"""Is there a queue that makes voices wait: one-way delay above the least of the last ten seconds. Times in µs.

The clocks of both ends differ by an unknown constant and drift by some µs a second, which a moving least takes in.
"""

from collections import deque
from typing import Final

EPOCH_US: Final = 5_000_000
CLOGGED_US: Final = 100_000
OVER_US: Final = 50_000  # deeper than what a keyframe leaves, where more is sent than is believed anyway
STUCK_US: Final = 200_000  # so long a queue that does not shrink is no burst
HOPELESS_US: Final = 1_000_000  # nor a device that reads late
RISE_US: Final = 60_000
RISE_WITHIN_US: Final = 600_000
STANDING_US: Final = 50_000
STANDING_FOR_US: Final = 400_000
MAX_RECENT: Final = 32
MAX_NOISE_US: Final = 30_000
# Feedbacks. Down faster than up: about the lower quarter, which a probe or a keyframe now and then does not change.
NOISE_UP: Final = 64
NOISE_DOWN: Final = 16
EMPTY_US: Final = 40_000
MAX_DRAIN_US: Final = 3_000_000


class QueueWatch:
    """`is_clogged`: video should wait until the queue is gone; ends after 3 s of feedback at the latest.

    Whoever hears no feedback must end it with `give_up`: what is not sent is not answered.
    """

    __slots__ = (
        "_base",
        "_clogged_at",
        "_epoch",
        "_least",
        "_least_before",
        "_recent",
        "_stands_since",
        "is_clogged",
        "noise_us",
        "queue_us",
        "stood_us",
    )

    def __init__(self) -> None:
        self.is_clogged = False
        self.queue_us = 0
        self.noise_us = 0  # the queue that there seems to be in ordinary times: jitter of the line, or of a busy device
        self.stood_us = 0  # for so long the queue has been a standing one
        self._epoch = self._clogged_at = 0
        self._least: int | None = None  # of this epoch
        self._least_before: int | None = None
        self._base = 0
        self._stands_since: int | None = None
        self._recent: deque[tuple[int, int]] = deque(maxlen=MAX_RECENT)

    @property
    def is_standing(self) -> bool:
        """Packets have been waiting for a while, whether or not they wait longer and longer."""
        return self._stands_since is not None

    def update(self, delay: int, now: int, *, is_slower: bool, is_open: bool = False, is_over: bool = False) -> None:
        """Once a feedback: the least delay of its last few packets, against jitter.

        `is_slower`: less arrives than before. A burst, say a keyframe, makes a queue too, but arrives as fast as ever.
        `is_open`: what waited was let through together, as by a device that reads late, not by a narrow line.
        `is_over`: more is sent than is believed. What grows then is no burst, and what stands no longer way.
        """
        if self._least is None:
            self._epoch = now
            self._least = delay
        if now - self._epoch > EPOCH_US:
            self._least_before, self._least = self._least, delay
            self._epoch = now
        self._least = min(self._least, delay)
        base = self._least if self._least_before is None else min(self._least, self._least_before)
        self._base = base
        is_stuck = self.queue_us > STUCK_US and delay - base >= self.queue_us
        self.queue_us = delay - base
        if self.is_clogged:
            if self.queue_us < EMPTY_US:
                self._end()
            elif now - self._clogged_at > MAX_DRAIN_US:
                # Nothing was sent that could keep a queue: the way itself became longer.
                self._least, self._least_before = delay, None
                self._epoch = now
                self._end()
            return
        recent = self._recent
        while recent and now - recent[0][0] > RISE_WITHIN_US:
            recent.popleft()
        has_risen = any(delay - before > RISE_US for _, before in recent)
        recent.append((now, delay))
        self._stand(min(before for _, before in recent) - base, now, is_over=is_over)
        apart = min(self.queue_us, MAX_NOISE_US) - self.noise_us
        self.noise_us += apart // NOISE_UP if apart > 0 else apart // NOISE_DOWN
        clogged = CLOGGED_US + 4 * self.noise_us
        stuck = 2 * clogged + (HOPELESS_US if is_open else 0)
        is_full = (is_slower and self.queue_us > clogged) or (is_over and self.queue_us > clogged + OVER_US)
        if (is_full and has_risen) or (is_stuck and self.queue_us > stuck):
            self.is_clogged = True
            self._clogged_at = now

    def give_up(self) -> None:
        """Nothing was heard for so long that whatever waited is gone."""
        self.queue_us = 0
        self._end()

    def _stand(self, lowest: int, now: int, *, is_over: bool) -> None:
        """A queue that never was empty for half a second; after 3 s of it, the way itself became longer."""
        is_standing = lowest > STANDING_US + 2 * self.noise_us and now - self._recent[0][0] >= STANDING_FOR_US
        if not is_standing:
            self._stands_since = None
        elif self._stands_since is None:
            self._stands_since = now
        elif now - self._stands_since > MAX_DRAIN_US and not is_over:
            self._least, self._least_before = lowest + self._base, None
            self._epoch = now
            self._stands_since = None
        self.stood_us = 0 if self._stands_since is None else now - self._stands_since

    def _end(self) -> None:
        self.is_clogged = False
        self._recent.clear()
