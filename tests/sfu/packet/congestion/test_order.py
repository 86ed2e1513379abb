"""Packets that have their numbers already may be overtaken on their way out: that is no news of the line."""

import random

import pytest

from sfu.packet.congestion.estimator import LineEstimator
from sfu.packet.sent_ring import SentRing
from sfu.packet.transport_feedback import TICK_US, TransportFeedback

RATE_BPS = 300_000
WAY_US = 25_000
FEEDBACK_US = 100_000


class Told:
    """An estimator that is told of packets on a line of 300 kbps; each tenth of a second numbered in some order."""

    def __init__(self) -> None:
        self._ring = SentRing()
        self.estimator = LineEstimator(self._ring, 100.0)
        self._next = 65_400
        self._free_us = 0  # when the line has carried everything so far
        self.seen: list[tuple[int, float]] = []

    def tenth(self, packets: list[tuple[int, int]], numbered: list[int], now_us: int) -> None:
        """`packets`: when each leaves and its size, in that order; `numbered`: their places in the order of numbers."""
        arrivals = []
        for left, size in packets:
            self._free_us = max(self._free_us, left) + size * 8_000_000 // RATE_BPS
            arrivals.append(self._free_us + WAY_US)
        ticks = []
        for number, place in enumerate(numbered):
            left, size = packets[place]
            self._ring.record((self._next + number) & 0xFFFF, left, size)
            ticks.append(arrivals[place] // TICK_US)
        feedback = TransportFeedback(self._next & 0xFFFF, 0, tuple(ticks))
        self._next += len(numbered)
        # When the last of them has come.
        now = (max(now_us + FEEDBACK_US, arrivals[-1]) + WAY_US) / 1e6
        self.estimator.on_feedback(feedback, now)
        self.seen.append((self.estimator.bps, self.estimator.queue_ms))


@pytest.mark.parametrize("seed", range(1, 6))
def test_what_is_believed_does_not_depend_on_the_order_of_numbers(seed: int) -> None:
    """Voices leave at once, pictures when the pacer lets them; numbers are given before."""
    rng = random.Random(seed)
    in_order, overtaken = Told(), Told()
    for tenth in range(300):
        began = 100_000_000 + tenth * FEEDBACK_US
        voices = [(began + 20_000 * index + rng.randrange(4_000), rng.randint(90, 150)) for index in range(5)]
        count = rng.choice((1, 2, 2, 3)) if tenth % 12 else 6
        pictures = [
            (began + 9_000 * (index + 1) + rng.randrange(8_000), rng.randint(700, 1_200)) for index in range(count)
        ]
        packets = sorted(voices + pictures)
        places = range(len(packets))
        first = [place for place in places if packets[place] in pictures]
        in_order.tenth(packets, list(places), began)
        overtaken.tenth(packets, first + [place for place in places if place not in first], began)
    assert len({bps for bps, _ in in_order.seen}) > 10
    assert overtaken.seen == in_order.seen
