"""What the plane's counters say of each person's line, from one reading to the next."""

from dataclasses import replace

import pytest

from sfu.control.lines import LineBook, LineParts
from sfu.plane import PlaneStats, PublicationStats, SlotStats

PARTS = LineParts(room=5, publications=(1, 2), slots=(7, 8), downlink_bps=900_000, layers={"q": 2})


def stats(publications: dict[int, tuple[int, int]], slots: dict[int, tuple[int, float, float | None]]) -> PlaneStats:
    """Publications by (packets, lost), slots by (packets, fraction lost, RTT)."""
    return PlaneStats(
        {pub: PublicationStats(packets, 0, lost, 0, 0) for pub, (packets, lost) in publications.items()},
        {slot: SlotStats(packets, 0, 0, fraction, rtt) for slot, (packets, fraction, rtt) in slots.items()},
        {},
        0,
        0,
        0.0,
    )


def test_loss_is_that_since_the_reading_before() -> None:
    book = LineBook()
    book.read({3: PARTS}, stats({1: (1_000, 500)}, {}))
    line = book.read({3: PARTS}, stats({1: (1_090, 510), 2: (900, 0)}, {}))[3]
    assert line.up_loss == pytest.approx(10 / 1_000)
    assert (line.room, line.downlink_bps, line.layers) == (5, 900_000, {"q": 2})


def test_what_was_repaired_or_came_twice_is_no_negative_loss() -> None:
    book = LineBook()
    book.read({3: PARTS}, stats({1: (1_000, 5)}, {}))
    assert book.read({3: PARTS}, stats({1: (1_100, 3)}, {}))[3].up_loss == 0.0


def test_slots_count_by_what_they_sent_and_idle_ones_not_at_all() -> None:
    book = LineBook()
    book.read({3: PARTS}, stats({}, {7: (100, 0.9, 800.0), 8: (100, 0.0, 50.0)}))
    line = book.read({3: PARTS}, stats({}, {7: (100, 0.9, 800.0), 8: (400, 0.1, 60.0)}))[3]
    assert line.down_loss == pytest.approx(0.1)
    assert line.rtt_ms == 60.0


def test_nothing_is_said_of_a_line_that_carried_nothing() -> None:
    line = LineBook().read({3: PARTS}, stats({}, {}))[3]
    assert (line.up_loss, line.down_loss, line.rtt_ms) == (None, None, None)


def test_voices_are_counted_apart_from_pictures_whose_losses_are_sent_again() -> None:
    parts = replace(PARTS, voices={1, 7})
    counted = stats({1: (90, 10), 2: (900, 0)}, {7: (100, 0.2, 50.0), 8: (900, 0.0, 50.0)})
    line = LineBook().read({3: parts}, counted)[3]
    assert (line.up_voice_loss, line.down_voice_loss) == (pytest.approx(0.1), pytest.approx(0.2))
    assert (line.up_loss, line.down_loss) == (pytest.approx(0.01), pytest.approx(0.02))


def test_the_few_packets_of_silence_tell_nothing_of_voices() -> None:
    parts = replace(PARTS, voices={1, 7})
    line = LineBook().read({3: parts}, stats({1: (4, 4)}, {7: (5, 0.6, 50.0)}))[3]
    assert (line.up_voice_loss, line.down_voice_loss) == (None, None)
