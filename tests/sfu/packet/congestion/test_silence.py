"""A viewer to whom nothing is sent gives no feedback, and that says nothing of the line."""

import pytest

from sfu.packet.congestion.estimator import DOUBT_BPS, LineEstimator
from sfu.packet.congestion.queue_watch import MAX_DRAIN_US
from sfu.packet.sent_ring import SentRing
from sfu.packet.transport_feedback import TransportFeedback
from tests.support.adaptation import STEP_S, Viewing
from tests.support.line_schedule import Impairment


def fall_silent(viewing: Viewing) -> None:
    """All microphones are muted."""
    viewing._voice_at.clear()


def clogged_and_silent() -> Viewing:
    """The line falls to a seventh, and everybody falls silent when its queue stops the pictures."""
    viewing = Viewing(tiles=[640])
    viewing.run(10)
    viewing.line(Impairment(delay_s=0.025, rate_bps=2e5))
    viewing.since(viewing.now, lambda it: it.estimator.is_clogged, 3)
    fall_silent(viewing)
    viewing.run(1.0)
    return viewing


def test_a_clog_ends_although_nothing_is_sent_any_more() -> None:
    viewing = clogged_and_silent()
    began = viewing.now
    viewing.since(began, lambda it: not it.estimator.is_clogged, MAX_DRAIN_US / 1e6)
    viewing.since(began, lambda it: it.slots[0].current == "q", 20)


def test_a_clog_lasts_while_feedback_tells_of_the_queue() -> None:
    viewing = Viewing(tiles=[640])
    viewing.run(10)
    viewing.line(Impairment(delay_s=0.025, rate_bps=4e4, queue_s=5.0))
    viewing.since(viewing.now, lambda it: it.estimator.is_clogged, 3)
    clogged_at = viewing.now
    while viewing.estimator.is_clogged and viewing.now - clogged_at < 20:
        viewing.run(STEP_S)
    assert viewing.now - clogged_at > 1.0, viewing.told()


@pytest.mark.parametrize("seed", range(1, 5))
@pytest.mark.parametrize("loss", [0.0, 0.2])
def test_a_line_to_which_nothing_is_sent_is_believed_as_before(loss: float, seed: int) -> None:
    viewing = Viewing(tiles=[1280], seed=seed)
    viewing.line(Impairment(delay_s=0.025, rate_bps=3e6, loss=loss))
    viewing.run(20)
    fall_silent(viewing)
    viewing.slots.clear()
    viewing.run(0.5)
    viewing.estimator.prober.goal = 0
    believed = viewing.estimator.bps
    assert believed > 2 * DOUBT_BPS
    viewing.run(20)
    assert viewing.estimator.bps == believed, viewing.told()


def test_packets_that_never_left_are_not_waited_for() -> None:
    ring, now = SentRing(), 100.0
    estimator = LineEstimator(ring, now)
    for seq in range(10):
        ring.record(seq, int(now * 1e6), 1_000)
    estimator.on_feedback(TransportFeedback(0, 0, tuple(range(1_000, 1_010))), now)
    believed = estimator.bps
    for tenth in range(100):
        estimator.tick(200, now + tenth / 10)  # numbers that a pacer took and dropped
    assert estimator.bps == believed
    for seq in range(200, 220):
        ring.record(seq, int((now + 10) * 1e6), 1_000)
    for tenth in range(100, 200):
        estimator.tick(220, now + tenth / 10)
    assert estimator.bps == believed // 2


def test_a_dark_line_is_doubted_again_and_again() -> None:
    viewing = Viewing(tiles=[1280])
    viewing.run(15)
    believed = viewing.estimator.bps
    viewing.line(Impairment(is_dark=True), Impairment(is_dark=True))
    viewing.run(10)
    assert viewing.estimator.bps == DOUBT_BPS < believed // 4
