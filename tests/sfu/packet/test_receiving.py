"""Statistics, gaps, keyframe throttle and levels of what a publisher sends."""

import random
from itertools import pairwise

import pytest
from aiortc.rtcrtpreceiver import NackGenerator, StreamStatistics
from aiortc.rtp import RtpPacket
from hypothesis import given
from hypothesis import strategies as st

from sfu.packet.levels import LevelMeter
from sfu.packet.nack import GIVE_UP_S, MAX_MISSING, MAX_TRIES, REORDER_S, RETRY_S, SOON_TRIES, SOONEST_RETRY_S, Missing
from sfu.packet.receive_stats import ReceiveStats
from sfu.packet.throttle import KeyframeThrottle


def test_loss_is_that_since_the_last_report() -> None:
    stats = ReceiveStats(5, 48_000)
    for seq in (65_534, 65_535, 1, 2):
        assert stats.on_packet(seq, 0, 0.0) in (1, 2)
    block = stats.report(1.0)
    assert (block.highest_seq, block.cumulative_lost, block.fraction_lost) == (65_538, 1, 51)
    for seq in range(3, 13):
        stats.on_packet(seq, 0, 0.0)
    block = stats.report(2.0)
    assert (block.cumulative_lost, block.fraction_lost) == (1, 0)
    assert stats.report(3.0).fraction_lost == 0


def test_late_packets_are_counted_and_named_late() -> None:
    stats = ReceiveStats(5, 48_000)
    assert [stats.on_packet(seq, 0, 0.0) for seq in (10, 13, 12, 11, 14)] == [1, 3, -1, -2, 1]
    assert (stats.lost, stats.highest) == (0, 14)


def test_jitter_follows_the_rfc() -> None:
    """RFC 3550 A.8, against aiortc's statistics fed with the same arrivals in whole timestamp units."""
    rng = random.Random(3550)
    ours, theirs = ReceiveStats(5, 48_000), StreamStatistics(48_000)
    arrival = 0
    for seq in range(500):
        arrival += 960 + rng.randint(-300, 300)
        ours.on_packet(seq, seq * 960, arrival / 48_000)
        packet = RtpPacket(sequence_number=seq, timestamp=seq * 960, ssrc=5)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("aiortc.rtcrtpreceiver.time.time", lambda: arrival / 48_000)  # noqa: B023
            theirs.add(packet)
    assert ours.report(1.0).jitter == pytest.approx(theirs.jitter, abs=3)
    assert ours.report(1.0).jitter > 100


def test_a_wrap_of_the_timestamp_is_not_jitter() -> None:
    stats = ReceiveStats(5, 48_000)
    for seq in range(100):
        stats.on_packet(seq, (0xFFFFFFFF - 30 * 960 + seq * 960) & 0xFFFFFFFF, seq * 0.02)
    assert stats.report(3.0).jitter <= 1


def test_a_report_names_the_last_sender_report() -> None:
    stats = ReceiveStats(5, 48_000)
    stats.on_packet(1, 0, 0.0)
    assert (stats.report(1.0).lsr, stats.report(1.0).dlsr) == (0, 0)
    stats.on_sender_report(0x0123456789ABCDEF, 10.0)
    block = stats.report(10.5)
    assert (block.lsr, block.dlsr) == (0x456789AB, 32_768)


def test_a_gap_is_asked_for_after_a_moment_and_again_until_it_is_filled() -> None:
    missing = Missing()
    assert missing.on_gap(0x1_0001, 3, 5.0)
    assert missing.due(5.0) == []
    assert missing.due(5.0 + REORDER_S) == [65_535, 0]
    assert missing.due(5.0 + REORDER_S) == []
    assert missing.take(0)
    assert not missing.take(0)
    assert missing.next_due() == pytest.approx(5.0 + REORDER_S + RETRY_S)
    assert missing.due(5.2) == [65_535]
    assert missing.due(5.0 + GIVE_UP_S + 0.1) == []
    assert missing.next_due() is None


def asked_at(missing: Missing, seq: int, ends: float) -> list[float]:
    """When `seq` is asked for until then, in steps of 5 ms."""
    steps = [step * 0.005 for step in range(round(ends / 0.005))]
    return [now for now in steps if seq in missing.due(now)]


