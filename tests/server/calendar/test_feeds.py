"""Feeds and files over HTTP: who gets what, for how long, and what is not in it."""

import re
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from rooms.program.authority import OrgRole, Position
from rooms.program.group import Group, GroupInput, StaffMember
from rooms.program.ids import AccountId, GroupId
from rooms.program.places import Place, PlaceInput
from rooms.program.recurrence import Frequency, Rule
from rooms.program.series import Change, Series
from rooms.schedule import local_of
from server.app import Server, build_server
from server.config import load_config
from server.program.series import Scope, SeriesInput
from server.services import Services
from server.store.records import Account
from tests.support.fake_media import FakeMedia
from tests.support.ics_reader import meetings

Client = TestClient[web.Request, web.Application]
FAR = datetime.fromisoformat("2099-01-01T00:00")


class World:
    def __init__(self, server: Server, client: Client) -> None:
        self.services: Services = server.services
        self.client = client
        self.account = AccountId("h_1")

    async def group(self, **values: object) -> Group:
        wanted = GroupInput(name="Grief circle", discreet_name="Meeting", zone="Europe/Lisbon", **values)  # type: ignore[arg-type]
        return await self.services.groups.create(self.account, wanted)

    async def weekly(self, group: Group) -> Series:
        day = local_of(self.services.clock.now(), "Europe/Lisbon").date() + timedelta(days=3)
        rule = Rule(Frequency.WEEKLY, weekdays=(day.weekday(),))
        wanted = SeriesInput("", "Europe/Lisbon", day, time(19, 0), 60, rule)
        return await self.services.series.create(self.account, group.id, wanted)

    async def place(self, group: Group) -> Place:
        place, _ = await self.services.places.ask(group, PlaceInput(guidelines_version=group.guidelines.version))
        return place

    async def get(self, path: str, **headers: str) -> tuple[int, bytes, Mapping[str, str]]:
        response = await self.client.get(path, headers=headers)
        return response.status, await response.read(), response.headers


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async def first(services: Services) -> None:
        await services.store.accounts.add(Account(id="h_1", name="Ines", role=OrgRole.HOST), None, services.clock.now())

    config = load_config({"HOLDSPACE_DATA_DIR": str(tmp_path)})
    server = build_server(config, first, FakeMedia())
    async with TestClient(TestServer(server.app)) as client:
        yield World(server, client)


def path_of(url: str) -> str:
    return urlsplit(url).path


async def test_a_place_has_a_feed_of_its_group_alone(world: World) -> None:
    group, other = await world.group(), await world.group()
    await world.weekly(group)
    await world.weekly(other)
    path = path_of(await world.services.calendar.url_for_place(await world.place(group)))
    status, file, headers = await world.get(path)
    assert status == 200
    assert headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert headers["Cache-Control"] == "private, max-age=900"
    found = meetings(file, FAR)
    assert len(found) == 8
    assert {each.title for each in found} == {"Meeting"}
    assert b"Grief" not in file
    assert group.slug.encode() not in file


async def test_a_feed_follows_what_is_moved_and_canceled(world: World) -> None:
    group = await world.group()
    series = await world.weekly(group)
    path = path_of(await world.services.calendar.url_for_place(await world.place(group)))
    before = meetings((await world.get(path))[1], FAR)
    first, second = [each.original_local for each in await world.services.series.dates(series, 2)]
    later = datetime.fromisoformat(first) + timedelta(hours=1)
    await world.services.series.change(series.id, first, Scope.THIS, Change(start_local=later))
    await world.services.series.cancel(series.id, second, Scope.THIS)
    after = meetings((await world.get(path))[1], FAR)
    assert [each.uid for each in after] == [each.uid for each in before]
    assert after[0].begins - before[0].begins == timedelta(hours=1)
    assert [after[0].sequence, after[1].sequence, after[2].sequence] == [1, 1, 0]
    assert [each.is_canceled for each in after[:3]] == [False, True, False]


async def test_a_feed_that_did_not_change_is_not_sent_again(world: World) -> None:
    group = await world.group(is_public=True)
    await world.weekly(group)
    path = f"/g/{group.slug}/calendar.ics"
    _, _, headers = await world.get(path)
    status, body, _ = await world.get(path, **{"If-None-Match": headers["ETag"]})
    assert (status, body) == (304, b"")


