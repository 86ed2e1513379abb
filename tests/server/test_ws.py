"""The signaling socket as the network sees it: limits, garbage, tickets, tabs, restarts."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import aiohttp
import pytest

from rooms.roles import Role
from server.ports import Identity, StoreDown
from server.ws_limits import SocketLimits
from sfu.node import Source
from tests.support.socket_bench import SocketBench

LIMITS = SocketLimits(tick_s=0.01, close_s=0.5)


Serve = Callable[[SocketLimits], Awaitable[SocketBench]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Servers with limits of the test's own."""
    benches: list[SocketBench] = []

    async def start(limits: SocketLimits) -> SocketBench:
        benches.append(await SocketBench(limits=limits).start())
        return benches[-1]

    yield start
    for bench in benches:
        await bench.stop()


@pytest.fixture
async def wire(serve: Serve) -> SocketBench:
    return await serve(LIMITS)


# --- the door ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "https://groups.example",
        "http://groups.example:81",
        "http://evil.example",
        "http://groups.example/",
    ],
)
async def test_pages_of_another_origin_get_no_socket(wire: SocketBench, origin: str | None) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as raised:
        await wire.connect(origin=origin)
    assert raised.value.status == 403


async def test_a_ticket_leads_to_welcome_and_a_view(wire: SocketBench) -> None:
    page = await wire.come("Ash")
    assert page.types == ["welcome", "outside"]
    assert page.of("welcome")[0]["me"] == wire.identity("Ash").person
    assert page.of("outside")[0]["version"] == 1


async def test_a_ticket_is_good_once(wire: SocketBench) -> None:
    ticket = wire.ticket("Ash")
    first, second = await wire.connect(), await wire.connect()
    await first.send(type="hello", protocol=1, ticket=ticket)
    await first.until(lambda: "welcome" in first.types)
    await second.send(type="hello", protocol=1, ticket=ticket)
    assert await second.closed() == 4002
    assert second.heard == []


async def test_a_ticket_of_another_session_is_no_ticket_here(wire: SocketBench) -> None:
    page = await wire.connect(session="s_other")
    await page.send(type="hello", protocol=1, ticket=wire.ticket("Ash"))
    assert await page.closed() == 4002


async def test_no_first_frame_within_five_seconds(wire: SocketBench) -> None:
    page = await wire.connect()
    wire.bench.clock.advance(5_000)
    assert await page.closed() == 4001


async def test_a_first_frame_that_is_no_hello(wire: SocketBench) -> None:
    page = await wire.connect()
    await page.send(type="ping")
    assert await page.closed() == 4001


async def test_nobody_can_be_known_while_the_store_is_down(wire: SocketBench, monkeypatch: pytest.MonkeyPatch) -> None:
    async def down(*_: object) -> Identity | None:
        raise StoreDown

    monkeypatch.setattr(wire.bench.gatekeeper, "redeem_ticket", down)
    page = await wire.connect()
    await page.send(type="hello", protocol=1, ticket=wire.ticket("Ash"))
    assert await page.closed() == 1001


# --- bad input ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "frame",
    [
        "",
        "{",
        "null",
        "[]",
        "[" * 60_000,
        '{"type":"ping","x":NaN}',
        '{"type":"grant-all"}',
        '{"type":"hello"}',
        "\x00",
    ],
)
async def test_a_frame_of_another_language_ends_the_connection_and_nobody_else_notices(
    wire: SocketBench, frame: str
) -> None:
    fern = await wire.facilitator()
    ash = await wire.admitted("Ash", fern)
    await fern.caught_up()
    heard = len(fern.heard)
    await ash.socket.send_str(frame)
    assert await ash.closed() == 1008
    await fern.until(lambda: len(fern.heard) > heard)
    assert fern.room is not None
    assert [change["part"] for change in fern.said[heard]["changes"]] == ["person"]
    assert await fern.ask("mute-all") == "ok"


async def test_a_request_out_of_bounds_is_refused_and_the_connection_goes_on(wire: SocketBench) -> None:
    page = await wire.come("Ash")
    assert await page.ask("knock", alias="x" * 41) == "not-understood"
    assert await page.ask("accept-guidelines", version=1) == "ok"


async def test_an_oversize_frame(wire: SocketBench) -> None:
    page = await wire.come("Ash")
    await page.send(type="ping", padding="x" * 66_000)
    assert await page.closed() == 1009