def test_where_repairs_come_soon_one_that_does_not_is_asked_for_sooner() -> None:
    missing = Missing()
    missing.on_gap(3, 2, 0.0)
    assert missing.due(REORDER_S) == [2]
    assert missing.repair(2, REORDER_S + 0.040) == 2
    missing.on_gap(10, 2, 0.0)
    times = asked_at(missing, 9, 0.6)
    waits = [later - sooner for sooner, later in pairwise(times)]
    assert waits[:SOON_TRIES] == pytest.approx([0.060] * SOON_TRIES)
    assert waits[SOON_TRIES:] and min(waits[SOON_TRIES:]) >= RETRY_S - 0.001


@pytest.mark.parametrize(("took", "wait"), [(0.001, SOONEST_RETRY_S), (0.5, RETRY_S)])
def test_however_soon_repairs_come_requests_have_their_distance(took: float, wait: float) -> None:
    missing = Missing()
    missing.on_gap(3, 2, 0.0)
    missing.due(REORDER_S)
    missing.repair(2, REORDER_S + took)
    assert missing.retry_s == wait


def test_an_answer_that_may_be_to_one_of_several_requests_teaches_nothing() -> None:
    missing = Missing()
    missing.on_gap(3, 2, 0.0)
    missing.due(REORDER_S)
    missing.due(REORDER_S + RETRY_S)
    assert missing.repair(2, REORDER_S + RETRY_S + 0.001) == 2
    assert missing.repair(2, REORDER_S + RETRY_S + 0.002) is None
    assert missing.retry_s == RETRY_S


def test_a_packet_is_asked_for_a_bounded_number_of_times() -> None:
    missing = Missing()
    missing.on_gap(2, 2, 0.0)
    asked = sum(len(missing.due(0.0 + step * 0.05)) for step in range(100))
    assert 1 < asked <= MAX_TRIES


def test_a_big_gap_is_not_asked_for() -> None:
    missing = Missing()
    missing.on_gap(5, 2, 0.0)
    assert not missing.on_gap(5_000, 4_995, 0.0)
    assert len(missing) == 0
    for step in range(1, 100):
        missing.on_gap(10 * step, 10, 0.0)
        assert len(missing) <= MAX_MISSING


@given(st.lists(st.integers(1, 6), max_size=60))
def test_it_asks_for_what_another_implementation_asks_for(jumps: list[int]) -> None:
    missing, reference = Missing(), NackGenerator()
    reference.add(RtpPacket(sequence_number=0))
    seq = 0
    for jump in jumps:
        seq += jump
        reference.add(RtpPacket(sequence_number=seq))
        if jump > 1:
            missing.on_gap(seq, jump, 0.0)
    assert set(missing.due(0.1)) >= set(reference.missing) - set(range(seq - 128))


def test_keyframe_requests_are_throttled_and_none_is_forgotten() -> None:
    throttle = KeyframeThrottle()
    assert throttle.request(10.0)
    assert not throttle.request(10.1)
    assert not throttle.is_due(10.4)
    assert throttle.is_due(10.5)
    assert throttle.request(10.5)
    assert not throttle.is_due(11.5)


def test_a_keyframe_satisfies_those_who_asked_before_it() -> None:
    throttle = KeyframeThrottle()
    throttle.request(10.0)
    throttle.request(10.1)
    throttle.on_keyframe()
    assert not throttle.is_due(10.6)


def test_a_level_is_smoothed_over_about_300_ms() -> None:
    meter = LevelMeter()
    for step in range(15):
        meter.on_level(0x80 | 10, 100 + step * 0.02)
    assert 45 < meter.read(100.3) < 65
    for step in range(15, 100):
        meter.on_level(10, 100 + step * 0.02)
    assert meter.read(102.0) in (10, 11)


def test_a_level_fades_with_time_when_packets_stop() -> None:
    meter = LevelMeter()
    for step in range(100):
        meter.on_level(10, 100 + step * 0.02)
    values = [meter.read(102 + step * 0.2) for step in range(10)]
    assert values == sorted(values)
    assert values[0] < 20
    assert values[-1] > 120


def test_one_loud_packet_after_silence_is_not_a_speaker() -> None:
    meter = LevelMeter()
    meter.on_level(0, 100.0)
    meter.on_level(0, 160.0)
    assert meter.read(160.0) > 70
    meter.reset()
    assert meter.read(160.0) == 127
