"""Sign-in at an identity provider: who gets in, and every id_token that lets nobody in."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from rooms.program.authority import OrgRole
from server.people.oidc import OpenIdConnect
from server.people.oidc_faults import NotKnown, ProviderTrouble
from server.people.provider import Provider
from server.services import Services
from server.store.store import Store
from tests.support.identity_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    Claims,
    IdentityProvider,
    identity_provider,
    unsigned,
)
from tests.support.virtual_clock import VirtualClock
from tests.support.whole_server import Browser, WholeServer, whole_server

BACK = "http://localhost:8080/sign-in/oidc/back"


@pytest.fixture
async def provider(clock: VirtualClock) -> AsyncIterator[IdentityProvider]:
    async with identity_provider(lambda: clock.now() // 1_000) as provider:
        yield provider


@pytest.fixture
def oidc(store: Store, clock: VirtualClock, provider: IdentityProvider) -> OpenIdConnect:
    known = Provider(provider.issuer, CLIENT_ID, CLIENT_SECRET, clock)
    return OpenIdConnect(store, clock, known, "your university account", BACK)


async def arrive(oidc: OpenIdConnect, provider: IdentityProvider) -> Any:
    departure = await oidc.depart()
    query = dict(pair.split("=") for pair in provider.approve(departure.url).split("&"))
    assert query["state"] == departure.state
    return await oidc.arrive(query["state"], query["code"])


async def test_an_invited_address_is_known_from_then_on_by_its_subject(
    services: Services, oidc: OpenIdConnect, provider: IdentityProvider
) -> None:
    ines = await services.accounts.create("ines", OrgRole.HOST, email="ines@example.org")
    assert (await arrive(oidc, provider)).id == ines.id
    provider.email = "another@example.org"
    assert (await arrive(oidc, provider)).id == ines.id
    provider.subject, provider.email = "somebody-else", "ines@example.org"
    with pytest.raises(NotKnown):
        await arrive(oidc, provider)


async def test_nobody_gets_an_account_by_signing_in(
    services: Services, oidc: OpenIdConnect, provider: IdentityProvider
) -> None:
    with pytest.raises(NotKnown):
        await arrive(oidc, provider)
    await services.accounts.create("ines", OrgRole.HOST, email="ines@example.org")
    provider.is_verified = False
    with pytest.raises(NotKnown):
        await arrive(oidc, provider)


async def test_a_switched_off_account_stays_out(
    services: Services, oidc: OpenIdConnect, provider: IdentityProvider
) -> None:
    ines = await services.accounts.create("ines", OrgRole.HOST, email="ines@example.org")
    await arrive(oidc, provider)
    await services.accounts.disable(ines.id)
    with pytest.raises(NotKnown):
        await arrive(oidc, provider)


WRONG = {
    "of another issuer": lambda claims: claims | {"iss": "https://evil.example"},
    "for another program": lambda claims: claims | {"aud": "another"},
    "for others too": lambda claims: claims | {"aud": [CLIENT_ID, "another"]},
    "over": lambda claims: claims | {"exp": claims["iat"] - 61},
    "without an end": lambda claims: {name: value for name, value in claims.items() if name != "exp"},
    "of the future": lambda claims: claims | {"nbf": claims["iat"] + 3_600},
    "made in the future": lambda claims: claims | {"iat": claims["iat"] + 3_600},
    "with another nonce": lambda claims: claims | {"nonce": "another"},
    "without a nonce": lambda claims: {name: value for name, value in claims.items() if name != "nonce"},
    "of nobody": lambda claims: claims | {"sub": ""},
    "of a number": lambda claims: claims | {"sub": 7},
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_token_that_is_wrong_lets_nobody_in(
    services: Services, oidc: OpenIdConnect, provider: IdentityProvider, wrong: str
) -> None:
    await services.accounts.create("ines", OrgRole.HOST, email="ines@example.org")
    provider.forge = WRONG[wrong]
    with pytest.raises(ProviderTrouble):
        await arrive(oidc, provider)


async def test_a_token_signed_another_way_lets_nobody_in(
    services: Services, oidc: OpenIdConnect, provider: IdentityProvider
) -> None:
    await services.accounts.create("ines", OrgRole.HOST, email="ines@example.org")
    stranger = RSAKey.generate_key(2048, {"kid": "first"})

    def by_stranger(claims: Claims) -> str:
        mine, provider.key = provider.key, stranger
        try:
            return provider.signed(claims)
        finally:
            provider.key = mine

    for sign in (
        unsigned,
        provider.signed_by_secret,
        by_stranger,
        provider.signed_critical,
        lambda _: "no token",
        lambda _: "",
    ):
        provider.sign = sign
        with pytest.raises(ProviderTrouble):
            await arrive(oidc, provider)
    provider.sign = None
    assert await arrive(oidc, provider) is not None


async def test_keys_are_kept_and_asked_for_again_when_they_were_changed(
    services: Services, oidc: OpenIdConnect, provider: IdentityProvider, clock: VirtualClock
) -> None:
    await services.accounts.create("ines", OrgRole.HOST, email="ines@example.org")
    for _ in range(3):
        await arrive(oidc, provider)
    assert provider.asked == ["document", "keys"]
    provider.key = RSAKey.generate_key(2048, {"kid": "second"})
    with pytest.raises(ProviderTrouble):
        await arrive(oidc, provider)
    assert provider.asked == ["document", "keys"], "not for every wrong token"
    clock.advance(60_000)
    await arrive(oidc, provider)
    assert provider.asked == ["document", "keys", "keys"]


async def test_a_state_is_good_once_and_for_a_while(
    services: Services, oidc: OpenIdConnect, provider: IdentityProvider, clock: VirtualClock
) -> None:
    await services.accounts.create("ines", OrgRole.HOST, email="ines@example.org")
    departure = await oidc.depart()
    code = provider.approve(departure.url).split("code=")[1].split("&")[0]
    await oidc.arrive(departure.state, code)
    with pytest.raises(ProviderTrouble):
        await oidc.arrive(departure.state, code)
    late = await oidc.depart()
    clock.advance(10 * 60_000)
    with pytest.raises(ProviderTrouble):
        await oidc.arrive(late.state, provider.approve(late.url).split("code=")[1].split("&")[0])
    with pytest.raises(ProviderTrouble):
        await oidc.arrive("never given out", "code")


async def test_a_provider_that_calls_itself_by_another_name_is_not_believed(
    oidc: OpenIdConnect, provider: IdentityProvider
) -> None:
    provider.issuer_told = "https://evil.example"
    with pytest.raises(ProviderTrouble):
        await oidc.depart()


# --- through the pages -------------------------------------------------------------------------------------------
@pytest.fixture
async def site(tmp_path: Path, provider: IdentityProvider) -> AsyncIterator[WholeServer]:
    settings = {
        "HOLDSPACE_OIDC_ISSUER": provider.issuer,
        "HOLDSPACE_OIDC_CLIENT_ID": CLIENT_ID,
        "HOLDSPACE_OIDC_CLIENT_SECRET": CLIENT_SECRET,
    }
    async with whole_server(tmp_path, settings) as site:
        clock = site.services.clock
        provider.now_s = lambda: clock.now() // 1_000
        await site.services.accounts.create("ines", OrgRole.HOST, email="ines@example.org")
        yield site


async def leave(browser: Browser) -> str:
    assert "Sign in with" in await browser.page("/sign-in")
    response = await browser.get("/sign-in/oidc")
    assert response.status == 303
    return response.headers["Location"]


async def test_a_browser_goes_to_the_provider_and_comes_back_signed_in(
    site: WholeServer, provider: IdentityProvider
) -> None:
    async with site.browser() as browser:
        back = provider.approve(await leave(browser))
        response = await browser.get(f"/sign-in/oidc/back?{back}")
        assert (response.status, response.headers["Location"]) == (303, "/host")
        assert (await browser.get("/host")).status == 200
        again = await browser.get(f"/sign-in/oidc/back?{back}")
        assert again.status == 502, "once"


async def test_another_browser_cannot_come_back_in_its_place(site: WholeServer, provider: IdentityProvider) -> None:
    async with site.browser() as victim, site.browser() as attacker:
        back = provider.approve(await leave(attacker))
        assert (await victim.get(f"/sign-in/oidc/back?{back}")).status == 502
        await leave(victim)
        assert (await victim.get(f"/sign-in/oidc/back?{back}")).status == 502, "a state of its own is not this one"
        assert (await victim.get("/host")).headers["Location"] == "/sign-in"


async def test_somebody_without_an_account_reads_what_to_do(site: WholeServer, provider: IdentityProvider) -> None:
    provider.email = "nobody@example.org"
    async with site.browser() as browser:
        response = await browser.get(f"/sign-in/oidc/back?{provider.approve(await leave(browser))}")
        assert response.status == 403
        assert "nobody here has invited you yet" in await response.text()


async def test_a_provider_that_is_down_leaves_the_other_ways(site: WholeServer, provider: IdentityProvider) -> None:
    provider.issuer_told = "https://evil.example"
    async with site.browser() as browser:
        response = await browser.get("/sign-in/oidc")
        assert response.status == 502
        assert "sign in another way" in await response.text()


async def test_nobody_but_an_admin_takes_an_address_that_a_provider_may_know_somebody_by(site: WholeServer) -> None:
    tom = await site.account("tom", OrgRole.FACILITATOR)
    admin = await site.account("amina", OrgRole.ADMIN)
    for account, status in ((tom, 422), (admin, 303)):
        async with site.signed_in(account) as browser:
            profile = {"name": account.name, "zone": "UTC", "language": "en"}
            answer = await browser.post("/account", **profile, email="eva@example.org")
            assert (answer.status, "Ask an admin" in await answer.text()) == (status, status == 422)


async def test_without_a_provider_there_is_no_such_way(tmp_path: Path) -> None:
    async with whole_server(tmp_path / "plain") as site, site.browser() as browser:
        assert "Sign in with" not in await browser.page("/sign-in")
        for path in ("/sign-in/oidc", "/sign-in/oidc/back?state=x&code=y"):
            assert (await browser.get(path)).status == 404
