"""How long a publisher's packets wait on their way: one-way delay above the least, from abs-send-time. Pure.

The clocks of both ends differ by an unknown constant and drift; ways change. So the least is that of the last while.
"""

from typing import Final

EPOCH_S: Final = 15.0  # the least is that of one or two of them
SILENT_S: Final = 5.0  # whatever was known of the way is old
NOISE_SHARE: Final = 16
MOST_NOISE_US: Final = 120_000  # one jump is no unrest
SHORTEST_S: Final = 0.02  # of less time there is no growth
MOST_GROWTH: Final = 2.0
_STAMP_HALF: Final = 1 << 23
_STAMP_S: Final = 1 / (1 << 18)


class Way:
    """`queue_us`: what the newest packet waited; it came at `arrival` (s). `noise_us`: by so much readings differ.

    `growth`: by so many seconds more for each second between the sending of the last two that were read.
    """

    __slots__ = (
        "_delay_us",
        "_epoch",
        "_least",
        "_least_before",
        "_stamp",
        "arrival",
        "growth",
        "noise_us",
        "queue_us",
    )

    def __init__(self) -> None:
        self.queue_us = self.noise_us = 0.0
        self.arrival = self.growth = 0.0
        self._stamp = -1
        self._delay_us = 0.0  # but for an unknown constant
        self._least = self._least_before = 0.0
        self._epoch = 0.0

    def read(self, stamp: int, arrival: float) -> None:
        """A packet's abs-send-time (24 bits, 6.18 s; it wraps every 64 s) and when it came."""
        if self._stamp < 0 or arrival - self.arrival > SILENT_S:
            self._epoch = arrival
            self._delay_us = self._least = self._least_before = self.queue_us = self.growth = 0.0
        else:
            sent_s = ((stamp - self._stamp + _STAMP_HALF) % (2 * _STAMP_HALF) - _STAMP_HALF) * _STAMP_S
            longer_s = arrival - self.arrival - sent_s
            self._delay_us += longer_s * 1e6
            # Of packets that left out of order it says nothing.
            self.growth = min(MOST_GROWTH, longer_s / max(sent_s, SHORTEST_S)) if sent_s > 0 else 0.0
        self._stamp, self.arrival = stamp, arrival
        if arrival - self._epoch > EPOCH_S:
            self._epoch = arrival
            self._least_before, self._least = self._least, self._delay_us
        self._least = min(self._least, self._delay_us)
        former, self.queue_us = self.queue_us, self._delay_us - min(self._least, self._least_before)
        self.noise_us += (min(abs(self.queue_us - former), MOST_NOISE_US) - self.noise_us) / NOISE_SHARE

    def settle(self) -> None:
        """However long it is now: it is measured from here."""
        self._least = self._least_before = self._delay_us
