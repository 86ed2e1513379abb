"""What a budget carries: everybody before anybody's sharpness, and the most important first."""

from itertools import pairwise

from hypothesis import given

from sfu.control.budget import FIRST_BPS, Want, carried, goal_bps, steps
from sfu.control.chooser import Chooser
from sfu.control.ladder import camera_ladder, settled, single_ladder
from sfu.plane import Layer
from sfu.uplinks import CAMERA_LAYERS
from tests.support.wants import LIVE, budgets, spent, wants


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
