"""The checklist of a first start: the organisation and oneself, a facilitator (or not yet), the first session."""

from dataclasses import replace

from aiohttp import web

from rooms.program.organisation import BadOrganisation
from server.pages.account import filled
from server.pages.admin_people import invited, shown
from server.pages.answer import see_other, services_of, show, values_of
from server.people.accounts import BadAccount
from server.people.first_start import NAME
from server.routes.guard import account_of, sign_in_of
from web.forms import BadForm, Filled, read_form
from web.people_forms import WORDS, StartForm
from web.people_pages import StartInvitePage, StartPage
from web.times import zone_choices

FIRST_SESSION = "/host/series/new"
PASSWORD_NEEDED = "Choose a password, so that you can sign in again. No mail is set up, so no link could reach you."  # noqa: S105
EMAIL_NEEDED = "Write your e-mail address, so that a sign-in link can reach you; or choose a password."


async def show_start(request: web.Request) -> web.Response:
    if await services_of(request).organisation.get() is not None:
        return see_other("/admin")
    account = account_of(request)
    name = "" if account.name == NAME else account.name
    return show(request, _page(request, Filled({"name": name, "email": account.email or "", "zone": account.zone})))


async def begin(request: web.Request) -> web.Response:
    """One form, so that whoever is here for the first time is through it in one press."""
    values, account, services = await values_of(request), account_of(request), services_of(request)
    if await services.organisation.get() is not None:
        return see_other("/admin")
    try:
        form = read_form(StartForm, values, WORDS)
        if not form.password and not account.has_password:
            if not services.post.is_configured:
                raise BadForm({"password": PASSWORD_NEEDED})
            if not form.email:
                raise BadForm({"email": EMAIL_NEEDED})
        if form.password:
            await services.accounts.set_password(account.id, form.password, but=sign_in_of(request))
        await services.accounts.change(replace(account, name=form.name, email=form.email, zone=form.zone))
        await services.organisation.begin(form.organisation, form.zone, account.language, account.id)
    except BadForm as error:
        return show(request, _page(request, Filled(_kept(values), error.errors)), status=422)
    except BadAccount as error:
        return show(request, _page(request, filled(_kept(values), error)), status=422)
    except BadOrganisation as error:
        errors = {"organisation": next(iter(error.errors.values()))}
        return show(request, _page(request, Filled(_kept(values), errors)), status=422)
    return see_other("/start/invite")


async def show_invite(request: web.Request) -> web.Response:
    return show(request, _invite(request))


async def invite(request: web.Request) -> web.Response:
    """Answers with the page itself where the link has to be handed over; else goes on."""
    values = await values_of(request) | {"role": "facilitator"}
    try:
        account, link = await invited(request, values)
    except BadForm as error:
        return show(request, _invite(request, Filled(values, error.errors)), status=422)
    except BadAccount as error:
        return show(request, _invite(request, filled(values, error)), status=422)
    if link.is_mailed:
        return see_other(FIRST_SESSION)
    page = replace(_invite(request), link=shown(request, account, link))
    return show(request, page, status=201)


def _page(request: web.Request, form: Filled) -> StartPage:
    return StartPage(form=form, zones=zone_choices(), has_mail=services_of(request).post.is_configured)


def _invite(request: web.Request, form: Filled | None = None) -> StartInvitePage:
    has_mail = services_of(request).post.is_configured
    return StartInvitePage(has_mail=has_mail, next=FIRST_SESSION, form=form or Filled())


def _kept(values: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if name != "password"}
