"""What a viewer is sent: within the estimate, most important first, and without flicker."""

import random

from hypothesis import given
from hypothesis import strategies as st

from sfu.control.budget import AMPLE, MARGIN, Want, carried, goal_bps
from sfu.control.chooser import HOLD_S, STEADY_S, Chooser
from sfu.control.ladder import camera_ladder
from sfu.plane import Layer
from sfu.uplinks import CAMERA_LAYERS
from tests.support.wants import LIVE, budgets, settle, spent, waited, wants


def test_where_the_better_layer_ceases_all_pictures_of_the_smaller_one_are_shown() -> None:
    """However few bits the better one had at its end: a quarter of the pictures would be a standstill each time."""
    chooser = Chooser()
    with_h = camera_ladder({"q": 110_000, "h": 400_000}, 500, temporal=3)
    settle(chooser, [Want(1, with_h)], 3e6)
    dwindling = camera_ladder({"q": 110_000, "h": 30_000}, 500, temporal=3)
    [index] = chooser.update([Want(1, dwindling)], 3e6, 100.0).values()
    assert dwindling[index].layer == Layer("h")
    only_q = camera_ladder({"q": 110_000}, 500, temporal=3, layers=CAMERA_LAYERS[:1])
    [index] = chooser.update([Want(1, only_q)], 3e6, 101.0).values()
    assert only_q[index].layer == Layer("q")


@given(wants, st.integers(50_000, 6_000_000), st.lists(st.floats(0.9, 1.1), min_size=20, max_size=60))
def test_an_estimate_that_wavers_by_a_tenth_changes_nothing(asked: list[Want], budget: int, noise: list[float]) -> None:
    chooser = Chooser()
    now = settle(chooser, asked, 0.9 * budget)
    seen = []
    for factor in noise:
        seen.append(dict(chooser.update(asked, budget * factor, now)))
        now += 0.2
    # It may rise once, if what was there before was less than what fits surely; it never falls again.
    levels = [sum(index + 1 for index in chosen.values()) for chosen in seen]
    assert levels == sorted(levels)


@given(wants, st.lists(st.tuples(budgets, st.floats(0.05, 5)), max_size=40))
def test_what_is_sent_always_fits_and_stays_monotone_in_time(asked: list[Want], moves: list[tuple[int, float]]) -> None:
    chooser = Chooser()
    now = 0.0
    for budget, wait in moves:
        now += wait
        chosen = chooser.update(asked, budget, now)
        assert spent(asked, chosen) <= budget
        assert all(0 <= index < len(asked[pub].rungs) for pub, index in chosen.items())


@given(wants, st.lists(st.tuples(budgets, st.integers(0, 400_000)), max_size=40), st.randoms(use_true_random=False))
def test_whoever_is_most_important_what_is_sent_fits(
    asked: list[Want], moves: list[tuple[int, int]], random_: random.Random
) -> None:
    chooser = Chooser()
    for second, (budget, excess) in enumerate(moves):
        ordered = random_.sample(asked, random_.randint(1, len(asked)))
        chosen = chooser.update(ordered, budget, float(second), excess=excess)
        assert spent(asked, chosen) <= budget
        assert chosen.keys() <= {want.pub for want in ordered}


def test_nine_small_tiles_get_nine_small_layers() -> None:
    asked = [Want(pub, camera_ladder(LIVE, 320)) for pub in range(9)]
    chooser = Chooser()
    settle(chooser, asked, 20_000_000)
    assert {asked[pub].rungs[index].layer for pub, index in chooser.chosen.items()} == {Layer("q")}
    assert len(chooser.chosen) == 9


def test_down_at_once_up_after_a_while_and_later_each_time_it_was_too_much() -> None:
    asked = [Want(1, camera_ladder(LIVE, 1280))]
    chooser = Chooser()
    now = settle(chooser, asked, 3_000_000)
    assert chooser.chosen == {1: 2}
    assert chooser.update(asked, 250_000, now) == {1: 0}
    waits = []
    for _ in range(3):
        began = now = now + 1
        while chooser.update(asked, 400_000 * MARGIN + 1, now) == {1: 0}:
            now += 0.1
        waits.append(now - began)
        now += 1
        assert chooser.update(asked, 390_000, now) == {1: 0}
    assert waits[0] <= 1.2
    assert waits[0] < waits[1] < waits[2]


def wary(asked: list[Want]) -> tuple[Chooser, float]:
    """A chooser for whom the step from `q` to `h` was too much, three times in succession; and the time."""
    chooser = Chooser()
    now = settle(chooser, asked, 250_000)
    for _ in range(3):
        now += waited(chooser, asked, 400_000 * MARGIN + 1, now)
        chooser.update(asked, 390_000, now)
    assert chooser.is_wary
    return chooser, now


def test_after_a_raise_that_was_too_much_a_line_that_carries_far_more_is_believed_soon() -> None:
    asked = [Want(1, camera_ladder(LIVE, 700))]
    for budget, least, most in ((400_000 * MARGIN + 1, 7.9, 8.2), (400_000 * AMPLE + 1, 0.9, 1.2)):
        chooser, now = wary(asked)
        assert least <= waited(chooser, asked, budget, now) <= most


