"""One's own account: name, address and zone, password, training, and the browsers one is signed in with."""

from dataclasses import replace

from aiohttp import web

from rooms.live.settings import MINUTE_MS
from rooms.program.authority import OrgRole
from rooms.program.ids import AccountId
from server.addresses import client_address, prefix_of
from server.mail.words import languages, words_for
from server.pages.answer import see_other, services_of, show, values_of
from server.people.accounts import BadAccount
from server.people.days import today_of
from server.routes.guard import account_of, sign_in_of
from server.store.records import Account
from web.forms import BadForm, Filled, read_form
from web.people_forms import ROLES, WORDS, NewPasswordForm, ProfileForm
from web.people_pages import AccountPage, SignInRow
from web.times import when, zone_choices

SAVED = {
    "saved": "Saved.",
    "password": "Your password is changed. Every other browser is signed out.",
    "signed-out": "That browser is signed out, and out of every room it was in.",
    "calendar-ended": "Your calendar address is worth nothing any more.",
    "others": "Every other browser is signed out, and out of every room it was in.",
}
FRESH_MS = 60 * MINUTE_MS
WRITE_CURRENT = "Write your password as it is now, so that nobody else can change this."
SIGN_IN_ANEW = "You signed in a while ago. Sign out, sign in again, and then change this."
NEW_LINK_FIRST = (
    "You signed in a while ago. Ask an admin for a new link, open it in this browser, and then change this."
)
ASK_AN_ADMIN = "People sign in here by their address elsewhere too. Ask an admin to change yours."
NOT_CURRENT = "This is not your password as it is now."
OUT_OF_REACH = (
    "Signed out. One room is out of reach at the moment: who is in it stays until a facilitator removes them."
)


async def show_account(request: web.Request) -> web.Response:
    return show(request, await _page(request, said=_said(request)))


async def save_profile(request: web.Request) -> web.Response:
    """Another address needs what a new password needs: links that are mailed there sign in."""
    values, account, services = await values_of(request), account_of(request), services_of(request)
    try:
        form = read_form(ProfileForm, values, WORDS)
        wanted = replace(account, name=form.name, email=form.email, zone=form.zone, language=form.language)
        if form.email.lower() != (account.email or ""):
            # Whoever signs in elsewhere is known by a verified address: nobody takes one that may be another's.
            if services.oidc is not None and form.email and account.role is not OrgRole.ADMIN:
                raise BadForm({"email": ASK_AN_ADMIN})
            await _require_them(request, form.present, "present", "email")
        await services.accounts.change(wanted)
    except BadForm as error:
        return show(request, await _page(request, Filled(values, error.errors)), status=422)
    except BadAccount as error:
        return show(request, await _page(request, filled(values, error)), status=422)
    await services.audit.note(account.id, "account-changed", account.id)
    return see_other("/account?saved")


async def save_password(request: web.Request) -> web.Response:
    """Needs the present one, where there is one, else a fresh sign-in."""
    values, account, services = await values_of(request), account_of(request), services_of(request)
    try:
        form = read_form(NewPasswordForm, values, WORDS)
        await _require_them(request, form.current, "current", "password")
        await services.accounts.set_password(account.id, form.password, but=sign_in_of(request))
    except BadForm as error:
        return show(request, await _page(request, Filled(_profile(account), error.errors)), status=422)
    except BadAccount as error:
        return show(request, await _page(request, filled(_profile(account), error)), status=422)
    await services.audit.note(account.id, "password-set", account.id)
    return see_other("/account?password")


async def _require_them(request: web.Request, password: str, field: str, otherwise: str) -> None:
    """Somebody may sit at a browser that was left open: the present password, where there is one, else a sign-in of
    the last hour. Raises `BadForm`, at `field` or at the field `otherwise`."""
    account, services = account_of(request), services_of(request)
    if account.has_password:
        prefix = prefix_of(client_address(request, services.config.trusted_proxies))
        if await services.accounts.verify(account.name, password, prefix) is None:
            raise BadForm({field: NOT_CURRENT if password else WRITE_CURRENT})
        return
    here = sign_in_of(request)
    fresh = services.clock.now() - FRESH_MS
    if not any(one.id == here and one.created_at > fresh for one in await services.accounts.sign_ins(account.id)):
        # Whoever has no other way back in must not be sent out.
        is_mailed = account.email is not None and services.post.is_configured
        raise BadForm({otherwise: SIGN_IN_ANEW if is_mailed or services.oidc is not None else NEW_LINK_FIRST})


