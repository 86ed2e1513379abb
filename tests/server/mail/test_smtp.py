"""A real mail server (aiosmtpd): TLS, a password, refusals for now and for good, from the outbox to the mailbox."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP as Server
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from rooms.ids import Instant
from rooms.program.ids import AccountId
from server.mail.delivery import TRIED_FOR_MS, retry_after_ms
from server.mail.letters import TryLetter
from server.mail.post import Post, Recipient
from server.mail.smtp import Smtp, Verdict, verdict_of
from server.store.outbox import LetterState
from tests.support.errand_scene import Scene


@dataclass
class Desk:
    """What the server's handler got, and what it is to answer."""

    got: list[Envelope] = field(default_factory=list)
    rcpt: str = "250 OK"
    data: str = "250 OK"
    logins: list[bytes] = field(default_factory=list)

    async def handle_RCPT(self, server: Server, session: Session, envelope: Envelope, address: str, o: Any) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: Server, session: Session, envelope: Envelope) -> str:
        if self.data.startswith("250"):
            self.got.append(envelope)
        return self.data

    def login(self, server: Server, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login)
        return AuthResult(success=data.password == b"correct horse", handled=True)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Of "localhost", signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "localhost.pem"
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
async def desk() -> Desk:
    return Desk()


async def listening(desk: Desk, tls: ssl.SSLContext | None = None, **options: Any) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: Server(desk, loop=loop, **options), "127.0.0.1", 0, ssl=tls)


@pytest.fixture
async def port(desk: Desk) -> AsyncIterator[int]:
    server = await listening(desk)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def scene_at(tmp_path: Path, port: int, **settings: str) -> Scene:
    scene = await Scene.make(str(tmp_path), HOLDSPACE_SMTP_PORT=str(port), **settings)
    await scene.account("h_1", email="ines@example.org")
    scene.delivery.carrier = Smtp(scene.config)
    return scene


async def write(scene: Scene, key: str = "try", until: Instant | None = None) -> None:
    to = Recipient(address="ines@example.org", zone="UTC", language="en", account=AccountId("h_1"))
    assert await scene.errands.post.send(TryLetter(), key, to, until=until)


async def states(scene: Scene) -> dict[LetterState, int]:
    return dict(await scene.store.outbox.counts(Instant(0)))


async def test_letters_arrive_over_one_connection_each_with_a_sender_of_its_own(
    tmp_path: Path, desk: Desk, port: int
) -> None:
    scene = await scene_at(tmp_path, port)
    await write(scene, "one")
    await write(scene, "two")
    assert await scene.delivery.turn() == 2
    assert await scene.delivery.turn() == 0
    assert await states(scene) == {LetterState.SENT: 2}
    senders = {envelope.mail_from for envelope in desk.got}
    assert len(senders) == 2
    assert all(str(sender).startswith("groups+o_") for sender in senders)
    await scene.close()


