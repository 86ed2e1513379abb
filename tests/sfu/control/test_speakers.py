"""Active speakers by level, without flicker; seats in the audio slots when there are more microphones than seats."""

from hypothesis import given
from hypothesis import strategies as st

from sfu.control.speakers import ENTER_LEVEL, HOLD_S, STAY_LEVEL, Speakers

LOUD, SPOKEN, QUIET, SILENT = 20, 40, STAY_LEVEL, 127


def test_the_loudest_speaker_comes_first() -> None:
    speakers = Speakers()
    assert speakers.update({1: SPOKEN, 2: LOUD, 3: SILENT}, 0.0)
    assert speakers.active == (2, 1)


def test_a_pause_between_words_does_not_show_and_a_longer_one_does() -> None:
    speakers = Speakers()
    speakers.update({1: LOUD}, 0.0)
    assert not speakers.update({1: SILENT}, HOLD_S)
    assert speakers.update({1: SILENT}, HOLD_S + 0.2)
    assert speakers.active == ()


def test_more_is_needed_to_begin_than_to_go_on() -> None:
    speakers = Speakers()
    assert not speakers.update({1: QUIET}, 0.0)
    speakers.update({1: ENTER_LEVEL}, 0.2)
    speakers.update({1: QUIET}, 5.0)
    assert speakers.active == ()
    speakers.update({1: ENTER_LEVEL}, 6.0)
    for step in range(30):
        assert not speakers.update({1: QUIET}, 6.2 + step / 5)
    assert speakers.active == (1,)


def test_the_first_place_is_won_only_by_being_clearly_louder() -> None:
    speakers = Speakers()
    speakers.update({1: 40, 2: 41}, 0.0)
    assert not speakers.update({1: 41, 2: 38}, 0.2)
    assert speakers.update({1: 41, 2: 30}, 0.4)
    assert speakers.active == (2, 1)


def test_a_microphone_that_closes_is_gone_at_once() -> None:
    speakers = Speakers()
    speakers.update({1: LOUD, 2: SPOKEN}, 0.0)
    assert speakers.forget(1, 0.01)
    assert speakers.active == (2,)
    assert not speakers.forget(7, 0.02)


def test_everybody_is_heard_while_they_fit() -> None:
    assert sorted(Speakers().hold(set(), [3, 1, 2], 8)) == [1, 2, 3]


def test_a_new_speaker_takes_the_seat_of_who_was_quiet_for_longest() -> None:
    speakers = Speakers()
    speakers.update({2: LOUD}, 1.0)
    speakers.update({3: LOUD}, 5.0)
    held = speakers.hold({1, 2}, [1, 2, 3], 2)
    assert sorted(held) == [2, 3]
    assert sorted(speakers.hold(set(held), [1, 2, 3], 2)) == sorted(held)


def test_nobody_loses_a_seat_to_silence() -> None:
    speakers = Speakers()
    speakers.update({4: LOUD}, 0.0)
    held = speakers.hold(set(), [1, 2, 3, 4], 2)
    speakers.update({}, 60.0)
    assert sorted(speakers.hold(set(held), [1, 2, 3, 4], 2)) == sorted(held)


@given(
    steps=st.lists(st.dictionaries(st.integers(1, 12), st.integers(0, 127), max_size=12), max_size=30),
    seats=st.integers(1, 8),
)
def test_seats_are_full_distinct_and_given_to_speakers_first(steps: list[dict[int, int]], seats: int) -> None:
    speakers = Speakers()
    held: list[int] = []
    candidates = list(range(1, 13))
    for turn, levels in enumerate(steps):
        speakers.update(levels, turn * 0.2)
        assert len(set(speakers.active)) == len(speakers.active)
        before, held = held, speakers.hold(set(held), candidates, seats)
        assert len(held) == len(set(held)) == seats
        unseated = [pub for pub in speakers.active if pub not in held]
        assert not unseated or all(pub in speakers.active for pub in held)
        assert all(pub in speakers.active for pub in held if before and pub not in before)
