"""Layers that are asked for and do not come, or come and go."""

from itertools import pairwise

from sfu.control.watched import FIRST_AGAIN_S, LAST_AGAIN_S, MISSING_S, STEADY_S, Watched

RIDS = ("q", "h")


def asked_again(watched: Watched, stays_s: float, seconds: int) -> list[int]:
    """When `h` is asked for, second by second, where it always comes at once and goes after `stays_s`."""
    asked: list[int] = []
    is_missing, until = False, stays_s
    for second in range(seconds):
        watched.update(RIDS, float(second))
        live = ("q", "h") if second < until else ("q",)
        was_missing, is_missing = is_missing, "h" in watched.missing(live, float(second))
        if was_missing and not is_missing:
            asked.append(second)
            until = second + stays_s
    return asked


def test_a_layer_that_comes_and_goes_is_asked_for_ever_more_rarely() -> None:
    asked = asked_again(Watched(RIDS, 0.0), stays_s=6, seconds=400)
    distances = [later - sooner for sooner, later in pairwise(asked)]
    assert asked[0] <= MISSING_S + 6 + FIRST_AGAIN_S
    assert distances == sorted(distances)
    assert distances[-1] >= LAST_AGAIN_S


def test_a_layer_that_stayed_is_asked_for_soon_once_it_goes() -> None:
    stays = int(STEADY_S) + 5
    asked = asked_again(Watched(RIDS, 0.0), stays_s=stays, seconds=400)
    assert len(asked) > 5
    assert max(later - sooner for sooner, later in pairwise(asked)) <= stays + FIRST_AGAIN_S + MISSING_S + 1
