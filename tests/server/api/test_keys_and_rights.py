"""Who may use the API: a good key, of an account that may, with the scope."""

import pytest

from rooms.program.authority import OrgRole
from server.api.scopes import Scope
from tests.support.api_client import ApiBench, Program

GROUP = {"name": "Evening circle"}


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer hsk_nothing", "Basic aW5lczpwdw==", "Bearer x" * 40])
async def test_without_a_good_key_nothing_is_answered(bench: ApiBench, admin: Program, header: str) -> None:
    answer = await admin.call("GET", "/groups", Authorization=header)
    assert answer.status == 401
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.body["code"] == "unauthorized"


async def test_a_revoked_key_is_dead_at_once(bench: ApiBench, admin: Program) -> None:
    other = await bench.program("Tom")
    (known,) = [key for key in (await admin.get("/keys"))["items"] if key["account"] == other.account]
    assert (await admin.call("DELETE", f"/keys/{known['id']}")).status == 204
    assert (await other.call("GET", "/groups")).status == 401


async def test_the_key_of_an_account_that_is_switched_off_is_dead(bench: ApiBench, admin: Program) -> None:
    other = await bench.program("Tom")
    assert (await admin.call("POST", f"/accounts/{other.account}:disable")).status == 200
    assert (await other.call("GET", "/groups")).status == 401


async def test_a_key_does_what_its_scopes_say(bench: ApiBench) -> None:
    reader = await bench.program("Reader", scopes=frozenset({Scope.GROUPS_READ}))
    assert (await reader.call("GET", "/groups")).status == 200
    refused = await reader.call("POST", "/groups", GROUP)
    assert (refused.status, refused.body["code"]) == (403, "not-permitted")
    writer = await bench.program("Writer", scopes=frozenset({Scope.GROUPS_WRITE}))
    assert (await writer.call("GET", "/groups")).status == 200, "writing includes reading"


async def test_a_key_never_has_more_rights_than_its_account(bench: ApiBench, admin: Program) -> None:
    facilitator = await bench.program("Flor", OrgRole.FACILITATOR)
    assert (await facilitator.call("POST", "/groups", GROUP)).status == 403
    group = await admin.make("/groups", GROUP)
    assert (await facilitator.call("GET", f"/groups/{group['id']}")).status == 404, "not theirs: as if it were not"
    staff = [
        {"account": admin.account, "position": "host"},
        {"account": facilitator.account, "position": "facilitator"},
    ]
    assert (await admin.call("PUT", f"/groups/{group['id']}/staff", {"members": staff})).status == 200
    assert (await facilitator.call("GET", f"/groups/{group['id']}")).status == 200
    changed = await facilitator.call("PUT", f"/groups/{group['id']}", GROUP, If_Match='"v1"')
    assert changed.status == 403
    assert (await facilitator.call("GET", f"/groups/{group['id']}/places")).status == 403


async def test_a_key_gives_no_scope_that_it_does_not_have(bench: ApiBench) -> None:
    narrow = await bench.program("Narrow", scopes=frozenset({Scope.PROGRAMS_WRITE}))
    body = {"name": "more", "scopes": ["groups:read"]}
    assert (await narrow.call("POST", "/keys", body)).status == 403
    made = await narrow.make("/keys", {"name": "the same", "scopes": ["programs:read"]})
    assert made["secret"].startswith("hsk_")
    assert made["secret"] not in str(await narrow.get("/keys"))


async def test_cookies_count_for_nothing_here(bench: ApiBench, admin: Program) -> None:
    token = await bench.services.accounts.sign_in(admin.account)
    answer = await admin.call("GET", "/groups", Authorization="", Cookie=f"holdspace_host={token}")
    assert answer.status == 401
