"""Lines that break altogether: F4, F4b and F5 of the reliability reference."""

import asyncio
from collections.abc import Callable
from time import time

from playwright.async_api import expect

from bench.bad_lines.rows import Row, Span, others_rows, over_the_line, transports_row
from tests.support.browser_probe import Frame
from tests.support.deadline import until
from tests.support.line_room import FAR, LineRoom
from tests.support.line_schedule import Impairment

DARK = Impairment(is_dark=True)
BROKEN_ON_PURPOSE = ("WebSocket connection to .* failed", "ERR_", "Failed to load resource")
PATIENCE_S = 30.0
MOVES_WITHIN_S = 2.0


async def blackout(room: LineRoom, seconds: float, most_s: float) -> list[Row]:
    """Nothing passes, TCP included; afterwards the same person sits in the same seat and has read every line once."""
    room.far.person.guard.tolerate(*BROKEN_ON_PURPOSE)
    me, since = room.ids[FAR], time()
    await room.line.become(DARK, DARK)
    room.proxy.hold()
    lines = [f"said in the dark, {number}" for number in range(3)]
    for line in lines:
        await room.near.write(line)
    await asyncio.sleep(max(0.0, seconds - (time() - since)))
    room.proxy.go_on()
    await room.line.become()
    over = time()
    back = await room.flows_again(over, PATIENCE_S)
    await room.far.is_in_room()
    counts = [await _times_read(room, line) for line in lines]
    await expect(room.far.button("Microphone on. Mute")).to_be_visible()
    return [
        Row("media is back both ways", back, "s", most_s),
        Row("the person is another", float(await room.far.me() != me), "", 0),
        Row("lines of chat lost or doubled", sum(count != 1 for count in counts), "", 0),
        *others_rows(room, Span(since, time())),
    ]


async def _times_read(room: LineRoom, line: str) -> int:
    await room.far.reads(line)
    return await room.far.page.get_by_role("log", name="Messages").get_by_text(line, exact=True).count()


async def blackout_10(room: LineRoom, seconds: float) -> list[Row]:
    """F4."""
    return await blackout(room, 10.0, 6.0)


async def blackout_45(room: LineRoom, seconds: float) -> list[Row]:
    """F4b."""
    return await blackout(room, 45.0, 8.0)


async def address_change(room: LineRoom, seconds: float) -> list[Row]:
    """F4b: a NAT forgets; the server sees another port and the browser knows nothing of it."""
    since, before = time(), room.samples[FAR][-1].connections
    await room.line.rebind()
    await asyncio.sleep(0.3)  # what was under way has arrived by now
    back = await room.flows_again(since + 0.3, PATIENCE_S)
    await room.for_a_while(3.0)
    heard_by_far, _, heard_of_far, _ = over_the_line(room, Span(since, time()))
    gap = max(one.longest_gap_s for one in heard_by_far + heard_of_far)
    return [
        Row("media is back both ways", back + 0.3, "s", 8.0),
        Row("longest gap of audio", 1_000 * gap, "ms"),
        transports_row(room, before),
        *others_rows(room, Span(since, time())),
    ]


async def socket_cut(room: LineRoom, seconds: float) -> list[Row]:
    """F5: the WebSocket alone is reset."""
    return await _without_socket(room, room.proxy.cut, resumes_within_s=2.0)


async def socket_half_open(room: LineRoom, seconds: float) -> list[Row]:
    """F5: the WebSocket carries nothing more and does not say so; pings notice it."""
    return await _without_socket(room, room.proxy.orphan, resumes_within_s=10.0)


async def _without_socket(room: LineRoom, broken: Callable[[], None], resumes_within_s: float) -> list[Row]:
    room.far.person.guard.tolerate(*BROKEN_ON_PURPOSE)
    since, before = time(), room.samples[FAR][-1].connections
    broken()
    await asyncio.sleep(0.05)  # the break reaches the page before there is a way again
    room.proxy.heal()
    resumed = await _resumed_at(room, since)
    await room.for_a_while(2.0)
    return [
        Row("resumed", resumed - since, "s", resumes_within_s),
        *await _media_went_on(room, Span(since, time())),
        transports_row(room, before),
    ]


async def socket_trickles(room: LineRoom, seconds: float) -> list[Row]:
    """F5: 3 kbps of TCP."""
    room.far.person.guard.tolerate(*BROKEN_ON_PURPOSE)
    since, before = time(), room.samples[FAR][-1].connections
    room.proxy.trickle(3_000)
    await room.near.write("said through a straw")
    await room.for_a_while(seconds)
    rows = await _media_went_on(room, Span(since, time()))
    await room.far.reads("said through a straw")
    room.proxy.heal()
    return [*rows, transports_row(room, before)]


async def removed_while_cut(room: LineRoom, seconds: float) -> list[Row]:
    """F5: a removal acts on the media of somebody whom no message reaches."""
    room.far.person.guard.tolerate(*BROKEN_ON_PURPOSE)
    room.proxy.cut()
    await expect(room.stage.leader.tile(FAR, "reconnecting")).to_be_visible()
    await room.stage.leader.remove(FAR)
    acknowledged_at = (await room.stage.leader.acknowledged("remove")).at
    mine = (await room.far.probe.by_mid()).values()
    await room.for_a_while(2.0)  # a packet that comes later than the limit would come in this time
    after = (await room.far.probe.by_mid()).values()
    last = max(one["lastPacketAt"] for one in [*mine, *after])
    return [Row("last packet after the removal was acknowledged", last - acknowledged_at, "ms", 500)]


async def _media_went_on(room: LineRoom, span: Span) -> list[Row]:
    heard_by_far, seen_by_far, heard_of_far, seen_of_far = over_the_line(room, span)
    return [
        Row("audio concealed, worst", 100 * max(one.concealed for one in heard_by_far + heard_of_far), "%", 1.0),
        Row("longest gap of audio", 1_000 * max(one.longest_gap_s for one in heard_by_far + heard_of_far), "ms", 100),
        Row(
            "longest time without a picture",
            max(one.longest_still_s for one in seen_by_far + seen_of_far),
            "s",
            MOVES_WITHIN_S,
        ),
    ]


async def _resumed_at(room: LineRoom, since: float) -> float:
    """When the page was welcomed again, seconds of wall time."""
    found: Frame | None = None

    async def welcomed() -> bool:
        nonlocal found
        found = await room.far.probe.find_frame(
            lambda frame: frame.direction == "in" and frame.type == "welcome" and frame.at > 1_000 * since
        )
        return found is not None

    await until(welcomed, "the page is welcomed again", PATIENCE_S)
    assert found is not None
    return found.at / 1_000
