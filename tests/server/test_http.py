"""What holds for every URL: where a request may come from, what browsers are told, how often, and how much."""

import asyncio
import io
import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import CookieJar, web
from aiohttp.test_utils import TestClient, TestServer

from rooms.ids import SessionId
from server.app import Server, build_server
from server.config import Config, load_config
from server.demo import DemoLinks, ensure_demo
from server.limits import NEWCOMER
from server.ports import StoreDown
from server.services import Services
from tests.support.fake_media import FakeMedia
from tests.support.redis_server import redis_server
from tests.support.virtual_clock import VirtualClock

ORIGIN = "http://localhost:8080"
FROM_HERE = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}
FETCH = {**FROM_HERE, "Sec-Fetch-Dest": "empty"}

Client = TestClient[web.Request, web.Application]


class Running:
    """A whole server on free ports, and a browser's worth of cookies."""

    def __init__(self, server: Server, client: Client, demo: DemoLinks) -> None:
        self.server = server
        self.client = client
        self.demo = demo

    @property
    def session_path(self) -> str:
        return self.demo.participant.removeprefix(ORIGIN)

    @property
    def services(self) -> Services:
        return self.server.services

    async def enter(self, url: str) -> str:
        """Follow a personal link; returns where it leads."""
        token = url.partition("#")[2]
        response = await self.client.post("/enter", data={"link": token}, headers=FROM_HERE, allow_redirects=False)
        assert response.status == 303, await response.text()
        return response.headers["Location"]


@pytest.fixture
def extra_env() -> dict[str, str]:
    return {}


@pytest.fixture
def whole_config(tmp_path: Path, extra_env: dict[str, str]) -> Config:
    env = {
        "HOLDSPACE_DATA_DIR": str(tmp_path),
        "HOLDSPACE_UDP_PORT": "0",
        "HOLDSPACE_UDP_BIND": "127.0.0.1",
        "HOLDSPACE_CONTACT": "mailto:security@example.org",
        **extra_env,
    }
    return load_config(env)


@pytest.fixture
async def running(whole_config: Config) -> AsyncIterator[Running]:
    links: list[DemoLinks] = []

    async def before_doors(services: Services) -> None:
        links.append(await ensure_demo(services))

    server = build_server(whole_config, before_doors, FakeMedia())
    client = TestClient(TestServer(server.app), cookie_jar=CookieJar(unsafe=True))
    async with client:
        yield Running(server, client, links[0])
        await server.rooms.drain()


async def test_every_answer_carries_the_headers(running: Running) -> None:
    build = (await (await running.client.get("/version")).json())["build"]
    paths = ("/", "/help", "/enter", "/sign-in", "/nothing", "/healthz", f"/static/{build}/js/main.js")
    for path in (*paths, running.session_path, f"{running.session_path}/room"):
        response = await running.client.get(path, allow_redirects=False)
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "connect-src 'self' ws://localhost:8080;" in policy
        assert "trusted-types lit-html" in policy
        assert "unsafe" not in policy
        assert response.headers["Referrer-Policy"] == "same-origin"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "camera=(self)" in response.headers["Permissions-Policy"]
        assert "Server" not in response.headers


async def test_sessions_are_not_kept_by_browsers_nor_found_by_searches(running: Running) -> None:
    for path in (running.session_path, f"{running.session_path}/room", f"{running.session_path}/state", "/host"):
        response = await running.client.get(path, allow_redirects=False)
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Robots-Tag"].startswith("noindex")


