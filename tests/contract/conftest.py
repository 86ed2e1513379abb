"""One suite, every implementation: `store` on a real SQLite and a real PostgreSQL, `rig` on every packet plane."""

import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from server.store.database import Database
from server.store.store import Store
from sfu.packet.forms import INTERPRETED
from sfu.process.plane_choice import FAST, PLANE, chosen_forms
from tests.support.migrated import migrated_at, put_tables
from tests.support.plane_rig import InlineRig, ProcessRig, Stage, started
from tests.support.postgres import Postgres, postgres
from tests.support.virtual_clock import VirtualClock

_names = (f"test_{number}" for number in itertools.count())


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    with postgres() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_name(postgres_server: Postgres) -> str:
    """A database with all tables, to be copied."""
    name = "migrated"
    migrated_at(postgres_server.make_database(name))
    postgres_server.close_to_all(name)
    return name


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.service)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Empty, or with all tables for a test that asks for `store`."""
    has_tables = "store" in request.fixturenames
    if request.param == "sqlite":
        url = f"sqlite+aiosqlite:///{tmp_path / 'holdspace.db'}"
        if has_tables:
            put_tables(Database(url))
        return url
    server: Postgres = request.getfixturevalue("postgres_server")
    like = request.getfixturevalue("migrated_name") if has_tables else "template0"
    return server.make_database(next(_names), like=like)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
async def store(database: Database, clock: VirtualClock) -> Store:
    return Store(database, clock)


@pytest.fixture(params=["inline", "inline-session", "inline-fast", "process", "process-fast"])
async def rig(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[InlineRig | ProcessRig]:
    kind, _, form = request.param.partition("-")
    made: InlineRig | ProcessRig
    if kind == "process":
        monkeypatch.setenv(PLANE, form)
        made = ProcessRig()
    else:
        made = InlineRig(direct_srtp=form != "session", forms=chosen_forms(form) if form == FAST else INTERPRETED)
    async with started(made) as ready:
        yield ready


@pytest.fixture
def stage(rig: InlineRig | ProcessRig) -> Stage:
    return Stage(rig)