async def test_an_oversize_frame_in_fragments(wire: SocketBench) -> None:
    page = await wire.come("Ash")
    connection = page.socket._conn
    assert connection is not None
    assert connection.transport is not None
    for number in range(5):  # a text frame that goes on and on, each fragment masked with zeros (RFC 6455, 5.2)
        opening = b"\x01" if number == 0 else b"\x00"
        connection.transport.write(opening + b"\xfe" + (16_000).to_bytes(2, "big") + bytes(4) + b"x" * 16_000)
    assert await page.closed() == 1009


async def test_a_frame_that_is_not_utf_8(wire: SocketBench) -> None:
    page = await wire.come("Ash")
    await page.socket.send_frame(b"\xff\xfe\xfd", aiohttp.WSMsgType.TEXT)
    assert await page.closed() == 1007


async def test_a_binary_frame(wire: SocketBench) -> None:
    page = await wire.come("Ash")
    await page.socket.send_bytes(b"\x00" * 10)
    assert await page.closed() == 1008


async def test_too_many_frames(wire: SocketBench) -> None:
    page = await wire.come("Ash")
    for _ in range(100):
        await page.send(type="ping")
    assert await page.closed() == 1008
    assert len(page.of("pong")) <= 60


async def test_a_flood_of_protocol_pings(wire: SocketBench) -> None:
    page = await wire.come("Ash")
    for _ in range(100):
        await page.socket.ping()
    assert await page.closed() == 1008


