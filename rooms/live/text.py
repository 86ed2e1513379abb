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
# Shown as nothing although their category does not say so: Default_Ignorable_Code_Point (Unicode 15.1,
# DerivedCoreProperties.txt), and two that are drawn blank (the empty Braille pattern, the null notehead).
_UNSEEN_RANGES = (
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x2800, 0x2800),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0x1BCA0, 0x1BCA3),
    (0x1D159, 0x1D159),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
)
_UNSEEN = frozenset(chr(code) for first, last in _UNSEEN_RANGES for code in range(first, last + 1))
_NOT_ALONE = frozenset({"Cf", "Mn", "Me"})  # formatting, and marks that make no letter with what they stand over
_RUN_OF_SPACE = re.compile(r"\s+")


def clean_alias(text: str) -> str:
    """A name of 1 to 40 visible characters on one line, NFC. Raises `Refused(BAD_TEXT)`."""
    seen = "".join(c for c in text.replace("\n", " ") if c in _JOINERS or c not in _UNSEEN)
    alias = _RUN_OF_SPACE.sub(" ", _clean(seen, kept=_JOINERS)).strip()
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
    seen = "".join(c for c in alias if c not in _UNSEEN)
    even = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold())
    return "".join(c for c in even if not (c.isspace() or c in _UNSEEN or unicodedata.category(c) in _NOT_ALONE))


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
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    # Invisible formatting can turn a line around or hide a name in another; pasted text is full of it, so it is
    # dropped in silence, while control characters and halves of surrogate pairs are never typed by a person.
    shown = [c for c in text if unicodedata.category(c) != "Cf" or c in kept]
    if any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") and c != "\n" for c in shown):
        raise Refused(Reason.BAD_TEXT)
    return unicodedata.normalize("NFC", "".join(shown))


def _bounded(text: str, limit: int) -> str:
    is_visible = any(unicodedata.category(c)[0] in _VISIBLE and c not in _UNSEEN for c in text)
    if len(text) > limit or not is_visible:
        raise Refused(Reason.BAD_TEXT)
    return text
