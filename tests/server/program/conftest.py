"""A series of twelve dates, and the book that edits it; `tests/support/edited_series.py` shows what people get."""

import pytest

from rooms.program.series import Series
from server.program.series import SeriesBook
from tests.support.edited_series import book_of, twelve_dates
from tests.support.errand_scene import Scene


@pytest.fixture
def book(scene: Scene) -> SeriesBook:
    return book_of(scene)


@pytest.fixture
async def series(scene: Scene, book: SeriesBook) -> Series:
    return await twelve_dates(scene, book)
