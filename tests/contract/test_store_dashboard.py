"""What the first page of a host reads: dates, groups, who leads, and what needs somebody."""

from sqlalchemy import insert

from rooms.ids import Instant
from rooms.program.authority import Position
from server.store.dashboard import MOST_DATES, Facts
from server.store.store import Store
from server.store.tables import leads, staff
from tests.support.programme import (
    DAY,
    HOUR,
    NOW,
    account_values,
    add_accounts,
    add_dates,
    add_groups,
    add_series,
    date_values,
    series_values,
)

TODAY = "2027-01-15"


async def facts(store: Store, account: str = "h_1", sees_all: bool = False) -> Facts:
    begin, end = Instant(NOW - DAY), Instant(NOW + 7 * DAY)
    return await store.dashboard.facts(account, sees_all, NOW, begin, end, Instant(NOW - 84 * DAY), TODAY)


async def put(store: Store, group: str, account: str, position: Position) -> None:
    async with store.database.write() as connection:
        row = {"group": group, "account": account, "position": position.value, "rank": 0}
        await connection.execute(insert(staff).values(row))


async def test_a_host_sees_their_dates_in_order_and_nobody_else_s(store: Store) -> None:
    await add_accounts(store.database, account_values(), account_values("h_2", "Rui"))
    await add_groups(store.database, "g_1", host="h_1")
    await add_groups(store.database, "g_2", host="h_2")
    await add_dates(
        store.database,
        date_values("s_later", NOW + 2 * DAY),
        date_values("s_soon", NOW + HOUR),
        date_values("s_ended", NOW - 3 * HOUR, end="ended", attended=6),
        date_values("s_far", NOW + 8 * DAY),
        date_values("s_past", NOW - 2 * DAY, end="ended", attended=3),
        date_values("s_others", NOW + HOUR, "g_2"),
        date_values("s_own", NOW + 3 * HOUR, None, host="h_1"),
    )
    found = await facts(store)
    assert [date.record.id for date in found.dates] == ["s_ended", "s_soon", "s_own", "s_later"]
    assert [date.attended for date in found.dates] == [6, None, None, None]
    assert [group.id for group in found.groups] == ["g_1"]
    assert [one.attended for one in found.groups[0].attendance] == [3, 6]
    assert {date.record.id for date in (await facts(store, "h_2")).dates} == {"s_others"}
    everything = await facts(store, "h_2", sees_all=True)
    assert len(everything.dates) == 5
    assert [group.id for group in everything.groups] == ["g_1", "g_2"]


async def test_a_facilitator_sees_the_dates_of_their_groups_and_hosts_none(store: Store) -> None:
    await add_accounts(store.database, account_values(role="facilitator"))
    await add_groups(store.database, "g_1", "g_2")
    await put(store, "g_1", "h_1", Position.FACILITATOR)
    await add_dates(store.database, date_values("s_1", NOW + HOUR), date_values("s_2", NOW + HOUR, "g_2"))
    found = await facts(store)
    assert [date.record.id for date in found.dates] == ["s_1"]
    assert found.groups == ()
    assert found.positions == {"g_1": frozenset({Position.FACILITATOR})}


async def test_who_was_asked_to_lead_is_told_with_their_word(store: Store) -> None:
    await add_accounts(store.database, account_values(), account_values("h_2", "Rui"))
    await add_groups(store.database, "g_1", host="h_1")
    await add_dates(store.database, date_values("s_1", NOW + HOUR))
    rows = [
        {"session": "s_1", "account": "h_2", "rank": 1, "state": "asked"},
        {"session": "s_1", "account": "h_1", "rank": 0, "state": "declined"},
    ]
    async with store.database.write() as connection:
        await connection.execute(insert(leads), rows)
    (date,) = (await facts(store)).dates
    assert [(lead.name, lead.state) for lead in date.leads] == [("Ines", "declined"), ("Rui", "asked")]


async def test_a_series_has_its_next_date_and_one_that_goes_on_is_the_next(store: Store) -> None:
    await add_accounts(store.database)
    await add_groups(store.database, "g_1", host="h_1")
    await add_series(store.database, series_values(), series_values("e_2"), series_values("e_over", ended_at=NOW - DAY))
    await add_dates(
        store.database,
        date_values("s_1", NOW - HOUR // 2, series="e_1", original_local="2027-01-15T07:30"),
        date_values("s_2", NOW + DAY, series="e_1", original_local="2027-01-16T07:30"),
        date_values("s_3", NOW + HOUR, series="e_2", original_local="2027-01-15T09:00", end="canceled"),
    )
    (group,) = (await facts(store)).groups
    assert [(one.id, one.next_at) for one in group.series] == [("e_1", NOW - HOUR // 2), ("e_2", None)]


async def test_what_needs_a_look_is_named(store: Store) -> None:
    await add_accounts(
        store.database,
        account_values(),
        account_values("h_late", "Late", role="facilitator", training_expires_on="2027-01-14"),
        account_values("h_last", "Last day", role="facilitator", training_expires_on=TODAY),
        account_values("h_bounced", "Bounced", role="facilitator", bounced_at=NOW),
        account_values("h_gone", "Gone", training_expires_on="2020-01-01", disabled_at=NOW),
        account_values("h_else", "Elsewhere", training_expires_on="2020-01-01"),
    )
    await add_groups(store.database, "g_1", host="h_1")
    for account in ("h_late", "h_last", "h_gone"):
        await put(store, "g_1", account, Position.FACILITATOR)
    await put(store, "g_1", "h_bounced", Position.BACKUP)
    found = await facts(store)
    assert [(one.name, one.trained_until, one.is_bounced) for one in found.staff] == [
        ("Bounced", None, True),
        ("Late", "2027-01-14", False),
    ]


async def test_a_long_week_is_cut_and_says_so(store: Store) -> None:
    await add_accounts(store.database)
    await add_groups(store.database, "g_1", host="h_1")
    await add_dates(store.database, *(date_values(f"s_{n:03}", NOW + n * HOUR) for n in range(MOST_DATES + 1)))
    found = await facts(store)
    assert len(found.dates) == MOST_DATES
    assert found.has_more_dates
