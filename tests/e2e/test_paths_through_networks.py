"""Networks that let little through, and networks that change: real browsers in network namespaces of their own."""

from collections.abc import AsyncIterator
from statistics import median

import pytest
import pytest_asyncio

from tests.support.far_away import FarRoom, far_room, seconds_of_silence, seconds_to_media, selected_pair
from tests.support.figures import record
from tests.support.netns import Link, Namespace, namespace
from tests.support.people import ParticipantPage

pytestmark = [pytest.mark.browser, pytest.mark.network, pytest.mark.asyncio(loop_scope="module")]

CONNECTED_WITHIN_S = 10.0
BACK_WITHIN_S = 3.0
REBOUND_WITHIN_S = 4.0  # Chromium checks its path every 2.7 s


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def network() -> AsyncIterator[Namespace]:
    """The one by which the server is reached; each test has a network of its own beside it."""
    with namespace() as made:
        made.link("wifi")
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room(tmp_path_factory: pytest.TempPathFactory, network: Namespace) -> AsyncIterator[FarRoom]:
    async with far_room(tmp_path_factory.mktemp("far"), network) as ready:
        yield ready


@pytest_asyncio.fixture(loop_scope="module")
async def elsewhere(room: FarRoom) -> AsyncIterator[Namespace]:
    with namespace() as made:
        yield made
        await room.empty()


async def arrives(room: FarRoom, alias: str, network: Namespace, figure: str) -> ParticipantPage:
    """In the room, seeing and hearing, within the time that is promised."""
    leader = room.stage.leader
    page = await room.join(alias, network)
    seconds = await seconds_to_media(page, await leader.me())
    record(f"{figure}: offer to first picture", seconds, "s")
    assert seconds <= CONNECTED_WITHIN_S
    await page.hears(await leader.me())
    await page.speak()
    await leader.hears(await page.me())
    await leader.decodes_video_of(await page.me())
    return page


async def test_where_udp_is_blocked_media_goes_by_tcp(room: FarRoom, elsewhere: Namespace) -> None:
    elsewhere.link("wifi")
    elsewhere.filter("meta l4proto udp drop")
    page = await arrives(room, "Quiet Heron", elsewhere, "UDP blocked, media by TCP")
    assert (await selected_pair(page))["protocol"] == "tcp"


async def test_where_only_tls_goes_through_media_goes_by_the_relay(room: FarRoom, elsewhere: Namespace) -> None:
    elsewhere.link("wifi")
    open_ports = f"{{ {room.server.tls_port}, {room.relay.tls_port} }}"
    elsewhere.filter("meta l4proto udp drop", f"tcp dport != {open_ports} drop")
    page = await arrives(room, "Amber Finch", elsewhere, "all but TLS blocked, media by TURN over TLS")
    pair = await selected_pair(page)
    assert (pair["kind"], pair["relay"]) == ("relay", "tls")


async def test_a_device_with_ipv6_alone_comes_in(room: FarRoom, elsewhere: Namespace) -> None:
    elsewhere.link("wifi", v4=False)
    page = await arrives(room, "Slow River", elsewhere, "IPv6 alone")
    pair = await selected_pair(page)
    assert pair["protocol"] == "udp"
    assert ":" in pair["remote"]


async def test_from_wifi_to_mobile_the_sound_is_back_and_the_seat_is_kept(room: FarRoom, elsewhere: Namespace) -> None:
    wifi, mobile = elsewhere.link("wifi"), elsewhere.link("mobile")
    elsewhere.down(mobile)
    page = await arrives(room, "Green Lantern", elsewhere, "before the change of network")
    me, connections = await page.me(), await page.probe.connections()

    silent: list[float] = []
    for left, taken in ((wifi, mobile), (mobile, wifi), (wifi, mobile)):

        def change(left: Link = left, taken: Link = taken) -> None:
            elsewhere.down(left)
            elsewhere.up(taken)

        silent.append(max(await seconds_of_silence(room.stage.leader, page, change)))
        await page.hears(await room.stage.leader.me())
        await room.stage.leader.hears(me)
    record("from one network to another: until sound goes both ways, median of 3", median(silent), "s")
    record("from one network to another: the slowest", max(silent), "s")
    assert median(silent) <= BACK_WITHIN_S, silent
    assert await page.probe.connections() == connections
    assert await page.me() == me
    await page.is_in_room()


async def test_a_translator_that_forgets_costs_seconds(room: FarRoom, elsewhere: Namespace) -> None:
    wifi = elsewhere.link("wifi", v6=False)
    elsewhere.translate(wifi, 7)
    page = await arrives(room, "Blue Meadow", elsewhere, "behind a translator")
    assert (await selected_pair(page))["protocol"] == "udp"
    connections = await page.probe.connections()
    there, here = await seconds_of_silence(room.stage.leader, page, lambda: elsewhere.translate(wifi, 8))
    record("address translated anew: until the room is heard again", there, "s")
    record("address translated anew: until the room hears again", here, "s")
    assert max(there, here) <= REBOUND_WITHIN_S
    assert await page.probe.connections() == connections
