"""Groups on a whole server: found, asked for, held, left, hosted; and what nobody learns."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from rooms.ids import Instant, SessionId
from rooms.live.settings import Schedule
from rooms.program.authority import OrgRole
from rooms.program.group import Entry, Group, Question, QuestionKind
from rooms.program.ids import AccountId
from server.store.records import Account
from tests.support.group_site import ASKED, WANTED, add_date, ask
from tests.support.programme import DAY, HOUR, add_dates, date_values
from tests.support.whole_server import WholeServer, link_in, whole_server
from web.group_form import DEFAULTS


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[WholeServer]:
    async with whole_server(tmp_path) as server:
        yield server


@pytest.fixture
async def host(server: WholeServer) -> Account:
    return await server.account("Ines", OrgRole.HOST)


@pytest.fixture
async def group(server: WholeServer, host: Account) -> Group:
    return await server.services.groups.create(AccountId(host.id), WANTED)


async def test_a_public_group_is_in_the_directory_with_its_next_date_and_fits_its_answers(
    server: WholeServer, group: Group
) -> None:
    await add_date(server, group, "s_late", 24 * 9)
    await add_date(server, group, "s_over", 2, end="canceled")
    async with server.browser() as browser:
        for path in ("/", "/groups", "/groups?topic=bereavement&camera=not-expected&size=medium", "/groups?all=1"):
            assert group.name in await browser.page(path)
        for query in ("topic=work", "language=pt", "camera=expected", "size=small", "entry=approval"):
            assert group.name not in await browser.page(f"/groups?{query}")
        shown = await browser.page("/groups")
        assert "s_late" not in shown, "the address of a session grants knocking"
        nonsense = await browser.page("/groups?topic=%22%3E&day=9&zone=Nowhere&page=-1")
        assert group.name in nonsense


async def test_a_day_is_one_in_the_zone_of_the_reader(server: WholeServer, group: Group) -> None:
    # 2027-01-05 is a Tuesday; 15:30 UTC is Wednesday 00:30 in Tokyo.
    now = server.services.clock.now()
    start = next(at for at in range(now - now % DAY + DAY, now + 15 * DAY, DAY) if (at // DAY + 3) % 7 == 1)
    await add_dates(server.services.store.database, date_values("s_1", start + 15 * HOUR + HOUR // 2, group.id))
    async with server.browser() as browser:
        for query, is_there in (
            ("day=1&zone=UTC", True),
            ("day=2&zone=UTC", False),
            ("day=2&time=night&zone=Asia/Tokyo", True),
            ("day=1&zone=Asia/Tokyo", False),
            ("time=afternoon&zone=UTC", True),
            ("time=morning&zone=UTC", False),
        ):
            assert (group.name in await browser.page(f"/groups?{query}")) is is_there, query


async def test_without_a_directory_nobody_finds_groups_and_nobody_meets_a_dead_end(
    server: WholeServer, group: Group
) -> None:
    organisations = server.services.organisation
    await organisations.begin("A house", "UTC", "en", None)
    found = await organisations.get()
    assert found is not None
    await server.services.store.organisation.update(replace(found, has_directory=False))
    await organisations.get()
    async with server.browser() as browser:
        for path in ("/", "/groups"):
            page = await browser.page(path)
            assert group.name not in page
            assert "/help#crisis" in page
        assert group.name in await browser.page(f"/g/{group.slug}"), "whoever has the address may read"


async def test_a_group_page_tells_what_to_expect_and_previews_stay_neutral_unless_it_is_public(
    server: WholeServer, host: Account, group: Group
) -> None:
    await add_date(server, group)
    quiet = replace(WANTED, name="A very private circle", is_public=False, is_neutral=True)
    private = await server.services.groups.create(AccountId(host.id), quiet)
    async with server.browser() as browser:
        page = await browser.page(f"/g/{group.slug}")
        for words in (group.name, "For people who lost somebody.", "Ines", "Free of charge", "What is said here"):
            assert words in page
        assert "s_1" not in page
        assert f'<meta property="og:title" content="{group.name}">' in page
        assert "noindex" not in page
        hidden = await browser.page(f"/g/{private.slug}")
        assert '<meta property="og:title" content="Holdspace">' in hidden
        assert "<title>Meeting</title>" in hidden
        assert "noindex" in hidden
        assert "private" not in private.slug
        assert (await browser.get("/g/there-is-none")).status == 404


async def test_somebody_asks_comes_back_goes_in_and_leaves_without_a_trace(server: WholeServer, group: Group) -> None:
    await add_date(server, group)
    services = server.services
    async with server.browser() as browser, server.browser() as phone, server.browser() as stranger:
        missing = await browser.post(f"/g/{group.slug}/ask", zone="UTC", version="1")
        assert (missing.status, "The group rests on them" in await missing.text()) == (422, True)
        path = await ask(browser, group)
        assert await ask(browser, group) == path, "asking twice with one browser is one place"
        page = await browser.page(path)
        assert "You have a place" in page
        assert "Quiet Heron" in page
        url = re.search(r'id="place-url"[^>]*value="([^"]+)"', page)
        assert url

        # Another device opens the link: the token is in a fragment, so it is posted.
        token = url[1].partition("#")[2]
        assert (await phone.post("/p", link=token)).headers["Location"] == path
        assert (await stranger.get(path)).headers["Location"] == "/p?closed"
        assert (await stranger.post("/p", link="x" * 43)).status == 422

        # Coming, not this time, going in: one person on both devices.
        assert (await browser.post(f"{path}/dates/s_1", answer="not-this-time")).status == 303
        assert "You said that you are not coming this time." in await phone.page(path)
        (place,) = await services.places.of_group(group.id)
        for device in (browser, phone, browser):
            response = await device.post(f"{path}/dates/s_1/go")
            assert response.headers["Location"] == "/s/s_1"
        people = await services.store.dates.came(group.id, (SessionId("s_1"),))
        assert people[SessionId("s_1")] == {place.id}
        tickets = [await (await device.post("/s/s_1/ticket")).json() for device in (browser, phone)]
        assert tickets[0]["me"] == tickets[1]["me"]
        assert tickets[0]["suggested_alias"] == "Quiet Heron"
        assert (await stranger.post(f"{path}/dates/s_1/go")).headers["Location"] == "/p?closed"

        assert (await browser.post(f"{path}/wishes", zone="UTC", email="", starting="on")).status == 303
        assert (await browser.post(f"{path}/wishes", zone="Nowhere")).status == 422
        assert (await browser.post(f"{path}/leave")).headers["Location"] == f"/g/{group.slug}"
        assert await services.places.of_group(group.id) == []
        assert (await phone.get(path)).headers["Location"] == "/p?closed"


async def test_dates_of_another_group_are_not_entered_through_a_place(
    server: WholeServer, host: Account, group: Group
) -> None:
    other = await server.services.groups.create(AccountId(host.id), replace(WANTED, name="Another"))
    await add_date(server, other, "s_other")
    async with server.browser() as browser:
        path = await ask(browser, group)
        assert (await browser.post(f"{path}/dates/s_other/go")).status == 404
        assert (await browser.post(f"{path}/dates/s_other", answer="coming")).status == 404


async def test_new_guidelines_are_agreed_to_before_somebody_goes_in(
    server: WholeServer, host: Account, group: Group
) -> None:
    await add_date(server, group)
    async with server.browser() as browser:
        path = await ask(browser, group)
        words = replace(WANTED, guidelines="What is said here stays here. One person speaks at a time.")
        await server.services.groups.edit(group, words, group.version)
        assert "The guidelines have changed" in await browser.page(path)
        assert (await browser.post(f"{path}/dates/s_1/go")).headers["Location"].endswith("said=guidelines")
        assert (await browser.post(f"{path}/guidelines", version="1", accepted="on")).status == 422
        assert (await browser.post(f"{path}/guidelines", version="2")).status == 422
        assert (await browser.post(f"{path}/guidelines", version="2", accepted="on")).status == 303
        assert (await browser.post(f"{path}/dates/s_1/go")).headers["Location"] == "/s/s_1"
        # And somebody who had the old form open is asked again.
        async with server.browser() as late:
            stale = await late.post(f"/g/{group.slug}/ask", **ASKED)
            assert (stale.status, "changed meanwhile" in await stale.text()) == (422, True)


async def test_a_full_group_has_a_waitlist_and_the_first_moves_up(server: WholeServer, host: Account) -> None:
    group = await server.services.groups.create(AccountId(host.id), replace(WANTED, capacity=1))
    async with server.browser() as first, server.browser() as second, server.browser() as third:
        holder = await ask(first, group)
        assert "All places are taken" in await second.page(f"/g/{group.slug}")
        waiting, later = await ask(second, group), await ask(third, group)
        assert "You are the first in line" in await second.page(waiting)
        assert "You are number 2 in line" in await third.page(later)
        await first.post(f"{holder}/leave")
        assert "You have a place" in await second.page(waiting)
        assert "You are the first in line" in await third.page(later)


async def test_a_paused_or_closed_group_takes_nobody_by_asking(
    server: WholeServer, host: Account, group: Group
) -> None:
    paused = await server.services.groups.edit(group, replace(WANTED, is_paused=True), 1)
    closed = await server.services.groups.create(
        AccountId(host.id), replace(WANTED, entry=Entry.CLOSED, is_public=False)
    )
    async with server.browser() as browser:
        for one, words in ((paused, "takes a break"), (closed, "by invitation only")):
            assert words in await browser.page(f"/g/{one.slug}")
            assert (await browser.get(f"/g/{one.slug}/ask")).status == 303
            assert (await browser.post(f"/g/{one.slug}/ask", **ASKED)).headers["Location"] == f"/g/{one.slug}"
            assert await server.services.places.of_group(one.id) == []


async def test_a_host_reads_answers_accepts_declines_invites_and_takes_out(server: WholeServer, host: Account) -> None:
    questions = (Question("What brings you here?"), Question("Before?", QuestionKind.YES_NO, is_required=False))
    group = await server.services.groups.create(
        AccountId(host.id), replace(WANTED, entry=Entry.APPROVAL, intake=questions, capacity=2)
    )
    places = f"/host/groups/{group.id}/places"
    async with server.browser() as one, server.browser() as two, server.signed_in(host) as desk:
        unanswered = await one.post(f"/g/{group.slug}/ask", **ASKED)
        assert (unanswered.status, "The host needs an answer" in await unanswered.text()) == (422, True)
        path = await ask(one, group, **{"answer-0": "My sister died."})
        other = await ask(two, group, **{"answer-0": "I am curious.", "alias": "Amber Fern"})
        assert "The host has your request" in await one.page(path)
        assert "My sister died." in await desk.page(places)
        assert (await desk.post(f"{places}{path[2:]}/accept")).status == 303
        assert (await desk.post(f"{places}{other[2:]}/decline", reason="We speak of a loss here.")).status == 303
        assert (await desk.post(f"{places}{other[2:]}/accept")).headers["Location"].endswith("said=gone")
        assert "You have a place" in await one.page(path)
        declined = await two.page(other)
        assert "We speak of a loss here." in declined
        assert "/help#crisis" in declined
        assert "I am curious." not in await desk.page(places)

        invited = await desk.post(f"{places}/invite", alias="Plain Rain")
        link = link_in(await invited.text())
        async with server.browser() as guest:
            opened = await guest.follow(link)
            page = await guest.page(opened.headers["Location"])
            assert "You have a place" in page
            assert "What everybody agrees to" in page
        renewed = link_in(await (await desk.post(f"{places}{path[2:]}/link")).text())
        assert (await one.get(path)).headers["Location"] == "/p?closed"
        assert (await one.follow(renewed)).headers["Location"] == path

        assert (await desk.post(f"{places}{path[2:]}/remove", reason="The group has ended.")).status == 303
        gone = await one.page(path)
        assert "Your place has ended" in gone
        assert "The group has ended." in gone


async def test_who_was_taken_out_is_out_of_every_date_at_once(server: WholeServer, host: Account, group: Group) -> None:
    await add_date(server, group)
    async with server.browser() as browser:
        path = await ask(browser, group)
        await browser.post(f"{path}/dates/s_1/go")
        (place,) = await server.services.places.of_group(group.id)
        before = (await (await browser.post("/s/s_1/ticket")).json())["me"]
        await server.services.places.remove(place.id, "")
        assert (await browser.post(f"{path}/dates/s_1/go")).status == 404
        # The session's address still grants knocking, as somebody whom nobody knows.
        assert (await (await browser.post("/s/s_1/ticket")).json())["me"] != before


async def test_a_host_makes_and_edits_a_group_and_two_hosts_do_not_undo_each_other(
    server: WholeServer, host: Account
) -> None:
    async with server.signed_in(host) as desk:
        form = await desk.page("/host/groups/new")
        assert form.index('name="name"') < form.index("<details"), "a name is enough, the rest is folded away"
        empty = await desk.post("/host/groups/new", name=" ")
        assert (empty.status, "Give the group a name." in await empty.text()) == (422, True)
        made = await desk.post("/host/groups/new", name="Newcomers", zone="Europe/Lisbon")
        here = made.headers["Location"].partition("?")[0]
        group = await server.services.groups.get(here.rsplit("/", 1)[1])
        assert group is not None
        assert (group.capacity, group.entry, group.is_public) == (12, Entry.OPEN, False)
        assert "Plan dates" in await desk.page(here)

        fields = {**DEFAULTS, "name": "Newcomers", "zone": "Europe/Lisbon", "language": "en"}
        fields |= {"capacity": "1", "version": "1", "guidelines": "Kind."}
        assert (await desk.post(f"{here}/edit", **fields)).status == 303
        stale = await desk.post(f"{here}/edit", **(fields | {"name": "Newcomers, too", "capacity": "3"}))
        again = await stale.text()
        assert stale.status == 409
        assert "Nothing of yours is lost" in again
        assert 'value="Newcomers, too"' in again
        assert "Different from what you wrote: Name, Places" in again
        version = re.search(r'name="version" value="(\d+)"', again)
        assert version
        assert (await desk.post(f"{here}/edit", **(fields | {"version": version[1], "capacity": "3"}))).status == 303

        # Fewer places than people is refused, with the list.
        async with server.browser() as browser:
            group = await server.services.groups.get(group.id)
            assert group is not None
            await ask(browser, group, version=str(group.guidelines.version))
            async with server.browser() as second:
                await ask(second, group, version=str(group.guidelines.version), alias="Amber Fern")
        fewer = await desk.post(f"{here}/edit", **(fields | {"version": str(group.version)}))
        words = await fewer.text()
        assert fewer.status == 422
        assert "2 people have a place" in words
        assert "Quiet Heron" in words
        assert "Amber Fern" in words


async def test_backups_are_ordered_by_buttons_and_a_group_keeps_a_host(
    server: WholeServer, host: Account, group: Group
) -> None:
    names = {name: (await server.account(name, OrgRole.FACILITATOR)).id for name in ("Amina", "Jo", "Tom")}
    staff = f"/host/groups/{group.id}/staff"
    async with server.signed_in(host) as desk:
        for account in names.values():
            assert (await desk.post(staff, step="add", account=account, position="backup")).status == 303
        for step, name in (("up", "Tom"), ("up", "Tom"), ("down", "Amina"), ("down", "Jo"), ("up", "Tom")):
            assert (await desk.post(staff, step=step, account=names[name], position="backup")).status == 303
        backups = [one.name for one in await server.services.groups.staff(group.id) if one.position == "backup"]
        assert backups == ["Tom", "Amina", "Jo"]
        refused = await desk.post(staff, step="remove", account=host.id, position="host")
        assert (refused.status, "A group needs a host" in await refused.text()) == (422, True)
        for wrong in ({"account": "h_none"}, {"step": "dance"}, {"position": "king"}):
            values = {"step": "add", "account": names["Jo"], "position": "backup"} | wrong
            assert (await desk.post(staff, **values)).status == 422
    async with server.signed_in(await server.services.accounts.get(names["Tom"]) or host) as backup:
        assert group.name in await backup.page(f"/host/groups/{group.id}")
        for path in (staff, f"/host/groups/{group.id}/edit", f"/host/groups/{group.id}/places"):
            assert (await backup.get(path)).status == 404


async def test_questions_are_kept_and_those_without_answers_to_choose_from_are_refused(
    server: WholeServer, host: Account, group: Group
) -> None:
    path = f"/host/groups/{group.id}/intake"
    rows = {"text-0": "Why now?", "kind-0": "text", "text-1": "How long?", "kind-1": "choice", "version": "1"}
    async with server.signed_in(host) as desk:
        refused = await desk.post(path, **rows)
        assert (refused.status, "Give question 2 from 2 to" in await refused.text()) == (422, True)
        assert (await desk.post(path, **rows, **{"choices-1": "A year\r\nLonger", "required-1": "on"})).status == 303
        for version in ("1", "1" * 5_000):
            stale = rows | {"choices-1": "A year\nLonger", "version": version}
            assert (await desk.post(path, **stale)).status == 409
    found = await server.services.groups.get(group.id)
    assert found is not None
    assert found.intake == (
        Question("Why now?", is_required=False),
        Question("How long?", QuestionKind.CHOICE, ("A year", "Longer")),
    )


async def test_a_code_that_is_said_aloud_opens_its_session_and_ends_with_it(server: WholeServer, group: Group) -> None:
    await add_date(server, group)
    services = server.services
    session = await services.sessions.get(SessionId("s_1"))
    assert session is not None
    code = await services.codes.of_session(session)
    assert code is not None
    assert re.fullmatch(r"\d{3} \d{3} \d{3}", code)
    assert await services.codes.of_session(session) == code
    async with server.browser() as browser:
        for written in (code.replace(" ", "-"), code.replace(" ", "")):
            assert (await browser.get(f"/j/{written}")).headers["Location"] == "/s/s_1"
        assert (await browser.post("/enter", link=f" {code} ")).headers["Location"] == "/s/s_1"
        wrong = await browser.get("/j/000-000-001")
        assert (wrong.status, "Look at the digits again" in await wrong.text()) == (404, True)
        statuses = [(await browser.get("/j/000-000-002")).status for _ in range(25)]
        assert statuses[-1] == 429, "guesses are slowed down"
    assert await services.store.codes.forget(Instant(services.clock.now() + 2 * DAY)) == 1
    assert await services.codes.redeem(code) is None
    over = replace(session, settings=replace(session.settings, schedule=_past(services.clock.now())))
    assert await services.codes.of_session(over) is None


def _past(now: Instant) -> Schedule:
    return Schedule(Instant(now - DAY), Instant(now - DAY), Instant(now - DAY + HOUR))


async def test_what_the_store_keeps_opens_no_place_and_tells_no_code(server: WholeServer, group: Group) -> None:
    await add_date(server, group)
    async with server.browser() as browser:
        path = await ask(browser, group)
        page = await browser.page(path)
    services = server.services
    session = await services.sessions.get(SessionId("s_1"))
    assert session is not None
    code = await services.codes.of_session(session)
    token = re.search(r"/p#([\w-]+)", page)
    assert token and code
    database = services.store.database.file
    assert database is not None
    kept = b"".join(file.read_bytes() for file in database.parent.glob(f"{database.name}*"))
    assert path.rsplit("/", 1)[1].encode() in kept
    for secret in (token[1], code.replace(" ", ""), code):
        assert secret.encode() not in kept
