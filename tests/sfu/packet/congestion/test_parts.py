"""The parts of the estimate, each by itself."""

import random
from itertools import pairwise

from sfu.packet.congestion.acked import AckedRate
from sfu.packet.congestion.aimd import BETA, MIN_BPS, Aimd
from sfu.packet.congestion.groups import Groups
from sfu.packet.congestion.loss import LossBound
from sfu.packet.congestion.pacer import MAX_BYTES, Pacer
from sfu.packet.congestion.queue_watch import QueueWatch
from sfu.packet.congestion.remb import RembEstimator
from sfu.packet.congestion.trend import Trend, Usage
from sfu.packet.congestion.way import Way

MS = 1_000


def test_a_burst_is_one_group_and_groups_differ_by_the_queue_alone() -> None:
    groups = Groups()
    seen = []
    for frame in range(4):
        for packet in range(3):
            sent = frame * 33 * MS
            arrival = 7_000_000 + frame * 43 * MS + packet * 2 * MS  # each frame waits 10 ms longer
            seen.append(groups.add(sent, arrival))
    assert [variation for variation in seen if variation is not None] == [10 * MS, 10 * MS]


def test_what_left_earlier_than_its_group_is_passed_over() -> None:
    groups = Groups()
    for sent, arrival in ((0, 100), (20 * MS, 20 * MS + 100), (10 * MS, 30 * MS), (40 * MS, 40 * MS + 100)):
        variation = groups.add(sent, arrival)
    assert variation == 0


def trend_of(slope: float, noise_ms: float, seed: int = 1, groups: int = 60) -> Usage:
    trend, source = Trend(), random.Random(seed)
    usage, delay = Usage.NORMAL, 0.0
    for index in range(groups):
        former, delay = delay, slope * index * 20 + source.uniform(-noise_ms, noise_ms)
        trend.add(int((delay - former) * MS), int((index * 20 + delay) * MS))
        if index % 5 == 4:
            usage = trend.judge()
            if usage is not Usage.NORMAL:
                return usage
    return usage


def test_a_growing_delay_is_overuse_a_falling_one_underuse_and_noise_neither() -> None:
    assert trend_of(0.2, 2) is Usage.OVER
    assert trend_of(-0.2, 2) is Usage.UNDER
    assert [trend_of(0, 5, seed) for seed in range(10)] == [Usage.NORMAL] * 10


def test_acknowledged_bytes_are_a_rate_over_the_receivers_time() -> None:
    acked = AckedRate()
    assert acked.bps is None
    for index in range(20):
        acked.add(5_000_000 + index * 100 * MS, 12_500)
    assert acked.bps == 1_000_000
    assert acked.newest_bps == 1_000_000
    for index in range(20, 26):
        acked.add(5_000_000 + index * 100 * MS, 1_250)
    assert acked.bps == 100_000


def test_the_rate_falls_to_what_arrives_and_rises_by_a_share_a_second() -> None:
    aimd = Aimd(1_000_000, 0.0)
    aimd.update(Usage.OVER, 500_000, 0.05, 1.0)
    assert aimd.bps == int(BETA * 500_000)
    aimd.update(Usage.OVER, 400_000, 0.05, 1.1)  # the same trouble, told again
    assert aimd.bps == int(BETA * 500_000)
    fresh = Aimd(1_000_000, 0.0)
    for tenth in range(1, 11):
        fresh.update(Usage.NORMAL, 1_000_000, 0.05, tenth / 10)
    assert 1_050_000 < fresh.bps < 1_100_000


def test_who_sends_little_learns_little_and_forgets_nothing() -> None:
    aimd = Aimd(240_000, 0.0)
    for tenth in range(1, 600):
        aimd.update(Usage.NORMAL, 200_000, 0.05, tenth / 10)
    assert aimd.bps == 250_000
    aimd.raise_to(2_000_000)
    aimd.update(Usage.NORMAL, 200_000, 0.05, 61.0)
    assert aimd.bps == 2_000_000


def test_no_rate_is_below_a_voice() -> None:
    aimd = Aimd(100_000, 0.0)
    aimd.update(Usage.OVER, 0, 0.05, 1.0)
    aimd.lower_to(1)
    assert aimd.bps == MIN_BPS


def lose(
    bound: LossBound, carry: float, seconds: float, sent: float, inherent: float, now: float
) -> tuple[float, float]:
    """A line that loses `inherent` and drops above `carry`; sends at most what the bound allows."""
    for _ in range(int(seconds / 0.1)):
        now += 0.1
        rate = sent if bound.bps is None else min(sent, bound.bps)
        packets = max(1, int(rate / 80_000 * 8))
        through = min(rate, carry) * (1 - inherent)
        lost = round(packets * (1 - through / rate))
        bound.update(lost, packets, int(through), int(rate), now)
    return rate, now


def test_a_policed_line_bounds_the_rate_to_what_it_lets_through() -> None:
    bound = LossBound(0.0)
    rate, now = lose(bound, 300_000, 6, 2_000_000, 0.0, 0.0)
    assert rate < 400_000
    rate, _ = lose(bound, 3_000_000, 40, 2_000_000, 0.0, now)
    assert rate == 2_000_000


