from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.errand_scene import Scene


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    scene = await Scene.make(str(tmp_path))
    yield scene
    await scene.close()
