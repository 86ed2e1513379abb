"""A plane in virtual time and its clients, for whoever looks at slots."""

from collections.abc import AsyncIterator

import pytest

from tests.support.plane_rig import InlineRig, Stage, started


@pytest.fixture
async def rig() -> AsyncIterator[InlineRig]:
    async with started(InlineRig()) as ready:
        assert isinstance(ready, InlineRig)
        yield ready


@pytest.fixture
def stage(rig: InlineRig) -> Stage:
    return Stage(rig)
