"""The equipment, before anything is proved with it: browsers that run, and guards that do hear."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import web as http
from playwright.async_api import Browser

from tests.support import axe
from tests.support.browser import People
from tests.support.firefox import firefox

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

CALL = """async () => {
    const near = new RTCPeerConnection(), far = new RTCPeerConnection();
    near.onicecandidate = (event) => far.addIceCandidate(event.candidate);
    far.onicecandidate = (event) => near.addIceCandidate(event.candidate);
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
    for (const track of stream.getTracks()) near.addTrack(track, stream);
    far.ontrack = (event) => {
        const element = document.createElement(event.track.kind);
        element.srcObject = new MediaStream([event.track]);
        element.play();
    };
    await near.setLocalDescription();
    await far.setRemoteDescription(near.localDescription);
    await far.setLocalDescription();
    await near.setRemoteDescription(far.localDescription);
    for (let round = 0; round < 200; round += 1) {
        const inbound = [...(await far.getStats()).values()].filter((one) => one.type === "inbound-rtp");
        const heard = inbound.some((one) => one.totalAudioEnergy > 0);
        const seen = inbound.some((one) => one.framesDecoded > 3);
        if (heard && seen) return true;
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return false;
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def origin() -> AsyncIterator[str]:
    async def page(request: http.Request) -> http.Response:
        return http.Response(text="<!doctype html><title>A page</title><h1>A page</h1>", content_type="text/html")

    async def icon(request: http.Request) -> http.Response:
        return http.Response(status=204)

    async def poor_page(request: http.Request) -> http.Response:
        body = "<p style='width: 2000px; color: #ccc; background: #fff'>Pale and wide</p><img src='/favicon.ico'>"
        return http.Response(text=f"<!doctype html><title>A page</title>{body}", content_type="text/html")

    app = http.Application()
    app.router.add_get("/", page)
    app.router.add_get("/poor", poor_page)
    app.router.add_get("/favicon.ico", icon)
    runner = http.AppRunner(app)
    await runner.setup()
    site = http.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://localhost:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["chromium", "firefox"])
async def engine(
    request: pytest.FixtureRequest, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Browser]:
    """Everybody's browser, then the other one."""
    if request.param == "chromium":
        yield browser
        return
    async with firefox(tmp_path_factory.mktemp("firefox")) as running:
        yield running


async def test_each_browser_has_a_camera_a_voice_and_webrtc(engine: Browser, origin: str) -> None:
    crowd = People(engine, origin)
    person = await crowd.arrive("Ana")
    await person.page.goto(origin)
    assert await person.page.evaluate(CALL), "This browser cannot make a call to itself with its fake devices."
    assert await person.probe.connections() == 2
    crowd.check()
    await crowd.close()


async def test_a_guard_hears_foreign_requests_and_errors(engine: Browser, origin: str) -> None:
    crowd = People(engine, origin)
    person = await crowd.arrive("Ana")
    await person.page.goto(origin)
    await person.page.evaluate("() => fetch('http://elsewhere.invalid/').catch(() => {})")
    await person.page.evaluate(
        "() => { console.error('a sentence'); setTimeout(() => { throw new Error('a cause'); }); }"
    )
    await person.page.wait_for_function("() => true")
    heard = "\n".join(person.guard.take())
    assert "foreign host: http://elsewhere.invalid/" in heard
    assert "a sentence" in heard
    assert "a cause" in heard
    await crowd.close()


async def test_a_guard_keeps_quiet_about_what_a_test_breaks_on_purpose(browser: Browser, origin: str) -> None:
    crowd = People(browser, origin)
    person = await crowd.arrive("Ana")
    await person.page.goto(origin)
    with person.guard.tolerating("a sentence"):
        await person.page.evaluate("() => console.error('a sentence')")
    crowd.check()
    await crowd.close()


async def test_the_access_checks_find_what_is_wrong(browser: Browser, origin: str) -> None:
    crowd = People(browser, origin)
    person = await crowd.arrive("Ana", width=320)
    await person.page.goto(f"{origin}/poor")
    rules = {finding.rule for finding in await axe.violations(person.page)}
    assert {"image-alt", "html-has-lang", "color-contrast"} <= rules
    assert len(await axe.overflow(person.page)) > 0
    await crowd.close()
