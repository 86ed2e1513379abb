"""What the session page says about the doors, from each phase of the room."""

import pytest

from rooms.ids import Instant
from web.doors import POLL_MS, Action, DoorState, Hours, doors_of
from web.times import HOUR_MS, MINUTE_MS, SECOND_MS

START = Instant(1_800_000_000_000)


def hours(late_min: int | None = 10) -> Hours:
    late = None if late_min is None else Instant(START + late_min * MINUTE_MS)
    return Hours(Instant(START - 15 * MINUTE_MS), START, Instant(START + HOUR_MS), late)


def at(minutes: float) -> Instant:
    return Instant(START + int(minutes * MINUTE_MS))


def test_before_doors_it_counts_down_and_offers_nothing() -> None:
    doors = doors_of("scheduled", hours(), at(-135))
    assert (doors.state, doors.action) == (DoorState.NOT_OPEN, Action.NONE)
    assert doors.sentence == "Doors open in 2 hours."


@pytest.mark.parametrize("phase", ["doors-open", "awaiting-facilitator", "ready"])
def test_one_can_join_while_doors_are_open(phase: str) -> None:
    for minutes in (-14, -0.5, 0.5, 6):
        doors = doors_of(phase, hours(), at(minutes))
        assert (doors.state, doors.action) == (DoorState.DOORS_OPEN, Action.JOIN)


def test_a_late_facilitator_is_said_honestly() -> None:
    assert doors_of("awaiting-facilitator", hours(), at(6)).sentence.startswith("Running 6 minutes late")


def test_a_group_that_holds_itself_is_not_told_to_wait_for_a_facilitator() -> None:
    assert "facilitator" not in doors_of("doors-open", hours(), at(2), is_peer_held=True).sentence


@pytest.mark.parametrize("phase", ["live", "paused", "held"])
def test_late_arrivals_can_join_until_the_cutoff_and_whoever_was_in_can_return_after(phase: str) -> None:
    early, late = doors_of(phase, hours(), at(4)), doors_of(phase, hours(), at(10))
    assert (early.action, late.action) == (Action.JOIN, Action.RETURN)
    assert "6 minutes" in early.sentence
    assert early.state == late.state == DoorState.IN_PROGRESS


def test_a_pause_looks_the_same_from_outside() -> None:
    assert doors_of("live", hours(), at(4)) == doors_of("paused", hours(), at(4)) == doors_of("held", hours(), at(4))


def test_without_a_cutoff_one_can_join_until_the_end() -> None:
    assert doors_of("live", hours(late_min=None), at(59)).action is Action.JOIN


@pytest.mark.parametrize("phase", ["doors-open", "awaiting-facilitator", "ready", "live", "paused", "held"])
def test_a_full_session_takes_back_whoever_was_in(phase: str) -> None:
    doors = doors_of(phase, hours(), at(4), is_full=True)
    assert (doors.state, doors.action) == (DoorState.FULL, Action.RETURN)


@pytest.mark.parametrize("phase", ["doors-open", "awaiting-facilitator", "ready"])
def test_the_cutoff_holds_too_where_the_session_has_not_begun(phase: str) -> None:
    assert doors_of(phase, hours(), at(9.9)).action is Action.JOIN
    assert doors_of(phase, hours(), at(10)).action is Action.RETURN
    assert doors_of(phase, hours(late_min=None), at(12)).action is Action.JOIN


def test_a_closing_session_takes_nobody_new() -> None:
    assert doors_of("closing", hours(None), at(55)).action is Action.RETURN


@pytest.mark.parametrize(("phase", "state"), [("ended", DoorState.ENDED), ("canceled", DoorState.CANCELED)])
def test_what_is_over_offers_nothing(phase: str, state: DoorState) -> None:
    doors = doors_of(phase, hours(), at(61))
    assert (doors.state, doors.action) == (state, Action.NONE)


def test_an_unknown_phase_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="no such phase"):
        doors_of("lunch", hours(), at(0))


@pytest.mark.parametrize("left_ms", [1, SECOND_MS, 59_999, MINUTE_MS, MINUTE_MS + 1, 3 * HOUR_MS + 17_000])
def test_the_page_asks_again_after_its_words_have_changed_and_within_a_minute(left_ms: int) -> None:
    now = Instant(hours().doors_at - left_ms)
    first = doors_of("scheduled", hours(), now)
    assert 0 < first.refresh_ms <= POLL_MS + SECOND_MS
    assert doors_of("scheduled", hours(), Instant(now + first.refresh_ms)).sentence != first.sentence
