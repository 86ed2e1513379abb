"""How much of what people write a room keeps: the whole of it is stored again with every change."""

from typing import Final, Protocol, TypeVar

CHAT_LINES: Final = 500
CHAT_BYTES: Final = 256 * 1_024
NOTES: Final = 10  # of one waiting person
NOTES_BYTES: Final = 4 * 1_024


class Written(Protocol):
    """One line of somebody's words."""

    @property
    def text(self) -> str: ...


LineT = TypeVar("LineT", bound=Written)


def newest(lines: tuple[LineT, ...], most: int, most_bytes: int) -> tuple[LineT, ...]:
    """The longest end of `lines` within both bounds; bytes are those of the texts in UTF-8."""
    first, size = len(lines), 0
    for line in reversed(lines[-most:]):
        size += len(line.text.encode())
        if size > most_bytes:
            break
        first -= 1
    return lines[first:]
