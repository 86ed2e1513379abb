"""Suggested aliases: stable in a session, unrelated between sessions, different within one."""

from rooms.ids import PersonId, SessionId
from server.aliases import CALM, THINGS, suggest_alias


def test_an_alias_is_two_words_and_stays() -> None:
    alias = suggest_alias(SessionId("s_1"), PersonId("p_1"))
    first, second = alias.split()
    assert first in CALM
    assert second in THINGS
    assert suggest_alias(SessionId("s_1"), PersonId("p_1")) == alias


def test_another_session_gives_unrelated_words() -> None:
    same = sum(
        suggest_alias(SessionId("s_1"), PersonId(f"p_{n}")) == suggest_alias(SessionId("s_2"), PersonId(f"p_{n}"))
        for n in range(500)
    )
    assert same <= 3


def test_people_of_one_session_get_different_names() -> None:
    taken: set[str] = set()
    for n in range(400):
        taken.add(suggest_alias(SessionId("s_1"), PersonId(f"p_{n}"), taken))
    assert len(taken) == 400


def test_no_word_is_there_twice() -> None:
    assert len(set(CALM)) == len(CALM)
    assert len(set(THINGS)) == len(THINGS)
