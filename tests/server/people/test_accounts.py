"""Accounts: passwords, browsers, what ends at once when somebody is signed out or switched off."""

import contextlib
from dataclasses import replace
from datetime import date

import pytest

from rooms.ids import SessionId
from rooms.live.settings import MINUTE_MS
from rooms.program.authority import OrgRole, Position
from rooms.program.group import GroupInput, StaffMember
from rooms.roles import Role
from server.errors import TooMany
from server.limits import GUESSES
from server.passwords import Passwords, hash_now
from server.people.accounts import SIGN_IN_MS, BadAccount
from server.services import Services
from server.store.records import Account, Purpose
from server.store.store import Store
from tests.support.letterbox import Letterbox
from tests.support.store_records import START, session_record
from tests.support.virtual_clock import VirtualClock

PASSWORD = "a long sentence nobody guesses"
HERE, THERE = "198.51.100.0/24", "203.0.113.0/24"


@pytest.fixture
async def host(services: Services) -> Account:
    return await services.accounts.create(" ines ", OrgRole.HOST, PASSWORD, "Ines@Example.org")


async def test_a_host_signs_in_with_name_and_password(services: Services, host: Account) -> None:
    assert await services.accounts.verify("ines", PASSWORD, HERE) == host
    assert await services.accounts.verify(" INES@example.org", PASSWORD, HERE) == host, "or by address"
    assert await services.accounts.verify("ines", PASSWORD + ".", HERE) is None
    assert await services.accounts.verify("tom", PASSWORD, HERE) is None


async def test_a_host_without_a_password_cannot_use_one(services: Services) -> None:
    await services.accounts.create("tom", OrgRole.HOST)
    assert await services.accounts.verify("tom", "", HERE) is None