async def test_a_public_group_has_a_feed_and_others_have_none(world: World) -> None:
    public, private = await world.group(is_public=True, is_neutral=False), await world.group()
    series = await world.weekly(public)
    status, file, headers = await world.get(f"/g/{public.slug}/calendar.ics")
    assert (status, headers["Cache-Control"]) == (200, "public, max-age=900")
    far = FAR.replace(year=2029)
    found = meetings(file, far)
    planned = await world.services.series.dates(series, 60)
    assert [each.begins for each in found][:60] == [
        each.starts_local.replace(tzinfo=None) - (each.starts_local.utcoffset() or timedelta()) for each in planned
    ]
    assert {each.title for each in found} == {"Grief circle"}
    sessions = await world.services.series.next_dates(public.id, 60)
    assert all(each.id.encode() not in file for each in sessions), "their ids open their doors"
    assert (await world.get(f"/g/{private.slug}/calendar.ics"))[0] == 404
    await world.services.groups.archive(public.id)
    assert (await world.get(f"/g/{public.slug}/calendar.ics"))[0] == 404


async def test_a_feed_ends_with_the_place_and_with_a_new_link(world: World) -> None:
    group = await world.group()
    place = await world.place(group)
    calendar = world.services.calendar
    url = await calendar.url_for_place(place)
    assert await calendar.url_for_place(place) == url, "it can be shown again"
    await calendar.end_feed_of_place(place.id)
    assert (await world.get(path_of(url)))[0] == 404
    url = await calendar.url_for_place(place)
    assert (await world.get(path_of(url)))[0] == 200
    await world.services.places.leave(place.id)
    assert (await world.get(path_of(url)))[0] == 404


async def test_an_account_has_a_feed_of_the_groups_that_it_leads(world: World) -> None:
    mine = await world.group()
    await world.weekly(mine)
    await world.services.store.accounts.add(Account(id="h_2", name="Tom"), None, world.services.clock.now())
    others = await world.services.groups.create(AccountId("h_2"), GroupInput(name="Another", zone="UTC"))
    await world.weekly(others)
    calendar = world.services.calendar
    former = path_of(await calendar.new_url_for_account(world.account))
    assert len(meetings((await world.get(former))[1], FAR)) == 8
    assert await calendar.has_feed(world.account)
    path = path_of(await calendar.new_url_for_account(world.account))
    assert (await world.get(former))[0] == 404
    host = StaffMember(AccountId("h_1"), "", Position.HOST, 0)
    await world.services.groups.set_staff(others.id, [host])
    assert len(meetings((await world.get(path))[1], FAR)) == 16
    await calendar.end_feed_of_account(world.account)
    assert (await world.get(path))[0] == 404


async def test_a_session_as_a_file_and_in_googles_form(world: World) -> None:
    group = await world.group()
    await world.weekly(group)
    (session, *_) = await world.services.series.next_dates(group.id, 1)
    status, file, headers = await world.get(f"/s/{session.id}/calendar.ics")
    assert status == 200
    assert headers["Content-Disposition"] == 'attachment; filename="calendar.ics"'
    (meeting,) = meetings(file, FAR)
    query = parse_qs(urlsplit(world.services.calendar.google_url(session)).query)
    assert query["dates"] == [f"{meeting.begins:%Y%m%dT%H%M%SZ}/{meeting.ends:%Y%m%dT%H%M%SZ}"]
    assert (query["action"], query["text"]) == (["TEMPLATE"], ["Meeting"])
    assert "Grief" not in str(query)
    assert await world.services.calendar.file_of(session.id) is not None


@pytest.mark.parametrize("path", ["/calendar/guessed.ics", "/g/none/calendar.ics", "/s/s_none/calendar.ics"])
async def test_what_is_not_there(world: World, path: str) -> None:
    assert (await world.get(path))[0] == 404


async def test_the_file_of_a_series_is_for_those_who_lead_it(world: World) -> None:
    series = await world.weekly(await world.group())
    response = await world.client.get(f"/series/{series.id}/calendar.ics", allow_redirects=False)
    assert response.status == 303
    assert await world.services.calendar.series_file(series.id) is not None
    assert GroupId(series.group) == series.group


async def test_the_account_page_makes_an_address_and_ends_it(world: World) -> None:
    token = await world.services.accounts.sign_in("h_1")
    response = web.Response()
    world.services.cookies.set_host(response, token)
    signed_in = {name: morsel.value for name, morsel in response.cookies.items()}
    here = {"Origin": "http://localhost:8080", "Sec-Fetch-Site": "same-origin"}
    made = await world.client.post("/account/calendar", headers=here, cookies=signed_in)
    assert made.status == 200
    found = re.search(r"/calendar/[A-Za-z0-9_-]{43}\.ics", await made.text())
    assert found is not None
    assert (await world.get(found[0]))[0] == 200
    page = await (await world.client.get("/account", cookies=signed_in)).text()
    assert found[0] not in page
    ended = await world.client.post("/account/calendar/end", headers=here, cookies=signed_in)
    assert "worth nothing any more" in await ended.text()
    assert (await world.get(found[0]))[0] == 404
