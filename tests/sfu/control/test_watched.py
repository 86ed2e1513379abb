"""Layers that are asked for and do not come, or come and go."""

from itertools import pairwise

from sfu.control.watched import (
    FIRST_AGAIN_S,
    KNOWN_AGAIN_S,
    KNOWN_S,
    LAST_AGAIN_S,
    LINGER_S,
    MISSING_S,
    STEADY_S,
    Watched,
)

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


def test_a_layer_that_ceases_is_given_up_at_once_and_one_that_is_asked_for_again_has_time() -> None:
    """A browser whose line is full sends padding for as long as it may send one more layer."""
    watched = Watched(RIDS, 0.0)
    watched.update(RIDS, 0.0)
    assert watched.missing(RIDS, 0.0) == frozenset()
    assert "h" not in watched.missing(("q",), MISSING_S - 0.1)
    assert watched.rids == RIDS
    assert "h" in watched.missing(("q",), MISSING_S)
    assert watched.update(("q",), MISSING_S)
    assert watched.rids == ("q",)
    again = watched.again
    assert again == MISSING_S + FIRST_AGAIN_S
    assert "h" not in watched.missing(("q",), again)
    assert watched.update(RIDS, again)
    assert watched.rids == RIDS
    assert "h" in watched.missing(("q",), again + MISSING_S)
    assert not watched.update(("q",), again + MISSING_S)
    assert watched.update(("q",), again + MISSING_S + LINGER_S)


def test_a_layer_that_comes_for_seconds_is_given_up_at_once_each_time_that_it_ceases() -> None:
    watched = Watched(RIDS, 0.0)
    watched.update(RIDS, 0.0)
    now = 0.0
    for _ in range(4):
        watched.missing(("q",), now)
        watched.missing(RIDS, now + 3)
        assert "h" in watched.missing(("q",), now + 10)
        assert watched.update(("q",), now + 10)
        assert watched.rids == ("q",)
        assert watched.again is not None
        now = watched.again
        assert "h" not in watched.missing(("q",), now)
        assert watched.update(RIDS, now)


def test_a_camera_that_is_switched_on_late_has_time_for_its_larger_layers() -> None:
    watched = Watched(RIDS, 0.0)
    watched.want_all(0.0)
    watched.update(RIDS, 60.0)
    assert watched.missing(("q",), 61.0) == frozenset()
    assert watched.missing(("q",), 61.0 + MISSING_S) == {"h"}
    watched.want_all(100.0)
    watched.update(RIDS, 200.0)
    assert watched.missing(("q",), 201.0) == frozenset(), "and so each time"
    assert watched.missing(RIDS, 202.0) == frozenset()
    watched.want_all(300.0)
    watched.update(RIDS, 400.0)
    watched.missing(("q",), 401.0)
    assert watched.missing(("q",), 401.0 + MISSING_S) == {"h"}
    assert not watched.update(("q",), 401.0 + MISSING_S), "it was there before the camera was off, not since"


def test_a_larger_layer_is_not_asked_for_before_the_smaller_one_came() -> None:
    watched = Watched(("q", "h", "f"), 0.0)
    watched.update(("f",), 0.0)
    watched.missing(("q", "h", "f"), 0.0)
    assert watched.missing(("q", "h"), 10.0) == {"f"}
    assert watched.missing(("q",), 11.0) == {"h", "f"}
    both_over = 11.0 + 2 * FIRST_AGAIN_S
    assert watched.missing(("q",), both_over) == {"f"}
    assert watched.missing(("q", "h"), both_over + 2) == frozenset()


def test_where_a_layer_does_not_come_larger_ones_do_not_either() -> None:
    watched = Watched(("q", "h", "f"), 0.0)
    watched.update(("h",), 0.0)
    watched.update(("h",), LINGER_S)
    assert watched.rids == ("q", "h"), "nobody asked for f, so it is not late"
    assert watched.missing(("q", "h"), LINGER_S) == frozenset()
    assert watched.missing(("q",), LINGER_S + MISSING_S) == {"h", "f"}
    assert watched.missing(("q", "f"), LINGER_S + MISSING_S) == {"h"}


