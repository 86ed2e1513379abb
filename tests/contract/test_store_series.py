"""Series, the dates that differ and their sessions, on both databases."""

from datetime import date, datetime

import pytest

from rooms.ids import Instant, SessionId
from rooms.live.settings import MINUTE_MS
from rooms.program.authority import Position
from rooms.program.group import StaffMember
from rooms.program.ids import AccountId, GroupId, SeriesId
from rooms.program.recurrence import Frequency, Rule
from rooms.program.series import Change, DateException, ExceptionKind, Series
from rooms.program.timers import Timers
from server.store.jobs import Planned
from server.store.records import SessionEnd
from server.store.series import Outdated
from server.store.store import Store
from tests.support.programme import (
    DAY,
    NOW,
    account_values,
    add_accounts,
    add_dates,
    add_groups,
    add_series,
    date_values,
    series_values,
)

GROUP = GroupId("g_1")
A, B = SessionId("s_a"), SessionId("s_b")
FIRST, SECOND = "2027-01-19T19:00", "2027-01-21T19:00"


def series(id: str = "e_1", uid: str = "u_1") -> Series:
    return Series(
        id=SeriesId(id),
        uid=uid,
        group=GROUP,
        account=AccountId("h_1"),
        title="Şükran, 🌱",
        zone="America/Argentina/Buenos_Aires",
        first_local=datetime.fromisoformat(FIRST),
        length_min=90,
        rule=Rule(Frequency.MONTHLY, 2, nth_weekday=(-1, 4), until=date(2028, 2, 29)),
        timers=Timers(20, None, 3, 9),
        sequence=4,
        version=7,
        made_until=NOW,
        waiting_message="Come in.",
    )


@pytest.fixture
async def scene(store: Store) -> Store:
    await add_accounts(store.database, account_values())
    await add_groups(store.database, "g_1", "g_2", host="h_1")
    return store


async def dates(store: Store) -> None:
    await add_series(store.database, series_values())
    rows = [
        date_values(id, NOW + n * DAY, series="e_1", original_local=name)
        for n, (id, name) in enumerate(((A, FIRST), (B, SECOND)), 1)
    ]
    await add_dates(store.database, *rows)


async def names(store: Store) -> dict[str, str | None]:
    return {row.id: row.original_local for row in await store.series.sessions(SeriesId("e_1"))}


async def test_a_series_comes_back_as_it_was(scene: Store) -> None:
    exceptions = [
        DateException(FIRST, ExceptionKind.CHANGED, Change(datetime.fromisoformat(SECOND), 30, "", "Wait.")),
        DateException(SECOND, ExceptionKind.CANCELED),
    ]
    async with scene.series.changing(NOW) as writer:
        await writer.add(series())
        await writer.put_exceptions(SeriesId("e_1"), exceptions)
    assert await scene.series.get(SeriesId("e_1")) == series()
    assert await scene.series.exceptions(SeriesId("e_1")) == exceptions
    assert await scene.series.of_group(GROUP) == [series()]
    assert await scene.series.of_group(GroupId("g_2")) == []
    assert await scene.series.open_ids() == ["e_1"]


async def test_an_old_version_writes_nothing(scene: Store) -> None:
    async with scene.series.changing(NOW) as writer:
        await writer.add(series())
    with pytest.raises(Outdated):
        async with scene.series.changing(NOW) as writer:
            await writer.put_exceptions(SeriesId("e_1"), [DateException(FIRST, ExceptionKind.CANCELED)])
            await writer.save(series(), was_version=6)
    assert await scene.series.exceptions(SeriesId("e_1")) == []


async def test_what_is_to_be_done_because_of_an_edit_is_stored_with_it_or_not_at_all(scene: Store) -> None:
    async with scene.series.changing(NOW) as writer:
        await writer.add(series())
        await writer.plan(())
        await writer.plan([Planned("tell", key, {"session": A}, NOW) for key in ("first", "second", "first")])
    with pytest.raises(Outdated):
        async with scene.series.changing(NOW) as writer:
            await writer.plan([Planned("tell", "third", {}, NOW)])
            await writer.save(series(), was_version=6)
    taken = [await scene.jobs.take(frozenset({"tell"}), NOW, Instant(NOW + DAY)) for _ in range(3)]
    assert {None if job is None else job.key for job in taken} == {"first", "second", None}


