"""What admins do through their pages, what others see of it, and what the audit log says."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import FormData

from rooms.program.authority import OrgRole
from server.store.records import Account
from tests.support.whole_server import FROM_HERE, Browser, WholeServer, link_in, whole_server

LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'
WORDS_OF_AUDIT = ("Inês", "ines@example.org", "Evening groups")


@pytest.fixture
async def admin(site: WholeServer) -> Account:
    account = await site.account("Amina", OrgRole.ADMIN)
    await site.services.organisation.begin("Evening groups", "Europe/Lisbon", "en", account.id)
    return account


@pytest.fixture
async def boss(site: WholeServer, admin: Account) -> AsyncIterator[Browser]:
    async with site.signed_in(admin) as browser:
        yield browser


async def test_an_organisation_begins_with_the_periods_of_the_settings(tmp_path: Path) -> None:
    async with whole_server(tmp_path, {"HOLDSPACE_RETENTION_DAYS": "3", "HOLDSPACE_AUDIT_DAYS": "40"}) as site:
        account = await site.account("Amina", OrgRole.ADMIN)
        await site.services.organisation.begin("Evening groups", "Europe/Lisbon", "en", account.id)
        periods = await site.services.forgetting.periods()
        assert (periods.sessions, periods.audit) == (3, 40)
        async with site.signed_in(account) as boss:
            page = await boss.page("/admin/retention")
        assert 'value="3"' in page
        assert 'value="40"' in page


async def send_logo(browser: Browser, content: bytes, name: str = "logo.svg") -> int:
    form = FormData()
    form.add_field("logo", content, filename=name, content_type="image/svg+xml")
    answer = await browser.client.post("/admin/branding/logo", data=form, headers=FROM_HERE, allow_redirects=False)
    return answer.status


async def test_somebody_is_invited_by_a_link_that_is_shown_once(site: WholeServer, boss: Browser) -> None:
    answer = await boss.post("/admin/people", name="Inês", email="ines@example.org", role="host")
    assert answer.status == 201
    link = link_in(await answer.text())
    people = await boss.page("/admin/people")
    assert link.partition("#")[2] not in people
    assert "Invited" in people
    async with site.browser() as invited:
        assert (await invited.follow(link)).status == 303
        assert "Inês, Host" in await invited.page("/account")
    assert "Invited" not in await boss.page("/admin/people")


async def test_an_invitation_that_does_not_fit_comes_back_with_what_was_written(boss: Browser) -> None:
    for fields, field in (
        ({"name": "", "role": "host"}, "name"),
        ({"name": "Amina", "role": "host"}, "name"),
        ({"name": "Inês", "email": "no address", "role": "host"}, "email"),
        ({"name": "Inês", "role": "owner"}, "role"),
    ):
        answer = await boss.post("/admin/people", **fields)
        assert answer.status == 422
        assert f'id="{field}-error"' in await answer.text()


async def test_a_role_and_training_are_changed_and_noted(site: WholeServer, admin: Account, boss: Browser) -> None:
    ines = await site.account("Inês", OrgRole.FACILITATOR)
    here = f"/admin/people/{ines.id}"
    told = {"name": "Inês", "role": "facilitator", "training_expires_on": "2020-01-31", "version": "1"}
    assert (await boss.post(here, **told)).status == 303
    assert "Training over" in await boss.page("/admin/people")
    assert (await boss.post(here, **told)).status == 422, "the page was of before"
    assert (await boss.post(here, name="Inês", role="host", version="2")).status == 303
    changed = await site.services.accounts.get(ines.id)
    assert changed is not None
    assert (changed.role, changed.training_expires_on) == (OrgRole.HOST, None)
    noted = [(act.actor, act.act) for act in await site.services.audit.newest(about=ines.id)]
    assert (admin.id, "role-changed") in noted
    assert (admin.id, "training-changed") in noted


async def test_a_lost_role_is_lost_at_once(site: WholeServer, boss: Browser) -> None:
    other = await site.account("Inês", OrgRole.ADMIN)
    async with site.signed_in(other) as browser:
        assert (await browser.get("/admin")).status == 200
        await boss.post(f"/admin/people/{other.id}", name="Inês", role="facilitator", version="1")
        assert (await browser.get("/admin")).status == 404


async def test_the_only_admin_can_neither_leave_nor_step_down(admin: Account, boss: Browser) -> None:
    here = f"/admin/people/{admin.id}"
    for path, fields in ((here + "/off", {}), (here, {"name": "Amina", "role": "host", "version": "1"})):
        answer = await boss.post(path, **fields)
        assert answer.status in (409, 422)
        assert "only admin" in await answer.text()
    assert (await boss.get("/admin")).status == 200


async def test_somebody_who_is_switched_on_again_gets_a_new_link(site: WholeServer, boss: Browser) -> None:
    ines = await site.account("Inês", OrgRole.HOST)
    here = f"/admin/people/{ines.id}"
    await boss.post(here + "/off")
    assert (await boss.post(here + "/link")).status == 404, "no way in for somebody who is switched off"
    assert "Switched off" in await boss.page("/admin/people")
    await boss.post(here + "/on")
    link = link_in(await (await boss.post(here + "/link")).text())
    async with site.browser() as browser:
        assert (await browser.follow(link)).status == 303


async def test_the_name_is_on_every_page_and_in_no_title(site: WholeServer, boss: Browser) -> None:
    told = {"name": "Grief circles Lisbon", "zone": "Europe/Lisbon", "language": "en", "directory": "private"}
    assert (await boss.post("/admin/organisation", **told)).status == 303
    async with site.browser() as browser:
        for path in ("/help", "/sign-in", "/enter"):
            page = await browser.page(path)
            assert "<span>Grief circles Lisbon</span>" in page
            assert "Grief" not in page[page.index("<title>") : page.index("</title>")]
        missing = await (await browser.get("/nothing-here")).text()
        assert "Grief circles Lisbon" in missing
    assert not site.services.organisation.known.has_directory


async def test_a_colour_is_made_readable_and_served_as_a_sheet(site: WholeServer, boss: Browser) -> None:
    assert (await boss.post("/admin/branding", own_colour="yes", colour="#ffcc00")).status == 303
    assert "darker shade" in await boss.page("/admin/branding")
    async with site.browser() as browser:
        page = await browser.page("/help")
        path = page.split('href="/brand/')[1].split('"')[0]
        sheet = await browser.get("/brand/" + path)
        assert sheet.headers["Content-Type"].startswith("text/css")
        assert "immutable" in sheet.headers["Cache-Control"]
        assert "--accent: #" in await sheet.text()
        assert (await browser.get("/brand/999/colours.css")).status == 404
        await boss.post("/admin/branding", colour="#ffcc00")
        assert "/brand/" not in await browser.page("/help")
        assert (await browser.get("/brand/" + path)).status == 404
    assert (await boss.post("/admin/branding", own_colour="yes", colour="yellow")).status == 422


async def test_a_logo_is_served_as_a_picture_that_can_do_nothing(site: WholeServer, boss: Browser) -> None:
    assert await send_logo(boss, LOGO) == 303
    async with site.browser() as browser:
        path = "/brand/" + (await browser.page("/help")).split('src="/brand/')[1].split('"')[0]
        answer = await browser.get(path)
        assert await answer.read() == LOGO
        assert answer.headers["Content-Type"] == "image/svg+xml"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert (await boss.post("/admin/branding/logo/remove")).status == 303
        assert (await browser.get(path)).status == 404
    for bad in (b"", b"no picture", LOGO.replace(b"<path", b"<script/><path")):
        assert await send_logo(boss, bad) == 422
    assert site.services.organisation.known.logo_type is None


async def test_crisis_words_and_numbers_are_on_help(site: WholeServer, boss: Browser) -> None:
    fields = {"text": "Call somebody now."}
    lines = (("PT", "SOS Voz Amiga", "+351 213 544 545", "15:30 to 00:30"), ("", "Befrienders", "befrienders.org", ""))
    for at, line in enumerate(lines):
        fields |= dict(zip((f"country-{at}", f"name-{at}", f"number-{at}", f"note-{at}"), line, strict=True))
    assert (await boss.post("/admin/crisis", **fields)).status == 303
    async with site.browser() as browser:
        page = await browser.page("/help")
        for words in ("Call somebody now.", "Portugal", 'href="tel:+351213544545"', "Everywhere", "Befrienders"):
            assert words in page
    shown = await boss.page("/admin/crisis")
    assert 'value="SOS Voz Amiga"' in shown
    wrong = await boss.post("/admin/crisis", **(fields | {"number-0": "call us"}))
    assert wrong.status == 422
    assert 'id="number-0-error"' in await wrong.text()


async def test_retention_is_days_within_reason(site: WholeServer, boss: Browser) -> None:
    days = {"sessions": "7", "places": "20", "mail": "5", "audit": "365"}
    assert (await boss.post("/admin/retention", **days)).status == 303
    known = site.services.organisation.known.retention
    assert (known.sessions, known.places, known.mail, known.audit) == (7, 20, 5, 365)
    for wrong in ("-1", "x", "", "3651", "7.5"):
        answer = await boss.post("/admin/retention", **(days | {"mail": wrong}))
        assert answer.status == 422
        assert 'id="mail-error"' in await answer.text()


async def test_the_audit_log_knows_ids_and_words_of_ours_alone(
    site: WholeServer, admin: Account, boss: Browser
) -> None:
    await boss.post("/admin/people", name="Inês", email="ines@example.org", role="host")
    await boss.post("/admin/organisation", name="Evening groups", zone="UTC", language="en", directory="public")
    page = await boss.page("/admin/audit")
    main = page[page.index("<h1>") : page.index("</main>")]
    for words in ("Account made", "Organisation changed", "Signed in", admin.id):
        assert words in main
    assert not any(words in main for words in WORDS_OF_AUDIT)
    assert admin.id in await boss.page(f"/admin/audit?about={admin.id}")
    for query in ("about=%3Cscript%3E", "before=x", "before=99999999999999999.a_1", "before=1."):
        assert (await boss.get(f"/admin/audit?{query}")).status == 404


async def test_older_acts_are_a_page_away(site: WholeServer, admin: Account, boss: Browser) -> None:
    for number in range(150):
        await site.services.audit.note(admin.id, f"act-{number}")
    first = await boss.page("/admin/audit")
    older = first.split('<a class="button" href="')[1].split('"')[0].replace("&amp;", "&")
    assert older.startswith("/admin/audit?before=")
    second = await boss.page(older)
    assert 'class="list-row-title">Organisation begun' in second


async def test_the_check_up_says_how_this_installation_is(boss: Browser) -> None:
    assert "Everything is well" not in await boss.page("/admin/doctor")
    answer = await boss.post("/admin/doctor")
    assert answer.status == 200
    page = await answer.text()
    assert "Password" in page or "password" in page
    assert "Disk" in page
