"""What hosts and facilitators do on their pages, on a whole server."""

import re
from datetime import datetime, timedelta

from sqlalchemy import insert, update

from rooms.ids import Instant, SessionId
from rooms.program.authority import OrgRole, Position
from server.store.tables import sessions, staff
from tests.support.site import LISBON, NAME, PASSWORD, WEEKLY, Site, ids, place_in, value_of


def dates_in(page: str) -> list[str]:
    """The addresses of the dates that can be changed."""
    return re.findall(r'href="(/host/groups/[^"]+/dates/[^"]+)"', page)


# --- scheduling --------------------------------------------------------------------------------------------------
async def test_a_first_session_needs_a_name_a_date_and_a_time_and_ends_with_its_link(site: Site) -> None:
    await site.sign_in()
    here = await site.planned()
    page = await site.get(f"{here}?made")
    assert "It is scheduled." in page
    shared = value_of(page, "participant-link")
    session = await site.services.sessions.get(SessionId(shared.rsplit("/", 1)[1]))
    assert session is not None
    assert session.title == "Evening circle"
    assert session.settings.late_cutoff_ms == 10 * 60_000
    assert "What is said here stays here." in session.guidelines
    assert session.discreet_title == "Meeting"
    assert re.search(r"Or say this code: <b[^>]*>\d{3} \d{3} \d{3}</b>", page)
    assert 'aria-label="Participant link as a QR code"' in page
    assert "Evening circle" in await site.get("/host")


async def test_a_form_that_does_not_fit_keeps_what_was_written_and_makes_nothing(site: Site) -> None:
    await site.sign_in()
    response = await site.schedule(date="2020-01-01", name="Evening & night", guidelines="Be kind.")
    page = await response.text()
    assert response.status == 422
    assert value_of(page, "name") == "Evening & night"
    assert "Be kind." in page
    assert 'href="#time"' in page
    assert "Your first session" in await site.get("/host")


async def test_an_hour_that_does_not_come_is_named_beside_the_time(site: Site) -> None:
    await site.sign_in()
    spring = next(
        day
        for day in (datetime.now(LISBON).date() + timedelta(days=n) for n in range(1, 366))
        if (datetime(day.year, day.month, day.day, 3, tzinfo=LISBON).utcoffset() or timedelta())
        > (datetime(day.year, day.month, day.day, 0, tzinfo=LISBON).utcoffset() or timedelta())
    )
    response = await site.schedule(date=spring.isoformat(), time="01:30")
    assert response.status == 422
    assert "01:30 does not come" in await response.text()


async def test_without_a_script_the_next_dates_are_shown_and_nothing_is_made(site: Site) -> None:
    await site.sign_in()
    response = await site.schedule(show="dates", **WEEKLY)
    page = await response.text()
    assert response.status == 200
    assert "Every week on" in page
    starts = datetime.now(LISBON) + timedelta(hours=3)
    assert f"{starts:%A} {starts.day} {starts:%B %Y}, {starts:%H:%M}" in re.sub(r"<[^>]+>", "", page)
    assert page.count('<time datetime="') >= 4
    assert "Your first session" in await site.get("/host")


async def test_a_script_gets_the_dates_the_words_and_what_does_not_fit(site: Site) -> None:
    await site.sign_in()
    form = {"date": "2027-06-19", "time": "19:30", "zone": "Europe/Lisbon"} | {"repeat": "monthly-weekday"}
    answer = await (await site.post("/host/series/dates", **form)).json()
    assert answer["rule"] == "Every month on the 3rd Saturday"
    assert [one["day"] for one in answer["dates"]][:2] == ["Saturday 19 June 2027", "Saturday 17 July 2027"]
    assert {one["clock"] for one in answer["dates"]} == {"19:30"}
    assert any("clocks in Lisbon change" in note for note in answer["notes"])
    assert answer["repeats"]["monthly-weekday"] == "Every month on the 3rd Saturday"
    assert "monthly-last" not in answer["repeats"]
    past = await (await site.post("/host/series/dates", **(form | {"date": "2020-06-20", "repeat": "never"}))).json()
    assert past["errors"] == {"time": "This time has passed. Choose a later one."}
    nothing = await (await site.post("/host/series/dates", date="", time="25:00", zone="")).json()
    assert set(nothing["errors"]) == {"date", "time", "zone"}


