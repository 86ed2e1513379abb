"""A room as text, stored before anything is acknowledged, and back again."""

import json
from typing import Final

from pydantic import TypeAdapter, ValidationError

from rooms.live.state import RoomState

FORMAT: Final = 1
_STATE: Final[TypeAdapter[RoomState]] = TypeAdapter(RoomState)


class UnreadableSnapshot(ValueError):
    """The text is no snapshot, or one of a format that this version of Holdspace does not know."""


def dump(state: RoomState) -> str:
    """The whole state as JSON text; `load` gives an equal state."""
    return f'{{"format":{FORMAT},"room":{_STATE.dump_json(state).decode()}}}'


def load(text: str) -> RoomState:
    """Raises `UnreadableSnapshot`; never quotes the text, which holds people's words."""
    try:
        envelope = json.loads(text)
    except ValueError:
        raise UnreadableSnapshot("The stored room is not JSON.") from None
    found = envelope.get("format") if isinstance(envelope, dict) else None
    if found != FORMAT:
        shown = found if isinstance(found, int) else "unknown"
        raise UnreadableSnapshot(f"The stored room has format {shown}; this version reads format {FORMAT}.")
    try:
        return _STATE.validate_python(envelope.get("room"))
    except ValidationError as error:
        reason = f"The stored room does not fit format {FORMAT} in {error.error_count()} places."
        raise UnreadableSnapshot(reason) from None