async def test_an_old_hash_is_made_anew_at_sign_in(
    services: Services, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = await services.accounts.create("tom", OrgRole.HOST, PASSWORD)
    monkeypatch.setattr("server.passwords.ITERATIONS", 1)
    old = hash_now(PASSWORD)
    monkeypatch.undo()
    await store.accounts.set_password(host.id, old)
    assert await services.accounts.verify("tom", PASSWORD, HERE) is not None
    assert ",t=2," in (await store.accounts.password_of(host.id) or "")


@pytest.mark.parametrize(
    ("name", "password"),
    [("", PASSWORD), ("a\nb", PASSWORD), ("x" * 81, PASSWORD), ("tom", "short"), ("ines", PASSWORD)],
)
async def test_an_account_that_cannot_be_is_explained(
    services: Services, host: Account, name: str, password: str
) -> None:
    with pytest.raises(BadAccount):
        await services.accounts.create(name, OrgRole.HOST, password)


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id in no time."""

    async def fits(_: Passwords, phc: str | None, password: str) -> bool:
        return phc is not None and password == PASSWORD

    monkeypatch.setattr(Passwords, "verify", fits)


@pytest.mark.usefixtures("hashes")
async def test_guessing_one_host_s_password_comes_to_a_halt(
    services: Services, host: Account, clock: VirtualClock
) -> None:
    for _ in range(20):
        assert await services.accounts.verify("ines", "guess", HERE) is None
    with pytest.raises(TooMany):
        await services.accounts.verify("INES ", "guess", HERE)
    clock.advance(30_000)
    assert await services.accounts.verify("ines", "guess", HERE) is None


@pytest.mark.usefixtures("hashes")
async def test_who_guesses_a_host_s_password_keeps_the_host_from_nothing(
    services: Services, host: Account, clock: VirtualClock
) -> None:
    for second in range(0, 3_600, 15):
        with contextlib.suppress(TooMany):
            await services.accounts.verify("ines", "guess", THERE)
        clock.advance(15_000)
        if second % 600 == 0:
            assert await services.accounts.verify("ines", PASSWORD, HERE) == host


@pytest.mark.usefixtures("hashes")
async def test_guessing_from_everywhere_at_once_comes_to_a_halt_too(
    services: Services, host: Account, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.people.accounts.GUESSES", replace(GUESSES, most=40))
    for n in range(40):
        assert await services.accounts.verify("ines", "guess", f"network {n // 20}") is None
    with pytest.raises(TooMany):
        await services.accounts.verify("ines", PASSWORD, HERE)
    clock.advance(GUESSES.refill_ms)
    for _ in range(2):
        assert await services.accounts.verify("ines", PASSWORD, HERE) == host, "what fits costs nothing"


async def who(services: Services, token: str | None) -> Account | None:
    found = await services.accounts.signed_in(token)
    return None if found is None else found.account


async def test_a_sign_in_ends_by_itself(services: Services, host: Account, clock: VirtualClock) -> None:
    token = await services.accounts.sign_in(host.id)
    assert await who(services, token) == host
    clock.advance(SIGN_IN_MS)
    assert await who(services, token) is None
    assert await who(services, None) is None


async def test_one_browser_is_signed_out_and_the_others_stay(services: Services, host: Account) -> None:
    phone = await services.accounts.sign_in(host.id, "Firefox on Android")
    laptop = await services.accounts.sign_in(host.id, "Safari on a Mac")
    listed = {one.label: one.id for one in await services.accounts.sign_ins(host.id)}
    assert listed.keys() == {"Firefox on Android", "Safari on a Mac"}
    assert await services.accounts.sign_out(host.id, listed["Firefox on Android"])
    assert await who(services, phone) is None
    assert await who(services, laptop) == host


async def test_nobody_signs_out_somebody_else_s_browser(services: Services, host: Account) -> None:
    other = await services.accounts.create("tom", OrgRole.FACILITATOR)
    token = await services.accounts.sign_in(host.id)
    of_host = (await services.accounts.sign_ins(host.id))[0].id
    await services.accounts.sign_out(other.id, of_host)
    assert await who(services, token) == host


async def test_a_revoked_sign_in_takes_the_room_it_opened_along(
    services: Services, store: Store, host: Account
) -> None:
    session = session_record(host=host.id, start=START + 60 * MINUTE_MS)
    await store.sessions.add(session, START)
    await services.accounts.sign_in(host.id, "here")
    await services.accounts.sign_in(host.id, "elsewhere")
    ids = {one.label: one.id for one in await services.accounts.sign_ins(host.id)}
    inside = {}
    for label, sign_in in ids.items():
        link = await services.links.make(session, Role.FACILITATOR, "", host.id, sign_in)
        inside[label] = (await services.entry.by_link(link.record)).new_credential
    given_out = await services.entry.by_link((await services.links.make(session, Role.FACILITATOR, "")).record)
    await services.accounts.sign_out(host.id, ids["elsewhere"])
    assert await services.entry.who(session.id, inside["elsewhere"]) is None
    assert await services.entry.who(session.id, inside["here"]) is not None
    await services.accounts.sign_out_everywhere(host.id)
    assert await services.entry.who(session.id, inside["here"]) is None
    assert await services.entry.who(session.id, given_out.new_credential) is not None, "theirs who got the link"


async def test_signing_out_everywhere_or_a_new_password_leaves_no_way_in(services: Services, host: Account) -> None:
    for end in (
        services.accounts.sign_out_everywhere(host.id),
        services.accounts.set_password(host.id, "another long sentence"),
    ):
        browser = await services.accounts.sign_in(host.id)
        link = await services.sign_in_links.make(host.id, Purpose.SIGN_IN)
        await end
        assert await who(services, browser) is None
        assert await services.sign_in_links.redeem(link.url.partition("#")[2]) is None
    assert await services.accounts.verify("ines", PASSWORD, HERE) is None
    assert await services.accounts.verify("ines", "another long sentence", HERE) is not None
    with pytest.raises(BadAccount):
        await services.accounts.set_password(host.id, "short")


async def test_who_changes_their_password_stays_where_they_are(services: Services, host: Account) -> None:
    here, elsewhere = await services.accounts.sign_in(host.id, "here"), await services.accounts.sign_in(host.id)
    this = next(one.id for one in await services.accounts.sign_ins(host.id) if one.label == "here")
    await services.accounts.set_password(host.id, "another long sentence", but=this)
    assert await who(services, here) is not None
    assert await who(services, elsewhere) is None


async def test_a_switched_off_account_has_no_way_in_until_it_is_switched_on(services: Services, host: Account) -> None:
    admin = await services.accounts.create("amina", OrgRole.ADMIN)
    browser = await services.accounts.sign_in(host.id)
    link = await services.sign_in_links.make(host.id, Purpose.INVITATION)
    assert await services.accounts.disable(host.id)
    assert await who(services, browser) is None
    assert await services.accounts.verify("ines", PASSWORD, HERE) is None
    assert await services.sign_in_links.redeem(link.url.partition("#")[2]) is None
    fresh = await services.sign_in_links.make(host.id, Purpose.INVITATION)
    assert await services.sign_in_links.redeem(fresh.url.partition("#")[2]) is None
    await services.accounts.enable(host.id)
    assert await services.accounts.verify("ines", PASSWORD, HERE) is not None
    assert [one.id for one in await services.accounts.all()] == [admin.id, host.id]


async def test_there_is_always_an_admin(services: Services, host: Account) -> None:
    admin = await services.accounts.create("amina", OrgRole.ADMIN)
    with pytest.raises(BadAccount, match="only admin"):
        await services.accounts.disable(admin.id)
    with pytest.raises(BadAccount, match="only admin"):
        await services.accounts.change(replace(admin, role=OrgRole.HOST))
    await services.accounts.change(replace(host, role=OrgRole.ADMIN))
    assert await services.accounts.disable(admin.id)


async def test_names_and_addresses_belong_to_one_account(services: Services, host: Account) -> None:
    tom = await services.accounts.create("tom", OrgRole.HOST, email="tom@example.org")
    for changed, field in ((replace(tom, name="ines"), "name"), (replace(tom, email="INES@example.org"), "email")):
        with pytest.raises(BadAccount) as caught:
            await services.accounts.change(changed)
        assert caught.value.field == field
    with pytest.raises(BadAccount) as caught:
        await services.accounts.create("tomas", OrgRole.HOST, email="tom@example.org")
    assert caught.value.field == "email"


async def test_of_two_changes_at_once_the_second_is_told(services: Services, host: Account) -> None:
    changed = await services.accounts.change(replace(host, training_expires_on=date(2027, 3, 1)))
    assert changed.is_trained_on(date(2027, 3, 1))
    assert not changed.is_trained_on(date(2027, 3, 2))
    with pytest.raises(BadAccount, match="meantime"):
        await services.accounts.change(replace(host, zone="Europe/Lisbon"))
    assert await services.accounts.get(host.id) == changed


async def test_another_address_voids_open_links_and_the_former_one_is_told(
    services: Services, store: Store, host: Account
) -> None:
    box = Letterbox()
    accounts = replace(services.accounts, post=box)
    browser = await accounts.sign_in(host.id)
    token = (await services.sign_in_links.make(host.id, Purpose.SIGN_IN)).url.partition("#")[2]
    other = await accounts.create("tom", OrgRole.HOST)
    of_other = (await services.sign_in_links.make(other.id, Purpose.SIGN_IN)).url.partition("#")[2]

    same = await accounts.change(replace(host, zone="Europe/Lisbon"))
    assert box.letters == [], "the same address as before"
    moved = await accounts.change(replace(same, email="elsewhere@example.org"))
    assert [(letter.kind, to.address, to.account) for letter, to in box.letters] == [
        ("address-changed", "ines@example.org", None)
    ]
    assert await services.sign_in_links.redeem(token) is None
    assert await services.sign_in_links.redeem(of_other) is not None
    assert await who(services, browser) is not None
    gone = await accounts.change(replace(moved, email=None))
    await accounts.change(replace(gone, email="ines@example.org"))
    assert [to.address for _, to in box.letters] == ["ines@example.org", "elsewhere@example.org"]


async def test_a_zone_that_there_is_not_is_explained(services: Services, host: Account) -> None:
    for attempt in (
        services.accounts.create("tom", OrgRole.HOST, zone="Nowhere/Land"),
        services.accounts.change(replace(host, zone="Nowhere/Land")),
    ):
        with pytest.raises(BadAccount) as caught:
            await attempt
        assert caught.value.field == "zone"


@pytest.mark.parametrize("email", ["no address", "a@b", "@x.org", "a b@x.org", "a@x.org\nb", "ü@x.de"])
async def test_an_address_that_is_none_is_explained(services: Services, email: str) -> None:
    with pytest.raises(BadAccount) as caught:
        await services.accounts.create("ines", OrgRole.HOST, email=email)
    assert caught.value.field == "email"


async def facilitating(services: Services, account: Account, group: str | None, name: str) -> tuple[SessionId, str]:
    """A session that this account has opened the room of, and the credential of its browser."""
    session = replace(session_record(name, host=account.id, start=START + 60 * MINUTE_MS), group=group)
    await services.store.sessions.add(session, START)
    link = await services.links.make(session, Role.FACILITATOR, "", account.id)
    entered = await services.entry.by_link(link.record)
    return session.id, entered.new_credential or ""


async def test_who_is_taken_off_a_group_leaves_its_rooms_and_no_other(services: Services, host: Account) -> None:
    tom = await services.accounts.create("tom", OrgRole.FACILITATOR)
    groups = [(await services.groups.create(host.id, GroupInput(name=name))).id for name in ("Evening", "Morning")]
    hosting = StaffMember(account=host.id, name="", position=Position.HOST, rank=0)
    leading = StaffMember(account=tom.id, name="", position=Position.FACILITATOR, rank=0)
    for group in groups:
        await services.groups.set_staff(group, [hosting, leading])
    evening = await facilitating(services, tom, groups[0], "s_evening")
    morning = await facilitating(services, tom, groups[1], "s_morning")
    await services.groups.set_staff(groups[0], [hosting])
    assert await services.entry.who(*evening) is None
    assert await services.entry.who(*morning) is not None


async def test_who_is_no_admin_any_more_leaves_the_rooms_they_opened(services: Services, host: Account) -> None:
    await services.accounts.create("amina", OrgRole.ADMIN)
    other = await services.accounts.create("tom", OrgRole.ADMIN)
    inside = await facilitating(services, other, None, "s_1")
    renamed = await services.accounts.change(replace(other, name="tomas"))
    assert await services.entry.who(*inside) is not None
    await services.accounts.change(replace(renamed, role=OrgRole.HOST))
    assert await services.entry.who(*inside) is None
