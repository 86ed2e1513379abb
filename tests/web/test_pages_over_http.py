"""The handlers of the pages on a whole server: who may see what, what a form does, and what is shown only once."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rooms.ids import SessionId
from rooms.roles import Role
from server.hosts import RoomHosts
from server.ports import Glimpse
from server.sessions import OutOfReach, Sessions
from server.store.records import SessionEnd
from tests.support.site import NAME, Site, value_of


@pytest.mark.parametrize("path", ["/host", "/host/series/new", "/host/sessions/s_nothing"])
async def test_a_host_s_pages_ask_everybody_else_to_sign_in(site: Site, path: str) -> None:
    response = await site.me.get(path, allow_redirects=False)
    assert (response.status, response.headers["Location"]) == (303, "/sign-in")


@pytest.mark.parametrize("path", ["/nothing", "/s/s_nothing", "/s/s_nothing/room", "/s/s_nothing/after"])
async def test_an_unknown_address_is_answered_in_calm_words(site: Site, path: str) -> None:
    assert "There is nothing at this address" in await site.get(path, status=404)


async def test_only_a_host_goes_in_as_one(site: Site) -> None:
    response = await site.post(f"/host/sessions/{site.session}/room")
    assert response.headers["Location"] == "/sign-in"
    assert "Set-Cookie" not in response.headers


async def test_a_wrong_password_keeps_the_name_and_says_nothing_more(site: Site) -> None:
    texts = []
    for name in (NAME, "Nobody"):
        response = await site.post("/sign-in", name=name, password="something else")
        assert response.status == 422
        texts.append((await response.text()).replace(name, "…"))
    assert texts[0] == texts[1]
    assert "something else" not in texts[0]


async def test_signing_out_ends_it(site: Site) -> None:
    await site.sign_in()
    assert "Your first session" in await site.get("/host")
    assert (await site.post("/sign-out")).headers["Location"] == "/"
    assert (await site.me.get("/host", allow_redirects=False)).status == 303


async def test_a_personal_link_is_traded_for_a_cookie_and_never_comes_back(site: Site) -> None:
    response = await site.post("/enter", link=site.demo.facilitator)
    assert (response.status, response.headers["Location"]) == (303, f"/s/{site.session}")
    page = await site.get(f"/s/{site.session}")
    assert "Open the room" in page
    assert site.demo.facilitator.partition("#")[2] not in page


async def test_a_session_s_link_in_the_same_box_leads_to_its_page(site: Site) -> None:
    response = await site.post("/enter", link=f" {site.demo.participant} ")
    assert response.headers["Location"] == f"/s/{site.session}"
    assert "Open the room" not in await site.get(f"/s/{site.session}")


@pytest.mark.parametrize(
    "link", ["", "x" * 40, "http://localhost:8080/s/s_gone", "javascript:alert(1)", "//evil.example/s/"]
)
async def test_a_link_that_leads_nowhere_is_told_beside_the_field(site: Site, link: str) -> None:
    response = await site.post("/enter", link=link)
    text = await response.text()
    assert response.status == 422
    assert 'id="link-error"' in text
    assert not link or link not in text


async def test_a_link_of_each_role_can_be_made_and_revoked(site: Site) -> None:
    await site.enter_as_demo_host()
    here = f"/host/sessions/{site.session}"
    for role in Role:
        response = await site.post(f"{here}/links", label=f"R. the {role}", role=role.value)
        page = await response.text()
        assert response.status == 201
        assert f"For R. the {role} alone." in page
        link = await site.services.links.redeem(value_of(page, "fresh-url").partition("#")[2])
        assert link is not None
        assert link.role is role
        response = await site.post(f"{here}/links/{link.id}/revoke")
        assert response.headers["Location"] == here
        assert "revoked" in await site.get(here)
        assert await site.services.links.redeem(value_of(page, "fresh-url").partition("#")[2]) is None


async def test_a_link_needs_somebody_it_is_for(site: Site) -> None:
    await site.enter_as_demo_host()
    response = await site.post(f"/host/sessions/{site.session}/links", label=" ", role="facilitator")
    assert response.status == 422
    assert 'href="#label"' in await response.text()


@pytest.mark.parametrize("path", ["", "/cancel"])
async def test_another_host_s_session_looks_like_none(site: Site, path: str) -> None:
    await site.sign_in()
    await site.get(f"/host/sessions/{site.session}{path}", status=404)


@pytest.mark.parametrize("path", ["/room", "/links", "/cancel", "/links/l_x/revoke"])
async def test_another_host_s_session_cannot_be_changed(site: Site, path: str) -> None:
    await site.sign_in()
    response = await site.post(f"/host/sessions/{site.session}{path}", label="x", role="facilitator")
    assert response.status == 404
    assert "canceled" not in await site.get(f"/s/{site.session}/state")


async def test_opening_the_room_makes_the_host_a_facilitator_once(site: Site) -> None:
    await site.enter_as_demo_host()
    room = f"/host/sessions/{site.session}/room"
    await site.get(room, status=405)
    assert len(await site.services.links.of_session(SessionId(site.session))) == 1, "looking makes nobody"
    for _ in range(2):
        response = await site.post(room)
        assert response.headers["Location"] == f"/s/{site.session}/room"
    links = await site.services.links.of_session(SessionId(site.session))
    assert [link.role for link in links if "yourself" in link.label] == [Role.FACILITATOR]
    assert "Open the room" in await site.get(f"/s/{site.session}")


async def test_canceling_asks_first_and_is_told_everywhere_at_once(site: Site) -> None:
    await site.enter_as_demo_host()
    assert "Cancel this session?" in await site.get(f"/host/sessions/{site.session}/cancel")
    assert (await site.me.get(f"/s/{site.session}/state")).status == 200
    await site.post(f"/host/sessions/{site.session}/cancel")
    state = await (await site.me.get(f"/s/{site.session}/state")).json()
    assert (state["state"], state["action"]) == ("canceled", "none")
    response = await site.me.get(f"/s/{site.session}/room", allow_redirects=False)
    assert response.headers["Location"] == f"/s/{site.session}/after"
    assert "This session was canceled" in await site.get(f"/s/{site.session}/after")
    assert "Open room" not in await site.get(f"/host/sessions/{site.session}")


@pytest.fixture
def is_live(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo's room as it is in the middle of a session."""
    glimpse = RoomHosts.glimpse

    async def live(hosts: RoomHosts, session: SessionId) -> Glimpse | None:
        found = await glimpse(hosts, session)
        return found and replace(found, phase="live")

    monkeypatch.setattr(RoomHosts, "glimpse", live)


