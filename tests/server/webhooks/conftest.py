"""Webhooks on a real store and virtual time, and somebody who listens on this machine."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from server.store.database import Database
from server.store.store import Store
from server.webhooks.book import WebhookBook
from tests.support.migrated import put_tables
from tests.support.virtual_clock import VirtualClock


@dataclass
class Receiver:
    """What came, and what it answers; the last answer is repeated."""

    answers: list[int] = field(default_factory=lambda: [204])
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    async def take(self, request: web.Request) -> web.Response:
        self.came.append((dict(request.headers), await request.read()))
        status = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return web.Response(status=status, headers={"Location": "/elsewhere"} if status == 302 else {})


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", receiver.take)
    async with TestServer(app) as server:
        receiver.url = str(server.make_url("/hook"))
        yield receiver


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    clock = VirtualClock()
    store = Store(Database(f"sqlite+aiosqlite:///{tmp_path / 'store.db'}"), clock)
    put_tables(store.database)
    yield store
    await store.close()


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def book(store: Store, clock: VirtualClock) -> WebhookBook:
    return WebhookBook(store, clock, allows_private=True)