async def test_what_was_planned_is_withdrawn_with_an_edit_or_not_at_all_and_never_what_was_begun(scene: Store) -> None:
    kinds, until = frozenset({"tell"}), Instant(NOW + DAY)
    await scene.jobs.add_all(
        [Planned(kind, f"{kind} {at}", {}, Instant(at)) for kind in ("tell", "go") for at in (1, 2, 3)]
    )
    assert (begun := await scene.jobs.take(kinds, NOW, until)) is not None
    assert await scene.jobs.put_off(begun, NOW)
    with pytest.raises(LookupError):
        async with scene.series.changing(NOW) as writer:
            await writer.withdraw(kinds, lambda _: True)
            raise LookupError
    async with scene.series.changing(NOW) as writer:
        assert [job.key for job in await writer.withdraw(kinds, lambda job: job.key != "tell 2")] == ["tell 3"]
        assert await writer.withdraw(kinds, lambda _: False) == []
    taken = [await scene.jobs.take(kinds, NOW, until) for _ in range(3)]
    assert [None if job is None else job.key for job in taken] == ["tell 2", "tell 1", None]


async def test_two_dates_may_trade_their_names(scene: Store) -> None:
    await dates(scene)
    async with scene.series.changing(NOW) as writer:
        await writer.rename([(A, SeriesId("e_1"), SECOND), (B, SeriesId("e_1"), FIRST)])
    assert await names(scene) == {A: SECOND, B: FIRST}


async def test_what_began_or_is_over_is_left_as_it_is(scene: Store) -> None:
    await dates(scene)
    first, second = await scene.series.sessions(SeriesId("e_1"))
    await scene.rooms.begin(A, first.settings)
    async with scene.series.changing(NOW) as writer:
        assert not await writer.cancel_session(A)
        assert not await writer.change_session(first)
        assert await writer.cancel_session(B)
        assert not await writer.cancel_session(B)
        assert not await writer.change_session(second)
    ends = {row.id: row.end for row in await scene.series.sessions(SeriesId("e_1"))}
    assert ends == {A: SessionEnd.OPEN, B: SessionEnd.CANCELED}
    assert (await scene.rooms.begin(B, second.settings)).is_canceled


async def test_who_leads_two_groups_is_busy_in_both(scene: Store) -> None:
    rows = [date_values("s_1", NOW + DAY), date_values("s_2", NOW + DAY, group="g_2")]
    await add_dates(scene.database, *rows)
    assert [each.session for each in (await scene.series.leading(GROUP, NOW))[1]] == ["s_1"]

    for group in ("g_1", "g_2"):
        lead = StaffMember(AccountId("h_1"), "", Position.FACILITATOR, 0)
        await scene.groups.set_staff(GroupId(group), [lead])
    leaders, busy = await scene.series.leading(GROUP, NOW)
    assert leaders == {"h_1"}
    assert {each.session: each.leaders for each in busy} == {"s_1": leaders, "s_2": leaders}
    assert (await scene.series.leading(GROUP, Instant(NOW + 2 * DAY)))[1] == []


async def test_the_next_of_a_lineage_and_its_link(scene: Store) -> None:
    async with scene.series.changing(NOW) as writer:
        await writer.add(series("e_old"))
        await writer.add(series("e_new"))
    assert await scene.series.next_of_lineage("u_1", NOW) == (GROUP, None)
    assert await scene.series.next_of_lineage("u_2", NOW) is None
    late = date_values("s_late", NOW + 2 * DAY, series="e_old", original_local=SECOND)
    await add_dates(scene.database, late, date_values("s_soon", NOW + DAY, series="e_new", original_local=FIRST))
    assert await scene.series.next_of_lineage("u_1", NOW) == (GROUP, "s_soon")
    assert await scene.series.next_of_lineage("u_1", Instant(NOW + DAY + 61 * MINUTE_MS)) == (GROUP, "s_late")
    assert await scene.series.link_generation("u_1") == 0
    await scene.series.renew_link(SeriesId("e_old"))
    assert await scene.series.link_of(SeriesId("e_new")) == ("u_1", 1)
    assert await scene.series.link_generation("u_2") is None