@pytest.mark.usefixtures("is_live")
async def test_a_running_session_is_ended_for_everyone_and_the_page_says_so(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    await site.enter_as_demo_host()
    here = f"/host/sessions/{site.session}"
    assert "End this session" in await site.get(here)
    asked = await site.get(f"{here}/cancel")
    assert "This ends it for everyone in the room at once" in asked
    canceled: list[SessionId] = []

    async def cancel(_: RoomHosts, session: SessionId) -> None:
        canceled.append(session)

    monkeypatch.setattr(RoomHosts, "cancel", cancel)
    unaware = await site.post(f"{here}/cancel")
    assert unaware.status == 409
    assert "End this session for everyone?" in await unaware.text()
    assert not canceled
    await site.post(f"{here}/cancel", ends="everyone")
    assert canceled == [site.session]


@pytest.mark.usefixtures("is_live")
async def test_a_room_that_did_not_end_is_not_called_ended(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(*_: object) -> None: ...

    monkeypatch.setattr(RoomHosts, "cancel", nothing)
    await site.enter_as_demo_host()
    response = await site.post(f"/host/sessions/{site.session}/cancel", ends="everyone")
    assert response.status == 503
    assert "Nothing was changed" in await response.text()
    session = await site.services.sessions.get(SessionId(site.session))
    assert session is not None
    assert session.end is SessionEnd.OPEN


async def test_a_revoked_link_whose_room_runs_elsewhere_says_who_stays(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def out_of_reach(*_: object) -> None:
        raise OutOfReach

    monkeypatch.setattr(Sessions, "turn_out", out_of_reach)
    await site.enter_as_demo_host()
    links = await site.services.links.of_session(SessionId(site.session))
    response = await site.post(f"/host/sessions/{site.session}/links/{links[0].id}/revoke")
    page = await response.text()
    assert "stays until a facilitator removes them" in page
    assert "revoked" in page
    assert f'data-address="/host/sessions/{site.session}"' in page


async def test_the_state_of_a_session_tells_nothing_of_people(site: Site) -> None:
    state = await (await site.me.get(f"/s/{site.session}/state")).json()
    assert set(state) == {"state", "word", "sentence", "action", "refresh_ms"}


async def test_looking_at_pages_makes_nobody(site: Site) -> None:
    response = await site.me.get(f"/s/{site.session}/room")
    assert response.status == 200
    assert "Set-Cookie" not in response.headers


async def test_small_files(site: Site) -> None:
    assert "Disallow: /" in await site.get("/robots.txt")
    manifest = await (await site.me.get("/manifest.webmanifest")).json(content_type="application/manifest+json")
    assert manifest["display"] == "standalone"
    for icon in manifest["icons"]:
        assert (await site.me.get(icon["src"])).content_type == "image/svg+xml"
    text = await site.get("/.well-known/security.txt")
    assert "Contact: mailto:security@groups.example\n" in text
    expires = re.search(r"Expires: (\S+)", text)
    assert expires
    assert (
        timedelta(days=30) < datetime.fromisoformat(expires.group(1)) - datetime.now(ZoneInfo("UTC")) < timedelta(365)
    )
    response = await site.me.get("/.well-known/change-password", allow_redirects=False)
    assert (response.status, response.headers["Location"]) == (302, "/sign-in")
