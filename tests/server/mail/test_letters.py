"""Every letter in every language: complete, in the reader's time, with nothing in it that calls home."""

import re
import string
from dataclasses import fields
from email import message_from_string
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest

from rooms.ids import Instant
from server.mail.attachment import Attachment
from server.mail.compose import composed
from server.mail.envelope import enveloped, html_of, text_of
from server.mail.letters import (
    EVERY_LETTER,
    DateLetter,
    DatesLetter,
    Letter,
    MissedYou,
    MovedTime,
    PlaceDeclined,
    ReminderDay,
)
from server.mail.words import languages, read, words_for

START = Instant(1_800_000_000_000)  # 2027-01-15 08:00 UTC
SENDER = Address("Meetings", addr_spec="groups@example.org")
VALUES: dict[str, Any] = {
    "url": "https://groups.example.org/p#token",
    "is_neutral": True,
    "group": "Thursday meeting",
    "organisation": "Harbour",
    "expires_at": START,
    "starts_at": START,
    "was_at": Instant(START - 86_400_000),
    "next_at": Instant(START + 7 * 86_400_000),
    "is_last": False,
    "cancel_at": Instant(START + 900_000),
    "length_min": 90,
    "position": 3,
    "moved": (MovedTime(START, Instant(START - 3_600_000)), MovedTime(START, Instant(START - 86_400_000))),
    "canceled": (START,),
    "reason": "We are full this spring.",
}


def sample(kind: type[Letter]) -> Letter:
    return kind(**{field.name: VALUES[field.name] for field in fields(kind)})


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


EACH = [(kind, code) for kind in EVERY_LETTER for code in languages()]


def test_there_are_three_languages_and_unknown_ones_get_english() -> None:
    assert languages() == ("de", "en", "es")
    assert words_for("de-AT").code == "de"
    assert words_for("DE").code == "de"
    assert words_for("fr").code == "en"
    assert words_for("../x").code == "en"


@pytest.mark.parametrize("code", languages())
def test_no_language_lacks_a_word_and_none_has_one_too_many(code: str) -> None:
    english, other = read("en"), read(code)
    assert other.letters.keys() == english.letters.keys() == {sample(kind).kind for kind in EVERY_LETTER}
    assert other.frame.keys() == english.frame.keys()
    assert (len(other.days.weekdays), len(other.days.months)) == (7, 12)
    assert holes(other.days.day) == {"weekday", "day", "month", "year"}
    for key, words in english.frame.items():
        assert holes(other.frame[key]) == holes(words), key
    for kind, english_words in english.letters.items():
        words_ = other.letters[kind]
        assert len(words_.lines) == len(english_words.lines), kind
        assert holes(" ".join((words_.subject, *words_.lines))) == holes(
            " ".join((english_words.subject, *english_words.lines))
        ), kind
        for part in ("button", "decline", "said"):
            assert bool(getattr(words_, part)) == bool(getattr(english_words, part)), (kind, part)
        if code != "en":
            assert words_.subject != english_words.subject, f"{kind} is not translated"


@pytest.mark.parametrize(("kind", "code"), EACH, ids=lambda each: getattr(each, "__name__", each))
def test_every_letter_says_what_it_has_to_in_both_forms(kind: type[Letter], code: str) -> None:
    words = composed(sample(kind), read(code), "America/New_York", is_place=True, stop_url="https://x.example/stop")
    text, html = text_of(words), html_of(words)
    assert "{" not in words.subject + text
    for line in (*words.lines, *(value for _, value in words.facts), words.quote):
        assert line in text
    for label, lines in words.lists:
        assert f"{label}:\n- " in text
        assert f"<strong>{label}:</strong>" in html
        assert all(f"- {line}\n" in text and f">{line}</li>" in html for line in lines)
    assert len(words.lists) == 2 * issubclass(kind, DatesLetter)
    assert ("https://groups.example.org/p#token" in text) == bool(words.button)
    assert "<img" not in html
    assert not re.search(r"(src|background|@import|url)\s*[=(]", html.replace("background:#", ""))
    assert re.findall(r'href="([^"]+)"', html).count("https://x.example/stop") == 1
    assert f'<html lang="{code}">' in html
    if issubclass(kind, DateLetter | DatesLetter) and not issubclass(kind, MissedYou):
        assert "03:00" in text, "08:00 UTC in New York"


def test_what_a_host_wrote_cannot_become_part_of_the_page() -> None:
    letter = PlaceDeclined(
        group="<b>A & B</b>", reason="<script>alert(1)</script>\nSorry {group}", url="https://x.org/"
    )
    words = composed(letter, read("en"), "UTC", is_place=True)
    assert "<script>" not in html_of(words)
    assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in html_of(words)
    assert "Sorry {group}" in text_of(words), "words of people are not filled in"


def test_a_title_over_two_lines_adds_no_header() -> None:
    letter = ReminderDay(group="Meeting\r\nBcc: x@example.org", starts_at=START, length_min=60)
    raw = enveloped(composed(letter, read("en"), "UTC", is_place=True), "o_1", SENDER, "a@example.org", START)
    message = message_from_string(raw, policy=default)
    assert message["Bcc"] is None
    assert message["Subject"] == "Tomorrow: Meeting Bcc: x@example.org"


def test_the_envelope_is_plain_ascii_that_every_server_takes() -> None:
    letter = ReminderDay(group="Сдружение 🌱", starts_at=START, length_min=60, url="https://x.org/p#t")
    file = Attachment(
        "date.ics", "text/calendar", b"BEGIN:VCALENDAR\r\n", (("method", "PUBLISH"), ("charset", "UTF-8"))
    )
    words = composed(letter, read("de"), "Europe/Sofia", is_place=True, stop_url="https://x.org/mail/stop/o_1")
    raw = enveloped(words, "o_1", SENDER, "a@example.org", START, (file,))
    raw.encode("ascii")
    assert all(len(line) <= 998 for line in raw.split("\r\n"))
    assert "\n" not in raw.replace("\r\n", "")
    message = message_from_string(raw, policy=default)
    assert isinstance(message, EmailMessage)
    assert message["Message-ID"] == "<o_1@example.org>"
    assert message["Subject"] == "Morgen: Сдружение 🌱"
    assert message["List-Unsubscribe"] == "<https://x.org/mail/stop/o_1>"
    assert message["Auto-Submitted"] == "auto-generated"
    (attached,) = message.iter_attachments()
    assert attached.get_content_type() == "text/calendar"
    assert attached.get_param("method") == "PUBLISH"
    assert attached.get_filename() == "date.ics"
    body = message.get_body(("plain",))
    assert body is not None
    assert "Freitag, 15. Januar 2027, 10:00 Uhr, Ortszeit Sofia" in body.get_content()


def test_a_letter_that_is_not_optional_has_no_way_to_stop_it() -> None:
    letter = PlaceDeclined(group="Meeting", reason="")
    raw = enveloped(composed(letter, read("en"), "UTC", is_place=True), "o_1", SENDER, "a@example.org", START)
    assert "List-Unsubscribe" not in raw