async def test_something_unforeseen_ends_one_connection_only(
    wire: SocketBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    ash, birch = await wire.come("Ash"), await wire.come("Birch")

    def broken(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr("signaling.session.decode", broken)
        await ash.send(type="ping")
        assert await ash.closed() == 1001
    assert await birch.ask("accept-guidelines", version=1) == "ok"


# --- how many ----------------------------------------------------------------------------------------------------
async def test_a_person_has_five_connections_at_most(serve: Serve) -> None:
    wire = await serve(LIMITS)
    pages = [await wire.come("Ash") for _ in range(5)]
    assert [page.code for page in pages] == [None] * 5
    sixth = await wire.connect()
    await sixth.send(type="hello", protocol=1, ticket=wire.ticket("Ash"))
    assert await sixth.closed() == 1008
    await pages[4].gone()
    await wire.bench.rest()
    again = await wire.come("Ash")
    assert "elsewhere" in again.types


async def test_a_network_has_a_bounded_number_of_connections(serve: Serve) -> None:
    wire = await serve(replace(LIMITS, per_prefix=3))
    pages = [await wire.connect() for _ in range(3)]
    fourth = await wire.connect()
    assert await fourth.closed() == 1008
    await pages[0].gone()
    await pages[1].gone()
    assert await (await wire.come("Ash")).ask("accept-guidelines", version=1) == "ok"


# --- silence -----------------------------------------------------------------------------------------------------
async def test_the_server_pings_and_a_page_that_answers_stays(wire: SocketBench) -> None:
    page = await wire.come("Ash")
    for _ in range(6):
        wire.bench.clock.advance(5_000)
        await asyncio.sleep(0.05)
    await page.caught_up()
    assert page.code is None


async def test_a_page_that_is_silent_for_ten_seconds_is_dropped(serve: Serve) -> None:
    wire = await serve(LIMITS)
    page = await wire.connect(autoping=False)
    await page.send(type="hello", protocol=1, ticket=wire.ticket("Ash"))
    await page.until(lambda: "outside" in page.types)
    page._reader.cancel()  # type: ignore[union-attr]
    wire.bench.clock.advance(10_001)
    await asyncio.wait_for(_dropped(page.socket), 5)


async def _dropped(socket: aiohttp.ClientWebSocketResponse) -> None:
    while (await socket.receive()).type not in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED):
        pass


# --- tabs, reloads, restarts -------------------------------------------------------------------------------------
async def test_a_second_tab_is_asked_and_moves_the_seat_only_when_told(wire: SocketBench) -> None:
    fern = await wire.facilitator()
    first = await wire.admitted("Ash", fern)
    second = await wire.come("Ash")
    assert second.types == ["elsewhere"]
    await first.caught_up()
    assert first.code is None
    await second.send(type="hello", protocol=1, take_over=True)
    assert await first.closed() == 4003
    assert first.types[-1] == "moved-away"
    await second.until(lambda: second.room is not None)
    await second.until(lambda: "offer" in second.types)
    assert fern.room is not None
    assert len(fern.room.people) == 2


async def test_a_reload_of_the_same_tab_takes_its_seat_without_asking(wire: SocketBench) -> None:
    fern = await wire.facilitator()
    ash = await wire.admitted("Ash", fern)
    resume = ash.of("welcome")[0]["resume"]
    again = await wire.come("Ash", resume=resume, page="new")
    await again.until(lambda: again.room is not None)
    assert await ash.closed() == 4003
    stale = await wire.come("Ash", resume=resume, page="new")
    assert stale.types == ["elsewhere"]


async def test_only_the_resume_token_makes_a_page_the_same(wire: SocketBench) -> None:
    fern = await wire.facilitator()
    ash = await wire.admitted("Ash", fern)
    assert await fern.ask("start-session") == "ok"
    assert await ash.ask("unmute-self") == "ok"
    transport = ash.of("offer")[-1]["transport"]
    resume = ash.of("welcome")[0]["resume"]
    await ash.gone()
    back = await wire.come("Ash", resume=resume, page="same", transport=transport)
    await back.until(lambda: back.room is not None)
    assert back.room is not None
    assert not back.room.me.muted_by_self
    assert wire.bench.media.peers[transport].gates == {Source.MIC}
    await back.gone()
    liar = await wire.come("Ash", page="same", transport=transport)
    await liar.until(lambda: liar.room is not None)
    assert liar.room is not None
    assert liar.room.me.muted_by_self
    assert transport not in wire.bench.media.peers


async def test_a_resume_token_of_somebody_else_proves_nothing_more(wire: SocketBench) -> None:
    fern = await wire.facilitator()
    birch = await wire.come("Birch", resume=fern.of("welcome")[0]["resume"])
    assert birch.of("welcome")[0]["me"] == wire.identity("Birch").person
    assert fern.code is None


async def test_a_removed_person_is_told_and_let_go_whichever_way_they_come(wire: SocketBench) -> None:
    fern = await wire.facilitator()
    ash = await wire.admitted("Ash", fern)
    resume = ash.of("welcome")[0]["resume"]
    assert await fern.ask("remove", target=wire.identity("Ash").person, reason="canary") == "ok"
    assert await ash.closed() == 1000
    assert ash.of("outcome")[-1]["view"]["kind"] == "removed"
    for hello in ({}, {"resume": resume, "page": "same"}, {"take_over": True}):
        back = await wire.come("Ash", **hello)
        assert await back.closed() == 1000
        assert back.types == ["welcome", "outcome"]
    link = await wire.come("Ash", Role.CO_FACILITATOR)
    assert await link.closed() == 1000


async def test_a_declined_person_s_page_turns_when_they_are_readmitted(wire: SocketBench) -> None:
    fern = await wire.facilitator()
    ash = await wire.waiting("Ash")
    person = wire.identity("Ash").person
    await fern.ask("decline", target=person)
    await ash.until(lambda: "outcome" in ash.types)
    await fern.ask("readmit", target=person)
    await ash.until(lambda: ash.types[-1] == "outside")
    assert await ash.ask("knock", alias="Ash") == "ok"


async def test_an_outcome_stays_for_a_minute(wire: SocketBench) -> None:
    fern = await wire.facilitator()
    ash = await wire.waiting("Ash")
    await fern.ask("decline", target=wire.identity("Ash").person)
    await ash.until(lambda: "outcome" in ash.types)
    for _ in range(6):
        await ash.caught_up()
        wire.bench.clock.advance(10_000)
    assert await ash.closed() == 1000


async def test_draining_tells_and_closes_everybody_the_unknown_too(wire: SocketBench) -> None:
    ash = await wire.come("Ash")
    nobody = await wire.connect()
    await asyncio.wait_for(wire.bench.hosts.drain(), 5)
    assert await ash.closed() == 1001
    assert ash.types[-1] == "draining"
    assert await nobody.closed() == 1001
    late = await wire.connect()
    assert await late.closed() == 1001


async def test_logs_hold_no_words_of_people(wire: SocketBench, capsys: pytest.CaptureFixture[str]) -> None:
    fern = await wire.facilitator("Canaryname")
    await fern.ask("post-chat", text="canary-text")
    wire.bench.store.is_down = True
    await fern.ask("lock-entry")
    await fern.socket.send_str("canary-frame")
    await fern.closed()
    out = capsys.readouterr()
    assert "anary" not in out.out + out.err


async def test_requests_of_one_page_are_answered_in_order_even_when_sent_at_once(wire: SocketBench) -> None:
    page = await wire.come("Ash")
    ids = [await page.begin(type="leave") for _ in range(20)]
    await page.answer(ids[-1])
    assert [said["id"] for said in page.said if "id" in said] == ids
