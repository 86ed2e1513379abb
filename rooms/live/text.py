"""Words that people type: made even, and refused where they could not be shown plainly."""

import re
import unicodedata

from rooms.refusals import Reason, Refused

MAX_ALIAS = 40
MAX_LINE = 4_000
MAX_WORDS = 500

_JOINERS = frozenset("\u200c\u200d")  # scripts and emoji need them
_MARKS = frozenset("\u200e\u200f")  # direction marks without reach beyond their place
_VISIBLE = frozenset("LNPS")
_RUN_OF_SPACE = re.compile(r"\s+")


def clean_alias(text: str) -> str:
    """A name of 1 to 40 visible characters on one line, NFC. Raises `Refused(BAD_TEXT)`."""
    alias = _RUN_OF_SPACE.sub(" ", _clean(text.replace("\n", " "), kept=_JOINERS)).strip()
    return _bounded(alias, MAX_ALIAS)


def clean_line(text: str, limit: int = MAX_LINE) -> str:
    """One chat message or note: at least one visible character, newlines kept, NFC. Raises `Refused(BAD_TEXT)`."""
    return _bounded(_clean(text, kept=_JOINERS | _MARKS).strip(), limit)


def clean_words(text: str, limit: int = MAX_WORDS) -> str:
    """As `clean_line`, but nothing at all is welcome too."""
    return clean_line(text, limit) if text.strip() else ""


def name_key(alias: str) -> str:
    """Two aliases with the same key look alike to people."""
    if alias.isascii():
        return alias.replace(" ", "").lower()
    even = unicodedata.normalize("NFKC", alias).casefold()
    return "".join(c for c in even if unicodedata.category(c) != "Cf" and not c.isspace())


def distinct(alias: str, taken: set[str]) -> str:
    """`alias`, or with the first free number behind it. `taken` holds `name_key`s."""
    if name_key(alias) not in taken:
        return alias
    number = 2
    while True:
        suffix = f" {number}"
        candidate = alias[: MAX_ALIAS - len(suffix)].rstrip() + suffix
        if name_key(candidate) not in taken:
            return candidate
        number += 1


def _clean(text: str, kept: frozenset[str]) -> str:
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    # Invisible formatting can turn a line around or hide a name in another; pasted text is full of it, so it is
    # dropped in silence, while control characters and halves of surrogate pairs are never typed by a person.
    shown = [c for c in text if unicodedata.category(c) != "Cf" or c in kept]
    if any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") and c != "\n" for c in shown):
        raise Refused(Reason.BAD_TEXT)
    return "".join(shown)


def _bounded(text: str, limit: int) -> str:
    if len(text) > limit or not any(unicodedata.category(c)[0] in _VISIBLE for c in text):
        raise Refused(Reason.BAD_TEXT)
    return text
