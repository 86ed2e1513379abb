"""Groups, their guidelines, who leads them, and join codes, on both databases."""

from dataclasses import replace

from rooms.ids import Instant, SessionId
from rooms.program.authority import Position
from rooms.program.group import Guidelines, StaffMember
from rooms.program.ids import AccountId, GroupId
from server.store.groups import Overfull, Saved
from server.store.store import Store
from tests.support.places import ask_for_place
from tests.support.programme import DAY, HOUR, NOW, account_values, add_accounts, add_dates, add_groups, date_values
from tests.support.sample_group_pages import INTAKE, group

G = GroupId("g_1")


async def test_a_group_comes_back_as_it_was_kept_and_no_slug_is_given_twice(store: Store) -> None:
    await add_accounts(store.database)
    host = StaffMember(AccountId("h_1"), "Ines", Position.HOST, 0)
    kept = group(intake=INTAKE, name="Şükran, 🌱")
    assert await store.groups.add(kept, (host,))
    assert not await store.groups.add(replace(kept, id=GroupId("g_2")), ())
    assert await store.groups.get(G) == kept
    assert await store.groups.by_slug(kept.slug) == kept
    assert await store.groups.of_account(AccountId("h_1")) == [kept]
    assert await store.groups.staff(G) == [host]


async def test_one_of_two_changes_of_a_version_is_kept(store: Store) -> None:
    await store.groups.add(group(version=1), ())
    first = group(version=2, name="First", guidelines=Guidelines(3, "New words."))
    assert await store.groups.save(first, 1, NOW) == Saved(())
    assert await store.groups.save(group(version=2, name="Second"), 1, NOW) is None
    assert await store.groups.get(G) == first
    assert await store.groups.guidelines(G, 2) == group().guidelines
    assert await store.groups.guidelines(G, 3) == Guidelines(3, "New words.")


async def test_a_capacity_is_never_below_the_places_and_more_of_it_lets_people_in(store: Store) -> None:
    await store.groups.add(group(version=1, capacity=2), ())
    for number in range(5):
        await ask_for_place(store, number)
    assert await store.groups.save(group(version=2, capacity=1), 1, NOW) == Overfull(2)
    saved = await store.groups.save(group(version=2, capacity=4), 1, NOW)
    assert isinstance(saved, Saved)
    assert [place.id for place in saved.given] == ["pl_2", "pl_3"]


async def test_staff_is_in_order_and_without_those_who_were_switched_off(store: Store) -> None:
    names = {"h_1": "Ines", "h_2": "Tom", "h_3": "Jo"}
    gone = account_values("h_4", "Gone", disabled_at=NOW)
    await add_accounts(store.database, *(account_values(id, name) for id, name in names.items()), gone)
    await add_groups(store.database, G)
    wanted = [("h_2", Position.BACKUP), ("h_4", Position.BACKUP), ("h_3", Position.BACKUP), ("h_1", Position.HOST)]
    await store.groups.set_staff(G, [StaffMember(AccountId(id), "", position, 0) for id, position in wanted])
    found = [(one.name, one.position, one.rank) for one in await store.groups.staff(G)]
    assert found == [("Ines", Position.HOST, 0), ("Tom", Position.BACKUP, 0), ("Jo", Position.BACKUP, 2)]


async def test_the_directory_knows_the_next_date_and_leaves_out_what_is_over(store: Store) -> None:
    await add_groups(store.database, "g_1", "g_2", "g_3", is_public=True)
    await add_groups(store.database, "g_hidden")
    await add_dates(
        store.database,
        date_values("s_1", NOW - 2 * HOUR, "g_1"),
        date_values("s_2", NOW + 3 * DAY, "g_1"),
        date_values("s_3", NOW + DAY, "g_1", end="canceled"),
        date_values("s_4", NOW - HOUR // 2, "g_2"),
        date_values("s_5", NOW + DAY, "g_hidden"),
    )
    listed = [(one.id, one.next_at) for one in await store.directory.listed(NOW)]
    assert listed == [("g_2", NOW - HOUR // 2), ("g_1", NOW + 3 * DAY), ("g_3", None)]
    every = [GroupId("g_1"), GroupId("g_2")]
    assert await store.directory.starts(every, NOW, Instant(NOW + DAY)) == {"g_2": [NOW - HOUR // 2]}
    assert [one.id for one in await store.directory.next_of(G, NOW, 5)] == ["s_2"]
    await store.groups.archive(GroupId("g_2"), NOW)
    assert "g_2" not in [one.id for one in await store.directory.listed(NOW)]


async def test_a_code_is_of_one_session_until_it_expires(store: Store) -> None:
    await add_dates(store.database, date_values("s_1", NOW, None), date_values("s_2", NOW, None))
    one, two = SessionId("s_1"), SessionId("s_2")
    assert await store.codes.put("a", one, NOW, Instant(NOW + 10))
    assert await store.codes.put("a", one, NOW, Instant(NOW + 20))
    assert not await store.codes.put("a", two, NOW, Instant(NOW + 30))
    assert await store.codes.session_of("a", Instant(NOW + 19)) == one
    assert await store.codes.session_of("a", Instant(NOW + 20)) is None
    assert await store.codes.put("a", two, Instant(NOW + 20), Instant(NOW + 40))
    assert await store.codes.among(two, ["a", "b"], Instant(NOW + 30)) == {"a"}
    await store.codes.drop(two)
    assert await store.codes.session_of("a", Instant(NOW + 30)) is None