async def test_static_files_are_kept_for_ever_under_their_build(running: Running) -> None:
    build = (await (await running.client.get("/version")).json())["build"]
    response = await running.client.get(f"/static/{build}/js/main.js")
    assert response.status == 200
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.content_type in ("text/javascript", "application/javascript")
    assert (await running.client.get("/static/another/js/main.js")).status == 404
    assert (await running.client.get(f"/static/{build}/../../render.py")).status == 404
    assert (await running.client.get(f"/static/{build}/%2e%2e/render.py")).status == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Origin": ORIGIN}, 200),
        ({"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": ORIGIN}, 403),
        ({"Origin": "http://localhost:8081"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
async def test_a_form_of_another_site_is_refused(running: Running, headers: dict[str, str], status: int) -> None:
    response = await running.client.post(f"{running.session_path}/ticket", headers=headers)
    assert response.status == status


async def test_a_socket_of_another_site_is_refused(running: Running) -> None:
    upgrade = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    for origin in ({}, {"Origin": "https://elsewhere.example"}, {"Origin": "null"}):
        headers = {**upgrade, **origin, "Sec-Fetch-Site": "same-origin"}
        assert (await running.client.get(f"{running.session_path}/ws", headers=headers)).status == 403
    async with running.client.ws_connect(f"{running.session_path}/ws", origin=ORIGIN) as socket:
        assert not socket.closed


async def test_a_browser_gets_one_person_and_a_cookie_that_scripts_cannot_read(running: Running) -> None:
    first = await running.client.post(f"{running.session_path}/ticket", headers=FETCH)
    cookie = first.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie, "plain http on localhost: Safari would drop it"
    assert running.session_path.removeprefix("/s/") not in cookie
    second = await running.client.post(f"{running.session_path}/ticket", headers=FETCH)
    one, other = await first.json(), await second.json()
    assert one["role"] == "participant"
    assert re.fullmatch(r"[A-Z][a-z]+ [A-Z][a-z]+", one["suggested_alias"])
    assert one["me"] == other["me"]
    assert one["ticket"] != other["ticket"]
    assert "Set-Cookie" not in second.headers


async def test_new_browsers_of_one_network_come_to_a_halt_and_known_ones_do_not(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.ticket.NEWCOMER", replace(NEWCOMER, most=2))
    path = f"{running.session_path}/ticket"
    cookies = (await running.client.post(path, headers=FETCH)).headers["Set-Cookie"].partition(";")[0]
    statuses = []
    for _ in range(2):
        running.client.session.cookie_jar.clear()
        statuses.append((await running.client.post(path, headers=FETCH)).status)
    assert statuses == [200, 429]
    assert (await running.client.post(path, headers={**FETCH, "Cookie": cookies})).status == 200


async def test_links_lead_in_by_role_and_leave_the_address(running: Running) -> None:
    assert await running.enter(running.demo.facilitator) == running.session_path
    ticket = await (await running.client.post(f"{running.session_path}/ticket", headers=FETCH)).json()
    assert ticket["role"] == "facilitator"
    assert await running.enter(running.demo.host) == "/host"
    assert (await running.client.get("/host", allow_redirects=False)).status == 200


async def test_what_is_over_or_unknown_gives_no_ticket(running: Running) -> None:
    unknown = await running.client.post("/s/s_unknown/ticket", headers=FETCH)
    assert (unknown.status, await unknown.json()) == (404, {"error": "unknown-session"})
    session = await running.services.sessions.get(running.session_path.removeprefix("/s/"))  # type: ignore[arg-type]
    assert session is not None
    await running.services.sessions.cancel(session)
    over = await running.client.post(f"{running.session_path}/ticket", headers=FETCH)
    assert (over.status, await over.json()) == (410, {"error": "canceled"})


async def test_a_page_explains_itself_to_people_and_briefly_to_a_fetch(running: Running) -> None:
    page = await running.client.get("/nothing")
    assert (page.status, page.content_type) == (404, "text/html")
    fetched = await running.client.get("/nothing", headers={"Sec-Fetch-Dest": "empty"})
    assert (fetched.status, await fetched.json()) == (404, {"error": "not-found"})
    wrong = await running.client.post("/healthz", headers=FETCH)
    assert (wrong.status, wrong.headers["Allow"]) == (405, "GET,HEAD")


async def test_guessing_links_comes_to_a_halt(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    # One more guess is free after two seconds, which sixty answers may take on a busy machine.
    monkeypatch.setattr(running.services.limits, "_clock", VirtualClock(running.services.clock.now()))
    for _ in range(60):
        response = await running.client.post("/enter", data={"link": "x" * 43}, headers=FROM_HERE)
        assert response.status == 422
    stopped = await running.client.post("/enter", data={"link": "x" * 43}, headers=FETCH)
    assert stopped.status == 429
    assert 1 <= (await stopped.json())["retry_after_s"] <= 2
    assert int(stopped.headers["Retry-After"]) >= 1


async def test_a_body_over_a_mebibyte_is_refused(running: Running) -> None:
    form = {**FROM_HERE, "Content-Type": "application/x-www-form-urlencoded"}
    response = await running.client.post("/enter", data=io.BytesIO(b"link=" + b"x" * 1_100_000), headers=form)
    assert response.status == 413


async def test_a_store_that_is_down_is_a_calm_503(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    async def down(*_: object) -> None:
        raise StoreDown("OperationalError")

    monkeypatch.setattr(type(running.services.sessions.store.sessions), "get", down)
    response = await running.client.get(running.session_path)
    assert response.status == 503
    assert response.headers["Retry-After"] == "5"
    assert "OperationalError" not in await response.text()


async def test_a_handler_that_breaks_tells_nobody_how(
    running: Running, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def broken(*_: object) -> None:
        raise ValueError("Quiet Heron at 203.0.113.9")

    monkeypatch.setattr(type(running.services.sessions.store.sessions), "get", broken)
    response = await running.client.get(running.session_path)
    assert response.status == 500
    assert "Quiet Heron" not in await response.text()


async def test_figures_are_for_this_machine(running: Running) -> None:
    await running.client.get(running.session_path)
    text = await (await running.client.get("/metrics")).text()
    assert 'holdspace_http_requests_total{method="GET",route="/s/{session}",status="200"} 1.0' in text
    assert running.session_path not in text
    behind_a_proxy = await running.client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})
    assert behind_a_proxy.status == 404


@pytest.mark.parametrize("extra_env", [{"HOLDSPACE_PUBLIC_URL": "https://groups.example.org"}])
async def test_figures_are_for_nobody_without_a_token_where_a_proxy_stands_in_front(running: Running) -> None:
    assert (await running.client.get("/metrics")).status == 404, "a proxy may forward without a word of it"


@pytest.mark.parametrize("extra_env", [{"HOLDSPACE_METRICS_TOKEN": "letmesee"}])
async def test_figures_are_for_who_has_the_token(running: Running) -> None:
    async def status(token: str) -> int:
        headers = {"X-Forwarded-For": "203.0.113.9", "Authorization": token}
        return (await running.client.get("/metrics", headers=headers)).status

    assert await status("Bearer letmesee") == 200
    assert await status("bearer letmesee") == 200
    assert await status("Bearer letmese") == 404
    assert await status("Basic letmesee") == 404


async def test_readiness_names_what_is_missing(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    ready = await running.client.get("/readyz")
    assert (ready.status, (await ready.json())["ready"]) == (200, True)

    async def down(*_: object) -> None:
        raise StoreDown("x")

    monkeypatch.setattr(type(running.services.sessions.store.database), "check", down)
    missing = await running.client.get("/readyz")
    assert missing.status == 503
    assert (await missing.json())["checks"]["store"] is False
    assert (await running.client.get("/healthz")).status == 200


async def test_a_draining_server_sends_people_on(running: Running) -> None:
    running.server.drain.begin()
    assert (await running.client.get("/readyz")).status == 503
    response = await running.client.post(f"{running.session_path}/ticket", headers=FETCH)
    assert (response.status, await response.json()) == (503, {"error": "not-now"})
    assert response.headers["Retry-After"] == "2"
    assert (await running.client.get("/help")).status == 200


@pytest.mark.parametrize("extra_env", [{"HOLDSPACE_PUBLIC_URL": "https://groups.example.org"}])
async def test_behind_tls_cookies_are_host_bound_and_secure(running: Running) -> None:
    headers = {"Origin": "https://groups.example.org", "Sec-Fetch-Dest": "empty"}
    path = running.demo.participant.removeprefix("https://groups.example.org")
    response = await running.client.post(f"{path}/ticket", headers=headers)
    assert response.headers["Set-Cookie"].startswith("__Host-hs-")
    assert "Secure" in response.headers["Set-Cookie"]
    assert response.headers["Strict-Transport-Security"].startswith("max-age=")
    assert "wss://groups.example.org" in response.headers["Content-Security-Policy"]


async def test_every_json_answer_is_json(running: Running) -> None:
    for path in ("/readyz", "/version", f"{running.session_path}/state", "/manifest.webmanifest"):
        json.loads(await (await running.client.get(path)).text())


@pytest.mark.service
async def test_readiness_says_when_redis_is_gone(tmp_path: Path) -> None:
    async with redis_server() as redis:
        env = {"HOLDSPACE_DATA_DIR": str(tmp_path), "HOLDSPACE_REDIS_URL": redis.url}

        async def before_doors(services: Services) -> None:
            await ensure_demo(services)

        server = build_server(load_config(env), before_doors, FakeMedia())
        async with TestClient(TestServer(server.app)) as client:
            ready = await client.get("/readyz")
            assert (ready.status, (await ready.json())["checks"]["redis"]) == (200, True)
            await redis.stop()
            missing = await client.get("/readyz")
            assert (missing.status, (await missing.json())["checks"]["redis"]) == (503, False)
            await redis.start()
            assert (await client.get("/readyz")).status == 200
            await server.rooms.drain()


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (FORM, b"link=\xff"),
        (f"{FORM}; charset=foo", b"link=x"),
        (f"{FORM}; charset=rot13", b"link=x"),
        (f"{FORM}; charset=unicode_escape", b"link=" + b"\\ud800"),
        (FORM, b"link=%00"),
        ("multipart/form-data", b"link=x"),
        ("multipart/form-data; boundary=b", b"link=x"),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: nothing\r\n\r\n\xff\r\n--b--\r\n"),
        ("multipart/form-data; boundary=b", b"--b\r\n\xff: \xff\r\n\r\nx\r\n--b--\r\n"),
    ],
)
@pytest.mark.parametrize("path", ["/enter", "/sign-in"])
async def test_a_form_of_broken_bytes_is_refused_in_calm_words(
    running: Running, path: str, kind: str, body: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    response = await running.client.post(path, data=io.BytesIO(body), headers={**FROM_HERE, "Content-Type": kind})
    assert response.status in (400, 422)
    assert "request-broke" not in capsys.readouterr().out


async def raw_status(running: Running, request: bytes) -> int:
    """For what a client library would not send."""
    server = running.client.server
    reader, writer = await asyncio.open_connection(server.host, server.port)
    writer.write(request)
    line = await asyncio.wait_for(reader.readline(), 5)
    writer.close()
    return int(line.split()[1])


@pytest.mark.parametrize("value", [b"\xff", b'"\\377"', b"\xc3\xa9"])
async def test_a_cookie_of_broken_bytes_is_no_cookie(running: Running, value: bytes) -> None:
    session = SessionId(running.session_path.removeprefix("/s/"))
    name = running.services.cookies._person_name(session).encode()
    for cookie in (b"hs-host=" + value, name + b"=" + value):
        head = b" HTTP/1.1\r\nHost: localhost\r\nCookie: " + cookie + b"\r\n\r\n"
        assert await raw_status(running, b"GET " + running.session_path.encode() + head) == 200
        assert await raw_status(running, b"GET /host" + head) == 303


@pytest.mark.parametrize("id", [b"\xff", b"%ff", b"%00", b"%ED%A0%80", b"x" * 5_000])
async def test_an_address_of_broken_bytes_leads_nowhere(running: Running, id: bytes) -> None:
    head = b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
    assert await raw_status(running, b"GET /s/" + id + head) in (400, 404)
