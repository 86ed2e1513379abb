"""What voices take of a line."""

from hypothesis import given
from hypothesis import strategies as st

from sfu.control.voices import MOST_BPS, Voices, usual_bps

SPEECH = 48_000
ALL_FOUR = 4 * SPEECH - usual_bps(4)


def all_four(seconds: int) -> Voices:
    voices = Voices()
    for _ in range(seconds):
        voices.weigh([SPEECH] * 4)
    return voices


def after(seconds: int, bps: int, voices: Voices | None = None) -> Voices:
    voices = voices or Voices()
    for _ in range(seconds):
        voices.weigh([bps])
    return voices


def test_more_is_kept_for_more_microphones_up_to_five() -> None:
    assert usual_bps(0) == 0
    assert usual_bps(1) < usual_bps(3) < usual_bps(8) == usual_bps(25)


def test_where_no_more_is_heard_than_usual_nothing_is_in_excess() -> None:
    assert Voices().excess(3) == 0
    assert after(10, SPEECH).excess(3) == 0


def test_that_all_speak_at_once_is_known_within_seconds() -> None:
    assert all_four(4).excess(4) > 0.8 * ALL_FOUR


def test_a_pause_between_words_changes_little_and_a_long_silence_all() -> None:
    loud = all_four(10)
    assert after(3, 0, loud).excess(4) > 0.4 * ALL_FOUR
    assert after(30, 0, loud).excess(4) == 0


def test_a_moment_in_which_one_voice_is_counted_for_two_counts_half() -> None:
    once = after(10, 80_000).excess(1)
    both = 2 * 80_000 - usual_bps(1)
    assert after(1, 2 * 80_000, after(10, 80_000)).excess(1) <= (once + both) / 2


def test_who_sends_far_more_than_a_voice_counts_as_one_that_repeats_itself() -> None:
    assert after(30, 50_000_000).excess(3) <= MOST_BPS - usual_bps(3)


@given(st.lists(st.integers(0, MOST_BPS), max_size=60), st.integers(1, 25))
def test_it_is_never_more_than_in_the_loudest_moment(heard: list[int], microphones: int) -> None:
    voices = Voices()
    for bps in heard:
        voices.weigh([bps])
    assert 0 <= voices.excess(microphones) <= max([0, *(bps - usual_bps(microphones) for bps in heard)])
