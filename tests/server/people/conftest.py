"""A whole server for tests that come in by HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.whole_server import WholeServer, whole_server


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[WholeServer]:
    async with whole_server(tmp_path) as site:
        yield site
