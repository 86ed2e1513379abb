"""What viewers' pages ask for, for tests of what they are sent."""

from hypothesis import strategies as st

from sfu.control.budget import Want
from sfu.control.chooser import Chooser
from sfu.control.ladder import Rung
from sfu.plane import Layer

LIVE = {"q": 120_000, "h": 400_000, "f": 1_200_000}

rungs = st.lists(st.integers(20_000, 3_000_000), min_size=1, max_size=7, unique=True).map(
    lambda rates: tuple(Rung(Layer(f"r{index}"), bps) for index, bps in enumerate(sorted(rates)))
)
wants = st.lists(st.tuples(rungs, st.booleans()), min_size=1, max_size=9).map(
    lambda made: [Want(pub, ladder, is_first) for pub, (ladder, is_first) in enumerate(made)]
)
budgets = st.integers(0, 12_000_000)


def spent(asked: list[Want], chosen: dict[int, int]) -> int:
    by_pub = {want.pub: want for want in asked}
    return sum(by_pub[pub].rungs[index].bps for pub, index in chosen.items())


def settle(chooser: Chooser, asked: list[Want], budget: float, now: float = 0.0) -> float:
    """The same budget for long enough."""
    for _ in range(100):
        chooser.update(asked, budget, now)
        now += 0.5
    return now


def waited(chooser: Chooser, asked: list[Want], budget: float, now: float) -> float:
    """How long the same budget lasts until more is sent."""
    before = dict(chooser.chosen)
    began = now
    while chooser.update(asked, budget, now) == before:
        now += 0.1
        assert now < began + 60
    return now - began