async def revoke_sign_in(request: web.Request) -> web.Response:
    account, sign_in = account_of(request), request.match_info["sign_in"]
    is_done = await services_of(request).accounts.sign_out(account.id, sign_in)
    await services_of(request).audit.note(account.id, "signed-out", account.id)
    if not is_done:
        return show(request, await _page(request, said=OUT_OF_REACH), status=202)
    return see_other("/" if sign_in == sign_in_of(request) else "/account?signed-out")


async def sign_out_others(request: web.Request) -> web.Response:
    account = account_of(request)
    is_done = await services_of(request).accounts.sign_out_everywhere(account.id, but=sign_in_of(request))
    await services_of(request).audit.note(account.id, "signed-out-everywhere", account.id)
    if not is_done:
        return show(request, await _page(request, said=OUT_OF_REACH), status=202)
    return see_other("/account?others")


async def make_feed(request: web.Request) -> web.Response:
    """A new private calendar address; the former one ends. Shown in this answer alone."""
    account, services = account_of(request), services_of(request)
    url = await services.calendar.new_url_for_account(AccountId(account.id))
    await services.audit.note(account.id, "calendar-made", account.id)
    return show(request, await _page(request, feed_url=url))


async def end_feed(request: web.Request) -> web.Response:
    account, services = account_of(request), services_of(request)
    await services.calendar.end_feed_of_account(AccountId(account.id))
    await services.audit.note(account.id, "calendar-ended", account.id)
    return see_other("/account?calendar-ended")


def filled(values: dict[str, str], error: BadAccount) -> Filled:
    """The form with what was wrong with the account, beside its field or above all."""
    if error.field == "problem":
        return Filled(values, {}, str(error))
    return Filled(values, {error.field: str(error)})


def letter_languages() -> dict[str, str]:
    return {code: words_for(code).name for code in languages()}


async def sign_in_rows(request: web.Request, account: Account) -> tuple[SignInRow, ...]:
    found = await services_of(request).accounts.sign_ins(account.id)
    here = sign_in_of(request)
    return tuple(
        SignInRow(one.id, one.label or "A browser", when(one.created_at, account_of(request).zone), one.id == here)
        for one in found
    )


def training_words(request: web.Request, account: Account) -> tuple[str, bool]:
    """A sentence, and whether it is over."""
    until = account.training_expires_on
    if until is None:
        return "", False
    day = f"{until.day} {until:%B %Y}"
    if account.is_trained_on(today_of(account, services_of(request).clock)):
        return f"Your training lasts until {day}.", False
    return (
        f"Your training lasted until {day}. You can lead again when it is renewed: ask an admin to enter the date.",
        True,
    )


async def _page(request: web.Request, form: Filled | None = None, said: str = "", feed_url: str = "") -> AccountPage:
    account, services = account_of(request), services_of(request)
    training, is_over = training_words(request, account)
    return AccountPage(
        name=account.name,
        role=ROLES[account.role.value],
        form=form or Filled(_profile(account)),
        zones=zone_choices(),
        languages=letter_languages(),
        has_password=account.has_password,
        has_mail=services.post.is_configured,
        bounced=account.bounced_at is not None,
        sign_ins=await sign_in_rows(request, account),
        training=training,
        is_training_over=is_over,
        said=said,
        has_feed=await services.calendar.has_feed(AccountId(account.id)),
        feed_url=feed_url,
    )


def _profile(account: Account) -> dict[str, str]:
    return {"name": account.name, "email": account.email or "", "zone": account.zone, "language": account.language}


def _said(request: web.Request) -> str:
    return next((words for key, words in SAVED.items() if key in request.query), "")
