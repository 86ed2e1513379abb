"""Keys and webhooks as admins manage them by hand; programs do the same through the API."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

from aiohttp import web

from server.api.scopes import Scope, read_scopes
from server.pages.answer import see_other, services_of, show, values_of
from server.routes.guard import account_of
from server.store.program_records import ApiKey, Delivery, DeliveryState, Webhook
from server.webhooks.events import Event, read_events
from server.webhooks.targets import BadTarget
from web.forms import BadForm, Filled, read_form
from web.program_pages import (
    WORDS,
    Choice,
    DeliveryRow,
    KeyForm,
    KeyRow,
    ProgramsPage,
    Shown,
    WebhookForm,
    WebhookPage,
    WebhookRow,
)
from web.times import when

MOST_SHOWN = 50
NOTHING_CHOSEN = "Choose one or more."
CHANGED_MEANWHILE = "Somebody changed this webhook in the meantime. Look at it again, then save."
STATES = {
    DeliveryState.QUEUED: "On its way",
    DeliveryState.DELIVERED: "Taken",
    DeliveryState.GIVEN_UP: "Given up",
}
Kind = TypeVar("Kind", bound=StrEnum)


async def show_programs(request: web.Request) -> web.Response:
    return show(request, await _page(request))


async def make_key(request: web.Request) -> web.Response:
    """Answers with the page itself: the secret can be shown this one time."""
    values, services, actor = await values_of(request), services_of(request), account_of(request)
    chosen = _chosen(values, "scope", Scope)
    try:
        form = _read(KeyForm, values, "scope", chosen)
    except BadForm as error:
        return show(request, await _page(request, Filled(values, error.errors), "key"), status=422)
    made = await services.api_keys.make(actor.id, form.name, frozenset(chosen), None)
    await services.audit.note(actor.id, "key-made", made.record.id)
    return show(request, await _page(request, shown=Shown(f"the key {form.name}", made.secret)), status=201)


async def revoke_key(request: web.Request) -> web.Response:
    services, key = services_of(request), request.match_info["key"]
    if not await services.api_keys.revoke(key):
        raise web.HTTPNotFound
    await services.audit.note(account_of(request).id, "key-revoked", key)
    return see_other("/admin/programs")


async def make_webhook(request: web.Request) -> web.Response:
    values, services = await values_of(request), services_of(request)
    chosen = _chosen(values, "event", Event)
    try:
        form = _read(WebhookForm, values, "event", chosen)
        hook = await services.webhooks.make(form.url, frozenset(chosen))
    except (BadForm, BadTarget) as error:
        return show(request, await _page(request, _again(values, error), "webhook"), status=422)
    await services.audit.note(account_of(request).id, "webhook-made", hook.id)
    return show(request, await _page(request, shown=Shown("this webhook", hook.secret)), status=201)


async def show_webhook(request: web.Request) -> web.Response:
    hook = await _named(request)
    return show(request, await _webhook_page(request, hook, Filled({"url": hook.url})))


async def save_webhook(request: web.Request) -> web.Response:
    hook, values, services = await _named(request), await values_of(request), services_of(request)
    chosen = _chosen(values, "event", Event)
    try:
        form = _read(WebhookForm, values, "event", chosen)
        is_current = values.get("version") == str(hook.version)
        changed = is_current and await services.webhooks.change(
            hook, form.url, frozenset(chosen), values.get("is_active") == "on"
        )
    except (BadForm, BadTarget) as error:
        return show(request, await _webhook_page(request, hook, _again(values, error)), status=422)
    if not changed:
        form_again = Filled(values, {}, CHANGED_MEANWHILE)
        return show(request, await _webhook_page(request, hook, form_again), status=409)
    await services.audit.note(account_of(request).id, "webhook-changed", hook.id)
    return see_other(f"/admin/programs/webhooks/{hook.id}")


async def drop_webhook(request: web.Request) -> web.Response:
    hook, services = await _named(request), services_of(request)
    await services.store.webhooks.drop(hook.id)
    await services.audit.note(account_of(request).id, "webhook-dropped", hook.id)
    return see_other("/admin/programs")


async def deliver_again(request: web.Request) -> web.Response:
    hook = await _named(request)
    await services_of(request).webhooks.again(hook.id, request.match_info["delivery"])
    return see_other(f"/admin/programs/webhooks/{hook.id}")


# --- what the pages show -------------------------------------------------------------------------------------------
async def _page(
    request: web.Request, form: Filled | None = None, about: str = "", shown: Shown | None = None
) -> ProgramsPage:
    services, zone = services_of(request), account_of(request).zone
    now = services.clock.now()
    values = form.values if form is not None else {}
    keys = [_key_row(key, zone, key.is_good(now)) for key in reversed(await services.api_keys.all())]
    return ProgramsPage(
        keys=tuple(keys),
        webhooks=tuple(_webhook_row(hook) for hook in await services.store.webhooks.all()),
        scopes=_choices("scope", Scope, _chosen(values, "scope", Scope)),
        events=_choices("event", Event, _chosen(values, "event", Event)),
        form=form or Filled(),
        about=about,
        shown=shown,
    )


async def _webhook_page(request: web.Request, hook: Webhook, form: Filled) -> WebhookPage:
    services, zone = services_of(request), account_of(request).zone
    sent = await services.store.deliveries.of_hook(hook.id, MOST_SHOWN)
    chosen = _chosen(form.values, "event", Event) if len(form.values) > 1 else tuple(read_events(hook.events))
    return WebhookPage(
        webhook=_webhook_row(hook),
        version=hook.version,
        events=_choices("event", Event, chosen),
        deliveries=tuple(_delivery_row(one, zone) for one in sent),
        form=form,
    )


async def _named(request: web.Request) -> Webhook:
    hook = await services_of(request).store.webhooks.get(request.match_info["webhook"])
    if hook is None:
        raise web.HTTPNotFound
    return hook


def _key_row(key: ApiKey, zone: str, is_good: bool) -> KeyRow:
    state = "" if is_good else "Revoked" if key.revoked_at is not None else "Expired"
    used = None if key.used_at is None else when(key.used_at, zone)
    scopes = ", ".join(sorted(read_scopes(key.scopes)))
    return KeyRow(key.id, key.name, scopes, when(key.created_at, zone), used, state, is_good)


def _webhook_row(hook: Webhook) -> WebhookRow:
    return WebhookRow(hook.id, hook.url, ", ".join(sorted(read_events(hook.events))), hook.is_active)


def _delivery_row(one: Delivery, zone: str) -> DeliveryRow:
    tries = "1 try" if one.attempts == 1 else f"{one.attempts} tries"
    answer = "nobody answered" if one.status is None else f"answered {one.status}"
    note = f"{tries}, {answer}" if one.attempts else ""
    is_over = one.state is not DeliveryState.QUEUED
    return DeliveryRow(one.id, one.event, when(one.created_at, zone), STATES[one.state], note, is_over)


def _choices(name: str, kind: type[Kind], chosen: Iterable[Kind]) -> tuple[Choice, ...]:
    on = frozenset(chosen)
    return tuple(Choice(f"{name}-{one.value}", one.value, one in on) for one in kind)


def _chosen(values: Mapping[str, str], name: str, kind: type[Kind]) -> tuple[Kind, ...]:
    return tuple(one for one in kind if values.get(f"{name}-{one.value}") == "on")


FormKind = TypeVar("FormKind", KeyForm, WebhookForm)


def _read(model: type[FormKind], values: Mapping[str, str], name: str, chosen: tuple[StrEnum, ...]) -> FormKind:
    """Raises `BadForm` with every problem at once."""
    errors = {} if chosen else {name: NOTHING_CHOSEN}
    own = {field: values[field] for field in model.model_fields if field in values}
    try:
        form = read_form(model, own, WORDS)
    except BadForm as error:
        raise BadForm(dict(error.errors) | errors) from None
    if errors:
        raise BadForm(errors)
    return form


def _again(values: Mapping[str, str], error: BadForm | BadTarget) -> Filled:
    return Filled(values, error.errors if isinstance(error, BadForm) else {"url": str(error)})
