"""The kinds of text that requests carry: how long, and that it can be shown."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from rooms.program.address import LONGEST, as_address

_CONTROL = frozenset(map(chr, (*range(9), 11, 12, *range(14, 32), 127)))


def _printable(text: str) -> str:
    if any(c in _CONTROL for c in text):
        raise ValueError("This text holds characters that cannot be shown.")
    return text


def _line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("This has to be one line of characters that can be shown.")
    return text


def _address(text: str) -> str:
    if (address := as_address(text)) is None:
        raise ValueError("Give an address like name@example.org, in ASCII.")
    return address


Text = Annotated[str, AfterValidator(_printable)]
Line = Annotated[str, AfterValidator(_line)]
Name = Annotated[
    Line, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), Field(examples=["Evening circle"])
]
Zone = Annotated[Line, StringConstraints(min_length=1, max_length=64), Field(examples=["Europe/Lisbon"])]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
LocalStart = Annotated[
    str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$"), Field(examples=["2026-11-21T19:00"])
]
Email = Annotated[
    str, StringConstraints(max_length=LONGEST), AfterValidator(_address), Field(json_schema_extra={"format": "email"})
]
