"""What a viewer is sent: within the estimate, most important first, and without flicker."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sfu.control.chooser import AMPLE, FIRST_BPS, MARGIN, STEADY_S, Chooser, Want, carried, goal_bps, steps, voices_bps
from sfu.control.ladder import Rung, camera_ladder, settled, single_ladder
from sfu.plane import Layer
from sfu.uplinks import CAMERA_LAYERS

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


@given(wants, budgets)
def test_what_is_carried_fits(asked: list[Want], budget: int) -> None:
    assert spent(asked, carried(asked, budget)) <= budget


@given(wants, budgets, budgets)
def test_more_budget_takes_nothing_away(asked: list[Want], one: int, other: int) -> None:
    less, more = carried(asked, min(one, other)), carried(asked, max(one, other))
    assert all(more.get(pub, -1) >= index for pub, index in less.items())


@given(wants, budgets)
def test_nobody_is_shown_before_somebody_more_important(asked: list[Want], budget: int) -> None:
    chosen = carried(asked, budget)
    ordered = sorted(asked, key=lambda want: not want.is_first)
    shown = [want.pub in chosen for want in ordered]
    assert shown == sorted(shown, reverse=True)


@given(wants, budgets)
def test_no_tile_is_sharpened_while_a_first_one_could_be(asked: list[Want], budget: int) -> None:
    chosen = carried(asked, budget)
    if any(chosen.get(want.pub, 0) > 0 for want in asked if not want.is_first):
        assert all(chosen[want.pub] == len(want.rungs) - 1 for want in asked if want.is_first)


@given(wants)
def test_every_step_is_there_once(asked: list[Want]) -> None:
    taken = [(pub, index) for pub, index, _ in steps(asked)]
    assert sorted(taken) == sorted((want.pub, index) for want in asked for index in range(len(want.rungs)))
    assert len(carried(asked, goal_bps(asked, 0))) == len(asked)


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


def test_nine_small_tiles_get_nine_small_layers() -> None:
    asked = [Want(pub, camera_ladder(LIVE, 320)) for pub in range(9)]
    chooser = Chooser()
    settle(chooser, asked, 20_000_000)
    assert {asked[pub].rungs[index].layer for pub, index in chooser.chosen.items()} == {Layer("q")}
    assert len(chooser.chosen) == 9


def test_a_large_tile_gets_the_large_layer_and_an_unknown_one_the_middle() -> None:
    assert camera_ladder(LIVE, 1280)[-1].layer == Layer("f")
    assert camera_ladder(LIVE, 700)[-1].layer == Layer("h")
    assert camera_ladder(LIVE, 0)[-1].layer == Layer("h")
    assert camera_ladder(LIVE, 1280, smallest_only=True)[-1].layer == Layer("q")


def test_temporal_layers_are_half_steps() -> None:
    ladder = camera_ladder(LIVE, 1280, temporal=3)
    assert [(rung.layer.rid, rung.layer.tid) for rung in ladder] == [
        ("q", 0), ("q", 1), ("q", None), ("h", 1), ("h", None), ("f", 1), ("f", None),
    ]  # fmt: skip
    assert all(low.bps < high.bps for low, high in pairwise(ladder))


def test_a_layer_that_costs_more_than_a_larger_one_is_left_out() -> None:
    ladder = camera_ladder({"q": 300_000, "h": 200_000, "f": 900_000}, 1280)
    assert [rung.layer.rid for rung in ladder] == ["h", "f"]


def test_a_layer_that_is_not_published_yet_is_wished_for_and_the_best_live_one_sent() -> None:
    ladder = camera_ladder({"q": 100_000}, 1280)
    assert [rung.bps for rung in ladder] == [100_000, *(layer.max_bps for layer in CAMERA_LAYERS[1:])]
    assert settled(ladder, 2) == Layer("q")
    assert settled(ladder, 0) == Layer("q")
    assert settled(camera_ladder({"f": 900_000}, 1280), 0) == Layer("q")  # it will come
    assert single_ladder(5)[0].layer == Layer()


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


def waited(chooser: Chooser, asked: list[Want], budget: float, now: float) -> float:
    """How long the same budget lasts until more is sent."""
    before = dict(chooser.chosen)
    began = now
    while chooser.update(asked, budget, now) == before:
        now += 0.1
        assert now < began + 60
    return now - began


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
    usual, more = goal_bps(asked, 2), goal_bps(asked, 2, is_wary=True)
    assert len(carried(asked, (usual - voices_bps(2)) / MARGIN)) == 2
    assert len(carried(asked, (usual - voices_bps(2)) / AMPLE)) < 2
    assert len(carried(asked, (more - voices_bps(2)) / AMPLE)) == 2


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


def test_while_the_line_is_unknown_everybody_is_sent_small() -> None:
    asked = [Want(pub, camera_ladder(LIVE, 1280)) for pub in range(3)]
    assert Chooser().update(asked, None, 0) == {0: 0, 1: 0, 2: 0}


def test_a_few_begin_with_all_pictures_of_the_smallest_layer_and_many_with_a_quarter_of_them() -> None:
    ladder = camera_ladder(LIVE, 1280, temporal=3)
    names = [(rung.layer.rid, rung.layer.tid) for rung in ladder]
    few = Chooser().update([Want(pub, ladder) for pub in range(3)], None, 0)
    assert {names[index] for index in few.values()} == {("q", None)}
    many = Chooser().update([Want(pub, ladder) for pub in range(9)], None, 0)
    assert len(many) == 9
    assert {names[index][0] for index in many.values()} == {"q"}
    assert sum(ladder[index].bps for index in many.values()) <= FIRST_BPS


@given(wants)
def test_whoever_is_shown_on_an_unknown_line_is_sent_the_smallest_layer(asked: list[Want]) -> None:
    chosen = carried(asked, None)
    for want in asked:
        assert want.rungs[chosen[want.pub]].layer.rid == want.rungs[0].layer.rid


def test_voices_are_kept_room_for() -> None:
    assert voices_bps(0) == 0
    assert voices_bps(1) < voices_bps(3) < voices_bps(8) == voices_bps(25)
