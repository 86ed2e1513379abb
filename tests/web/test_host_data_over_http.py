"""What is kept of a group: taken out, deleted, forgotten; on a whole server."""

import csv
import io
import json
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import update

from rooms.program.authority import OrgRole
from rooms.program.group import GroupInput
from rooms.program.ids import AccountId
from server.pages.host_export import UNTOLD
from server.store.outbox import LetterState
from server.store.tables import outbox
from tests.support.errand_scene import MAIL
from tests.support.site import WEEKLY, Site, ids, place_in, serving_site, value_of

# Nobody listens there: letters wait.
SILENT_MAIL: Final = MAIL | {"HOLDSPACE_SMTP_PORT": "9"}


async def test_a_group_is_taken_out_as_files(site: Site) -> None:
    await site.sign_in()
    here = await site.planned(**WEEKLY)
    group, series = ids(here)
    await place_in(site, group, "=1+1", "heron@groups.example")
    data = f"/host/groups/{group}/data"
    response = await site.me.get(f"{data}/export.json")
    assert response.headers["Content-Disposition"] == 'attachment; filename="holdspace-group.json"'
    kept = json.loads(await response.text())
    assert kept["group"]["name"] == "Evening circle"
    assert [one["id"] for one in kept["series"]] == [series]
    assert len(kept["dates"]) == 4
    assert kept["people"][0]["place"]["email"] == "heron@groups.example"
    assert "token" not in json.dumps(kept)
    people = list(csv.DictReader(io.StringIO(await site.get(f"{data}/people.csv"))))
    assert [(one["alias"], one["email"]) for one in people] == [("'=1+1", "heron@groups.example")]
    dates = list(csv.DictReader(io.StringIO(await site.get(f"{data}/dates.csv"))))
    assert [one["state"] for one in dates] == ["open"] * 4
    acts = await site.services.audit.newest()
    assert [act.act for act in acts if act.place == group].count("group-exported") == 3


async def test_one_person_is_taken_out_and_deleted_in_one_step(site: Site) -> None:
    await site.sign_in()
    group, _ = ids(await site.planned())
    place = await place_in(site, group, email="heron@groups.example")
    here = f"/host/groups/{group}/data/people/{place}"
    assert json.loads(await site.get(f"{here}/export.json"))["place"]["alias"] == "Quiet Heron"
    rows = list(csv.DictReader(io.StringIO(await site.get(f"{here}/export.csv"))))
    assert {"what": "email", "when": "", "value": "heron@groups.example"} in rows
    assert "Delete everything about this person?" in await site.get(f"{here}/delete")
    assert (await site.post(f"{here}/delete")).status == 303
    assert (await site.me.get(f"{here}/export.json")).status == 404
    assert "Quiet Heron" not in await site.get(f"/host/groups/{group}/data")


async def test_a_person_of_another_group_is_not_there(site: Site) -> None:
    await site.sign_in()
    mine, _ = ids(await site.planned())
    host = await site.services.accounts.create("Rui", OrgRole.HOST)
    other = await site.services.groups.create(AccountId(host.id), GroupInput(name="Other"))
    place = await place_in(site, other.id)
    for path in ("export.json", "export.csv", "delete"):
        assert (await site.me.get(f"/host/groups/{mine}/data/people/{place}/{path}")).status == 404
        assert (await site.me.get(f"/host/groups/{other.id}/data/people/{place}/{path}")).status == 404
    assert (await site.post(f"/host/groups/{mine}/data/people/{place}/delete")).status == 404
    assert await site.services.places.get(place) is not None


async def test_a_group_is_deleted_in_one_step_with_all_of_it(site: Site) -> None:
    await site.sign_in()
    here = await site.planned(**WEEKLY)
    group, _ = ids(here)
    await place_in(site, group)
    session = value_of(await site.get(here), "participant-link").rsplit("/", 1)[1]
    data = f"/host/groups/{group}/data"
    page = await site.get(f"{data}/delete")
    assert "4 dates" in page
    assert "all that is kept of 1 person" in page
    assert (await site.post(f"{data}/delete")).headers["Location"] == "/host"
    for path in (f"/s/{session}", here, data):
        assert (await site.me.get(path)).status == 404
    assert "Your first session" in await site.get("/host")


async def test_whoever_deletes_a_group_hears_of_letters_that_would_go_with_it(tmp_path: Path) -> None:
    async with serving_site(tmp_path, **SILENT_MAIL) as site:
        await site.sign_in()
        canceled, _ = ids(await site.planned(**WEEKLY))
        sure = f"/host/groups/{canceled}/data/delete"
        assert UNTOLD not in await site.get(sure)
        date = (await site.services.store.exports.dates(canceled))[0]
        await site.post(f"/host/sessions/{date.session}/cancel")
        assert UNTOLD in await site.get(sure), "whoever expects it is about to be written to"

        asked, _ = ids(await site.planned(**WEEKLY))
        sure = f"/host/groups/{asked}/data/delete"
        await place_in(site, asked, email="heron@groups.example")
        assert UNTOLD in await site.get(sure), "somebody is not told yet that they have a place"
        async with site.services.store.database.write() as connection:
            await connection.execute(update(outbox).values(state=LetterState.SENT.value))
        assert UNTOLD not in await site.get(sure)


async def test_without_mail_no_letter_is_on_its_way(site: Site) -> None:
    await site.sign_in()
    group, _ = ids(await site.planned(**WEEKLY))
    date = (await site.services.store.exports.dates(group))[0]
    await site.post(f"/host/sessions/{date.session}/cancel")
    assert UNTOLD not in await site.get(f"/host/groups/{group}/data/delete")


async def test_what_retention_deleted_is_told_in_numbers(site: Site) -> None:
    await site.sign_in()
    page = await site.get("/host/retention")
    assert "Places of people who left or were declined" in page
    await site.services.forgetting.round()
    assert "Last looked through:" in await site.get("/host/retention")


@pytest.mark.parametrize("path", ["/host/series/new", "/host/templates", "/host/retention"])
async def test_pages_of_hosts_are_for_people_who_signed_in(site: Site, path: str) -> None:
    response = await site.me.get(path, allow_redirects=False)
    assert (response.status, response.headers["Location"]) == (303, "/sign-in")
