"""A cause that repeats itself is told a few times, then now and then, and what was left out is counted."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from server.log_pace import BURST, EVERY_S, MOST_CAUSES, Pace
from server.logs import configure_logs


class Hand:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    logging.root.handlers[:], logging.root.level = handlers, level


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_flood_of_one_cause_is_a_few_lines_and_a_count(hand: Hand) -> None:
    pace, passed = Pace(hand), []
    for _ in range(6_000):
        passed.append(pace.let_pass(("knock",)))
        hand.now += 0.01
    kept = [more for more in passed if more is not None]
    assert len(kept) <= BURST + 60 / EVERY_S
    hand.now += EVERY_S
    last = pace.let_pass(("knock",))
    assert last
    assert sum(kept) + len(kept) + last == 6_000, "each line is either there or counted"


def test_after_a_silence_the_burst_is_whole_again(hand: Hand) -> None:
    pace = Pace(hand)
    for _ in range(100):
        pace.let_pass(("knock",))
    hand.now += BURST * EVERY_S
    assert [pace.let_pass(("knock",)) is not None for _ in range(BURST + 1)] == [True] * BURST + [False]


def test_causes_do_not_use_up_one_anothers_lines(hand: Hand) -> None:
    pace = Pace(hand)
    for _ in range(100):
        pace.let_pass(("knock",))
    assert pace.let_pass(("store-down",)) == 0


def test_what_is_kept_of_causes_is_bounded(hand: Hand) -> None:
    pace = Pace(hand)
    for number in range(3 * MOST_CAUSES):
        pace.let_pass((number,))
    assert len(pace._causes) == MOST_CAUSES


def test_a_line_is_the_same_cause_whatever_its_times_and_not_where_its_status_differs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logs("info")
    log = structlog.get_logger("http")
    for ms in range(200):
        log.info("request", route="/s/{session}/ws", status=101, ms=ms)
    log.info("request", route="/s/{session}/ws", status=429, ms=1)
    statuses = [line["status"] for line in told(capsys)]
    assert statuses == [101] * BURST + [429]


def test_libraries_are_paced_too_by_template_and_kind_of_exception(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("info")
    logger = logging.getLogger("some.library")
    logger.disabled = False
    for number in range(200):
        logger.warning("lost %s", number)
        try:
            raise ValueError(number)
        except ValueError:
            logger.exception("lost %s", number)
    found = told(capsys)
    assert sum("exception" in line for line in found) == BURST
    assert len(found) == 2 * BURST


def test_what_was_left_out_is_told_with_the_next_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, hand: Hand
) -> None:
    monkeypatch.setattr("time.monotonic", hand)
    configure_logs("info")
    logger = logging.getLogger("some.library")
    for _ in range(BURST + 3):
        structlog.get_logger("room").warning("media-slow")
        logger.warning("lost %s", "x")
    hand.now += EVERY_S
    structlog.get_logger("room").warning("media-slow")
    logger.warning("lost %s", "x")
    assert [line.get("more") for line in told(capsys)][-2:] == [3, 3]
