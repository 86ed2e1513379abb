"""A live room whose server is reached over https at an address of a test network, and browsers inside such networks."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Playwright, async_playwright

from tests.support.browser import CAMERA_FPS, CRASH_FLAGS, People, chromium_path, write_hum
from tests.support.coturn import Coturn, coturn
from tests.support.deadline import until
from tests.support.journey import Stage, schedule
from tests.support.netns import Namespace
from tests.support.people import ParticipantPage, RoomPage
from tests.support.people_host import Plan
from tests.support.ports import free_port
from tests.support.server_process import ServerProcess, create_host
from tests.support.tls_front import tls_front, write_certificate

NAME = "holdspace.test"  # RFC 6761: nobody's


@dataclass
class FarServer(ServerProcess):
    """As people reach it: by a name, which each browser looks up in its own way."""

    tls_port: int = field(default_factory=free_port)

    @property
    def origin(self) -> str:
        return f"https://{NAME}:{self.tls_port}"


@dataclass
class FarRoom:
    """A live room with a facilitator whose browser is near the server."""

    stage: Stage
    server: FarServer
    relay: Coturn
    playwright: Playwright
    folder: Path
    network: Namespace
    browsers: list[Browser] = field(default_factory=list)

    async def browser_in(self, network: Namespace | None) -> People:
        """A browser of its own, inside a network or near the server. One without IPv4 learns an address of IPv6."""
        first = self.network.links[0]
        host = first.host if network is None or "4" in network.links[0].families else f"[{first.host6}]"
        hum = self.folder / "hum.wav"
        write_hum(hum)
        program = chromium_path()
        path = program if network is None else str(network.command(program, self.folder))
        flags = [
            *CRASH_FLAGS,
            "--no-sandbox",  # namespaces are root's, and Chromium's own sandbox refuses root
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--ignore-certificate-errors",
            # TCP candidates and relays are reached by address; no other name leads anywhere.
            f"--host-resolver-rules=MAP {NAME} {host},MAP * ~NOTFOUND,EXCLUDE {first.host},EXCLUDE {first.host6}",
            "--use-fake-ui-for-media-stream",
            f"--use-fake-device-for-media-stream=fps={CAMERA_FPS}",
            f"--use-file-for-fake-audio-capture={hum}",
        ]
        browser = await self.playwright.chromium.launch(executable_path=path, args=flags)
        self.browsers.append(browser)
        return People(browser, self.server.origin)

    async def empty(self) -> None:
        """Everybody but the facilitator is gone."""
        while len(self.browsers) > 1:
            await self.browsers.pop().close()
        self.stage.participants.clear()

    async def join(self, alias: str, network: Namespace) -> ParticipantPage:
        """Somebody in this network comes, is admitted and speaks; nothing is said of media yet."""
        people = await self.browser_in(network)
        self.stage.people, near = people, self.stage.people
        try:
            page = await self.stage.participant(alias)
        finally:
            self.stage.people = near
        await page.knock(mic=False)
        await self.stage.leader.admit(alias)
        await page.is_in_room()
        return page


@asynccontextmanager
async def far_room(folder: Path, network: Namespace, **extra_env: str) -> AsyncIterator[FarRoom]:
    """`network` has at least one link; the server's address is that of the first, in both families it has."""
    first = network.links[0]
    hosts = (first.host, first.host6)
    certificate = write_certificate(folder, hosts)
    async with AsyncExitStack() as stack:
        relay = await stack.enter_async_context(coturn(folder, certificate, *hosts))
        server = FarServer(folder)
        server.extra_env = {
            "HOLDSPACE_PUBLIC_URL": server.origin,
            "HOLDSPACE_UDP_BIND": "0.0.0.0,::",
            "HOLDSPACE_UDP_ADVERTISE": ",".join(hosts),
            "HOLDSPACE_TRUSTED_PROXIES": "127.0.0.1",
            "HOLDSPACE_TURN_URLS": relay.urls(),
            "HOLDSPACE_TURN_SECRET": relay.secret,
            **extra_env,
        }
        server.data.mkdir(parents=True)
        await create_host(server)
        await server.start()
        stack.push_async_callback(server.stop)
        await stack.enter_async_context(tls_front(certificate, server.tls_port, server.port))
        playwright = await stack.enter_async_context(async_playwright())
        room = FarRoom(None, server, relay, playwright, folder, network)  # type: ignore[arg-type]
        near = await room.browser_in(None)
        room.stage = await schedule(server, near, Plan())
        await room.stage.lead()
        await room.stage.leader.start()
        await room.stage.leader.speak()
        yield room


async def selected_pair(page: ParticipantPage) -> dict[str, Any]:
    """Of the newest connection: protocol and kind of the browser's own candidate, and the address family it uses."""
    found: dict[str, Any] = await page.page.evaluate(
        """async () => {
            const reports = await window.__probe.current().getStats();
            for (const report of reports.values()) {
                if (report.type !== "transport" || !report.selectedCandidatePairId) continue;
                const pair = reports.get(report.selectedCandidatePairId);
                const local = reports.get(pair.localCandidateId);
                const remote = reports.get(pair.remoteCandidateId);
                return { protocol: local.protocol, kind: local.candidateType, relay: local.relayProtocol ?? null,
                         local: local.address ?? local.ip ?? null, remote: remote.address ?? remote.ip ?? null };
            }
            return {};
        }"""
    )
    return found


async def seconds_of_silence(
    near: RoomPage, far: RoomPage, change: Callable[[], None], within_s: float = 20.0
) -> tuple[float, float]:
    """After a change of the network: until sound of each arrives at the other again, (far hears near, near hears far).

    Packets of the first 0.2 s do not count: they were on their way.
    """
    ids = {page: await page.me() for page in (near, far)}
    began = time.time() * 1_000
    change()

    async def back(listener: RoomPage, speaker: RoomPage) -> float:
        found = began

        async def has_sound() -> bool:
            nonlocal found
            one = (await listener.probe.received()).get(ids[speaker], {}).get("mic")
            found = one.last_packet_at if one else began
            return found > began + 200

        await until(has_sound, f"{listener.alias} hears {speaker.alias} again", within_s)
        return (found - began) / 1_000

    there, here = await asyncio.gather(back(far, near), back(near, far))
    return there, here


async def seconds_to_media(page: ParticipantPage, person: str, within_s: float = 15.0) -> float:
    """From the offer on the page's newest transport to the first decoded picture of this person."""

    async def is_decoded() -> bool:
        return person in await page.probe.first_decoded()

    await until(is_decoded, "the first picture", within_s)
    first = await page.probe.first_decoded()
    offers = [frame for frame in await page.probe.frames() if frame.direction == "in" and frame.type == "offer"]
    newest = offers[-1].message["transport"]
    began = next(frame.at for frame in offers if frame.message["transport"] == newest)
    return (first[person] - began) / 1_000
