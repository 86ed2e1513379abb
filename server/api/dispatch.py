"""From an operation to a handler: key, scope, rights, version, query, body are checked in this order, then it runs."""

import hashlib
import json
import re
from collections.abc import Mapping, Set

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import BaseModel, ValidationError

from rooms.ids import Instant
from rooms.program.authority import OF_ORGANISATION, Action, Position, may
from rooms.refusals import Refused
from server.addresses import client_address, prefix_of
from server.api.operation import Call, Operation, Reply
from server.api.problems import Code, Problem, as_object, not_valid
from server.api.scopes import allows, read_scopes
from server.keys import SERVICES
from server.limits import Limit
from server.people.days import today_of
from server.services import Services
from server.store.program_records import ApiKey, KeptAnswer
from server.store.records import Account
from server.tokens import is_id

BEARER = "Bearer "
OF_A_GROUP = ("group", "series", "session")
IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,128}")
ETAG = re.compile(r'(?:W/)?"v(\d{1,15})"')
GIVEN_UP_MS = 60_000
KEPT = ("ETag", "Location")

# Of one key; and of keys that are none, from one prefix.
CALLS = Limit("api", most=300, refill_ms=50, is_lasting=False)
GUESSES = Limit("api-keys", most=60, refill_ms=10_000, is_lasting=True)


def handler_of(operation: Operation) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        services = request.app[SERVICES]
        key, account = await _caller(request, services)
        if not allows(read_scopes(key.scopes), operation.scope):
            raise Problem(Code.NOT_PERMITTED, f"This key does not have the scope {operation.scope.value}.")
        await _check_rights(request, services, operation.action, account)
        text = await _body_text(request, operation)
        version = _version(request, operation)
        call = Call(
            services=services,
            key=key,
            path=dict(request.match_info),
            query=_query(request, operation),
            body=_body(text, operation),
            version=version,
        )
        if operation.method != "POST" or "Idempotency-Key" not in request.headers:
            return _response(operation, await _run(operation, call))
        return await _once(request, operation, call, text)

    handle.__name__ = operation.name.replace("-", "_")
    return handle


# --- who asks, and whether they may --------------------------------------------------------------------------------
async def _caller(request: web.Request, services: Services) -> tuple[ApiKey, Account]:
    header = request.headers.get("Authorization", "")
    secret = header.removeprefix(BEARER) if header.startswith(BEARER) else ""
    key = await services.api_keys.of_secret(secret) if secret else None
    account = None if key is None else await services.accounts.get(key.account)
    if key is None or account is None or account.disabled_at is not None:
        if secret:
            prefix = prefix_of(client_address(request, services.config.trusted_proxies))
            await services.limits.spend(GUESSES, prefix)
        raise Problem(Code.UNAUTHORIZED)
    await services.limits.spend(CALLS, key.id)
    return key, account


async def _check_rights(request: web.Request, services: Services, action: Action, account: Account) -> None:
    """Raises NOT_FOUND for what the account may not even see, NOT_PERMITTED for what it may see and not do."""
    if not all(is_id(given) for name, given in request.match_info.items() if name != "date"):
        raise Problem(Code.NOT_FOUND)
    positions: Set[Position] = frozenset()
    if action not in OF_ORGANISATION:
        positions = await _positions(request, services, account)
        if not may(account.role, positions, Action.VIEW_GROUP):
            raise Problem(Code.NOT_FOUND)
    if not may(account.role, positions, action):
        raise Problem(Code.NOT_PERMITTED)
    if action is Action.LEAD and not account.is_trained_on(today_of(account, services.clock)):
        raise Problem(Code.NOT_PERMITTED, "The training of this account is over.")


async def _positions(request: web.Request, services: Services, account: Account) -> Set[Position]:
    table = services.store.authority
    named = [(kind, request.match_info[kind]) for kind in OF_A_GROUP if kind in request.match_info]
    if not named:
        raise LookupError("the operation needs an action on a group, and its path names none")
    found = {await table.owner_of(kind, given) for kind, given in named}
    if len(found) != 1 or (owner := found.pop()) is None:
        raise Problem(Code.NOT_FOUND)
    if owner.group is None:
        return frozenset({Position.HOST}) if owner.account == account.id else frozenset()
    return await table.positions(account.id, owner.group)


# --- what was sent -------------------------------------------------------------------------------------------------
def _version(request: web.Request, operation: Operation) -> int | None:
    if not operation.needs_version:
        return None
    header = request.headers.get("If-Match")
    if header is None:
        raise Problem(Code.VERSION_NEEDED)
    found = ETAG.fullmatch(header.strip())
    if found is None:
        raise Problem(Code.STALE)
    return int(found.group(1))


