"""Random requests to every operation of the API: `python -m bench.api --cases 20000`.

A real server on a port and in a folder of its own, an admin's key, requests made from the served OpenAPI document.
Prints how they were answered, and what broke a rule: a server's fault, a status, a header or a body other than
described.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path

from rooms.program.authority import OrgRole
from server.api.catalogue import OPERATIONS
from tests.support.api_cases import try_operations
from tests.support.api_client import api_bench


async def run(cases: int) -> dict[str, object]:
    """The figures of one run of about `cases` requests."""
    with tempfile.TemporaryDirectory() as folder:
        async with api_bench(Path(folder), HOLDSPACE_WEBHOOKS_TO_PRIVATE="true") as bench:
            admin = await bench.program()
            await bench.services.organisation.begin("Lantern", "Europe/Lisbon", "en", None)
            other = await bench.services.accounts.create("Tom", OrgRole.HOST)
            each = -(-cases // len(OPERATIONS))
            tried = await try_operations(str(bench.client.make_url("")), admin, other.id, each)
    statuses = {str(status): count for status, count in sorted(tried.statuses.items())}
    return {"operations": len(OPERATIONS), "cases": tried.cases, "statuses": statuses, "broken": tried.broken}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000)
    found = asyncio.run(run(parser.parse_args().cases))
    print(json.dumps(found, indent=2))
    return 1 if found["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())
