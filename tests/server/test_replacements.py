"""How often one person's transport is replaced, on virtual time."""

import pytest

from sfu.node import Source
from tests.support.room_bench import Bench, Seat

STEP_MS = 100


@pytest.fixture
async def bench() -> Bench:
    return await Bench().start()


def transport(bench: Bench, seat: Seat) -> int | None:
    """The transport that lives now."""
    return next((number for number in bench.media.peers if bench.host.media.person_of(number) == seat.person), None)


async def breaks_for(bench: Bench, seat: Seat, ms: int) -> list[int]:
    """Every transport of this person breaks as soon as it is there; when each was replaced, in ms from the start."""
    replaced: list[int] = []
    for passed in range(0, ms, STEP_MS):
        while (number := transport(bench, seat)) is not None:
            assert len(replaced) < 100, "replaced without a pause"
            bench.media.lose(number)
            if transport(bench, seat) is not None:
                replaced.append(passed)
        await bench.pass_time(STEP_MS)
        if transport(bench, seat) is not None:
            replaced.append(passed + STEP_MS)
    return replaced


async def test_transports_that_break_at_once_are_replaced_ever_more_slowly(bench: Bench) -> None:
    _, ash, birch = await bench.live("Ash", "Birch")
    untouched = transport(bench, birch)
    assert await breaks_for(bench, ash, 32_000) == [0, 1_000, 3_000, 7_000, 15_000, 23_000, 31_000]
    assert transport(bench, birch) == untouched


async def test_a_transport_that_stood_is_replaced_at_once_again(bench: Bench) -> None:
    _, ash = await bench.live("Ash")
    await ash.ask("unmute-self")
    await breaks_for(bench, ash, 7_500)
    await bench.pass_time(8_000)
    assert bench.media.sink is not None
    bench.media.sink.on_connected(ash.transport)
    await bench.pass_time(30_000)
    bench.media.lose(ash.transport)
    assert transport(bench, ash) is not None
    await bench.rest()
    assert ash.peer.gates == {Source.MIC}


async def test_one_that_never_came_up_did_not_stand_however_long_it_took(bench: Bench) -> None:
    _, ash = await bench.live("Ash")
    for _ in range(2):
        await bench.pass_time(60_000)
        bench.media.lose(ash.transport)
        await bench.rest()
    assert transport(bench, ash) is None
    await bench.pass_time(1_000)
    assert transport(bench, ash) is not None


async def test_a_pause_outlives_what_else_changes_in_the_room(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    await breaks_for(bench, ash, 500)
    assert await fern.ask("lock-entry") == "ok"
    assert transport(bench, ash) is None
    await bench.pass_time(500)
    assert transport(bench, ash) is not None


async def test_somebody_removed_in_a_pause_gets_nothing_when_it_is_over(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    await breaks_for(bench, ash, 500)
    assert await fern.ask("remove", target=ash.person) == "ok"
    await bench.pass_time(10_000)
    assert transport(bench, ash) is None


async def test_a_page_that_comes_anew_does_not_wait_for_the_pause_of_the_former(bench: Bench) -> None:
    _, ash = await bench.live("Ash")
    await breaks_for(bench, ash, 500)
    await ash.leave_line()
    again = await bench.come("Ash")
    assert transport(bench, again) is not None


async def test_a_page_that_comes_back_on_another_line_waits_for_the_rest_of_its_pause(bench: Bench) -> None:
    _, ash = await bench.live("Ash")
    await breaks_for(bench, ash, 500)
    former = ash.transport
    for _ in range(4):
        await ash.leave_line()
        ash = await bench.come("Ash", takes_over=True, is_same_page=True, transport=former)
        assert transport(bench, ash) is None
        await bench.pass_time(STEP_MS)
    await bench.pass_time(STEP_MS)
    assert transport(bench, ash) is not None


async def test_a_pause_is_no_shorter_on_a_new_page_until_some_time_has_passed(bench: Bench) -> None:
    _, ash = await bench.live("Ash")
    await breaks_for(bench, ash, 500)
    await ash.leave_line()
    again = await bench.come("Ash")
    bench.media.lose(again.transport)
    await bench.pass_time(1_900)
    assert transport(bench, again) is None
    await bench.pass_time(100)
    assert transport(bench, again) is not None
    await bench.pass_time(30_000)
    await again.leave_line()
    last = await bench.come("Ash")
    bench.media.lose(last.transport)
    assert transport(bench, last) is not None


async def test_a_page_gets_another_transport_at_most_once_a_second(bench: Bench) -> None:
    _, ash = await bench.live("Ash")
    first = ash.transport
    assert await ash.ask("replace-transport", transport=first) == "ok"
    second = ash.transport
    assert second != first
    for _ in range(9):
        assert await ash.ask("replace-transport", transport=second) == "ok"
        await bench.pass_time(STEP_MS)
        assert transport(bench, ash) == second
    await bench.pass_time(STEP_MS)
    third = transport(bench, ash)
    assert third not in {None, first, second}
    await bench.pass_time(10_000)
    assert transport(bench, ash) == third


async def test_no_replacement_is_left_when_the_room_stops(bench: Bench) -> None:
    _, ash = await bench.live("Ash")
    await breaks_for(bench, ash, 500)
    await bench.host.stop()
    await bench.pass_time(10_000)
    assert bench.media.peers == {}
