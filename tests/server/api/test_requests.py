"""How requests are read and answered: bodies, versions, repeated requests, pages, errors."""

import asyncio

import pytest

from server.api.dispatch import CALLS
from server.errors import TooMany
from tests.support.api_client import ApiBench, Program
from tests.support.virtual_clock import VirtualClock

GROUP = {"name": "Evening circle"}


async def test_unknown_addresses_and_methods_are_answered_as_problems(admin: Program) -> None:
    nothing = await admin.call("GET", "/nothing")
    assert (nothing.status, nothing.body["code"]) == (404, "not-found")
    method = await admin.call("PATCH", "/groups", GROUP)
    assert (method.status, method.body["code"]) == (405, "method-not-allowed")
    assert "POST" in method.headers["Allow"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": 7}, "name"),
        ({"name": "a\u0000b"}, "body"),
        ({**GROUP, "surprise": 1}, "surprise"),
        ({**GROUP, "capacity": "12"}, "capacity"),
        ({**GROUP, "capacity": 0}, "capacity"),
        ({**GROUP, "zone": "Mars/Olympus"}, "zone"),
        ({**GROUP, "timers": {"doors_min": 999}}, "timers.doors_min"),
    ],
)
async def test_what_does_not_fit_is_said_by_field(admin: Program, body: object, field: str) -> None:
    answer = await admin.call("POST", "/groups", body)
    assert (answer.status, answer.body["code"]) == (422, "not-valid"), answer.body
    assert [one["field"] for one in answer.body["errors"]] == [field]


async def test_a_body_that_is_no_json_object_is_refused(bench: ApiBench, admin: Program) -> None:
    headers = {"Authorization": f"Bearer {admin.secret}"}
    form = await bench.client.post("/api/v1/groups", data={"name": "x"}, headers=headers)
    assert form.status == 415
    deep = [f'{{"name": "x", "intake": {"[" * depth}{"]" * depth}}}' for depth in (200, 700, 850, 930, 980, 5_000)]
    for text in ("", "{", "[1]", "NaN", '"x"', "[" * 100_000, *deep):
        json = {**headers, "Content-Type": "application/json"}
        answer = await bench.client.post("/api/v1/groups", data=text, headers=json)
        assert answer.status in (400, 422), text[:10]


async def test_a_change_needs_the_newest_version(admin: Program) -> None:
    group = await admin.make("/groups", GROUP)
    path, renamed = f"/groups/{group['id']}", {"name": "Morning circle"}
    assert (await admin.call("PUT", path, renamed)).status == 428
    first = await admin.call("PUT", path, renamed, If_Match='"v1"')
    assert (first.status, first.headers["ETag"], first.body["name"]) == (200, '"v2"', "Morning circle")
    stale = await admin.call("PUT", path, GROUP, If_Match='"v1"')
    assert (stale.status, stale.body["code"]) == (412, "stale")
    assert (await admin.get(path))["name"] == "Morning circle"


async def test_a_repeated_request_is_answered_as_the_first(admin: Program) -> None:
    first = await admin.call("POST", "/groups", GROUP, Idempotency_Key="one")
    again = await admin.call("POST", "/groups", GROUP, Idempotency_Key="one")
    assert (again.status, again.body, again.headers["Location"]) == (201, first.body, first.headers["Location"])
    assert again.headers["ETag"] == first.headers["ETag"]
    other = await admin.call("POST", "/groups", {"name": "Another"}, Idempotency_Key="one")
    assert (other.status, other.body["code"]) == (422, "key-reused")
    assert len((await admin.get("/groups"))["items"]) == 1


async def test_requests_at_once_with_one_key_do_it_once(admin: Program) -> None:
    answers = await asyncio.gather(*(admin.call("POST", "/groups", GROUP, Idempotency_Key="k") for _ in range(8)))
    assert {answer.status for answer in answers} <= {201, 409}
    assert len((await admin.get("/groups"))["items"]) == 1


async def test_a_secret_is_not_kept_for_a_repeated_request(admin: Program) -> None:
    body = {"name": "another", "scopes": ["groups:read"]}
    first = await admin.call("POST", "/keys", body, Idempotency_Key="k")
    again = await admin.call("POST", "/keys", body, Idempotency_Key="k")
    assert first.status == 201
    assert (again.status, again.body["code"]) == (409, "already-made")


async def test_a_refusal_is_repeated_too(admin: Program) -> None:
    first = await admin.call("POST", "/groups", {**GROUP, "zone": "Mars/Olympus"}, Idempotency_Key="k")
    again = await admin.call("POST", "/groups", {**GROUP, "zone": "Mars/Olympus"}, Idempotency_Key="k")
    assert (again.status, again.body) == (first.status, first.body) == (422, first.body)


async def test_lists_come_in_pages(admin: Program) -> None:
    for number in range(5):
        await admin.make("/groups", {"name": f"Circle {number}"})
    names, after = [], ""
    for _ in range(3):
        page = await admin.get(f"/groups?limit=2{after}")
        names += [group["name"] for group in page["items"]]
        after = f"&after={page['next']}"
    assert names == [f"Circle {number}" for number in range(5)]
    assert page["next"] is None


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "after=%21", "after=AAAA", "limit=1&limit=2", "x=1"]
)
async def test_a_query_that_does_not_fit_is_refused(admin: Program, query: str) -> None:
    assert (await admin.call("GET", f"/groups?{query}")).status == 422


async def test_a_program_that_asks_too_often_is_told_when_to_come_back(
    bench: ApiBench, admin: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    (key,) = (await admin.get("/keys"))["items"]
    # One more call is free after 50 ms: on a busy machine they pass between two lines of this test.
    clock = VirtualClock(bench.services.clock.now())
    monkeypatch.setattr(bench.services.limits, "_clock", clock)
    for _ in range(5):
        with pytest.raises(TooMany):
            while True:
                await bench.services.limits.spend(CALLS, key["id"])
    slow = await admin.call("GET", "/keys")
    assert (slow.status, slow.body["code"]) == (429, "slow-down")
    assert int(slow.headers["Retry-After"]) >= 1
    clock.advance(1_000 * int(slow.headers["Retry-After"]))
    assert (await admin.call("GET", "/keys")).status == 200


async def test_kept_answers_are_forgotten_after_a_day(bench: ApiBench, admin: Program) -> None:
    await admin.call("POST", "/groups", GROUP, Idempotency_Key="one")
    table, now = bench.services.store.idempotency, bench.services.clock.now()
    assert await table.forget(now) == 1
    assert (await admin.call("POST", "/groups", GROUP, Idempotency_Key="one")).status == 201
    assert len((await admin.get("/groups"))["items"]) == 2
