"""What is held for people's media is told in numbers, and a media process that hangs holds nobody up."""

import asyncio

import pytest
from prometheus_client import CollectorRegistry

from server import media_figures
from server.media_figures import MediaFigures
from sfu.plane import PlaneStats, PublicationStats, SlotStats
from tests.support.fake_media import FakeMedia


class Media(FakeMedia):
    def __init__(self) -> None:
        super().__init__()
        self.found = PlaneStats(
            {1: PublicationStats(1, 2, 3, 4, 5)},
            {2: SlotStats(1, 2, 3, 0.5, None)},
            {"empty": 3},
            40,
            50,
            0.25,
            6,
            7,
            0.125,
            1,
        )
        self.hangs = False

    async def stats(self) -> PlaneStats:
        if self.hangs:
            await asyncio.Event().wait()
        return self.found


def value(registry: CollectorRegistry, name: str, **labels: str) -> float | None:
    return registry.get_sample_value(name, labels)


async def test_the_figures_are_those_of_the_media_processes() -> None:
    registry, media = CollectorRegistry(), Media()
    media.full_rooms = {1, 2}
    await MediaFigures(registry, media).read()
    held = {what: value(registry, "holdspace_media", what=what) for what in ("peers", "publications", "slots")}
    assert held == {"peers": 6, "publications": 1, "slots": 1}
    assert value(registry, "holdspace_media", what="contexts") == 7
    assert value(registry, "holdspace_media_packets", way="out") == 50
    assert value(registry, "holdspace_media_drops", cause="empty") == 3
    assert value(registry, "holdspace_media_queue_seconds") == 0.125
    assert value(registry, "holdspace_media_shed") == 1
    assert value(registry, "holdspace_media_full") == 2
    assert value(registry, "holdspace_tasks") == 1, "this test"


async def test_media_processes_that_hang_keep_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_figures, "ANSWER_S", 0.01)
    registry, media = CollectorRegistry(), Media()
    figures = MediaFigures(registry, media)
    await figures.read()
    media.hangs = True
    await figures.read()
    assert value(registry, "holdspace_media", what="peers") == 6