def test_for_a_moment_it_is_not_believed() -> None:
    asked = [Want(1, camera_ladder(LIVE, 700))]
    chooser, now = wary(asked)
    for _ in range(3):
        for budget, seconds in ((400_000 * AMPLE + 1, 0.8), (400_000 * MARGIN + 1, 1.0)):
            assert chooser.update(asked, budget, now) == {1: 0}
            now += seconds


def test_of_a_line_that_carries_far_more_only_what_it_amply_carries_is_sent() -> None:
    asked = [Want(1, camera_ladder(LIVE, 1280))]
    chooser, now = wary(asked)
    now += waited(chooser, asked, 1_200_000 * MARGIN + 1, now)
    assert chooser.chosen == {1: 1}


def test_the_rest_of_what_fits_is_sent_after_the_wait_although_the_line_is_not_heard_of_again() -> None:
    asked = [Want(1, camera_ladder(LIVE, 1280))]
    chooser, began = wary(asked)
    budget = 1_200_000 * MARGIN + 1
    assert chooser.update(asked, budget, began) == {1: 0}
    for expected in (1, 2):
        now = chooser.due
        assert now is not None and now < began + 9
        assert chooser.update(asked, budget, now) == {1: expected}


def test_whoever_is_wary_wants_to_know_whether_the_line_carries_far_more() -> None:
    asked = [Want(pub, camera_ladder(LIVE, 320)) for pub in range(2)]
    voices_bps = 65_000
    usual, more = goal_bps(asked, voices_bps), goal_bps(asked, voices_bps, is_wary=True)
    assert len(carried(asked, (usual - voices_bps) / MARGIN)) == 2
    assert len(carried(asked, (usual - voices_bps) / AMPLE)) < 2
    assert len(carried(asked, (more - voices_bps) / AMPLE)) == 2


def test_after_a_while_without_trouble_nobody_is_wary_any_more_and_asks_for_that_moment() -> None:
    asked = [Want(1, camera_ladder(LIVE, 700))]
    chooser, now = wary(asked)
    assert chooser.due is not None and now < chooser.due <= now + STEADY_S
    chooser.update(asked, 390_000, chooser.due - 0.1)
    assert chooser.is_wary and chooser.due is not None
    chooser.update(asked, 390_000, chooser.due)
    assert not chooser.is_wary and chooser.due is None


def test_a_long_wait_ends_when_the_trouble_is_long_over() -> None:
    asked = [Want(1, camera_ladder(LIVE, 700))]
    chooser, lowered_at = wary(asked)
    late = lowered_at + STEADY_S - 1
    chooser.update(asked, 400_000 * MARGIN + 1, late)
    assert chooser.due == lowered_at + STEADY_S
    assert late + waited(chooser, asked, 400_000 * MARGIN + 1, late) < lowered_at + STEADY_S + 0.2


def test_who_becomes_more_important_comes_by_itself_although_the_line_is_not_heard_of_again() -> None:
    asked = [Want(pub, camera_ladder(LIVE, 320)) for pub in range(3)]
    chooser = Chooser()
    now = settle(chooser, asked, 310_000)
    assert chooser.chosen == {0: 0, 1: 0}
    newest = [asked[2], asked[0], asked[1]]
    assert chooser.update(newest, 310_000, now) == {0: 0}
    assert chooser.due is not None and chooser.due <= now + HOLD_S
    assert chooser.update(newest, 310_000, chooser.due) == {2: 0, 0: 0}


def test_nothing_is_tried_that_would_not_fit_beside_what_voices_take_and_what_is_sent_stays() -> None:
    one, two = (Want(pub, camera_ladder(LIVE, 320)) for pub in range(2))
    chooser = Chooser()
    now = settle(chooser, [one], 310_000)
    assert chooser.update([one, two], 310_000, now, excess=100_000) == {0: 0}
    for _ in range(100):
        now += 1
        assert chooser.update([one, two], 310_000, now, excess=100_000) == {0: 0}
    now += waited(chooser, [one, two], 310_000, now)
    assert chooser.update([one, two], 310_000, now) == {0: 0, 1: 0}
    assert chooser.update([one, two], 310_000, now, excess=100_000) == {0: 0, 1: 0}


def test_somebody_new_is_shown_at_once_where_there_is_room() -> None:
    one, two = Want(1, camera_ladder(LIVE, 320)), Want(2, camera_ladder(LIVE, 320))
    chooser = Chooser()
    now = settle(chooser, [one], 400_000)
    assert chooser.update([one, two], 400_000, now) == {1: 0, 2: 0}
    assert chooser.update([two], 400_000, now) == {2: 0}


def test_no_video_where_the_smallest_does_not_fit_and_video_again_with_a_margin() -> None:
    asked = [Want(1, camera_ladder(LIVE, 320))]
    chooser = Chooser()
    assert chooser.update(asked, 300_000, 0) == {1: 0}
    assert chooser.update(asked, 100_000, 1) == {}
    now = settle(chooser, asked, 130_000, 2)
    assert chooser.chosen == {}
    settle(chooser, asked, 160_000, now)
    assert chooser.chosen == {1: 0}
