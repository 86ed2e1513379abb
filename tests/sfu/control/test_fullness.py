"""A media process that stays late takes nobody new, and takes them one by one when it is calm again."""

from hypothesis import given
from hypothesis import strategies as st

from sfu.control.fullness import APART_S, CALM_S, FULL_AFTER_S, LATE_S, ONE_BY_ONE_S, Fullness

EVERY_S = 2.0
START = 100.0


def full_after(readings: list[tuple[float, int]], fullness: Fullness | None = None, start: float = START) -> list[bool]:
    """One answer per reading of (queue_s, shed), two seconds apart."""
    fullness = fullness or Fullness()
    answers = []
    for index, (queue_s, shed) in enumerate(readings):
        now = start + index * EVERY_S
        fullness.on_reading(queue_s, shed, now)
        answers.append(fullness.is_full(now))
    return answers


def test_an_idle_process_takes_everybody() -> None:
    assert full_after([(0.0, 0), (LATE_S - 0.01, 0)] * 20) == [False] * 40


def test_stalls_with_calm_between_them_close_nothing() -> None:
    assert not any(full_after([(5.0, 0), (0.0, 0), (0.0, 2), (0.0, 0)] * 10))


def test_lasting_lateness_closes_by_the_queue_and_by_what_is_shed() -> None:
    assert full_after([(LATE_S, 0)] * 3) == [False, False, True]
    assert full_after([(0.0, 1)] * 3) == [False, False, True]
    assert full_after([(LATE_S, 0), (0.0, 1), (LATE_S, 2)]) == [False, False, True]


def test_it_opens_after_calm_and_not_in_a_pause_of_the_storm() -> None:
    late, calm = (LATE_S, 0), (0.0, 0)
    pause = int(CALM_S / EVERY_S) - 1
    answers = full_after([late] * 3 + ([calm] * pause + [late]) * 5 + [calm] * (pause + 1))
    assert answers[:2] == [False, False]
    assert all(answers[2:-1])
    assert not answers[-1]


def test_after_a_storm_people_come_in_one_by_one() -> None:
    fullness = Fullness()
    full_after([(LATE_S, 0)] * 3 + [(0.0, 0)] * 5, fullness)
    now = START + 16.0
    assert not fullness.is_full(now)
    fullness.on_opened(now)
    assert fullness.is_full(now + APART_S / 2)
    assert not fullness.is_full(now + APART_S)
    later = now + ONE_BY_ONE_S
    fullness.on_opened(later)
    assert not fullness.is_full(later)


def test_the_first_lateness_after_a_storm_closes_at_once() -> None:
    fullness = Fullness()
    full_after([(LATE_S, 0)] * 3 + [(0.0, 0)] * 5, fullness)
    assert full_after([(0.0, 1)], fullness, START + 20.0) == [True]
    assert full_after([(0.0, 0)] * 5, fullness, START + 22.0) == [True] * 4 + [False]


@given(st.lists(st.tuples(st.floats(0, 1), st.sampled_from([0, 1, 2])), max_size=60))
def test_it_is_full_only_after_lasting_lateness_and_never_for_long_without(readings: list[tuple[float, int]]) -> None:
    late = [queue_s >= LATE_S or bool(shed) for queue_s, shed in readings]
    answers = full_after(readings)
    needed = int(FULL_AFTER_S / EVERY_S) + 2
    calm = int(CALM_S / EVERY_S)
    for index, is_full in enumerate(answers):
        if is_full and not any(answers[:index]):
            assert all(late[index - needed + 1 : index + 1])
            assert index + 1 >= needed
        if index >= calm and not any(late[index - calm : index + 1]):
            assert not is_full
