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
        ("S\u3164am\u2800", "Sam"),
        ("Sam\ufe0f\u034f\u180b\u115f\u1160\uffa0\U000e0100", "Sam"),
        ("Zoe\u034f\u0308", "Zo\u00eb"),
        ("Zoe\ufff9\u0308", "Zo\u00eb"),
        ("\u2764\ufe0f", "\u2764"),
    ],
)
def test_a_name_is_one_even_line(typed: str, shown: str) -> None:
    assert clean_alias(typed) == shown


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "\u3164",
        "\u2800 \u2800",
        "\uffa0",
        "\u115f",
        "\U0001d159",
        "\u200d",
        "\u200b\u200d",
        "\u0301",
        "a\x00",
        "a\x1b[2J",
        "\ud83d",
        "a\u2028b",
        "x" * 41,
    ],
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


@pytest.mark.parametrize("typed", ["\u3164", "\u2800\n\u115f", "\u200d\ufe0f"])
def test_a_message_of_nothing_that_can_be_seen_is_refused(typed: str) -> None:
    with pytest.raises(Refused):
        clean_line(typed)


def test_a_message_keeps_what_gives_an_emoji_its_colors() -> None:
    assert clean_line("\u2764\ufe0f") == "\u2764\ufe0f"


@pytest.mark.parametrize(
    "hidden", ["\ufe0f", "\u034f", "\u180b", "\u3164", "\u2800", "\u200d", "\U000e0041", "\u0336", "\u20dd", "\u0303"]
)
def test_what_nobody_sees_or_tells_apart_makes_no_other_name(hidden: str) -> None:
    for name in (f"Sam{hidden}", f"S{hidden}am", f"{hidden}Sam"):
        assert name_key(name) == name_key("Sam")
        assert distinct(name, {name_key("Sam")}) != name


def test_letters_that_differ_by_an_accent_are_different_names() -> None:
    assert name_key("Zo\u00eb") != name_key("Zoe")
    assert name_key("Zoe\u0308") == name_key("Zo\u00eb")


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
