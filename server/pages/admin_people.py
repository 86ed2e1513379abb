"""The people of the organisation: invited, changed, switched off, signed out."""

from dataclasses import replace

from aiohttp import web

from rooms.program.authority import OrgRole
from server.pages.account import OUT_OF_REACH, filled, sign_in_rows
from server.pages.answer import see_other, services_of, show, values_of
from server.people.accounts import BadAccount
from server.people.days import today_of
from server.people.sign_in_links import MadeLink
from server.routes.guard import account_of
from server.store.records import Account
from web.forms import BadForm, Filled, read_form
from web.people_forms import ROLES, WORDS, InviteForm, PersonForm
from web.people_pages import PeoplePage, PersonPage, PersonRow, ShownLink
from web.qr import qr_of
from web.times import when

SAID = {
    "saved": "Saved.",
    "address": "Saved. Links for the former address do not work any more: make a new one if they need it.",
    "off": "Switched off: signed out everywhere and out of every room, and no link or password lets them in.",
    "on": "Switched on again. Make a new link if they need one.",
    "signed-out": "Signed out, and out of every room that was opened there.",
}


async def show_people(request: web.Request) -> web.Response:
    return show(request, await _people(request))


async def invite(request: web.Request) -> web.Response:
    """Answers with the page itself: the link can be shown this one time."""
    values = await values_of(request)
    try:
        account, link = await invited(request, values)
    except BadForm as error:
        return show(request, await _people(request, Filled(values, error.errors)), status=422)
    except BadAccount as error:
        return show(request, await _people(request, filled(values, error)), status=422)
    return show(request, await _people(request, link=shown(request, account, link)), status=201)


async def invited(request: web.Request, values: dict[str, str]) -> tuple[Account, MadeLink]:
    """Makes the account and its link, mailed where that can be. Raises `BadForm`, `BadAccount`."""
    services, actor = services_of(request), account_of(request)
    form = read_form(InviteForm, values, WORDS)
    account = await services.accounts.create(
        form.name, OrgRole(form.role), email=form.email, zone=actor.zone, language=actor.language
    )
    await services.audit.note(actor.id, "account-made", account.id)
    return account, await services.sign_in_links.invite(account, services.organisation.known.name)


async def show_person(request: web.Request) -> web.Response:
    said = next((words for key, words in SAID.items() if key in request.query), "")
    return show(request, await _person(request, await _named(request), said=said))


async def save_person(request: web.Request) -> web.Response:
    person, values, services = await _named(request), await values_of(request), services_of(request)
    try:
        form = read_form(PersonForm, values, WORDS)
        role = OrgRole(form.role)
        training = form.training_expires_on if role is OrgRole.FACILITATOR else None
        wanted = replace(person, name=form.name, email=form.email, role=role, training_expires_on=training)
        changed = await services.accounts.change(replace(wanted, version=_version(values)))
    except BadForm as error:
        return show(request, await _person(request, person, Filled(values, error.errors)), status=422)
    except BadAccount as error:
        return show(request, await _person(request, person, filled(values, error)), status=422)
    for act, differs in (
        ("role-changed", changed.role is not person.role),
        ("training-changed", changed.training_expires_on != person.training_expires_on),
        ("account-changed", (changed.name, changed.email) != (person.name, person.email)),
    ):
        if differs:
            await services.audit.note(account_of(request).id, act, person.id)
    said = "saved" if changed.email == person.email else "address"
    return see_other(f"/admin/people/{person.id}?{said}")


async def switch_off(request: web.Request) -> web.Response:
    person, services = await _named(request), services_of(request)
    try:
        is_done = await services.accounts.disable(person.id)
    except BadAccount as error:
        page = await _person(request, person, Filled(_values(person), {}, str(error)))
        return show(request, page, status=409)
    await services.audit.note(account_of(request).id, "account-switched-off", person.id)
    if person.id == account_of(request).id:
        return see_other("/")
    return await _done(request, person, "off", is_done)


