"""Random requests to every operation, by its own description. `python -m bench.api` does the same at full count."""

from pathlib import Path

from rooms.program.authority import OrgRole
from tests.support.api_cases import try_operations
from tests.support.api_client import api_bench

EACH = 6


async def test_no_request_is_answered_otherwise_than_described(tmp_path: Path) -> None:
    async with api_bench(tmp_path, HOLDSPACE_WEBHOOKS_TO_PRIVATE="true") as bench:
        admin = await bench.program()
        await bench.services.organisation.begin("Lantern", "Europe/Lisbon", "en", None)
        other = await bench.services.accounts.create("Tom", OrgRole.HOST)
        tried = await try_operations(str(bench.client.make_url("")), admin, other.id, EACH)
    assert tried.broken == {}
    assert tried.cases > 200
