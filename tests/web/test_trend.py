"""The small chart of how many came."""

from web.trend import EDGE, HEIGHT, SHOWN, WIDTH, trend_of


def test_nothing_came_of_nothing() -> None:
    assert trend_of([]) is None


def test_one_date_is_a_dot_and_a_sentence() -> None:
    trend = trend_of([1])
    assert trend is not None
    assert trend.words == "1 person came to the last date."
    assert trend.last == (str(EDGE), str(EDGE))


def test_only_the_newest_are_shown_and_said_in_order() -> None:
    trend = trend_of([99, *range(1, SHOWN + 1)])
    assert trend is not None
    assert trend.counts == (1, 2, 3, 4, 5, 6, 7, 8)
    assert trend.words == "1, 2, 3, 4, 5, 6, 7 and 8 people came to the last 8 dates."


def test_every_point_is_in_the_box_and_zero_is_at_its_foot() -> None:
    trend = trend_of([0, 7, 3, 12])
    assert trend is not None
    points = [tuple(map(float, point.split(","))) for point in trend.points.split()]
    assert points[0] == (EDGE, HEIGHT - EDGE)
    assert points[-1] == (WIDTH - EDGE, EDGE)
    assert all(EDGE <= x <= WIDTH - EDGE and EDGE <= y <= HEIGHT - EDGE for x, y in points)
    assert (trend.last[0], trend.last[1]) == tuple(trend.points.split()[-1].split(","))


def test_a_group_where_nobody_came_is_a_flat_line() -> None:
    trend = trend_of([0, 0])
    assert trend is not None
    assert {point.split(",")[1] for point in trend.points.split()} == {str(HEIGHT - EDGE)}