async def switch_on(request: web.Request) -> web.Response:
    person, services = await _named(request), services_of(request)
    await services.accounts.enable(person.id)
    await services.audit.note(account_of(request).id, "account-switched-on", person.id)
    return see_other(f"/admin/people/{person.id}?on")


async def make_link(request: web.Request) -> web.Response:
    """A new link, shown once and mailed where that can be; the former one stops working."""
    person, services = await _named(request), services_of(request)
    if person.disabled_at is not None:
        raise web.HTTPNotFound
    link = await services.sign_in_links.invite(person, services.organisation.known.name)
    await services.audit.note(account_of(request).id, "link-made", person.id)
    return show(request, await _person(request, person, link=shown(request, person, link)), status=201)


async def revoke_sign_in(request: web.Request) -> web.Response:
    person, services = await _named(request), services_of(request)
    is_done = await services.accounts.sign_out(person.id, request.match_info["sign_in"])
    await services.audit.note(account_of(request).id, "signed-out", person.id)
    return await _done(request, person, "signed-out", is_done)


async def sign_out(request: web.Request) -> web.Response:
    person, services = await _named(request), services_of(request)
    is_done = await services.accounts.sign_out_everywhere(person.id)
    await services.audit.note(account_of(request).id, "signed-out-everywhere", person.id)
    return await _done(request, person, "signed-out", is_done)


def shown(request: web.Request, account: Account, link: MadeLink) -> ShownLink:
    expires = when(link.expires_at, account_of(request).zone)
    return ShownLink(account.name, link.url, expires, qr_of(link.url), link.is_mailed)


async def _done(request: web.Request, person: Account, key: str, is_done: bool) -> web.Response:
    if not is_done:
        fresh = await services_of(request).accounts.get(person.id) or person
        return show(request, await _person(request, fresh, said=OUT_OF_REACH), status=202)
    return see_other(f"/admin/people/{person.id}?{key}")


async def _named(request: web.Request) -> Account:
    account = await services_of(request).accounts.get(request.match_info["account"])
    if account is None:
        raise web.HTTPNotFound
    return account


async def _people(request: web.Request, form: Filled | None = None, link: ShownLink | None = None) -> PeoplePage:
    services = services_of(request)
    rows = [await _row(request, account) for account in await services.accounts.all()]
    return PeoplePage(
        people=tuple(rows),
        form=form or Filled({"role": "facilitator"}),
        has_mail=services.post.is_configured,
        link=link,
    )


async def _person(
    request: web.Request,
    person: Account,
    form: Filled | None = None,
    link: ShownLink | None = None,
    said: str = "",
) -> PersonPage:
    return PersonPage(
        person=await _row(request, person),
        form=form or Filled(_values(person)),
        is_off=person.disabled_at is not None,
        is_self=person.id == account_of(request).id,
        sign_ins=await sign_in_rows(request, person),
        link=link,
        said=said,
    )


async def _row(request: web.Request, account: Account) -> PersonRow:
    services, state = services_of(request), ""
    if account.disabled_at is not None:
        state = "switched off"
    elif account.bounced_at is not None:
        state = "mail comes back"
    elif not account.is_trained_on(today_of(account, services.clock)):
        state = "training over"
    elif await services.store.sign_ins.is_invited(account.id, services.clock.now()):
        state = "invited"
    return PersonRow(account.id, account.name, ROLES[account.role.value], account.email or "", state)


def _values(person: Account) -> dict[str, str]:
    training = person.training_expires_on
    return {
        "name": person.name,
        "email": person.email or "",
        "role": person.role.value,
        "training_expires_on": "" if training is None else training.isoformat(),
        "version": str(person.version),
    }


def _version(values: dict[str, str]) -> int:
    """That of the page that the form was in, so that nobody writes over what they did not see."""
    text = values.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0