def test_a_line_that_loses_a_fifth_at_any_rate_is_not_bounded_for_long() -> None:
    bound = LossBound(0.0)
    rate, _ = lose(bound, 10_000_000, 8, 1_500_000, 0.2, 0.0)
    assert rate == 1_500_000
    assert 0.15 < bound.inherent < 0.25


def test_a_burst_is_no_clog_and_a_narrow_line_is() -> None:
    burst, clog = QueueWatch(), QueueWatch()
    for index, delay in enumerate((30, 31, 30, 150, 40, 30)):
        burst.update(delay * MS, index * 100 * MS, is_slower=False)
        assert not burst.is_clogged
    states = []
    for index, delay in enumerate((30, 31, 150, 330, 330, 200, 50)):
        clog.update(delay * MS, index * 100 * MS, is_slower=index == 2)
        states.append(clog.is_clogged)
    assert states == [False, False, True, True, True, True, False]


def test_a_way_that_became_longer_is_no_clog_for_ever() -> None:
    watch = QueueWatch()
    for index in range(60):
        watch.update((30 if index < 5 else 400) * MS, index * 100 * MS, is_slower=index == 5)
    assert not watch.is_clogged
    assert watch.queue_us == 0


def test_a_picture_is_spread_over_the_line_and_keeps_its_order() -> None:
    pacer: Pacer[int] = Pacer(0.0)
    pacer.rate_bps = 300_000
    for number in range(5):
        pacer.put(number, 1_000)
    left: list[tuple[int, float]] = []
    now = 0.0
    while not pacer.is_empty:
        now += 0.005
        left += [(number, now) for number in pacer.release(now)]
    assert [number for number, _ in left] == [0, 1, 2, 3, 4]
    assert 0.08 < now < 0.14  # 5 kB at 1.1 of 300 kbps is 121 ms, and one leaves at once


def test_what_waits_is_bounded_and_may_be_taken_back() -> None:
    pacer: Pacer[int] = Pacer(0.0)
    for number in range(1_000):
        pacer.put(number, 1_000)
    pacer.drop(lambda number: number % 2 == 0)
    left = pacer.release(1.0) + pacer.release(100.0)
    assert all(number % 2 for number in left)
    assert left[0] >= 1_000 - MAX_BYTES // 1_000


def test_a_low_remb_counts_when_it_does_not_climb() -> None:
    remb = RembEstimator()
    assert remb.update(2_500_000, 0, 0, 0.0) == 2_500_000
    for second in range(1, 5):
        assert remb.update(300_000 + 20_000 * second, 1_000_000, 0, second) == 2_500_000  # it climbs
    for second in range(5, 12):
        bps = remb.update(400_000, 1_000_000, 0, second)
    assert bps == 400_000


def test_more_than_remb_says_is_tried_ever_more_rarely() -> None:
    remb = RembEstimator()
    remb.update(600_000, 0, 0, 0.0)
    tries = []
    bps, now = 600_000, 0.0
    while now < 120:
        now += 1.0
        # The line carries 700 kbps; whatever is tried is sent.
        former, bps = bps, remb.update(min(700_000, int(1.3 * bps)), bps, 3_000_000, now)
        if bps > former:
            tries.append(now)
    waits = [after - before for before, after in pairwise(tries)]
    assert len(tries) >= 3
    assert waits[-1] > waits[0]


def test_a_full_queue_is_seen_although_it_grows_no_more_and_is_believed_for_three_seconds() -> None:
    watch = QueueWatch()
    stands = []
    for index in range(60):
        watch.update((30 if index < 10 else 110) * MS, index * 100 * MS, is_slower=False)
        stands.append(watch.is_standing)
        assert not watch.is_clogged
    assert not any(stands[:14])
    assert any(stands[14:20])
    assert not any(stands[50:])


def test_jitter_is_no_standing_queue() -> None:
    watch, source = QueueWatch(), random.Random(3)
    for index in range(600):
        watch.update(int(source.uniform(20, 140)) * MS, index * 100 * MS, is_slower=True)
        assert not watch.is_standing or index < 100  # by then it is known how much this line wavers


def test_a_pacer_wakes_whoever_empties_it_once() -> None:
    woken: list[int] = []
    pacer: Pacer[int] = Pacer(0.0, lambda: woken.append(1))
    for number in range(3):
        pacer.put(number, 1_000)
    assert len(woken) == 1
    assert pacer.release(1.0)
    while not pacer.is_empty:
        pacer.release(10.0)
        pacer.release(20.0)
    pacer.put(3, 1_000)
    assert len(woken) == 2


def test_a_way_grows_by_what_left_in_order_only() -> None:
    way = Way()
    for sent, arrival in ((10.0, 10.02), (10.1, 10.17)):
        way.read(int(sent * 262_144), arrival)
    assert abs(way.growth - 0.5) < 0.01
    way.read(int(10.05 * 262_144), 10.18)
    assert way.growth == 0
