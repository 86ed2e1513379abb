"""A host signs in by name and password, and out again."""

from aiohttp import web

from server.addresses import client_address, prefix_of
from server.pages.answer import see_other, services_of, show, values_of
from server.routes.guard import viewer_of
from web.forms import BadForm, Filled, SignInForm, read_form
from web.pages import SignInPage

DOES_NOT_FIT = "This name and this password do not fit together. Look at both and try again."


async def show_sign_in(request: web.Request) -> web.Response:
    if viewer_of(request) is not None:
        return see_other("/host")
    return show(request, SignInPage())


async def sign_in(request: web.Request) -> web.Response:
    values = await values_of(request)
    kept = {"name": values.get("name", "")}
    try:
        form = read_form(SignInForm, values)
    except BadForm as error:
        return show(request, SignInPage(form=Filled(kept, error.errors)), status=422)
    services = services_of(request)
    prefix = prefix_of(client_address(request, services.config.trusted_proxies))
    host = await services.accounts.verify(form.name, form.password, prefix)
    if host is None:
        return show(request, SignInPage(form=Filled(kept, {}, DOES_NOT_FIT)), status=422)
    response = see_other("/host")
    services.cookies.set_host(response, await services.accounts.sign_in(host.id))
    return response


async def sign_out(request: web.Request) -> web.Response:
    services = services_of(request)
    await services.accounts.sign_out(services.cookies.host(request))
    response = see_other("/")
    services.cookies.clear_host(response)
    return response