def _query(request: web.Request, operation: Operation) -> BaseModel | None:
    given = dict(request.query)
    if len(given) != len(request.query):
        raise Problem(Code.NOT_VALID, errors={"query": "Give each parameter once."})
    if operation.query is None:
        if given:
            raise Problem(Code.NOT_VALID, errors=dict.fromkeys(sorted(given)[:10], "There is no such parameter."))
        return None
    return _validated(operation.query, given)


async def _body_text(request: web.Request, operation: Operation) -> str:
    if operation.body is None:
        if request.can_read_body and await request.read():
            raise Problem(Code.BAD_REQUEST, "This operation takes no body.")
        return ""
    if request.content_type != "application/json":
        raise Problem(Code.NOT_JSON)
    try:
        return (await request.read()).decode()
    except ValueError:
        raise Problem(Code.BAD_REQUEST, "The body is not JSON.") from None


def _body(text: str, operation: Operation) -> BaseModel | None:
    if operation.body is None:
        return None
    given = as_object(text)
    if not isinstance(given, dict):
        raise Problem(Code.NOT_VALID, errors={"body": "Send a JSON object."})
    try:
        _require_text(given)
    except RecursionError:
        raise Problem(Code.BAD_REQUEST, "The body is nested too deeply.") from None
    # From JSON, strictly: a number is no word and a word no number.
    try:
        return operation.body.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise not_valid(error) from None


def _validated(model: type[BaseModel], given: Mapping[str, object]) -> BaseModel:
    _require_text(given)
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise not_valid(error) from None


def _require_text(given: object) -> None:
    """NUL and half surrogate pairs are no text that a database takes."""
    match given:
        case str():
            if "\0" in given or any("\ud800" <= c <= "\udfff" for c in given):
                raise Problem(Code.NOT_VALID, errors={"body": "Some text holds characters that cannot be kept."})
        case Mapping():
            for name, value in given.items():
                _require_text(name)
                _require_text(value)
        case list():
            for value in given:
                _require_text(value)
        case _:
            pass


# --- carrying it out -----------------------------------------------------------------------------------------------
async def _run(operation: Operation, call: Call) -> Reply:
    """What was done is in the audit log, by the key's account and opaque ids."""
    try:
        reply = await operation.run(call)
    except Refused as refused:
        raise Problem(Code.REFUSED, reason=refused.reason.value) from None
    if operation.method != "GET":
        named = [given for name, given in call.path.items() if name != "date"]
        place = named[0] if named else None
        subject = named[-1] if len(named) > 1 else None
        await call.services.audit.note(call.key.account, f"program-{operation.name}", subject, place)
    return reply


async def _once(request: web.Request, operation: Operation, call: Call, text: str) -> web.Response:
    """As the first request with this Idempotency-Key was answered. An answer with a secret is not kept."""
    key = request.headers["Idempotency-Key"]
    if IDEMPOTENCY_KEY.fullmatch(key) is None:
        raise Problem(Code.BAD_REQUEST, "An Idempotency-Key has 1 to 128 visible ASCII characters.")
    table, caller = call.services.store.idempotency, call.key.id
    digest = hashlib.sha256(f"{request.method} {request.path_qs}\n{text}".encode()).hexdigest()
    now = call.services.clock.now()
    known = await table.begin(caller, key, digest, now, Instant(now - GIVEN_UP_MS))
    if known is not None:
        return _again(known, digest)
    try:
        response = _response(operation, await _run(operation, call))
    except Problem as problem:
        if problem.status >= 500:
            await table.drop(caller, key)
        else:
            await table.finish(caller, key, KeptAnswer(digest, problem.status, problem.body(), None))
        raise
    except BaseException:
        await table.drop(caller, key)
        raise
    kept = {name: response.headers[name] for name in KEPT if name in response.headers}
    body = None if operation.is_secret else response.text or ""
    await table.finish(caller, key, KeptAnswer(digest, response.status, body, json.dumps(kept)))
    return response


def _again(known: KeptAnswer, digest: str) -> web.Response:
    if known.request_hash != digest:
        raise Problem(Code.KEY_REUSED)
    if known.status is None:
        raise Problem(Code.STILL_AT_WORK, headers={"Retry-After": "1"})
    if known.body is None:
        raise Problem(Code.ALREADY_MADE)
    kind = "application/json" if known.status < 400 else "application/problem+json"
    headers = {} if known.headers is None else json.loads(known.headers)
    if not known.body:
        return web.Response(status=known.status, headers=headers)
    return web.Response(text=known.body, status=known.status, content_type=kind, headers=headers)


def _response(operation: Operation, reply: Reply) -> web.Response:
    headers = {}
    if reply.version is not None:
        headers["ETag"] = f'"v{reply.version}"'
    if reply.location is not None:
        headers["Location"] = reply.location
    if reply.body is None:
        return web.Response(status=204, headers=headers)
    text = reply.body.model_dump_json()
    return web.Response(text=text, status=operation.status, content_type="application/json", headers=headers)
