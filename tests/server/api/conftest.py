"""A running server with its API."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.api_client import ApiBench, Program, api_bench


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[ApiBench]:
    async with api_bench(tmp_path) as bench:
        yield bench


@pytest.fixture
async def admin(bench: ApiBench) -> Program:
    return await bench.program()
