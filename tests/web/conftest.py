"""The site that the tests of pages use."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.site import Site, serving_site


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with serving_site(tmp_path) as site:
        yield site
