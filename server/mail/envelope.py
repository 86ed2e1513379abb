"""From words to a message as mail servers take it: plain text and HTML, headers, attachments. MIME by the library."""

from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from rooms.ids import Instant
from rooms.schedule import local_of
from server.mail.attachment import Attachment
from server.mail.compose import Composed

TEMPLATES: Final = Path(__file__).parents[2] / "web" / "templates" / "mail"
_pages = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=lambda name: bool(name) and str(name).endswith(".html"),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def text_of(letter: Composed) -> str:
    return _pages.get_template("letter.txt").render(letter=letter)


def html_of(letter: Composed) -> str:
    """Without pictures and without anything that a mail program would have to fetch."""
    return _pages.get_template("letter.html").render(letter=letter)


def message_id(letter: str, sender: str) -> str:
    """The same for the same letter, however often it is sent."""
    return f"<{letter}@{sender.rpartition('@')[2]}>"


def enveloped(
    letter: Composed,
    letter_id: str,
    sender: Address,
    to: str,
    now: Instant,
    attachments: Sequence[Attachment] = (),
) -> str:
    """RFC 5322 text, ASCII alone, lines ended by CRLF. Raises `ValueError` for an address that cannot be one."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = Address(addr_spec=to)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(local_of(now, "UTC"), usegmt=False)
    message["Message-ID"] = message_id(letter_id, sender.addr_spec)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notes in answer
    if letter.stop_url:
        message["List-Unsubscribe"] = f"<{letter.stop_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    message.set_content(text_of(letter), cte="quoted-printable")
    message.add_alternative(html_of(letter), subtype="html", cte="quoted-printable")
    for each in attachments:
        maintype, _, subtype = each.content_type.partition("/")
        message.add_attachment(
            each.content, maintype=maintype, subtype=subtype, filename=each.name, params=dict(each.parameters)
        )
    return message.as_bytes().decode("ascii")