async def test_a_second_series_of_a_group_that_clashes_is_named_beside_the_time(site: Site) -> None:
    await site.sign_in()
    group, _ = ids(await site.planned())
    response = await site.schedule(group=group)
    assert response.status == 422
    assert 'id="time-error"' in await response.text()


async def test_nobody_schedules_for_a_group_that_is_not_theirs(site: Site) -> None:
    await site.enter_as_demo_host()
    group, _ = ids(await site.planned())
    await site.post("/sign-out")
    await site.sign_in()
    response = await site.schedule(group=group)
    assert response.status == 422
    assert "Choose one of your groups." in await response.text()
    assert (await site.post(f"/host/groups/{group}/series/new")).status == 404


async def test_a_series_can_be_scheduled_again_with_another_date_alone(site: Site) -> None:
    await site.sign_in()
    here = await site.planned(length="75", late="", **WEEKLY)
    group, _ = ids(here)
    page = await site.get(f"{here}/copy")
    assert value_of(page, "length") == "75"
    assert value_of(page, "late") == ""
    assert value_of(page, "count") == "4"
    assert value_of(page, "date") == ""
    assert f'action="/host/groups/{group}/series/new"' in page


# --- one date ----------------------------------------------------------------------------------------------------
async def test_one_date_is_moved_and_the_others_stay(site: Site) -> None:
    await site.sign_in()
    here = await site.planned(**WEEKLY)
    group, series = ids(here)
    await place_in(site, group)
    date = dates_in(await site.get(here))[1]
    page = await site.get(date)
    assert "Mail is not set up here: of 1 person with a place nobody is written to." in page
    fields = {"date": value_of(page, "date"), "length": "45", "title": "With a guest", "scope": "this"}
    response = await site.post(f"{date}/change", time="06:15", version="1", **fields)
    assert response.headers["Location"] == f"{here}?changed"
    page = await site.get(f"{here}?changed")
    assert "Moved" in page
    assert "With a guest" in page
    assert page.count(">06:15<") == 1
    (moved,) = [
        fact
        for fact in await site.services.store.dashboard.of_series(series, Instant(0))
        if fact.record.title == "With a guest"
    ]
    lasts = moved.record.settings.schedule.end_at - moved.record.settings.schedule.start_at
    assert lasts == 45 * 60_000


async def test_a_change_of_what_somebody_else_changed_meanwhile_is_not_made(site: Site) -> None:
    await site.sign_in()
    here = await site.planned(**WEEKLY)
    date = dates_in(await site.get(here))[1]
    day = value_of(await site.get(date), "date")
    fields = {"date": day, "time": "06:15", "length": "60", "title": "", "version": "7"}
    response = await site.post(f"{date}/change", **fields)
    assert response.status == 409
    assert "Somebody else changed this series" in await response.text()
    assert ">06:15<" not in await site.get(here)


async def test_what_does_not_fit_of_a_date_is_named_beside_its_field(site: Site) -> None:
    await site.sign_in()
    here = await site.planned(**WEEKLY)
    date = dates_in(await site.get(here))[0]
    response = await site.post(f"{date}/change", date="", time="7", length="1", scope="none")
    page = await response.text()
    assert response.status == 422
    assert all(f'id="{name}-error"' in page for name in ("date", "time", "length", "scope"))
    assert (await site.post(f"{date}/cancel", scope="none")).status == 422


