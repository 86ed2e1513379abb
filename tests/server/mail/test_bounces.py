"""Mail that comes back is recognised by the address that it comes to, or by the letter that is in it."""

import pytest

from server.mail.bounces import envelope_sender, read_bounce

LETTER = "o_Ab-9_zQyT5uJ0aXwVbNmKL"
REPORT = """\
From: MAILER-DAEMON@mail.example.net
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I could not deliver your message.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.net

Final-Recipient: rfc822; someone@example.net
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b
Content-Type: {kind}

From: Meetings <groups@example.org>
To: someone@example.net
Message-ID: <{inside}@example.org>
Subject: Tomorrow

--b--
"""


def report(**values: str) -> bytes:
    fields = {"to": "groups@example.org", "action": "failed", "status": "5.1.1", "kind": "text/rfc822-headers"}
    return REPORT.format(**(fields | {"inside": "elsewhere"} | values)).encode()


def test_each_letter_has_a_sender_of_its_own() -> None:
    assert envelope_sender("bounces@example.org", LETTER) == f"bounces+{LETTER}@example.org"
    assert len(envelope_sender("bounces@example.org", LETTER).partition("@")[0]) <= 64


@pytest.mark.parametrize("way", ["recipient", "to", "headers", "whole"])
def test_the_letter_is_found(way: str) -> None:
    address = envelope_sender("bounces@example.org", LETTER)
    found = {
        "recipient": lambda: read_bounce(report(), address),
        "to": lambda: read_bounce(report(to=address)),
        "headers": lambda: read_bounce(report(inside=LETTER)),
        "whole": lambda: read_bounce(report(inside=LETTER, kind="message/rfc822")),
    }[way]()
    assert found is not None
    assert (found.letter, found.status, found.is_final) == (LETTER, "5.1.1", True)


@pytest.mark.parametrize(("action", "status"), [("delayed", "4.4.1"), ("failed", "4.4.7"), ("relayed", "2.0.0")])
def test_a_delay_is_no_end(action: str, status: str) -> None:
    found = read_bounce(report(inside=LETTER, action=action, status=status))
    assert found is not None
    assert not found.is_final


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"Subject: hello\n\nI am on holiday", b"Content-Type: multipart/report\n\n--"]
)
def test_other_mail_is_none_of_ours(content: bytes) -> None:
    assert read_bounce(content, envelope_sender("bounces@example.org", LETTER)) is None
    assert read_bounce(report()) is None, "a bounce of somebody else's letter"
