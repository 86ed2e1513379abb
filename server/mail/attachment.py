"""What goes along with a letter."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attachment:
    """`content_type` like "text/calendar", with its parameters apart."""

    name: str
    content_type: str
    content: bytes
    parameters: tuple[tuple[str, str], ...] = ()