async def test_one_date_is_canceled_and_its_page_says_so(site: Site) -> None:
    await site.sign_in()
    here = await site.planned(**WEEKLY)
    page = await site.get(here)
    link = value_of(page, "participant-link").rsplit("/", 1)[1]
    date = dates_in(page)[0]
    assert (await site.post(f"{date}/cancel", scope="this")).headers["Location"] == f"{here}?canceled"
    assert "Canceled" in await site.get(f"/s/{link}")
    assert "Nothing can be changed here any more." in await site.get(date)
    assert len(dates_in(await site.get(here))) == 3


async def test_canceling_on_the_page_of_a_session_cancels_the_date_of_its_series(site: Site) -> None:
    await site.sign_in()
    here = await site.planned(**WEEKLY)
    group, series = ids(here)
    await place_in(site, group)
    session = value_of(await site.get(here), "participant-link").rsplit("/", 1)[1]
    page = await site.get(f"/host/sessions/{session}/cancel")
    assert "of 1 person with a place nobody is written to" in page
    assert (await site.post(f"/host/sessions/{session}/cancel")).headers["Location"] == f"/host/sessions/{session}"
    assert [one.kind.value for one in await site.services.series.exceptions(series)] == ["canceled"]
    assert "Canceled" in await site.get(f"/s/{session}")


async def test_a_date_that_began_meanwhile_is_named_and_takes_none_with_it(site: Site) -> None:
    await site.sign_in()
    here = await site.planned(**WEEKLY)
    date = dates_in(await site.get(here))[0]
    session = value_of(await site.get(here), "participant-link").rsplit("/", 1)[1]
    async with site.services.store.database.write() as connection:
        await connection.execute(update(sessions).where(sessions.c.id == session).values(begun_at=1))
    response = await site.post(f"{date}/cancel", scope="following")
    assert response.status == 409
    assert "this date has begun meanwhile" in await response.text()
    assert len(dates_in(await site.get(here))) >= 3


async def test_all_groups_are_listed_by_name(site: Site) -> None:
    await site.sign_in()
    group, _ = ids(await site.planned())
    page = await site.get("/host/groups")
    assert f'href="/host/groups/{group}"' in page
    assert "Demo: an evening circle" not in page


async def test_a_series_ends_after_one_question(site: Site) -> None:
    await site.sign_in()
    here = await site.planned(**WEEKLY)
    assert "4 dates that have not begun are canceled" in await site.get(f"{here}/end")
    assert (await site.post(f"{here}/end")).headers["Location"] == f"{here}?ended"
    assert "This series has ended" in await site.get(here)


async def test_a_date_that_is_none_of_the_series_is_not_there(site: Site) -> None:
    await site.sign_in()
    here = await site.planned(**WEEKLY)
    for name in ("2020-01-01T10:00", "tomorrow"):
        assert (await site.me.get(f"{here}/dates/{name}")).status == 404
        assert (await site.post(f"{here}/dates/{name}/cancel")).status == 404


# --- the dashboard -----------------------------------------------------------------------------------------------
async def test_a_date_that_nobody_leads_is_told_until_somebody_says_yes(site: Site) -> None:
    await site.sign_in()
    here = await site.planned()
    page = await site.get("/host")
    assert "nobody has said yes to lead it." in page
    session = value_of(await site.get(here), "participant-link").rsplit("/", 1)[1]
    response = await site.post(f"/host/sessions/{session}/lead", answer="yes")
    assert response.headers["Location"] == "/host?accepted"
    page = await site.get("/host?accepted")
    assert "You lead it. Thank you." in page
    assert "nobody has said yes" not in page
    assert f"{NAME} leads" in page


