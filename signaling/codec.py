"""Frame text to `ClientMessage` and `ServerMessage` to frame text. Total: any text gives a message or a typed error."""

from typing import Final

from pydantic import ValidationError
from pydantic_core import from_json

from signaling.client_messages import CLIENT_MESSAGE, ClientMessage
from signaling.errors import Malformed, NotUnderstood, Oversize, Unusable
from signaling.server_messages import ServerMessage

MAX_FRAME_BYTES: Final = 64 * 1024
_MAX_ID: Final = 2**53


def decode(text: str) -> ClientMessage:
    """The message in one text frame.

    Raises `Oversize` over 64 kB of UTF-8, `NotUnderstood` when an object with a request id does not fit, and
    `Malformed` for all else, deep nesting, NaN and unpaired surrogates included.
    """
    if len(text) > MAX_FRAME_BYTES:
        raise Oversize
    try:
        frame = text.encode()
        if len(frame) > MAX_FRAME_BYTES:
            raise Oversize
        value = from_json(frame, allow_inf_nan=False)
    except Unusable:
        raise
    except ValueError:
        raise Malformed from None
    try:
        return CLIENT_MESSAGE.validate_python(value)
    except ValidationError:
        pass
    match value:
        case {"id": int(id)} if not isinstance(id, bool) and 0 <= id <= _MAX_ID:
            raise NotUnderstood(id)
    raise Malformed


def encode(message: ServerMessage) -> str:
    """One frame."""
    return message.model_dump_json()
