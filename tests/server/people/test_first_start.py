"""From an empty database to the form of the first session, through the pages."""

import re

from rooms.program.authority import OrgRole
from server.services import Services
from tests.support.whole_server import WholeServer, link_in

PASSWORD = "a long sentence nobody guesses"


async def test_the_first_link_works_once_and_each_start_makes_another(services: Services) -> None:
    first, second = await services.first_start.link(), await services.first_start.link()
    assert first is not None
    assert second is not None
    assert await services.sign_in_links.redeem(first.partition("#")[2]) is None
    spent = await services.sign_in_links.redeem(second.partition("#")[2])
    assert spent is not None
    assert spent.account.role is OrgRole.ADMIN
    assert await services.store.accounts.count() == 1


async def test_whoever_began_ends_the_first_start(services: Services) -> None:
    await services.first_start.link()
    await services.organisation.begin("Evening groups", "Europe/Lisbon", "en", None)
    assert await services.first_start.link() is None


async def test_an_account_from_the_console_ends_the_first_start(services: Services) -> None:
    await services.accounts.create("ines", OrgRole.HOST)
    assert await services.first_start.link() is None


async def test_the_checklist_goes_from_the_link_to_the_first_session(site: WholeServer) -> None:
    url = await site.services.first_start.link()
    assert url is not None
    async with site.browser() as browser, site.browser() as invited:
        assert (await browser.follow(url)).headers["Location"] == "/start"
        form = await browser.page("/start")
        asked = re.findall(r'<(?:input|select)[^>]* name="(\w+)"', form)
        assert asked == ["organisation", "name", "email", "password", "zone"]
        told = {"organisation": "Evening groups", "name": "Amina", "password": PASSWORD, "zone": "Europe/Lisbon"}
        answer = await browser.post("/start", **told)
        assert answer.headers["Location"] == "/start/invite"
        assert "Evening groups" in await browser.page("/start/invite")
        page = await (await browser.post("/start/invite", name="Tom", email="")).text()
        assert "Give this link to Tom" in page
        assert '<svg class="qr"' in page
        assert (await invited.follow(link_in(page))).headers["Location"] == "/host"
        assert "Tom, Facilitator" in await invited.page("/account")
        following = re.search(r'<a class="button button-primary" href="([^"]+)"', page)
        assert following is not None
        assert "time" in await browser.page(following[1])
        assert (await browser.get("/start")).headers["Location"] == "/admin"
    async with site.browser() as again:
        assert (await again.post("/sign-in", name="Amina", password=PASSWORD)).status == 303


async def test_what_is_missing_is_said_and_nothing_is_begun(site: WholeServer) -> None:
    url = await site.services.first_start.link()
    assert url is not None
    async with site.browser() as browser:
        await browser.follow(url)
        told = {"organisation": "Evening groups", "name": "Amina", "zone": "Europe/Lisbon"}
        for fields, field in (
            (told | {"organisation": " "}, "organisation"),
            (told | {"name": ""}, "name"),
            (told, "password"),
            (told | {"password": "short"}, "password"),
            (told | {"password": PASSWORD, "email": "no address"}, "email"),
            (told | {"password": PASSWORD, "zone": "Mars/Olympus"}, "zone"),
        ):
            answer = await browser.post("/start", **fields)
            assert answer.status == 422
            page = await answer.text()
            assert f'id="{field}-error"' in page
            assert PASSWORD not in page
        assert await site.services.organisation.get() is None


async def test_nobody_but_an_admin_begins(site: WholeServer) -> None:
    host = await site.account("ines", OrgRole.HOST)
    async with site.signed_in(host) as browser:
        assert (await browser.get("/start")).status == 404
        assert (await browser.post("/start", organisation="x", name="y", zone="UTC")).status == 404
