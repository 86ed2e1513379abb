"""What strangers may do to a group and to people who never asked, counted on a whole server."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rooms.ids import SessionId
from rooms.program.authority import OrgRole
from rooms.program.group import Group
from rooms.program.ids import AccountId
from server.limits import WRONG_CODES
from tests.support.group_site import WANTED, add_date, ask
from tests.support.virtual_clock import VirtualClock
from tests.support.whole_server import WholeServer, whole_server


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[WholeServer]:
    async with whole_server(tmp_path, {"HOLDSPACE_TRUSTED_PROXIES": "127.0.0.0/8"}) as server:
        yield server


@pytest.fixture
async def group(server: WholeServer) -> Group:
    host = await server.account("Ines", OrgRole.HOST)
    return await server.services.groups.create(AccountId(host.id), WANTED)


async def test_letters_to_one_address_come_to_a_halt_however_many_places_are_asked_for(
    server: WholeServer, group: Group
) -> None:
    async def ask_anew(**changes: str) -> str:
        async with server.browser() as browser:
            path = await ask(browser, group, **changes)
            assert ("no letters go there" in await browser.page(path)) == ("no-letters" in path)
            return path

    paths = [await ask_anew(email="Wren@example.org") for _ in range(8)]
    assert ["no-letters" in path for path in paths] == [False] * 6 + [True] * 2
    emails = [place.email for place in await server.services.places.of_group(group.id)]
    assert emails == ["wren@example.org"] * 6 + [None] * 2
    assert "no-letters" not in await ask_anew(email="heron@example.org")
    assert "no-letters" not in await ask_anew()
    async with server.browser() as browser:
        path = await ask(browser, group, email="robin@example.org")
        wishes = {"zone": "UTC", "day_before": "on"}
        answer = await browser.post(f"{path}/wishes", **wishes, email="wren@example.org")
        assert (answer.status, "many times lately" in await answer.text()) == (422, True)
        for _ in range(8):
            assert (await browser.post(f"{path}/wishes", **wishes, email="robin@example.org")).status == 303


async def test_strangers_who_guess_codes_keep_nobody_out_who_was_told_one(
    server: WholeServer, group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_date(server, group)
    services = server.services
    # One more guess is free after 5 s, which all of them may take on a busy machine.
    monkeypatch.setattr(services.limits, "_clock", VirtualClock(services.clock.now()))
    session = await services.sessions.get(SessionId("s_1"))
    assert session is not None
    right = (await services.codes.of_session(session) or "").replace(" ", "-")
    for _ in range(WRONG_CODES.most):
        await services.limits.spend(WRONG_CODES, "")
    async with server.browser() as browser:

        async def status(code: str, prefix: str) -> int:
            return (await browser.get(f"/j/{code}", **{"X-Forwarded-For": f"{prefix}.7"})).status

        assert [await status("000-000-001", "198.51.100") for _ in range(3)] == [404] * 3
        assert await status(right, "198.51.100") == 429, "whoever guesses from there learns nothing more"
        assert [await status(code, "203.0.113") for code in ("000-000-001", right)] == [404, 303]
