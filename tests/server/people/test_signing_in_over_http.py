"""Signing in and out through the pages: what scanners cannot spend, what is revoked at once, what never tells."""

import asyncio

import pytest
from aiohttp import WSMsgType

from rooms.program.authority import OrgRole
from server.store.records import Purpose
from tests.support.store_records import session_record
from tests.support.virtual_clock import VirtualClock
from tests.support.whole_server import WholeServer

CLOSED = (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING)
PASSWORD = "a long sentence nobody guesses"


async def test_a_scanner_that_opens_a_link_spends_nothing(site: WholeServer) -> None:
    account = await site.account("ines", OrgRole.HOST)
    link = await site.services.sign_in_links.make(account.id, Purpose.SIGN_IN)
    path, token = "/enter", link.url.partition("#")[2]
    async with site.browser("Mozilla/5.0 SafeLinks") as scanner, site.browser() as browser:
        for method in ("GET", "HEAD", "OPTIONS"):
            await scanner.client.request(method, path)
            await scanner.client.request(method, f"{path}?link={token}")
        assert (await scanner.get("/host")).headers["Location"] == "/sign-in"
        forged = await scanner.client.post(path, data={"link": token}, headers={"Sec-Fetch-Site": "cross-site"})
        assert forged.status == 403
        assert token not in await browser.page(path)
        response = await browser.follow(link.url)
        assert (response.status, response.headers["Location"]) == (303, "/host")
        assert (await browser.get("/host")).status == 200


async def test_a_link_that_was_used_signs_nobody_in_again(site: WholeServer) -> None:
    account = await site.account("ines", OrgRole.HOST)
    link = await site.services.sign_in_links.make(account.id, Purpose.SIGN_IN)
    async with site.browser() as first, site.browser() as second:
        assert (await first.follow(link.url)).status == 303
        response = await second.follow(link.url)
        assert response.status == 422
        assert "does not work any more" in await response.text()
        assert (await second.get("/host")).headers["Location"] == "/sign-in"


async def test_a_password_signs_in_by_name_or_address(site: WholeServer) -> None:
    await site.account("ines", OrgRole.HOST, password=PASSWORD, email="ines@example.org")
    for name in ("ines", "Ines@Example.org"):
        async with site.browser() as browser:
            assert (await browser.post("/sign-in", name=name, password="not it, and long enough")).status == 422
            response = await browser.post("/sign-in", name=name, password=PASSWORD)
            assert (response.status, response.headers["Location"]) == (303, "/host")
            assert (await browser.get("/sign-in")).headers["Location"] == "/host"


async def test_whoever_was_signed_in_before_in_this_browser_is_not_any_more(site: WholeServer) -> None:
    ines, tom = await site.account("ines", OrgRole.HOST), await site.account("tom", OrgRole.FACILITATOR)
    async with site.signed_in(ines) as browser:
        link = await site.services.sign_in_links.make(tom.id, Purpose.SIGN_IN)
        await browser.follow(link.url)
        assert "tom, Facilitator" in await browser.page("/account")
    assert await site.services.accounts.sign_ins(ines.id) == []


