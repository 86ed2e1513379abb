"""Random requests to a running API, made from its own description, and what must hold for every answer.

`try_operations` gives each operation its share of cases. Some name things that are there, others name anything; the
request's shape is what the description allows. No answer may be a server's fault, or other than described.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support.api_client import Program

SEED = 4
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)


@dataclass
class Tried:
    """How many cases, how they were answered, and which broke a rule (at most one an operation)."""

    cases: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    broken: dict[str, str] = field(default_factory=dict)


async def known_things(admin: Program, other: str) -> dict[str, str]:
    """One of everything that a path can name; `other` is an account that nothing depends on."""
    group = await admin.make("/groups", {"name": "Evening circle", "entry": "approval"})
    # Its doors are open, so that there is a room to ask something of.
    start = datetime.now(UTC) + timedelta(minutes=3)
    when = {"zone": "UTC", "starts_on": f"{start:%Y-%m-%d}", "starts_at": f"{start:%H:%M}:00"}
    first = {**when, "rule": {"frequency": "weekly"}}
    series = await admin.make(f"/groups/{group['id']}/series", first)
    place = await admin.make(f"/groups/{group['id']}/places", {"name": "Quiet Heron"})
    hook = {"url": "http://127.0.0.1:9/", "events": ["session.ended"]}
    webhook = await admin.make("/webhooks", hook)
    known = {"group": group["id"], "series": series["id"], "place": place["id"], "webhook": webhook["id"]}
    dates = (await admin.get(f"/series/{series['id']}/dates"))["items"]
    known |= {"date": dates[1]["date"], "account": other, "person": "p_nobody", "delivery": "d_none", "key": "k_none"}
    known["session"] = (await admin.get(f"/sessions?group={group['id']}"))["items"][0]["id"]
    link = await admin.make(f"/sessions/{known['session']}/links", {"role": "participant"})
    return known | {"link": link["id"]}


async def try_operations(url: str, admin: Program, other: str, each: int) -> Tried:
    """`each` cases of every operation of the API at `url`, seeded."""
    schema = await asyncio.to_thread(schemathesis.openapi.from_url, f"{url}/api/v1/openapi.json")
    tried, known = Tried(), dict[str, str]()
    for found in schema.get_all_operations():
        operation = found.ok()
        # A key of its own, since each has its own limit; things of its own, since the former may be archived by now.
        admin = await admin.another()
        if not known or operation.method != "get":
            known = await known_things(admin, other)
        await asyncio.to_thread(_try_one, operation, url, admin.secret, known, each, tried)
    return tried


def _try_one(operation: Any, url: str, secret: str, known: Mapping[str, str], each: int, tried: Tried) -> None:
    headers = {"Authorization": f"Bearer {secret}"}

    @seed(SEED)
    @settings(max_examples=each, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(), names_known=st.integers(0, 9))
    def one(case: Any, names_known: int) -> None:
        if names_known:
            for name in case.path_parameters:
                case.path_parameters[name] = known.get(name, case.path_parameters[name])
        response = case.call(base_url=url, headers=headers)
        tried.cases += 1
        tried.statuses[response.status_code] += 1
        if response.status_code != 429:
            case.validate_response(response, checks=CHECKS)

    try:
        one()
    except Exception as error:
        tried.broken[f"{operation.method.upper()} {operation.path}"] = str(error)[:2_000]
