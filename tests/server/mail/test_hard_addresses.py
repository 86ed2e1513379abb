"""Addresses that no letter can go to: refused at the form and by the API, harmless where they are stored."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP as Server
from aiosmtpd.smtp import Envelope, Session
from pydantic import TypeAdapter, ValidationError

from rooms.ids import Instant
from rooms.program.authority import OrgRole
from rooms.program.group import GroupInput
from rooms.program.ids import AccountId, PlaceId
from server.api.words import Email
from server.mail.letters import TryLetter
from server.mail.post import Recipient
from server.mail.smtp import Answer, Smtp, Verdict
from server.store.outbox import LetterState
from tests.support.errand_scene import DAY, HOUR, MAIL, Got, Scene
from tests.support.group_site import ASKED
from tests.support.whole_server import whole_server
from web.forms import BadForm
from web.place_form import read_wishes

HARD = (
    "jürgen@example.org",
    "anna@müller.example",
    "a..b@example.org",
    "a;b@example.org",
    "bad,x@example.org",
    "<a@example.org>",
    "a@b@example.org",
    "a@-.org",
    '"a@example.org',
    "(x)@example.org",
)
UNKNOWN_ZONE = "Nowhere/Land"


@pytest.mark.parametrize("address", HARD)
def test_the_form_says_so_at_the_field_and_the_api_refuses(address: str) -> None:
    with pytest.raises(BadForm) as refused:
        read_wishes({"email": address, "zone": "UTC"})
    assert list(refused.value.errors) == ["email"]
    with pytest.raises(ValidationError):
        TypeAdapter(Email).validate_python(address)


def test_an_address_is_kept_in_small_letters_and_none_is_needed() -> None:
    assert read_wishes({"email": " Quiet@Example.org", "zone": "UTC"}).email == "quiet@example.org"
    assert read_wishes({"email": "", "zone": "UTC"}).email == ""


async def test_a_mistyped_address_takes_no_place(tmp_path: Path) -> None:
    async with whole_server(tmp_path, MAIL | {"HOLDSPACE_SMTP_PORT": "9"}) as site, site.browser() as browser:
        wanted = GroupInput(name="Evening circle", is_public=True, guidelines="Be kind.", capacity=1)
        host = await site.account("Amina", OrgRole.HOST, email="amina@example.org")
        group = await site.services.groups.create(AccountId(host.id), wanted)
        response = await browser.post(f"/g/{group.slug}/ask", **ASKED, email="jürgen@example.org")
        assert response.status == 422
        assert "written without accents" in await response.text()
        assert await site.services.places.of_group(group.id) == []
        assert (await browser.post(f"/g/{group.slug}/ask", **ASKED, email="juergen@example.org")).status == 303


@pytest.mark.parametrize("trouble", [*({"email": address} for address in HARD[:5]), {"zone": UNKNOWN_ZONE}])
async def test_one_reader_s_trouble_costs_no_other_reader_a_letter(scene: Scene, trouble: dict[str, Any]) -> None:
    await scene.group()
    await scene.place("pl_0", **trouble)
    await scene.place("pl_1", rank=1)
    session = await scene.date("s_1", DAY + HOUR)
    await scene.pass_time(2 * HOUR)
    await scene.store.rooms.mark_end(session, is_canceled=True)
    await scene.errands.notices.date_canceled(session)
    await scene.pass_time(HOUR)
    assert scene.mailbox.subjects("pl_1@example.net") == ["Tomorrow: Evening circle", "Canceled: Evening circle"]
    assert {got.to for got in scene.mailbox.got} == {"pl_1@example.net", "h_host@example.org"}


async def test_a_step_of_somebody_else_is_done_whatever_the_next_one_s_address_is(scene: Scene) -> None:
    await scene.group()
    await scene.place("pl_0", email="a..b@example.org")
    await scene.place("pl_1", rank=1, zone=UNKNOWN_ZONE)
    await scene.date("s_1", 20 * DAY)
    for place in ("pl_0", "pl_1"):
        await scene.errands.notices.place_given(PlaceId(place))
    await scene.turn()
    assert scene.mailbox.got == []
    assert scene.programs.events() == ["place.given", "place.given"]


async def test_a_letter_to_no_address_is_over_at_once_and_shown(scene: Scene) -> None:
    await scene.group()
    await scene.place("pl_0", email="anna@müller.example")
    verdicts: list[str] = []
    scene.delivery.counted = verdicts.append
    await scene.errands.notices.place_given(PlaceId("pl_0"))
    await scene.turn()
    assert verdicts == [Verdict.NOBODY_THERE.value]
    (row,) = await scene.store.outbox.troubled(5)
    assert (row.state, row.reply, row.address) == (LetterState.BOUNCED, "not an address", "")
    place = await scene.store.places.get(PlaceId("pl_0"))
    assert place is not None
    assert place.bounced_at == scene.clock.now()


async def test_what_nobody_foresaw_with_one_letter_holds_up_no_other(scene: Scene) -> None:
    class Stumbling:
        """A carrier with a fault that one address brings out."""

        def __init__(self) -> None:
            self.got: list[Got] = []

        async def deliver(self, sender: str, to: str, message: bytes) -> Answer:
            if to.startswith("first"):
                raise RuntimeError(to)
            return await scene.mailbox.deliver(sender, to, message)

        async def rest(self) -> None: ...

    scene.delivery.carrier = Stumbling()
    for name in ("first", "second"):
        to = Recipient(address=f"{name}@example.org", zone="UTC", language="en")
        await scene.errands.post.send(TryLetter(), name, to)
        scene.clock.advance(1)
    assert await scene.delivery.turn() == 2
    assert [got.to for got in scene.mailbox.got] == ["second@example.org"]
    while await scene.store.outbox.next_due() is not None:
        scene.clock.advance(2 * HOUR)
        await scene.delivery.turn()
    assert dict(await scene.store.outbox.counts(Instant(0))) == {LetterState.SENT: 1, LetterState.GIVEN_UP: 1}


async def test_a_real_mail_server_is_never_shown_what_cannot_be_written(tmp_path: Path) -> None:

    class Desk:
        async def handle_DATA(self, server: Server, session: Session, envelope: Envelope) -> str:
            return "250 OK"

    loop = asyncio.get_running_loop()
    desk: Any = Desk()
    server = await loop.create_server(lambda: Server(desk, loop=loop), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    scene = await Scene.make(str(tmp_path), HOLDSPACE_SMTP_PORT=str(port))
    smtp = Smtp(scene.config)
    answer = await smtp.deliver("groups@example.org", "anna@müller.example", b"Subject: x\r\n\r\nx\r\n")
    assert answer.verdict is Verdict.NOT_THIS
    answer = await smtp.deliver("groups@example.org", "anna@example.org", b"Subject: x\r\n\r\nx\r\n")
    assert answer.verdict is Verdict.ACCEPTED
    await smtp.rest()
    server.close()
    await scene.close()
