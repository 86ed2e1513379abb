"""A viewer to whom nothing is sent gives no feedback, and that says nothing of the line."""

from sfu.packet.congestion.queue_watch import MAX_DRAIN_US
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
