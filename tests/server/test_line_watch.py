"""Lines are read for as long as the server runs, whatever one reading comes to."""

import asyncio
import contextlib
from collections.abc import Mapping

from prometheus_client import CollectorRegistry

from server.line_figures import LineFigures
from server.line_watch import keep_watching
from sfu.node import LineStats
from tests.support.fake_media import FakeMedia

LINES = {7: LineStats(1, 0.1, 0.0, 20.0)}


class Stumbling(FakeMedia):
    """Every other reading goes wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    async def lines(self) -> Mapping[int, LineStats]:
        self.asked += 1
        if self.asked % 2:
            raise ConnectionError
        return LINES


async def test_a_reading_that_goes_wrong_is_one_less_and_nothing_else() -> None:
    media, registry = Stumbling(), CollectorRegistry()
    told: list[Mapping[int, LineStats]] = []
    enough = asyncio.Event()

    def tell(lines: Mapping[int, LineStats]) -> None:
        told.append(lines)
        if len(told) == 3:
            enough.set()

    watching = asyncio.create_task(keep_watching(media, LineFigures(registry), tell, every_s=0.0))
    await asyncio.wait_for(enough.wait(), 10)
    watching.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watching
    assert told[:3] == [LINES] * 3
    assert (registry.get_sample_value("holdspace_line_loss_count", {"way": "up"}) or 0) >= 3
