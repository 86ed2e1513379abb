"""Mail that comes back. The envelope's sender names the letter (`bounces+o_…@…`), and so does its Message-ID."""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import default
from typing import Final

ID = re.compile(r"o_[A-Za-z0-9_-]{16,62}")
ADDRESSED: Final = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
MOST_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Bounce:
    """`letter` is the id of one of ours; `status` an RFC 3463 code. `is_final`: nobody tries any more."""

    letter: str
    status: str
    is_final: bool


def envelope_sender(bounces_to: str, letter: str) -> str:
    """A sender of its own for each letter (VERP): "bounces+o_abc@example.org"."""
    local, _, domain = bounces_to.rpartition("@")
    return f"{local}+{letter}@{domain}"


def read_bounce(content: bytes, recipient: str = "") -> Bounce | None:
    """What a delivery status notification (RFC 3464) says of a letter of ours; None for any other mail.

    `recipient` is the address that it came to, where the mail server tells it; else its header lines do.
    """
    message = message_from_bytes(content[:MOST_BYTES], policy=default)
    letter = _named(recipient) or _named_by_header(message) or _named_by_original(message)
    report = _report(message)
    if letter is None or report is None:
        return None
    status, action = report
    return Bounce(letter, status, is_final=action == "failed" and status.startswith("5"))


def _named(address: str) -> str | None:
    found = ID.search(address.partition("+")[2].rpartition("@")[0])
    return None if found is None else found[0]


def _named_by_header(message: Message) -> str | None:
    for header in ADDRESSED:
        for value in message.get_all(header, ()):
            if (letter := _named(str(value))) is not None:
                return letter
    return None


def _named_by_original(message: Message) -> str | None:
    """From the letter that is in the notification, whole or its header lines alone."""
    for part in message.walk():
        match part.get_content_type():
            case "message/rfc822":
                inner = part.get_payload()
                original = inner[0] if isinstance(inner, list) and inner else None
            case "text/rfc822-headers":
                payload = part.get_payload(decode=True)
                original = message_from_bytes(payload) if isinstance(payload, bytes) else None
            case _:
                continue
        if isinstance(original, Message):
            found = ID.search(str(original.get("Message-ID", "")))
            if found is not None:
                return found[0]
    return None


def _report(message: Message) -> tuple[str, str] | None:
    """Status and action of the first recipient in the machine-readable part."""
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        payload = part.get_payload()
        for block in payload if isinstance(payload, list) else ():
            if isinstance(block, Message) and block.get("Action"):
                return str(block.get("Status", "5.0.0")).strip(), str(block["Action"]).strip().lower()
    return None
