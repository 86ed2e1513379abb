"""Networks that let little through, and networks that change: real browsers in network namespaces of their own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.far_away import FarRoom, far_room, seconds_to_media, selected_pair
from tests.support.figures import record
from tests.support.netns import Namespace, namespace

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

CONNECTED_WITHIN_S = 10.0
NO_UDP = "meta l4proto udp drop"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def network() -> AsyncIterator[Namespace]:
    with namespace() as made:
        made.link("wifi")
        made.link("mobile")
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room(tmp_path_factory: pytest.TempPathFactory, network: Namespace) -> AsyncIterator[FarRoom]:
    async with far_room(tmp_path_factory.mktemp("far"), network) as ready:
        yield ready


async def test_where_udp_is_blocked_media_goes_by_tcp(room: FarRoom, network: Namespace) -> None:
    network.filter(NO_UDP)
    leader = await room.stage.leader.me()
    page = await room.join("Quiet Heron", network)
    seconds = await seconds_to_media(page, leader)
    record("UDP blocked, media by TCP: offer to first picture", seconds, "s")
    assert (await selected_pair(page))["protocol"] == "tcp"
    assert seconds <= CONNECTED_WITHIN_S
    await page.hears(leader)
    await page.speak()
    await room.stage.leader.hears(await page.me())
    await room.stage.leader.decodes_video_of(await page.me())
