"""Admins manage keys and webhooks by hand."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rooms.program.authority import OrgRole
from server.store.program_records import Webhook
from tests.support.api_client import ApiBench, Program, api_bench

FROM_HERE = {"Sec-Fetch-Site": "same-origin"}
URL = "http://127.0.0.1:9/in"


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[ApiBench]:
    async with api_bench(tmp_path, HOLDSPACE_WEBHOOKS_TO_PRIVATE="true") as bench:
        yield bench


class Browser:
    """Signed in as somebody."""

    def __init__(self, bench: ApiBench, cookie: str) -> None:
        self._bench, self._headers = bench, {**FROM_HERE, "Cookie": cookie}

    async def get(self, path: str) -> tuple[int, str]:
        async with self._bench.client.get(path, headers=self._headers, allow_redirects=False) as response:
            return response.status, await response.text()

    async def post(self, path: str, **fields: str) -> tuple[int, str]:
        data = {name.replace("__", "-"): value for name, value in fields.items()}
        async with self._bench.client.post(path, data=data, headers=self._headers, allow_redirects=False) as response:
            return response.status, await response.text()


async def browser(bench: ApiBench, name: str, role: OrgRole) -> Browser:
    account = await bench.services.accounts.create(name, role)
    token = await bench.services.accounts.sign_in(account.id)
    return Browser(bench, f"hs-host={token}")


async def only_webhook(bench: ApiBench) -> Webhook:
    (hook,) = await bench.services.store.webhooks.all()
    return hook


async def test_a_key_made_here_works_until_it_is_revoked_here(bench: ApiBench) -> None:
    admin = await browser(bench, "Ines", OrgRole.ADMIN)
    fields = {"name": "Calendar", "scope-groups:read": "on"}
    status, page = await admin.post("/admin/programs/keys", **fields)
    assert status == 201
    secret = re.search(r'id="secret"[^>]*value="(hsk_[^"]+)"', page)
    assert secret is not None
    program = Program(bench.client, secret.group(1), "")
    assert (await program.call("GET", "/groups")).status == 200
    assert (await program.call("GET", "/accounts")).status == 403
    _, page = await admin.get("/admin/programs")
    assert secret.group(1) not in page
    revoke = re.search(r'action="(/admin/programs/keys/[^"]+/revoke)"', page)
    assert revoke is not None
    assert (await admin.post(revoke.group(1)))[0] == 303
    assert (await program.call("GET", "/groups")).status == 401
    assert "Revoked" in (await admin.get("/admin/programs"))[1]


async def test_what_does_not_fit_is_said_beside_the_field(bench: ApiBench) -> None:
    admin = await browser(bench, "Ines", OrgRole.ADMIN)
    status, page = await admin.post("/admin/programs/keys", name="")
    assert status == 422
    assert "Say which program it is for." in page
    assert "Choose one or more." in page
    status, page = await admin.post("/admin/programs/webhooks", **{"url": "nowhere", "event-session.ended": "on"})
    assert status == 422
    assert "Give an address that begins with https://." in page


async def test_a_webhook_is_made_changed_and_dropped(bench: ApiBench) -> None:
    admin = await browser(bench, "Ines", OrgRole.ADMIN)
    status, page = await admin.post("/admin/programs/webhooks", **{"url": URL, "event-session.ended": "on"})
    hook = await only_webhook(bench)
    assert (status, hook.secret in page, hook.events) == (201, True, "session.ended")
    path = f"/admin/programs/webhooks/{hook.id}"
    changed = {"url": URL + "2", "event-place.given": "on", "version": "1"}
    assert (await admin.post(path, **changed))[0] == 303
    assert (await admin.post(path, **changed))[0] == 409, "somebody else was faster"
    hook = await only_webhook(bench)
    assert (hook.url, hook.events, hook.is_active) == (URL + "2", "place.given", False)
    status, page = await admin.get(path)
    assert status == 200
    assert hook.secret not in page
    assert (await admin.post(path + "/drop"))[0] == 303
    assert await bench.services.store.webhooks.all() == []


async def test_nobody_else_finds_the_page(bench: ApiBench) -> None:
    host = await browser(bench, "Tom", OrgRole.HOST)
    assert (await host.get("/admin/programs"))[0] == 404
    assert (await host.post("/admin/programs/keys", name="x"))[0] == 404
