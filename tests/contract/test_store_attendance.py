"""How many came, as the store keeps and gives it."""

from rooms.ids import Instant, SessionId
from server.store.attendance import Attendance
from server.store.store import Store
from tests.support.programme import DAY, NOW, add_dates, add_groups, date_values


async def test_the_end_of_a_room_brings_its_count_and_a_group_has_its_own(store: Store) -> None:
    await add_groups(store.database, "g_1", "g_2")
    for number, group, attended in ((1, "g_1", 7), (2, "g_1", 9), (3, "g_2", 4), (4, "g_1", None), (5, "g_1", 1)):
        await add_dates(store.database, date_values(f"s_{number}", NOW + number * DAY, group))
        await store.rooms.mark_end(SessionId(f"s_{number}"), is_canceled=attended is None, attended=attended)
    found = await store.attendance.of_groups(["g_1", "g_none"], NOW, Instant(NOW + 5 * DAY))
    assert found == {"g_1": (Attendance(Instant(NOW + DAY), 7), Attendance(Instant(NOW + 2 * DAY), 9))}


async def test_a_second_end_changes_no_count(store: Store) -> None:
    await add_groups(store.database, "g_1")
    await add_dates(store.database, date_values("s_1", NOW))
    await store.rooms.mark_end(SessionId("s_1"), is_canceled=False, attended=5)
    await store.rooms.mark_end(SessionId("s_1"), is_canceled=False, attended=0)
    (only,) = (await store.attendance.of_groups(["g_1"], NOW, Instant(NOW + 1)))["g_1"]
    assert only.attended == 5
