"""What happens reaches whoever wants to hear it: signed, once it is taken no more, and again where it was not."""

import asyncio
import base64
import hashlib
import json

import aiohttp
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from server.store.program_records import DeliveryState
from server.store.store import Store
from server.webhooks.book import WebhookBook
from server.webhooks.delivery import PAUSES_MS, Deliverer
from server.webhooks.events import Event
from tests.server.webhooks.conftest import Receiver
from tests.support.virtual_clock import VirtualClock

ABOUT = {"session": "s_1", "group": "g_1"}
ENDED = frozenset({Event.SESSION_ENDED})


def deliverer(store: Store, clock: VirtualClock, allows_private: bool = True) -> Deliverer:
    return Deliverer(store, clock, asyncio.Event(), allows_private, chance=lambda: 0.5)


async def round_of(deliverer: Deliverer) -> int:
    async with aiohttp.ClientSession() as http:
        return await deliverer.deliver_due(http)


async def test_a_notice_is_signed_and_holds_ids_only(
    store: Store, clock: VirtualClock, book: WebhookBook, receiver: Receiver
) -> None:
    hook = await book.make(receiver.url, ENDED)
    await book.happened("session.ended", ABOUT)
    assert await round_of(deliverer(store, clock)) == 1
    ((headers, body),) = receiver.came
    assert headers["Content-Type"] == "application/webhook+json"
    token = jwt.decode(headers["Authorization"].removeprefix("Bearer "), OctKey.import_key(hook.secret), ["HS256"])
    assert token.claims["iss"] == hook.id
    assert token.claims["sha256"] == base64.b64encode(hashlib.sha256(body).digest()).decode()
    assert token.claims["exp"] - token.claims["iat"] == 300
    assert json.loads(body)["about"] == ABOUT
    assert json.loads(body)["event"] == "session.ended"
    (kept,) = await store.deliveries.of_hook(hook.id, 10)
    assert (kept.state, kept.status, kept.attempts) == (DeliveryState.DELIVERED, 204, 1)
    assert await round_of(deliverer(store, clock)) == 0


async def test_only_what_is_asked_for_is_sent(
    store: Store, clock: VirtualClock, book: WebhookBook, receiver: Receiver
) -> None:
    await book.make(receiver.url, ENDED)
    await book.make(receiver.url, ENDED, is_active=False)
    await book.happened("session.started", ABOUT)
    assert await round_of(deliverer(store, clock)) == 0
    await book.happened("session.ended", ABOUT)
    assert await round_of(deliverer(store, clock)) == 1


async def test_what_is_not_taken_comes_again_with_longer_and_longer_pauses(
    store: Store, clock: VirtualClock, book: WebhookBook, receiver: Receiver
) -> None:
    receiver.answers = [500, 302, 204]
    hook = await book.make(receiver.url, ENDED)
    await book.happened("session.ended", ABOUT)
    sender = deliverer(store, clock)
    assert await round_of(sender) == 1
    clock.advance(PAUSES_MS[0] - 1)
    assert await round_of(sender) == 0
    clock.advance(1)
    assert await round_of(sender) == 1, "a redirect is not followed, and not taken for a yes"
    clock.advance(PAUSES_MS[1])
    assert await round_of(sender) == 1
    assert len({body for _, body in receiver.came}) == 1
    (kept,) = await store.deliveries.of_hook(hook.id, 10)
    assert (kept.state, kept.attempts) == (DeliveryState.DELIVERED, 3)


async def test_it_is_given_up_in_the_end_and_can_be_sent_once_more(
    store: Store, clock: VirtualClock, book: WebhookBook, receiver: Receiver
) -> None:
    receiver.answers = [500]
    hook = await book.make(receiver.url, ENDED)
    await book.happened("session.ended", ABOUT)
    sender = deliverer(store, clock)
    for pause in (*PAUSES_MS, 0):
        assert await round_of(sender) == 1
        clock.advance(pause)
    clock.advance(10 * PAUSES_MS[-1])
    assert await round_of(sender) == 0
    (kept,) = await store.deliveries.of_hook(hook.id, 10)
    assert kept.state is DeliveryState.GIVEN_UP
    receiver.answers = [200]
    assert await book.again(hook.id, kept.id)
    assert not await book.again(hook.id, kept.id), "it is on its way"
    assert await round_of(sender) == 1


async def test_nobody_there_is_no_fault_of_ours(
    store: Store, clock: VirtualClock, book: WebhookBook, receiver: Receiver, unused_tcp_port: int
) -> None:
    dead = await book.make(f"http://127.0.0.1:{unused_tcp_port}/", ENDED)
    await book.make(receiver.url, ENDED)
    await book.happened("session.ended", ABOUT)
    assert await round_of(deliverer(store, clock)) == 2
    assert len(receiver.came) == 1
    (kept,) = await store.deliveries.of_hook(dead.id, 10)
    assert (kept.state, kept.status) == (DeliveryState.QUEUED, None)


async def test_an_address_that_is_not_public_gets_nothing_where_the_operator_did_not_say_so(
    store: Store, clock: VirtualClock, book: WebhookBook, receiver: Receiver
) -> None:
    await book.make(receiver.url, ENDED)
    await book.happened("session.ended", ABOUT)
    assert await round_of(deliverer(store, clock, allows_private=False)) == 1
    assert receiver.came == []


async def test_two_who_deliver_send_each_notice_once(
    store: Store, clock: VirtualClock, book: WebhookBook, receiver: Receiver
) -> None:
    await book.make(receiver.url, frozenset({Event.PARTICIPANT_JOINED}))
    for number in range(20):
        await book.happened("participant.joined", {**ABOUT, "participant": f"p_{number}"})
    tried = await asyncio.gather(*(round_of(deliverer(store, clock)) for _ in range(2)))
    assert sum(tried) == len(receiver.came) == len({body for _, body in receiver.came}) == 20


@pytest.mark.parametrize("count", [1, 3])
async def test_the_same_end_has_the_same_notice_for_every_webhook(
    store: Store, clock: VirtualClock, book: WebhookBook, receiver: Receiver, count: int
) -> None:
    for _ in range(count):
        await book.make(receiver.url, ENDED)
    await book.happened("session.ended", ABOUT)
    await round_of(deliverer(store, clock))
    assert len({json.loads(body)["id"] for _, body in receiver.came}) == 1
