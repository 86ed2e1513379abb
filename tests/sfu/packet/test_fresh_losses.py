"""What feedback shows as lost is told once, and only once."""

from hypothesis import given
from hypothesis import strategies as st

from sfu.packet.fresh_losses import FreshLosses
from sfu.packet.transport_feedback import NOT_RECEIVED, TransportFeedback


def told(base: int, came: str) -> TransportFeedback:
    """`came`: a 1 for each packet that came, a 0 for each that did not."""
    return TransportFeedback(base, 0, tuple(100 if one == "1" else NOT_RECEIVED for one in came))


def test_a_loss_is_told_once_however_often_feedback_repeats_it() -> None:
    losses = FreshLosses()
    assert losses.read(told(65_533, "10101")) == [65_534, 0]
    assert losses.read(told(65_533, "101010011")) == [2, 3]
    assert losses.read(told(65_534, "01")) == []
    assert losses.read(told(6, "01")) == [6]


def test_after_a_long_silence_what_is_told_is_new() -> None:
    losses = FreshLosses()
    losses.read(told(10, "11"))
    assert losses.read(told(40_000, "0101")) == [40_000, 40_002]


@given(st.lists(st.tuples(st.integers(-20, 3), st.text("01", min_size=1, max_size=30)), max_size=20))
def test_nothing_is_told_twice_and_nothing_that_came(steps: list[tuple[int, str]]) -> None:
    losses, end, seen = FreshLosses(), 1_000, set[int]()
    losses.read(told(999, "1"))
    for back, came in steps:
        base = end + back
        fresh = losses.read(told(base, came))
        assert all(came[seq - base] == "0" for seq in fresh)
        assert fresh == [base + at for at, one in enumerate(came) if one == "0" and base + at >= end]
        assert not seen & set(fresh)
        seen |= set(fresh)
        end = max(end, base + len(came))
