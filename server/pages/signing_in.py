"""Signing in by a mailed link, by password, or at the organisation's identity provider; and out again."""

import hmac

import structlog
from aiohttp import web

from server.addresses import client_address, prefix_of
from server.pages.answer import see_other, services_of, show, values_of
from server.people.browsers import browser_words
from server.people.oidc_faults import NotKnown, ProviderTrouble
from server.routes.guard import SIGN_IN, account_of, sign_in_of, viewer_of
from server.store.records import Account
from web.forms import BadForm, Filled, MailLinkForm, SignInForm, read_form
from web.pages import SignInPage

DOES_NOT_FIT = "This name and this password do not fit together. Look at both and try again."
NO_ACCOUNT = (
    "You are known there, and nobody here has invited you yet. Ask an admin of your organisation for an account."
)
NO_ANSWER = "Signing in there did not work this time. Try again, or sign in another way."
_log = structlog.get_logger("people")


async def sign_in_here(request: web.Request, account: Account, path: str) -> web.Response:
    """This browser is signed in, and whoever was before is not any more; looks on at `path`."""
    services = services_of(request)
    if viewer_of(request) is not None:
        await services.accounts.sign_out(account_of(request).id, sign_in_of(request))
    response = see_other(path)
    label = browser_words(request.headers.get("User-Agent", ""))
    services.cookies.set_host(response, await services.accounts.sign_in(account.id, label))
    await services.audit.note(account.id, "signed-in")
    return response


async def show_sign_in(request: web.Request) -> web.Response:
    return see_other("/host") if viewer_of(request) is not None else show(request, _page(request))


async def sign_in(request: web.Request) -> web.Response:
    values = await values_of(request)
    kept = {"name": values.get("name", "")}
    try:
        form = read_form(SignInForm, values)
    except BadForm as error:
        return show(request, _page(request, Filled(kept, error.errors)), status=422)
    services = services_of(request)
    prefix = prefix_of(client_address(request, services.config.trusted_proxies))
    account = await services.accounts.verify(form.name, form.password, prefix)
    if account is None:
        return show(request, _page(request, Filled(kept, {}, DOES_NOT_FIT)), status=422)
    return await sign_in_here(request, account, "/host")


async def mail_link(request: web.Request) -> web.Response:
    """The same answer whether an account has this address or not."""
    values = await values_of(request)
    services = services_of(request)
    if not services.post.is_configured:
        raise web.HTTPNotFound
    try:
        form = read_form(MailLinkForm, values)
    except BadForm as error:
        return show(request, _page(request, Filled({"email": values.get("email", "")}, error.errors)), status=422)
    await services.sign_in_links.mail(form.email)
    return show(request, _page(request, is_on_its_way=True))


async def depart(request: web.Request) -> web.Response:
    """To the provider. By GET, since browsers hold a form's redirects to our own address (CSP `form-action`)."""
    services = services_of(request)
    if services.oidc is None:
        raise web.HTTPNotFound
    try:
        departure = await services.oidc.depart()
    except ProviderTrouble as trouble:
        return _did_not_work(request, trouble)
    response = web.Response(status=303, headers={"Location": departure.url})
    services.cookies.set_flow(response, departure.state)
    return response


async def arrive(request: web.Request) -> web.Response:
    """Back from the provider: only in the browser that went there."""
    services = services_of(request)
    if services.oidc is None:
        raise web.HTTPNotFound
    state, code = request.query.get("state", ""), request.query.get("code", "")
    expected = services.cookies.flow(request) or ""
    try:
        if not expected or not code or not hmac.compare_digest(state.encode(), expected.encode()):
            raise ProviderTrouble("no code, or a state of another browser")
        account = await services.oidc.arrive(state, code)
    except ProviderTrouble as trouble:
        return _did_not_work(request, trouble)
    except NotKnown:
        response = show(request, _page(request, Filled({}, {}, NO_ACCOUNT)), status=403)
    else:
        response = await sign_in_here(request, account, "/host")
    services.cookies.clear_flow(response)
    return response


async def sign_out(request: web.Request) -> web.Response:
    """This browser, and what it went into as this account."""
    services = services_of(request)
    if SIGN_IN in request:
        await services.accounts.sign_out(account_of(request).id, sign_in_of(request))
    response = see_other("/")
    services.cookies.clear_host(response)
    return response


def _did_not_work(request: web.Request, trouble: ProviderTrouble) -> web.Response:
    _log.warning("provider-trouble", why=str(trouble))
    response = show(request, _page(request, Filled({}, {}, NO_ANSWER)), status=502)
    services_of(request).cookies.clear_flow(response)
    return response


def _page(request: web.Request, form: Filled | None = None, is_on_its_way: bool = False) -> SignInPage:
    services = services_of(request)
    return SignInPage(
        form=form or Filled(),
        has_mail=services.post.is_configured,
        provider="" if services.oidc is None else services.oidc.label,
        is_on_its_way=is_on_its_way,
    )
