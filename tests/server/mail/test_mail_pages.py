"""The pages that letters lead to, over HTTP: one press answers, one click stops, and administrators see how it is."""

from pathlib import Path

import pytest
from sqlalchemy import insert, select

from rooms.ids import Instant, SessionId
from rooms.program.authority import OrgRole
from rooms.program.ids import AccountId, PlaceId
from rooms.program.leading import leader_of
from server.mail.letters import ReminderDay
from server.mail.post import Recipient
from server.store.outbox import LetterState
from server.store.tables import outbox, places, staff
from server.tokens import hash_of, new_token
from tests.support.errand_scene import DAY, MAIL
from tests.support.programme import add_dates, add_groups, date_values
from tests.support.whole_server import WholeServer, whole_server

SESSION = SessionId("s_1")
NOWHERE = {"HOLDSPACE_SMTP_PORT": "9"}  # nobody listens at the discard port


@pytest.fixture
def settings() -> dict[str, str]:
    return MAIL | NOWHERE


async def staffed(site: WholeServer, starts_in: int) -> tuple[str, str]:
    """A date of a group with a backup who was asked; the token of the letter, and the backup's id."""
    account = await site.account("Tom", OrgRole.FACILITATOR, email="tom@example.org")
    now = site.services.clock.now()
    database = site.services.store.database
    await add_groups(database, "g_1")
    async with database.write() as connection:
        row = {"group": "g_1", "account": account.id, "position": "backup", "rank": 0}
        await connection.execute(insert(staff).values(row))
    await add_dates(database, date_values("s_1", now + starts_in))
    token = new_token()
    asking = site.services.store.leads.asking(SESSION, AccountId(account.id), 0, hash_of(token), now)
    async with database.write() as connection:
        await connection.execute(asking)
    return token, account.id


async def leader(site: WholeServer) -> str | None:
    return leader_of(await site.services.store.leads.of_session(SESSION))


async def test_looking_answers_nothing_and_one_press_does(tmp_path: Path, settings: dict[str, str]) -> None:
    async with whole_server(tmp_path, settings) as site, site.browser() as browser:
        token, account = await staffed(site, 2 * DAY)
        await browser.page("/lead")
        assert await leader(site) is None
        answer = await browser.post("/lead", link=f"https://x.org/lead#{token}", answer="yes")
        assert answer.status == 200
        assert "You lead this date" in await answer.text()
        assert await leader(site) == account
        answer = await browser.post("/lead", link=token, answer="no")
        assert "Thank you for saying so" in await answer.text()
        assert await leader(site) is None


async def test_a_yes_while_people_wait_is_the_way_into_the_room(tmp_path: Path, settings: dict[str, str]) -> None:
    async with whole_server(tmp_path, settings) as site, site.browser() as browser:
        token, account = await staffed(site, -6 * 60_000)
        answer = await browser.post("/lead", link=token, answer="yes")
        assert answer.status == 303
        assert answer.headers["Location"] == "/s/s_1/room"
        assert await leader(site) == account
        page = await browser.get("/s/s_1/room")
        assert page.status == 200
        again = await browser.post("/lead", link=token, answer="yes")
        assert again.status == 303, "twice is the same as once"


@pytest.mark.parametrize(
    ("link", "said"), [("", "yes"), ("x" * 43, "yes"), ("not a link at all", "yes"), ("mine", "maybe")]
)
async def test_what_is_no_answer_is_asked_for_again(
    tmp_path: Path, settings: dict[str, str], link: str, said: str
) -> None:
    async with whole_server(tmp_path, settings) as site, site.browser() as browser:
        token, _ = await staffed(site, DAY)
        answer = await browser.post("/lead", link=token if link == "mine" else link, answer=said)
        assert answer.status == 422
        assert token not in await answer.text()
        assert await leader(site) is None


async def test_one_click_of_a_mail_program_stops_reminders(tmp_path: Path, settings: dict[str, str]) -> None:
    async with whole_server(tmp_path, settings) as site, site.browser() as browser:
        store, now = site.services.store, site.services.clock.now()
        await add_groups(store.database, "g_1")
        row = {"id": "pl_1", "group": "g_1", "token_hash": "h", "alias": "", "email": "a@example.net", "zone": "UTC"}
        row |= {"language": "en", "state": "place", "answers": "[]", "wishes": "{}", "reason": ""}
        numbers = {"rank": 0, "guidelines_version": 1, "generation": 1, "created_at": now, "changed_at": now}
        async with store.database.write() as connection:
            await connection.execute(insert(places).values(row | numbers))
        to = Recipient(address="a@example.net", zone="UTC", language="en", place=PlaceId("pl_1"))
        await site.services.post.send(ReminderDay(group="Meeting", starts_at=now, length_min=60), "k", to)
        async with store.database.read() as connection:
            letter = (await connection.execute(select(outbox.c.id))).scalar_one()
        assert "Stop reminders" in await browser.page(f"/mail/stop/{letter}")
        kept = await site.services.places.get("pl_1")
        assert kept is not None
        assert kept.wishes.day_before, "looking stops nothing"
        # RFC 8058: from nowhere, without a cookie.
        data = {"List-Unsubscribe": "One-Click"}
        answer = await browser.client.post(f"/mail/stop/{letter}", data=data)
        assert answer.status == 200
        kept = await site.services.places.get("pl_1")
        assert kept is not None
        wishes = kept.wishes
        assert not any((wishes.day_before, wishes.hour_before, wishes.starting, wishes.missed))
        assert (await browser.post("/mail/stop/o_unknown")).status == 404


async def test_administrators_see_what_did_not_arrive(tmp_path: Path, settings: dict[str, str]) -> None:
    async with whole_server(tmp_path, settings) as site:
        admin = await site.account("Amina", OrgRole.ADMIN, email="amina@example.org")
        async with site.signed_in(admin) as browser:
            assert (await browser.post("/admin/mail/try")).status == 303
            await bounce_all(site)
            page = await browser.page("/admin/mail")
            assert "550 5.1.1" in page
            assert "amina@example.org" not in page
            assert await site.services.store.outbox.counts(Instant(0)) == {LetterState.BOUNCED: 1}


async def bounce_all(site: WholeServer) -> None:
    """As if the mail server had refused every address for good."""
    async with site.services.store.database.read() as connection:
        ids = (await connection.execute(select(outbox.c.id))).scalars().all()
    for id in ids:
        row = await site.services.store.outbox.get(id)
        assert row is not None
        await site.services.store.outbox.bounced(row, "550 5.1.1", site.services.clock.now())


async def test_without_mail_the_page_says_what_happens_instead(tmp_path: Path) -> None:
    async with whole_server(tmp_path) as site:
        admin = await site.account("Amina", OrgRole.ADMIN)
        async with site.signed_in(admin) as browser:
            assert "links and QR codes" in await browser.page("/admin/mail")