async def test_a_facilitator_sees_their_dates_and_may_not_host(site: Site) -> None:
    await site.enter_as_demo_host()
    here = await site.planned()
    group, _ = ids(here)
    jo = await site.services.accounts.create("Jo", OrgRole.FACILITATOR, PASSWORD)
    row = {"group": group, "account": jo.id, "position": Position.FACILITATOR.value, "rank": 0}
    async with site.services.store.database.write() as connection:
        await connection.execute(insert(staff).values(row))
    session = value_of(await site.get(here), "participant-link").rsplit("/", 1)[1]
    await site.post("/sign-out")
    await site.post("/sign-in", name="Jo", password=PASSWORD)
    page = await site.get("/host")
    assert "Your dates" in page
    assert "Evening circle" in page
    assert "Demo: an evening circle" not in page
    assert "Schedule a session" not in page
    assert (await site.post(f"/host/sessions/{session}/lead", answer="yes")).headers["Location"] == "/host?accepted"
    assert "Jo leads" in await site.get("/host")
    assert (await site.post(f"/host/sessions/{session}/room")).headers["Location"] == f"/s/{session}/room"
    page = await site.get(f"/host/sessions/{session}")
    assert "New personal link" not in page
    assert dates_in(await site.get(here)) == []
    for path in (f"{here}/end", f"{here}/copy", "/host/series/new", "/host/templates", f"/host/groups/{group}/data"):
        assert (await site.me.get(path)).status == 404, path


# --- templates ---------------------------------------------------------------------------------------------------
async def test_a_text_is_kept_changed_and_deleted(site: Site) -> None:
    await site.sign_in()
    response = await site.post("/host/templates", kind="guidelines", name="Ours", body="Be kind.\r\nListen.")
    assert response.headers["Location"] == "/host/templates"
    (template,) = await site.services.templates.all()
    assert template.body == "Be kind.\nListen."
    here = f"/host/templates/{template.id}"
    assert "Be kind.\nListen." in await site.get(here)
    await site.post(here, name="Ours, shorter", body="Be kind.")
    assert "Ours, shorter" in await site.get("/host/templates")
    assert (await site.post(here, name="", body="")).status == 422
    await site.post(f"{here}/delete")
    assert (await site.me.get(here)).status == 404


async def test_texts_that_are_kept_take_the_place_of_those_in_the_form(site: Site) -> None:
    await site.sign_in()
    await site.post("/host/templates", kind="guidelines", name="Ours", body="Only ours.")
    await site.post("/host/templates", kind="waiting-message", name="Calm", body="Sit down.")
    rules, welcome = await site.services.templates.all()
    page = await site.get("/host/series/new")
    assert "Ours" in page
    assert "Calm" in page
    group, _ = ids(await site.planned(guidelines_from=rules.id, waiting_from=welcome.id, guidelines="Not these."))
    made = await site.services.groups.get(group)
    assert made is not None
    assert (made.guidelines.text, made.waiting_message) == ("Only ours.", "Sit down.")
    wrong = await site.schedule(name="Another", guidelines_from=welcome.id)
    assert wrong.status == 422
    assert 'id="guidelines_from-error"' in await wrong.text()
    assert [one.name for one in await site.services.store.groups.all()].count("Another") == 0


async def test_a_template_that_does_not_fit_keeps_what_was_written(site: Site) -> None:
    await site.sign_in()
    response = await site.post("/host/templates", kind="waiting-message", name="", body="x" * 1_001)
    page = await response.text()
    assert response.status == 422
    assert 'id="name-error"' in page
    assert "Keep this to 1000 characters." in page


async def test_a_group_begins_as_another_one_was(site: Site) -> None:
    await site.sign_in()
    group, _ = ids(await site.planned(guidelines="Only ours.", kind="professional-led"))
    await site.post("/host/templates", kind="group", name="As the first", group=group)
    (template,) = await site.services.templates.all()
    assert f'value="{template.id}" selected' in await site.get(f"/host/series/new?template={template.id}")
    again, _ = ids(await site.planned(name="The second", template=template.id, guidelines="Not these."))
    made = await site.services.groups.get(again)
    assert made is not None
    assert (made.name, made.guidelines.text, made.kind.value) == ("The second", "Only ours.", "professional-led")
    gone = await site.schedule(name="The third", template="t_gone")
    assert gone.status == 422
