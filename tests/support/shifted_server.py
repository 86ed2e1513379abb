"""A whole server in this process that believes in another day, with a mail server beside it.

The clock of the server runs as fast as ours, from whatever instant it is started at; stopping it and starting it again
later on the same store is how days pass. People come with real browsers, whose own clocks count for nothing.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from aiosmtpd.controller import Controller

import server.app
from rooms.ids import Instant
from server.clock import AnchoredClock
from server.config import load_config
from server.services import Services
from tests.support.deadline import until
from tests.support.fake_media import FakeMedia
from tests.support.ports import free_port

SENDER = "groups@example.org"


@dataclass
class Mailbox:
    """Takes every letter."""

    letters: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 OK"

    def to(self, address: str, subject: str) -> list[EmailMessage]:
        """Those to this address whose subject begins so."""
        return [one for one in self.letters if address in one["To"] and str(one["Subject"]).startswith(subject)]

    async def wait_for(self, address: str, subject: str, within_s: float = 60.0) -> EmailMessage:
        async def has_come() -> bool:
            return bool(self.to(address, subject))

        await until(has_come, f"a letter to {address}: {subject}", within_s)
        return self.to(address, subject)[-1]


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link_in(letter: EmailMessage, path: str) -> str:
    found = re.search(rf"https?://\S+{path}#\S+", text_of(letter))
    assert found, text_of(letter)
    return found[0]


@dataclass
class ShiftedServer:
    """`origin` stays the same over all starts."""

    origin: str
    port: int
    settings: dict[str, str]

    @asynccontextmanager
    async def running(self, at: datetime) -> AsyncIterator[Services]:
        """From this instant on, until the block ends."""
        shift_ms = int(at.timestamp() * 1_000) - AnchoredClock().now()

        class Shifted(AnchoredClock):
            def now(self) -> Instant:
                return Instant(super().now() + shift_ms)

        async def before_doors(_services: Services) -> None: ...

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(server.app, "AnchoredClock", Shifted)
            built = server.app.build_server(load_config(self.settings), before_doors, FakeMedia())
        running = TestServer(built.app, port=self.port)
        await running.start_server()
        try:
            yield built.services
            await built.rooms.drain()
        finally:
            await running.close()


@asynccontextmanager
async def shifted_server(folder: Path) -> AsyncIterator[tuple[ShiftedServer, Mailbox]]:
    port, mailbox = free_port(), Mailbox()
    post = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    origin = f"http://127.0.0.1:{port}"
    settings = {
        "HOLDSPACE_DATA_DIR": str(folder),
        "HOLDSPACE_PUBLIC_URL": origin,
        "HOLDSPACE_UDP_PORT": "0",
        "HOLDSPACE_UDP_BIND": "127.0.0.1",
        "HOLDSPACE_TCP_PORT": "off",
        "HOLDSPACE_SMTP_HOST": "127.0.0.1",
        "HOLDSPACE_SMTP_PORT": str(post.port),
        "HOLDSPACE_SMTP_SECURITY": "none",
        "HOLDSPACE_SMTP_FROM": SENDER,
    }
    await asyncio.to_thread(post.start)
    try:
        yield ShiftedServer(origin, port, settings), mailbox
    finally:
        await asyncio.to_thread(post.stop)
