"""Keys and webhooks: what other programs use, managed by those who may."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from rooms.ids import Instant
from rooms.program.authority import Action
from server.api.moments import GivenMoment, Moment, instant_of
from server.api.operation import Call, Operation, Reply, Wire
from server.api.paging import Paged, cursor_of, number_of, parts_of
from server.api.problems import Code, Problem
from server.api.scopes import Scope, allows, read_scopes
from server.api.words import Id, Name
from server.store.program_records import ApiKey, Delivery, DeliveryState, Webhook
from server.webhooks.events import Event, read_events
from server.webhooks.targets import LONGEST_URL, BadTarget

TAG = "programs"


class KeyModel(Wire):
    """A key, without its secret. `account` is whose rights it has at most."""

    id: Id
    name: str
    scopes: tuple[Scope, ...]
    account: Id
    created_at: Moment
    expires_at: Moment | None
    used_at: Moment | None
    revoked_at: Moment | None


class KeyList(Wire):
    items: tuple[KeyModel, ...]


class KeyBody(Wire):
    """A new key belongs to the account of the key that makes it, and has no scope which that one does not have.

    It expires with that key at the latest, where that one does.
    """

    name: Name
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1, max_length=len(Scope))]
    expires_at: GivenMoment | None = None


class NewKeyModel(KeyModel):
    """`secret` is shown this once."""

    secret: str


Url = Annotated[
    str, StringConstraints(min_length=9, max_length=LONGEST_URL), Field(examples=["https://example.org/in"])
]


class WebhookBody(Wire):
    """Where to, and which events."""

    url: Url
    events: Annotated[tuple[Event, ...], Field(min_length=1, max_length=len(Event))]
    is_active: bool = True


class WebhookModel(Wire):
    id: Id
    url: str
    events: tuple[Event, ...]
    is_active: bool
    version: int
    created_at: Moment


class WebhookList(Wire):
    items: tuple[WebhookModel, ...]


class NewWebhookModel(WebhookModel):
    """`secret` signs what is sent; it is shown this once."""

    secret: str


class DeliveryModel(Wire):
    """`status` is what the other side answered last; null where nobody did."""

    id: Id
    event: str
    state: DeliveryState
    attempts: int
    status: int | None
    created_at: Moment
    next_at: Moment | None
    ended_at: Moment | None


class DeliveryPage(Wire):
    items: tuple[DeliveryModel, ...]
    next: str | None


def _key(key: ApiKey) -> dict[str, object]:
    same = ("id", "name", "account", "created_at", "expires_at", "used_at", "revoked_at")
    return {name: getattr(key, name) for name in same} | {"scopes": tuple(sorted(read_scopes(key.scopes)))}


def _hook(hook: Webhook) -> dict[str, object]:
    same = ("id", "url", "is_active", "version", "created_at")
    return {name: getattr(hook, name) for name in same} | {"events": tuple(sorted(read_events(hook.events)))}


def _delivery(one: Delivery) -> DeliveryModel:
    is_waiting = one.state is DeliveryState.QUEUED
    return DeliveryModel(
        id=one.id,
        event=one.event,
        state=one.state,
        attempts=one.attempts,
        status=one.status,
        created_at=one.created_at,
        next_at=one.next_at if is_waiting else None,
        ended_at=one.ended_at,
    )


# --- keys ----------------------------------------------------------------------------------------------------------
async def list_keys(call: Call) -> Reply:
    keys = await call.services.api_keys.all()
    return Reply(KeyList(items=tuple(KeyModel.model_validate(_key(key)) for key in keys)))


async def make_key(call: Call) -> Reply:
    wanted = call.sent(KeyBody)
    held = read_scopes(call.key.scopes)
    if not all(allows(held, scope) for scope in wanted.scopes):
        raise Problem(Code.NOT_PERMITTED, "A key cannot give scopes that it does not have itself.")
    made = await call.services.api_keys.make(
        call.key.account, wanted.name, frozenset(wanted.scopes), _within(call.key, _until(call, wanted.expires_at))
    )
    body = NewKeyModel.model_validate(_key(made.record) | {"secret": made.secret})
    return Reply(body, location=f"/api/v1/keys/{made.record.id}")


def _until(call: Call, moment: datetime | None) -> Instant | None:
    if moment is None:
        return None
    at = instant_of(moment)
    if at <= call.services.clock.now():
        raise Problem(Code.NOT_VALID, errors={"expires_at": "This has passed. Choose a later instant."})
    return at


def _within(key: ApiKey, asked: Instant | None) -> Instant | None:
    """No key outlives the one that made it."""
    ends = [each for each in (key.expires_at, asked) if each is not None]
    return min(ends, default=None)


async def revoke_key(call: Call) -> Reply:
    if not await call.services.api_keys.revoke(call.path["key"]):
        raise Problem(Code.NOT_FOUND)
    return Reply()


# --- webhooks ------------------------------------------------------------------------------------------------------
async def list_webhooks(call: Call) -> Reply:
    hooks = await call.services.store.webhooks.all()
    return Reply(WebhookList(items=tuple(WebhookModel.model_validate(_hook(hook)) for hook in hooks)))


async def make_webhook(call: Call) -> Reply:
    wanted = call.sent(WebhookBody)
    try:
        hook = await call.services.webhooks.make(wanted.url, frozenset(wanted.events), wanted.is_active)
    except BadTarget as error:
        raise Problem(Code.NOT_VALID, errors={"url": str(error)}) from None
    body = NewWebhookModel.model_validate(_hook(hook) | {"secret": hook.secret})
    return Reply(body, hook.version, f"/api/v1/webhooks/{hook.id}")


async def _hook_named(call: Call) -> Webhook:
    hook = await call.services.store.webhooks.get(call.path["webhook"])
    if hook is None:
        raise Problem(Code.NOT_FOUND)
    return hook


async def show_webhook(call: Call) -> Reply:
    hook = await _hook_named(call)
    return Reply(WebhookModel.model_validate(_hook(hook)), hook.version)


async def replace_webhook(call: Call) -> Reply:
    hook, wanted = await _hook_named(call), call.sent(WebhookBody)
    call.require_version(hook.version)
    try:
        changed = await call.services.webhooks.change(hook, wanted.url, frozenset(wanted.events), wanted.is_active)
    except BadTarget as error:
        raise Problem(Code.NOT_VALID, errors={"url": str(error)}) from None
    if changed is None:
        raise Problem(Code.STALE)
    return Reply(WebhookModel.model_validate(_hook(changed)), changed.version)


async def drop_webhook(call: Call) -> Reply:
    if not await call.services.store.webhooks.drop(call.path["webhook"]):
        raise Problem(Code.NOT_FOUND)
    return Reply()


async def list_deliveries(call: Call) -> Reply:
    """Newest first."""
    hook, query = await _hook_named(call), call.asked(Paged)
    before: tuple[int, str] | None = None
    if query.after is not None:
        at, last = parts_of(query.after, 2)
        before = (number_of(at), last)
    found = await call.services.store.deliveries.of_hook(hook.id, query.limit + 1, before)
    page = found[: query.limit]
    more = cursor_of(page[-1].created_at, page[-1].id) if len(found) > query.limit else None
    return Reply(DeliveryPage(items=tuple(map(_delivery, page)), next=more))


async def deliver_again(call: Call) -> Reply:
    hook = await _hook_named(call)
    if not await call.services.webhooks.again(hook.id, call.path["delivery"]):
        raise Problem(Code.CONFLICT, "There is no such delivery, or it is on its way.")
    return Reply()


READ, WRITE, RIGHT = Scope.PROGRAMS_READ, Scope.PROGRAMS_WRITE, Action.MANAGE_PROGRAMS
OPERATIONS = (
    Operation("GET", "/keys", "list-keys", "Keys", TAG, READ, RIGHT, list_keys, answer=KeyList),
    Operation("POST", "/keys", "make-key", "Make a key", TAG, WRITE, RIGHT, make_key, body=KeyBody, answer=NewKeyModel,
              status=201, is_secret=True),
    Operation("DELETE", "/keys/{key}", "revoke-key", "Revoke a key", TAG, WRITE, RIGHT, revoke_key),
    Operation("GET", "/webhooks", "list-webhooks", "Webhooks", TAG, READ, RIGHT, list_webhooks, answer=WebhookList),
    Operation("POST", "/webhooks", "make-webhook", "Make a webhook", TAG, WRITE, RIGHT, make_webhook, body=WebhookBody,
              answer=NewWebhookModel, status=201, is_versioned=True, is_secret=True),
    Operation("GET", "/webhooks/{webhook}", "show-webhook", "One webhook", TAG, READ, RIGHT, show_webhook,
              answer=WebhookModel, is_versioned=True),
    Operation("PUT", "/webhooks/{webhook}", "replace-webhook", "Change a webhook", TAG, WRITE, RIGHT, replace_webhook,
              body=WebhookBody, answer=WebhookModel, is_versioned=True, needs_version=True),
    Operation("DELETE", "/webhooks/{webhook}", "drop-webhook", "Drop a webhook", TAG, WRITE, RIGHT, drop_webhook),
    Operation("GET", "/webhooks/{webhook}/deliveries", "list-deliveries", "What was sent, newest first", TAG, READ,
              RIGHT, list_deliveries, query=Paged, answer=DeliveryPage),
    Operation("POST", "/webhooks/{webhook}/deliveries/{delivery}:again", "deliver-again", "Send it once more", TAG,
              WRITE, RIGHT, deliver_again, refusals=frozenset({Code.CONFLICT})),
)  # fmt: skip