async def test_starttls_and_a_password(tmp_path: Path, desk: Desk, certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = await listening(
        desk, tls_context=context, require_starttls=True, authenticator=desk.login, auth_required=True
    )
    settings = {
        "HOLDSPACE_SMTP_HOST": "localhost",
        "HOLDSPACE_SMTP_SECURITY": "starttls",
        "HOLDSPACE_SMTP_CA": str(certificate),
        "HOLDSPACE_SMTP_USER": "holdspace",
        "HOLDSPACE_SMTP_PASSWORD": "correct horse",
    }
    scene = await scene_at(tmp_path, server.sockets[0].getsockname()[1], **settings)
    await write(scene)
    await scene.delivery.turn()
    assert await states(scene) == {LetterState.SENT: 1}
    assert desk.logins == [b"holdspace"]
    server.close()
    await scene.close()


async def test_a_server_that_nobody_vouches_for_gets_nothing(tmp_path: Path, desk: Desk, certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = await listening(desk, tls=context)
    settings = {"HOLDSPACE_SMTP_HOST": "localhost", "HOLDSPACE_SMTP_SECURITY": "tls"}
    scene = await scene_at(tmp_path, server.sockets[0].getsockname()[1], **settings)
    await write(scene)
    await scene.delivery.turn()
    assert desk.got == []
    assert await states(scene) == {LetterState.QUEUED: 1}
    assert [row.reply for row in await scene.store.outbox.put_off_so_far(5)] == ["no connection"]
    server.close()
    await scene.close()


async def test_an_address_that_is_refused_for_good_is_shown_and_not_tried_again(
    tmp_path: Path, desk: Desk, port: int
) -> None:
    desk.rcpt = "550 5.1.1 ines@example.org: no such user"
    scene = await scene_at(tmp_path, port)
    await write(scene)
    await scene.delivery.turn()
    account = await scene.store.accounts.get("h_1")
    assert account is not None
    assert account.bounced_at == scene.clock.now()
    (row,) = await scene.store.outbox.troubled(5)
    assert (row.state, row.reply, row.address, row.message) == (LetterState.BOUNCED, "550 5.1.1", "", "")
    scene.clock.advance(TRIED_FOR_MS)
    assert await scene.delivery.turn() == 0
    await scene.close()


async def test_a_refusal_for_now_is_tried_again_ever_more_seldom(tmp_path: Path, desk: Desk, port: int) -> None:
    desk.rcpt = "451 4.7.1 Greylisted"
    scene = await scene_at(tmp_path, port)
    await write(scene)
    await scene.delivery.turn()
    scene.clock.advance(retry_after_ms(1) - 1)
    assert await scene.delivery.turn() == 0
    scene.clock.advance(1)
    assert await scene.delivery.turn() == 1
    desk.rcpt = "250 OK"
    scene.clock.advance(retry_after_ms(2))
    assert await scene.delivery.turn() == 1
    assert await states(scene) == {LetterState.SENT: 1}
    account = await scene.store.accounts.get("h_1")
    assert account is not None
    assert account.bounced_at is None
    await scene.close()


async def test_two_days_of_refusals_are_enough_and_shown(tmp_path: Path, desk: Desk, port: int) -> None:
    desk.data = "452 4.3.1 Full"
    scene = await scene_at(tmp_path, port)
    await write(scene)
    while LetterState.GIVEN_UP not in await states(scene):
        scene.clock.advance(2 * 3_600_000)
        await scene.delivery.turn()
    assert [row.reply for row in await scene.store.outbox.troubled(5)] == ["452 4.3.1"]
    await scene.close()


async def test_a_letter_of_no_use_any_more_is_not_sent(tmp_path: Path, desk: Desk, port: int) -> None:
    scene = await scene_at(tmp_path, port)
    await write(scene, until=Instant(scene.clock.now() + 1_000))
    scene.clock.advance(1_000)
    await scene.delivery.turn()
    assert desk.got == []
    assert await states(scene) == {LetterState.GIVEN_UP: 1}
    await scene.close()


async def test_no_server_at_all_loses_nothing(tmp_path: Path) -> None:
    scene = await scene_at(tmp_path, 9)  # nobody listens at the discard port
    await write(scene)
    await scene.delivery.turn()
    assert await states(scene) == {LetterState.QUEUED: 1}
    await scene.close()


async def test_without_mail_nothing_is_kept(tmp_path: Path) -> None:
    scene = await Scene.make(str(tmp_path), HOLDSPACE_SMTP_HOST="")
    post: Post = scene.errands.post
    to = Recipient(address="ines@example.org", zone="UTC", language="en")
    assert not post.is_configured
    assert not await post.send(TryLetter(), "try", to)
    assert await states(scene) == {}
    await scene.close()


@pytest.mark.parametrize(
    ("code", "words", "is_about_address", "verdict"),
    [
        (450, "4.2.1 busy", True, Verdict.NOT_NOW),
        (550, "5.1.1 unknown", True, Verdict.NOBODY_THERE),
        (550, "no such user", True, Verdict.NOBODY_THERE),
        (550, "5.7.1 blocked by a list", True, Verdict.NOT_THIS),
        (554, "5.6.0 bad content", False, Verdict.NOT_THIS),
        (550, "5.1.1 unknown", False, Verdict.NOBODY_THERE),
        (421, "closing", False, Verdict.NOT_NOW),
    ],
)
def test_what_a_refusal_is_about(code: int, words: str, is_about_address: bool, verdict: Verdict) -> None:
    assert verdict_of(code, words, is_about_address) is verdict
