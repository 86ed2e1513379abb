"""Names and messages: made even, and refused where they could not be shown plainly."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.live.text import MAX_ALIAS, clean_alias, clean_line, clean_words, distinct, name_key
from rooms.refusals import Reason, Refused


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("  Quiet   Heron ", "Quiet Heron"),
        ("Zoe\u0308", "Zo\u00eb"),
        ("Li\u200b\u202em", "Lim"),
        ("a\tb\nc", "a b c"),
        ("\U0001f469\u200d\U0001f680", "\U0001f469\u200d\U0001f680"),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),
        ("x" * 40, "x" * 40),
    ],
)
def test_a_name_is_one_even_line(typed: str, shown: str) -> None:
    assert clean_alias(typed) == shown


@pytest.mark.parametrize(
    "typed", ["", "   ", "\u200b\u200d", "\u0301", "a\x00", "a\x1b[2J", "\ud83d", "a\u2028b", "x" * 41]
)
def test_a_name_that_cannot_be_shown_is_refused(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        clean_alias(typed)
    assert refused.value.reason is Reason.BAD_TEXT


def test_a_message_keeps_its_lines_and_loses_what_turns_text_around() -> None:
    assert clean_line(" one\r\ntwo\rthree\t4\u202e5 ") == "one\ntwo\nthree 45"
    assert len(clean_line("x" * 4_000)) == 4_000
    with pytest.raises(Refused):
        clean_line("x" * 4_001)


def test_words_may_be_none_at_all() -> None:
    assert (clean_words(" \n "), clean_words(" hm ")) == ("", "hm")


@given(st.text(max_size=60))
def test_a_cleaned_name_stays_as_it_is(typed: str) -> None:
    try:
        alias = clean_alias(typed)
    except Refused:
        return
    assert clean_alias(alias) == alias
    assert 1 <= len(alias) <= MAX_ALIAS
    assert unicodedata.is_normalized("NFC", alias)
    alias.encode()


@given(st.lists(st.sampled_from(["Sam", "sam", "S am", "\uff33am", "Sam 2", "x" * 40, "X" * 40]), max_size=30))
def test_names_of_one_room_are_told_apart(names: list[str]) -> None:
    taken: set[str] = set()
    for name in names:
        alias = distinct(name, taken)
        assert name_key(alias) not in taken
        assert len(alias) <= MAX_ALIAS
        taken.add(name_key(alias))
