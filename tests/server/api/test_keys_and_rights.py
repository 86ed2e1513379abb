"""Who may use the API: a good key, of an account that may, with the scope."""

import pytest

from rooms.ids import SessionId
from rooms.program.authority import OrgRole
from server.api.scopes import Scope
from tests.support.api_client import ApiBench, Program
from tests.support.programme import DAY, add_dates, date_values

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


async def test_no_key_outlives_the_key_that_made_it(bench: ApiBench, admin: Program) -> None:
    soon, later = "2099-01-01T00:00:00Z", "2099-06-01T00:00:00Z"
    body = {"name": "lent", "scopes": [scope.value for scope in Scope]}
    lent = await admin.make("/keys", body | {"expires_at": soon})
    program = Program(bench.client, lent["secret"], admin.account)
    for asked in ({}, {"expires_at": later}, {"expires_at": soon}):
        assert (await program.make("/keys", body | asked))["expires_at"] == lent["expires_at"]
    earlier = await program.make("/keys", body | {"expires_at": "2098-01-01T00:00:00Z"})
    assert earlier["expires_at"] < lent["expires_at"]
    assert (await admin.make("/keys", body))["expires_at"] is None
    for moment in ("2999-01-01T00:00:00Z", "2000-01-01T00:00:00Z", "1999-01-01T00:00:00Z", "soon"):
        assert (await admin.call("POST", "/keys", body | {"expires_at": moment})).status == 422, moment


async def test_a_zone_that_there_is_not_is_refused(bench: ApiBench, admin: Program) -> None:
    made = await admin.call("POST", "/accounts", {"name": "Tom", "role": "host", "zone": "Nowhere/Land"})
    assert (made.status, [one["field"] for one in made.body["errors"]]) == (422, ["zone"])
    await bench.services.organisation.begin("Lantern", "Europe/Lisbon", "en", None)
    found = await admin.get("/organisation")
    version = found.pop("version")
    changed = await admin.call("PUT", "/organisation", found | {"zone": "Nowhere/Land"}, If_Match=f'"v{version}"')
    assert (changed.status, [one["field"] for one in changed.body["errors"]]) == (422, ["zone"])


async def test_erasing_a_place_leaves_nothing_of_its_person(bench: ApiBench, admin: Program) -> None:
    services = bench.services
    group = await admin.make("/groups", GROUP)
    made = await admin.make(f"/groups/{group['id']}/places", {"name": "Quiet Heron"})
    await add_dates(services.store.database, date_values("s_1", services.clock.now() + DAY, group["id"]))
    session, place = await services.sessions.get(SessionId("s_1")), await services.places.get(made["id"])
    assert session is not None
    assert place is not None
    entered = await services.entry.by_place(session, place)
    assert entered is not None
    assert (await admin.call("DELETE", f"/groups/{group['id']}/places/{place.id}")).status == 204
    assert await services.entry.who(session.id, entered.new_credential) is None
    assert await services.store.people.get(entered.person.id) is None


ACCOUNTS = frozenset({Scope.ACCOUNTS_WRITE})
IN_GROUPS = frozenset(
    {Scope.GROUPS_WRITE, Scope.PLACES_WRITE, Scope.SESSIONS_WRITE, Scope.LINKS_WRITE, Scope.ROOMS_WRITE}
)


@pytest.mark.parametrize(
    ("scopes", "makes"),
    [
        (ACCOUNTS, {"facilitator"}),
        (ACCOUNTS | IN_GROUPS, {"facilitator", "host"}),
        (frozenset(Scope), {"facilitator", "host", "admin"}),
    ],
)
async def test_a_key_makes_nobody_who_reaches_more_than_itself(
    bench: ApiBench, scopes: frozenset[Scope], makes: set[str]
) -> None:
    program = await bench.program("Narrow", scopes=scopes)
    for role in OrgRole:
        answer = await program.call("POST", "/accounts", {"name": role.value, "role": role.value})
        assert answer.status == (201 if role.value in makes else 403), role
    bodies = {account["role"] for account in (await program.get("/accounts"))["items"] if account["name"] != "Narrow"}
    assert bodies == makes


@pytest.mark.parametrize("role", list(OrgRole))
async def test_a_key_for_accounts_alone_opens_no_account_and_lifts_none(
    bench: ApiBench, admin: Program, role: OrgRole
) -> None:
    other = await bench.services.accounts.create("Tom", role, email="tom@example.org")
    narrow = await bench.program("Narrow", scopes=ACCOUNTS)
    body = {"name": "Tom", "role": role.value, "email": "tom@example.org"}
    changes: list[dict[str, str | None]] = [{"email": "mine@example.org"}, {"email": None}]
    changes += [{"role": each.value} for each in OrgRole if each is not role]
    for wanted in changes:
        answer = await narrow.call("PUT", f"/accounts/{other.id}", {**body, **wanted}, If_Match='"v1"')
        assert (answer.status, answer.body["code"]) == (403, "not-permitted"), wanted
    assert await bench.services.accounts.get(other.id) == other
    renamed = await narrow.call("PUT", f"/accounts/{other.id}", body | {"name": "Tomas"}, If_Match='"v1"')
    assert renamed.status == 200
    moved = await admin.call("PUT", f"/accounts/{other.id}", body | {"email": "new@example.org"}, If_Match='"v2"')
    assert moved.status == 200


@pytest.mark.parametrize("role", [OrgRole.HOST, OrgRole.FACILITATOR])
async def test_a_key_with_the_scopes_of_groups_sees_to_those_who_work_there_and_to_no_admin(
    bench: ApiBench, role: OrgRole
) -> None:
    other = await bench.services.accounts.create("Tom", role)
    program = await bench.program("Program", scopes=ACCOUNTS | IN_GROUPS)
    body = {"name": "Tom", "role": role.value, "email": "tom@example.org"}
    assert (await program.call("PUT", f"/accounts/{other.id}", body, If_Match='"v1"')).status == 200
    assert (await program.call("PUT", f"/accounts/{other.id}", body | {"role": "admin"}, If_Match='"v2"')).status == 403


async def test_cookies_count_for_nothing_here(bench: ApiBench, admin: Program) -> None:
    token = await bench.services.accounts.sign_in(admin.account)
    answer = await admin.call("GET", "/groups", Authorization="", Cookie=f"holdspace_host={token}")
    assert answer.status == 401
