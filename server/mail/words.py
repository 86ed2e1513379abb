"""What letters say, by language: `words/<code>.toml`. English is complete by definition, the others by a test."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from web.times import DayWords

FOLDER = Path(__file__).parent / "words"
FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class LetterWords:
    """`lines` are paragraphs. `button`, `decline` and `said` are "" where a letter has none."""

    subject: str
    lines: tuple[str, ...]
    button: str = ""
    decline: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    code: str
    name: str
    days: DayWords
    frame: Mapping[str, str]
    letters: Mapping[str, LetterWords]


def languages() -> tuple[str, ...]:
    """The codes of all languages that there are words in."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def words_for(language: str) -> Words:
    """Of this language, of the language it is a variety of ("de" for "de-AT"), else English."""
    known = languages()
    wanted = language.lower().replace("_", "-")
    return read(next((code for code in (wanted, wanted.partition("-")[0]) if code in known), FALLBACK))


@cache
def read(code: str) -> Words:
    """Raises `KeyError` or `TypeError` where a file lacks something or has too much."""
    table = tomllib.loads((FOLDER / f"{code}.toml").read_text())
    language, frame = table.pop("language"), table.pop("frame")
    days = DayWords(language["day"], tuple(language["weekdays"]), tuple(language["months"]))
    letters = {kind: LetterWords(**{**words, "lines": tuple(words["lines"])}) for kind, words in table.items()}
    return Words(code, language["name"], days, frame, letters)