async def test_an_account_and_none_get_the_same_answer(site: WholeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    await site.account("ines", OrgRole.HOST, email="ines@example.org")
    monkeypatch.setattr("server.mail.post.Post.is_configured", True)
    async with site.browser() as browser:
        known = await browser.post("/sign-in/mail", email="ines@example.org")
        unknown = await browser.post("/sign-in/mail", email="nobody@example.org")
        assert (known.status, unknown.status) == (200, 200)
        text = await known.text()
        assert text == await unknown.text()
        assert "If an account has this address" in text
        assert "example.org" not in text
        assert (await browser.post("/sign-in/mail", email="no address")).status == 422


async def test_where_no_mail_is_set_up_no_link_is_offered(site: WholeServer) -> None:
    async with site.browser() as browser:
        assert "Send me a link" not in await browser.page("/sign-in")
        assert (await browser.post("/sign-in/mail", email="ines@example.org")).status == 404


async def test_attempts_from_one_network_come_to_a_halt(site: WholeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    # One more attempt is free after 15 s, which twenty may take on a busy machine.
    monkeypatch.setattr(site.services.limits, "_clock", VirtualClock(site.services.clock.now()))
    async with site.browser() as browser:
        statuses = [(await browser.post("/sign-in", name=f"n{at}", password="x")).status for at in range(21)]
        assert statuses == [422] * 20 + [429]
        answer = await browser.post("/sign-in", name="n", password="x")
        assert int(answer.headers["Retry-After"]) > 0


async def test_a_browser_is_listed_and_signed_out_from_another(site: WholeServer) -> None:
    ines = await site.account("ines", OrgRole.HOST)
    async with site.signed_in(ines) as here, site.signed_in(ines) as there:
        page = await here.page("/account")
        assert page.count("Firefox on Windows") >= 2
        assert "(this browser)" in page
        there_id, here_id = [one.id for one in await site.services.accounts.sign_ins(ines.id)]
        assert f'/account/sign-ins/{here_id}/revoke"' in page
        assert (await here.post(f"/account/sign-ins/{there_id}/revoke")).status == 303
        assert (await there.get("/host")).headers["Location"] == "/sign-in"
        assert (await here.get("/host")).status == 200
        assert (await here.post(f"/account/sign-ins/{here_id}/revoke")).headers["Location"] == "/"
        assert (await here.get("/host")).headers["Location"] == "/sign-in"


async def test_signing_out_everywhere_else_keeps_this_browser(site: WholeServer) -> None:
    ines = await site.account("ines", OrgRole.HOST)
    async with site.signed_in(ines) as here, site.signed_in(ines) as there:
        assert (await here.post("/account/sign-out-others")).headers["Location"] == "/account?others"
        assert (await here.get("/host")).status == 200
        assert (await there.get("/host")).headers["Location"] == "/sign-in"


async def test_a_switched_off_account_loses_its_pages_and_its_room_at_once(site: WholeServer) -> None:
    admin, host = await site.account("amina", OrgRole.ADMIN), await site.account("ines", OrgRole.HOST)
    session = session_record(host=host.id, start=site.services.clock.now() + 600_000)
    await site.services.store.sessions.add(session, site.services.clock.now())
    async with site.signed_in(admin) as boss, site.signed_in(host) as browser:
        assert (await browser.post(f"/host/sessions/{session.id}/room")).status == 303
        ticket = await (await browser.post(f"/s/{session.id}/ticket")).json()
        assert ticket["role"] == "facilitator"
        assert (await boss.post(f"/admin/people/{host.id}/off")).headers["Location"].endswith("?off")
        assert (await browser.get("/host")).headers["Location"] == "/sign-in"
        again = await (await browser.post(f"/s/{session.id}/ticket")).json()
        assert again["role"] == "participant", "what is left is what everybody has who knows the address"
        spent = await site.services.entry.redeem_ticket(session.id, ticket["ticket"])
        assert spent is None, "a ticket of before opens nothing"


async def test_a_changed_password_needs_the_present_one(site: WholeServer) -> None:
    ines = await site.account("ines", OrgRole.HOST, password=PASSWORD)
    new = "another long sentence"
    async with site.signed_in(ines) as here, site.signed_in(ines) as there:
        answer = await here.post("/account/password", current="not it", password=new)
        assert answer.status == 422
        assert "not your password" in await answer.text()
        assert (await here.post("/account/password", current=PASSWORD, password="short")).status == 422
        assert (await here.post("/account/password", current=PASSWORD, password=new)).status == 303
        assert (await here.get("/host")).status == 200
        assert (await there.get("/host")).headers["Location"] == "/sign-in"


PROFILE = {"name": "ines", "zone": "UTC", "language": "en"}


async def test_another_address_needs_the_present_password(site: WholeServer) -> None:
    ines = await site.account("ines", OrgRole.HOST, password=PASSWORD, email="ines@example.org")
    async with site.signed_in(ines) as browser:
        assert 'id="present"' in await browser.page("/account")
        same = PROFILE | {"email": "Ines@example.org", "zone": "Europe/Lisbon"}
        assert (await browser.post("/account", **same)).status == 303, "for nothing else"
        for present in ("", "not it"):
            for email in ("other@example.org", ""):
                answer = await browser.post("/account", **PROFILE, email=email, present=present)
                page = await answer.text()
                assert (answer.status, 'href="#present"' in page) == (422, True)
                assert present == "" or present not in page
        known = await site.services.accounts.get(ines.id)
        assert known is not None
        assert known.email == "ines@example.org"
        answer = await browser.post("/account", **PROFILE, email="other@example.org", present=PASSWORD)
        assert answer.status == 303


async def test_without_a_password_another_address_or_a_first_password_needs_a_fresh_sign_in(site: WholeServer) -> None:
    ines = await site.account("ines", OrgRole.HOST, email="ines@example.org")
    async with site.signed_in(ines) as browser:
        page = await browser.page("/account")
        assert 'id="present"' not in page
        async with site.services.store.database.write() as connection:
            await connection.exec_driver_sql("UPDATE sign_ins SET created_at = created_at - 4000000")
        for path, fields in (
            ("/account", PROFILE | {"email": "other@example.org"}),
            ("/account/password", {"password": "another long sentence"}),
        ):
            answer = await browser.post(path, **fields)
            assert (answer.status, "Ask an admin for a new link" in await answer.text()) == (422, True)
            assert "Sign out, sign" not in await answer.text(), "no link could be mailed to sign in again"
    async with site.signed_in(ines) as browser:
        assert (await browser.post("/account", **PROFILE, email="other@example.org")).status == 303
        assert (await browser.post("/account/password", password="another long sentence")).status == 303


async def test_no_other_site_signs_anybody_out(site: WholeServer) -> None:
    ines = await site.account("ines", OrgRole.HOST)
    async with site.signed_in(ines) as browser:
        for path in ("/sign-out", "/account/sign-out-others"):
            forged = await browser.client.post(path, headers={"Sec-Fetch-Site": "cross-site"})
            assert forged.status == 403
        assert (await browser.get("/host")).status == 200
        assert (await browser.post("/sign-out")).headers["Location"] == "/"
        assert (await browser.get("/host")).headers["Location"] == "/sign-in"


async def test_a_facilitator_whose_training_is_over_opens_no_room_and_reads_why(site: WholeServer) -> None:
    host, tom = await site.account("ines", OrgRole.HOST), await site.account("tom", OrgRole.ADMIN)
    session = session_record(host=host.id, start=site.services.clock.now() + 600_000)
    await site.services.store.sessions.add(session, site.services.clock.now())
    async with site.signed_in(tom) as browser:
        room = f"/host/sessions/{session.id}/room"
        assert (await browser.post(room)).headers["Location"] == f"/s/{session.id}/room"
        async with site.services.store.database.write() as connection:
            await connection.exec_driver_sql("UPDATE accounts SET training_expires_on = '2020-01-31'")
        assert (await browser.post(room)).headers["Location"] == "/account#training"
        assert "31 January 2020" in await browser.page("/account")


@pytest.mark.parametrize("end", ["revoked", "switched off", "signed out"])
async def test_a_live_room_closes_within_a_second_of_the_sign_in_that_opened_it(site: WholeServer, end: str) -> None:
    admin, host = await site.account("amina", OrgRole.ADMIN), await site.account("ines", OrgRole.HOST)
    session = session_record(host=host.id, start=site.services.clock.now() + 600_000)
    await site.services.store.sessions.add(session, site.services.clock.now())
    await site.services.rooms.scheduled(session.id)
    async with site.signed_in(admin) as boss, site.signed_in(host) as browser:
        await browser.post(f"/host/sessions/{session.id}/room")
        ticket = (await (await browser.post(f"/s/{session.id}/ticket")).json())["ticket"]
        origin = site.services.config.public_url
        async with browser.client.ws_connect(f"/s/{session.id}/ws", origin=origin) as socket:
            await socket.send_json({"type": "hello", "protocol": 1, "ticket": ticket})
            welcome = await socket.receive_json()
            assert welcome["type"] == "welcome"
            [sign_in] = await site.services.accounts.sign_ins(host.id)
            here = f"/admin/people/{host.id}"
            if end == "revoked":
                await boss.post(f"{here}/sign-ins/{sign_in.id}/revoke")
            elif end == "switched off":
                await boss.post(f"{here}/off")
            else:
                await browser.post("/sign-out")
            async with asyncio.timeout(1):
                while (await socket.receive()).type not in CLOSED:
                    pass
        async with browser.client.ws_connect(f"/s/{session.id}/ws", origin=origin) as socket:
            await socket.send_json({"type": "hello", "protocol": 1, "resume": welcome["resume"], "page": "same"})
            assert (await socket.receive()).type in CLOSED, "nor does the page come back by what it still holds"