def narrow(watched: Watched, since: float, seconds: int) -> list[float]:
    """When `h` may be sent, second by second, where it does not come."""
    sent: list[float] = []
    for second in range(seconds):
        now = since + second
        missing = watched.missing(("q",), now)
        watched.update(("q",) if "h" in missing else RIDS, now)
        if "h" in watched.rids:
            sent.append(now)
    return sent


def pauses(watched: Watched, since: float, seconds: int) -> list[tuple[float, float]]:
    """When `h` may be sent again, after how long, where it does not come."""
    sent = narrow(watched, since, seconds)
    return [(later - since, later - sooner - 1) for sooner, later in pairwise([since, *sent]) if later - sooner > 1]


def test_a_layer_that_was_there_may_be_sent_again_after_a_fraction_of_the_time_that_the_line_was_narrow() -> None:
    watched = Watched(RIDS, 0.0)
    watched.update(RIDS, 0.0)
    watched.missing(RIDS, 0.0)
    watched.missing(RIDS, KNOWN_S)
    found = pauses(watched, KNOWN_S + 1, 600)
    assert len(found) > 8
    assert all(pause <= KNOWN_AGAIN_S + 1 + 0.1 * away for away, pause in found)
    assert found[-1][1] > FIRST_AGAIN_S, "ever more rarely all the same"


def test_a_larger_layer_that_was_there_tells_that_smaller_ones_can_be() -> None:
    watched = Watched(("q", "h", "f"), 0.0)
    watched.update(("f",), 0.0)
    watched.update(("f",), LINGER_S)
    assert watched.rids == ("q", "f")
    watched.missing(("q", "f"), LINGER_S)
    watched.missing(("q", "f"), LINGER_S + KNOWN_S)
    watched.update(("h",), LINGER_S + KNOWN_S + 1)
    found = pauses(watched, LINGER_S + KNOWN_S + 1, 200)
    assert all(pause <= KNOWN_AGAIN_S + 1 + 0.1 * away for away, pause in found)


def test_what_could_be_before_the_camera_was_closed_says_nothing_of_the_one_that_is_opened() -> None:
    watched = Watched(RIDS, 0.0)
    watched.update(RIDS, 0.0)
    watched.missing(RIDS, 0.0)
    watched.missing(RIDS, KNOWN_S)
    watched.want_all(KNOWN_S + 1)
    watched.update(RIDS, 100.0)
    assert max(pause for _, pause in pauses(watched, 100.0, 100)) > 20


def test_how_long_a_layer_stayed_counts_though_nobody_asked_meanwhile() -> None:
    watched = Watched(RIDS, 0.0)
    watched.update(RIDS, 0.0)
    watched.missing(RIDS, 0.0)
    found = pauses(watched, 60.0, 200)
    assert all(pause <= KNOWN_AGAIN_S + 1 + 0.1 * away for away, pause in found)


def test_a_layer_that_was_there_and_then_only_comes_and_goes_is_asked_for_ever_more_rarely() -> None:
    watched = Watched(RIDS, 0.0)
    watched.update(RIDS, 0.0)
    for second in range(int(KNOWN_S) + 1):
        watched.missing(RIDS, float(second))
    now, waits = KNOWN_S + 1, []
    for _ in range(6):
        assert "h" in watched.missing(("q",), now)
        watched.update(("q",), now)
        again = watched.again
        assert again is not None
        waits.append(again - now)
        watched.missing(("q",), again)
        watched.update(RIDS, again)
        watched.missing(RIDS, again + 1)
        now = again + MISSING_S
    assert waits == sorted(waits)
    assert waits[-1] == LAST_AGAIN_S


def test_a_layer_that_nobody_wants_lingers() -> None:
    watched = Watched(RIDS, 0.0)
    assert not watched.update(("q",), 1.0)
    assert not watched.update(("q",), 1.0 + LINGER_S - 0.1)
    assert watched.update(("q",), 1.0 + LINGER_S)


def test_a_layer_that_stayed_is_asked_for_soon_once_it_goes() -> None:
    stays = int(STEADY_S) + 5
    asked = asked_again(Watched(RIDS, 0.0), stays_s=stays, seconds=400)
    assert len(asked) > 5
    assert max(later - sooner for sooner, later in pairwise(asked)) <= stays + FIRST_AGAIN_S + MISSING_S + 1
