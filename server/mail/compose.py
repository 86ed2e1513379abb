"""From a letter to its words: subject, paragraphs, facts, one button. Pure; the time is the reader's own."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

from rooms.ids import Instant
from server.mail.letters import (
    DateCanceled,
    DateLetter,
    DateMoved,
    DatesLetter,
    Invitation,
    Letter,
    MissedYou,
    MovedTime,
    NobodyCame,
    PlaceDeclined,
    PlaceGiven,
    SignInLink,
)
from server.mail.words import Words
from web.times import when

LISTED: Final = 6


@dataclass(frozen=True, slots=True)
class Composed:
    """All that a template shows; `lists` are pairs of a label and its lines, `facts` of a label and a value; `quote` is
    words of a host."""

    language: str
    subject: str
    lines: tuple[str, ...]
    lists: tuple[tuple[str, tuple[str, ...]], ...]
    facts: tuple[tuple[str, str], ...]
    said: str
    quote: str
    decline: str
    button: str
    url: str
    url_note: str
    reason: str
    stop: str
    stop_url: str
    no_answer: str


def composed(letter: Letter, words: Words, zone: str, is_place: bool, stop_url: str = "") -> Composed:
    """`zone` is the reader's; `stop_url` is "" for a letter that nobody can stop."""
    text = words.letters[letter.kind]
    values = _values(letter, words, zone)
    quote = letter.reason if isinstance(letter, PlaceDeclined) else ""
    return Composed(
        language=words.code,
        subject=_one_line(text.subject.format_map(values)),
        lines=(*(line.format_map(values) for line in text.lines), *_last(letter, words)),
        lists=tuple(_lists(letter, words, zone)),
        facts=tuple(_facts(letter, words, zone)),
        said=text.said if quote else "",
        quote=quote,
        decline=text.decline if letter.url else "",
        button=text.button if letter.url else "",
        url=letter.url,
        url_note=words.frame["address"],
        reason=words.frame["because-place" if is_place else "because-account"],
        stop=words.frame["stop"],
        stop_url=stop_url,
        no_answer=words.frame["no-answer"],
    )


def _values(letter: Letter, words: Words, zone: str) -> dict[str, object]:
    values = {field.name: getattr(letter, field.name) for field in fields(letter)}
    if isinstance(letter, SignInLink | Invitation):
        values["expires"] = _instant(letter.expires_at, words, zone)
    if isinstance(letter, DatesLetter):
        values["count"] = len(letter.moved) + len(letter.canceled)
    if isinstance(letter, NobodyCame):
        values["cancel"] = when(letter.cancel_at, zone, words.days).clock
    return values


def _last(letter: Letter, words: Words) -> tuple[str, ...]:
    return (words.frame["last"],) if isinstance(letter, DateCanceled | DatesLetter) and letter.is_last else ()


def _lists(letter: Letter, words: Words, zone: str) -> list[tuple[str, tuple[str, ...]]]:
    if not isinstance(letter, DatesLetter):
        return []
    moved = [_moved(each, words, zone) for each in letter.moved]
    canceled = [_instant(each, words, zone) for each in letter.canceled]
    labeled = ((words.frame["moved"], moved), (words.frame["canceled"], canceled))
    return [(label, _first(lines, words)) for label, lines in labeled if lines]


def _first(lines: Sequence[str], words: Words) -> tuple[str, ...]:
    """All of them, or the first and how many more: two at least, since one has room where that would stand."""
    if len(lines) <= LISTED + 1:
        return tuple(lines)
    return (*lines[:LISTED], words.frame["more"].format(count=len(lines) - LISTED))


def _moved(moved: MovedTime, words: Words, zone: str) -> str:
    """The day it was on is said where it was another."""
    now, was = (when(instant, zone, words.days) for instant in (moved.starts_at, moved.was_at))
    before = words.frame["clock" if now.day == was.day else "day-and-clock"].format(day=was.day, clock=was.clock)
    return words.frame["moved-from"].format(now=_instant(moved.starts_at, words, zone), before=before)


def _facts(letter: Letter, words: Words, zone: str) -> list[tuple[str, str]]:
    frame, facts = words.frame, []
    if isinstance(letter, DateLetter) and not isinstance(letter, MissedYou):
        facts.append((frame["when"], _instant(letter.starts_at, words, zone)))
        if isinstance(letter, DateMoved):
            facts.append((frame["was"], _instant(letter.was_at, words, zone)))
        if not isinstance(letter, DateCanceled):
            facts.append((frame["length"], frame["minutes"].format(minutes=letter.length_min)))
    following = letter.next_at if isinstance(letter, DateCanceled | DatesLetter | MissedYou) else None
    if isinstance(letter, PlaceGiven):
        following = letter.starts_at
    if following is not None:
        facts.append((frame["next"], _instant(following, words, zone)))
    return facts


def _instant(instant: Instant, words: Words, zone: str) -> str:
    shown = when(instant, zone, words.days)
    return words.frame["instant"].format(day=shown.day, clock=shown.clock, place=shown.place)


def _one_line(text: str) -> str:
    return " ".join(text.split())
