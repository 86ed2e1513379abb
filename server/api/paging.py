"""Pages of a list: `limit`, and `after`, an opaque cursor that the page before gave as `next`."""

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, StringConstraints

from server.api.operation import Wire
from server.api.problems import Code, Problem

MOST = 100
USUAL = 50
CURSOR = r"^[A-Za-z0-9_-]{1,256}$"

Cursor = Annotated[str, StringConstraints(pattern=CURSOR)]


class Paged(Wire):
    """The query of every list."""

    limit: Annotated[int, Field(ge=1, le=MOST, description="How many at most.")] = USUAL
    after: Annotated[Cursor | None, Field(description="The `next` of the page before.")] = None


def cursor_of(*parts: str | int) -> str:
    """What identifies the last row of a page, in the order of the list."""
    text = "\x1f".join(str(part) for part in parts)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def parts_of(cursor: str, count: int) -> Sequence[str]:
    """The parts that were given to `cursor_of`. Raises `Problem(NOT_VALID)` for a cursor that is not ours."""
    padded = cursor + "=" * (-len(cursor) % 4)
    try:
        parts = base64.urlsafe_b64decode(padded).decode().split("\x1f")
    except (binascii.Error, ValueError):
        parts = []
    if len(parts) != count or any("\0" in part for part in parts):
        raise _not_ours()
    return parts


def number_of(part: str) -> int:
    """One part of a cursor that is a number. Raises `Problem(NOT_VALID)`."""
    if not (part.isascii() and part.lstrip("-").isdecimal() and len(part) <= 16):
        raise _not_ours()
    return int(part)


def _not_ours() -> Problem:
    return Problem(Code.NOT_VALID, errors={"after": "Use the cursor as the page before gave it."})
