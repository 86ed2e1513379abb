"""Links that sign in: once, for a while, by a press; and mailed without telling who has an account."""

import asyncio

import pytest

from rooms.program.authority import OrgRole
from server.errors import TooMany
from server.people.sign_in_links import LASTS_MS, SignInLinks
from server.services import Services
from server.store.records import Account, Purpose
from tests.support.letterbox import Letterbox
from tests.support.virtual_clock import VirtualClock


@pytest.fixture
def box() -> Letterbox:
    return Letterbox()


@pytest.fixture
def links(services: Services, box: Letterbox) -> SignInLinks:
    known = services.sign_in_links
    return SignInLinks(known.store, known.clock, known.limits, known.accounts, box, known.public_url)


@pytest.fixture
async def ines(services: Services) -> Account:
    return await services.accounts.create("ines", OrgRole.HOST, email="ines@example.org", zone="Europe/Lisbon")


def token_of(url: str) -> str:
    address, _, token = url.partition("#")
    assert address == "http://localhost:8080/enter"
    return token


async def mailed(links: SignInLinks) -> None:
    await asyncio.gather(*links.mailing)


async def test_a_link_signs_in_once_however_many_try(links: SignInLinks, ines: Account) -> None:
    token = token_of((await links.make(ines.id, Purpose.SIGN_IN)).url)
    spent = await asyncio.gather(*(links.redeem(token) for _ in range(5)))
    assert [(one.account, one.purpose) for one in spent if one is not None] == [(ines, Purpose.SIGN_IN)]
    assert await links.redeem(token) is None


async def test_no_letter_is_of_use_longer_than_its_link(links: SignInLinks, ines: Account, box: Letterbox) -> None:
    made = await links.invite(ines, "Evening groups")
    await links.mail("ines@example.org")
    await mailed(links)
    assert [letter.kind for letter, _ in box.letters] == ["invitation", "sign-in-link"]
    assert box.untils == [made.expires_at, links.clock.now() + LASTS_MS[Purpose.SIGN_IN]]


@pytest.mark.parametrize("purpose", list(Purpose))
async def test_a_link_ends_by_itself(links: SignInLinks, ines: Account, clock: VirtualClock, purpose: Purpose) -> None:
    made = await links.make(ines.id, purpose)
    clock.advance(LASTS_MS[purpose])
    assert made.expires_at == clock.now()
    assert await links.redeem(token_of(made.url)) is None


async def test_a_new_invitation_voids_the_former_and_nobody_else_s(
    services: Services, links: SignInLinks, ines: Account
) -> None:
    tom = await services.accounts.create("tom", OrgRole.FACILITATOR)
    of_tom = token_of((await links.make(tom.id, Purpose.INVITATION)).url)
    former, newest = [token_of((await links.make(ines.id, Purpose.INVITATION)).url) for _ in range(2)]
    assert await links.redeem(former) is None
    assert await links.redeem(newest) is not None
    assert await links.redeem(of_tom) is not None


async def test_asking_for_a_link_voids_no_other_and_using_one_voids_the_rest(links: SignInLinks, ines: Account) -> None:
    first, second, third = [token_of((await links.make(ines.id, Purpose.SIGN_IN)).url) for _ in range(3)]
    assert await links.redeem(first) is not None
    assert await links.redeem(second) is None
    assert await links.redeem(third) is None


async def test_a_link_goes_to_the_address_of_the_account_alone(
    links: SignInLinks, ines: Account, box: Letterbox
) -> None:
    await links.mail(" Ines@Example.org ")
    await links.mail("nobody@example.org")
    await links.mail("no address")
    await mailed(links)
    [(letter, to)] = box.letters
    assert (to.address, to.zone, to.account) == ("ines@example.org", "Europe/Lisbon", ines.id)
    assert letter.kind == "sign-in-link"
    spent = await links.redeem(token_of(letter.url))
    assert spent is not None
    assert spent.account == ines


async def test_no_letter_goes_to_an_account_that_is_switched_off(
    services: Services, links: SignInLinks, ines: Account, box: Letterbox
) -> None:
    await services.accounts.disable(ines.id)
    await links.mail("ines@example.org")
    await mailed(links)
    assert box.letters == []


@pytest.mark.parametrize("address", ["ines@example.org", "nobody@example.org"])
async def test_letters_to_one_address_come_to_a_halt_whoever_it_is(
    links: SignInLinks, ines: Account, box: Letterbox, clock: VirtualClock, address: str
) -> None:
    for _ in range(5):
        await links.mail(address)
    with pytest.raises(TooMany):
        await links.mail(address.upper())
    clock.advance(10 * 60_000)
    await links.mail(address)
    await mailed(links)
    assert len(box.letters) == (6 if address == ines.email else 0)


async def test_an_invitation_is_mailed_where_there_is_post_and_shown_where_not(
    services: Services, links: SignInLinks, ines: Account, box: Letterbox
) -> None:
    made = await links.invite(ines, "Evening groups")
    assert made.is_mailed
    assert [(letter.kind, letter.url) for letter, _ in box.letters] == [("invitation", made.url)]
    tom = await services.accounts.create("tom", OrgRole.FACILITATOR)
    assert not (await links.invite(tom, "Evening groups")).is_mailed
    assert not (await services.sign_in_links.invite(ines, "Evening groups")).is_mailed, "no mail is configured"
    assert len(box.letters) == 1
