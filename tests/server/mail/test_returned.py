"""A notice that comes back marks the letter and whom it was for; a delay and other mail mark nobody."""

from pathlib import Path

from rooms.program.ids import AccountId
from server.mail.letters import TryLetter
from server.mail.post import Recipient
from server.mail.returned import Returned, took_back
from server.store.outbox import LetterState
from tests.support.errand_scene import Scene

NOTICE = """\
From: MAILER-DAEMON@mail.example.net
To: {to}
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.net

Final-Recipient: rfc822; ines@example.org
Action: {action}
Status: {status}

--b--
"""


async def test_a_notice_marks_the_letter_and_its_account(tmp_path: Path) -> None:
    scene = await Scene.make(str(tmp_path))
    await scene.account("h_1", email="ines@example.org")
    to = Recipient(address="ines@example.org", zone="UTC", language="en", account=AccountId("h_1"))
    await scene.errands.post.send(TryLetter(), "try", to)
    await scene.turn()
    (got,) = scene.mailbox.got

    async def back(**values: str) -> Returned:
        notice = NOTICE.format(**({"to": got.sender.lower(), "action": "failed", "status": "5.1.1"} | values))
        return await took_back(scene.store.outbox, scene.clock, notice.encode())

    assert await back(action="delayed", status="4.4.1") is Returned.DELAYED
    assert await back(to="groups@example.org") is Returned.UNKNOWN
    assert await back(to="groups+o_AAAAAAAAAAAAAAAAAAAAAA@example.org") is Returned.UNKNOWN
    account = await scene.store.accounts.get("h_1")
    assert account is not None
    assert account.bounced_at is None
    assert await back() is Returned.MARKED
    account = await scene.store.accounts.get("h_1")
    assert account is not None
    assert account.bounced_at == scene.clock.now()
    assert [(row.state, row.reply) for row in await scene.store.outbox.troubled(5)] == [(LetterState.BOUNCED, "5.1.1")]
    await scene.close()
