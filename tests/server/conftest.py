"""Services on a real SQLite file and virtual time."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.app import build_services
from server.config import Config, load_config
from server.elsewhere import RoomsElsewhere
from server.passwords import Passwords
from server.services import Services
from server.store.database import Database
from server.store.store import Store
from tests.support.errand_scene import Scene
from tests.support.migrated import put_tables
from tests.support.virtual_clock import VirtualClock


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return load_config({"HOLDSPACE_DATA_DIR": str(tmp_path)})


@pytest.fixture
async def store(config: Config, clock: VirtualClock) -> AsyncIterator[Store]:
    store = Store(Database(config.database), clock)
    put_tables(store.database)
    yield store
    await store.close()


@pytest.fixture
async def services(config: Config, store: Store, clock: VirtualClock) -> AsyncIterator[Services]:
    passwords = Passwords()
    yield build_services(config, store, clock, RoomsElsewhere(), passwords)
    passwords.close()


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    scene = await Scene.make(str(tmp_path))
    yield scene
    await scene.close()
