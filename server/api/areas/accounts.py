"""Accounts of the organisation: who there is, new ones, changes, switched off and on."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from rooms.program.authority import Action, OrgRole
from server.api.operation import Call, Operation, Reply, Wire
from server.api.paging import Paged, cursor_of, parts_of
from server.api.problems import Code, Problem
from server.api.scopes import Scope, allows, read_scopes
from server.api.words import Email, Id, Language, Name, Zone
from server.people.accounts import BadAccount
from server.store.records import Account

TAG = "accounts"


class AccountBody(Wire):
    name: Name
    role: OrgRole
    email: Email | None = None
    zone: Zone = "UTC"
    language: Language = "en"
    training_expires_on: date | None = None


class AccountModel(AccountBody):
    """`has_bounced`: mail to this address came back."""

    id: Id
    is_disabled: bool
    has_bounced: bool
    version: int


class AccountPage(Wire):
    items: tuple[AccountModel, ...]
    next: str | None


def account_model(account: Account) -> AccountModel:
    return AccountModel(
        id=account.id,
        name=account.name,
        role=account.role,
        email=account.email,
        zone=account.zone,
        language=account.language,
        training_expires_on=account.training_expires_on,
        is_disabled=account.disabled_at is not None,
        has_bounced=account.bounced_at is not None,
        version=account.version,
    )


async def _account_named(call: Call) -> Account:
    account = await call.services.accounts.get(call.path["account"])
    if account is None:
        raise Problem(Code.NOT_FOUND)
    return account


# What somebody of a role can do once they are signed in; accounts of groups may be hosts there, whatever their role.
_IN_GROUPS: Final = frozenset(
    {Scope.GROUPS_WRITE, Scope.PLACES_WRITE, Scope.SESSIONS_WRITE, Scope.LINKS_WRITE, Scope.ROOMS_WRITE}
)
_REACH: Final[Mapping[OrgRole, frozenset[Scope]]] = {
    OrgRole.ADMIN: frozenset(Scope),
    OrgRole.HOST: _IN_GROUPS,
    OrgRole.FACILITATOR: _IN_GROUPS,
}


def _require_reach(call: Call, *roles: OrgRole) -> None:
    """Whoever chooses the address of an account can sign in as it: no key opens what it may not do itself."""
    held = read_scopes(call.key.scopes)
    if not all(allows(held, scope) for role in roles for scope in _REACH[role]):
        raise Problem(Code.NOT_PERMITTED, "This key does not have every scope that such an account reaches.")


def _problem(error: BadAccount) -> Problem:
    if error.field == "problem":
        return Problem(Code.STALE)
    return Problem(Code.NOT_VALID, errors={error.field: str(error)})


async def list_accounts(call: Call) -> Reply:
    """By id."""
    query = call.asked(Paged)
    found = sorted(await call.services.accounts.all(), key=lambda account: account.id)
    if query.after is not None:
        (last,) = parts_of(query.after, 1)
        found = [account for account in found if account.id > last]
    page, rest = found[: query.limit], found[query.limit :]
    more = cursor_of(page[-1].id) if rest else None
    return Reply(AccountPage(items=tuple(map(account_model, page)), next=more))


async def make_account(call: Call) -> Reply:
    """Without a password: they come in by a sign-in link that is sent to their address, or shown to an admin.

    A key makes nobody who reaches more than the key: an admin needs every scope, a host those of groups.
    """
    body = call.sent(AccountBody)
    if body.role is not OrgRole.FACILITATOR:  # a new one reaches nothing until somebody gives them a group
        _require_reach(call, body.role)
    try:
        made = await call.services.accounts.create(
            body.name, body.role, email=body.email, zone=body.zone, language=body.language
        )
        if body.training_expires_on is not None:
            made = await call.services.accounts.change(replace(made, training_expires_on=body.training_expires_on))
    except BadAccount as error:
        raise _problem(error) from None
    return Reply(account_model(made), made.version, f"/api/v1/accounts/{made.id}")


async def show_account(call: Call) -> Reply:
    account = await _account_named(call)
    return Reply(account_model(account), account.version)


async def replace_account(call: Call) -> Reply:
    """Another role or address needs a key with every scope that the account reaches, before and after."""
    account, body = await _account_named(call), call.sent(AccountBody)
    call.require_version(account.version)
    if body.role is not account.role or body.email != account.email:
        _require_reach(call, account.role, body.role)
    wanted = replace(
        account,
        name=body.name,
        role=body.role,
        email=body.email,
        zone=body.zone,
        language=body.language,
        training_expires_on=body.training_expires_on,
    )
    try:
        changed = await call.services.accounts.change(wanted)
    except BadAccount as error:
        raise _problem(error) from None
    return Reply(account_model(changed), changed.version)


async def disable_account(call: Call) -> Reply:
    """They are signed out everywhere and out of their rooms at once."""
    account = await _account_named(call)
    try:
        await call.services.accounts.disable(account.id)
    except BadAccount as error:
        raise Problem(Code.CONFLICT, str(error)) from None
    return Reply(account_model(await _account_named(call)))


async def enable_account(call: Call) -> Reply:
    await call.services.accounts.enable((await _account_named(call)).id)
    return Reply(account_model(await _account_named(call)))


READ, WRITE, RIGHT = Scope.ACCOUNTS_READ, Scope.ACCOUNTS_WRITE, Action.MANAGE_ACCOUNTS
ONE = "/accounts/{account}"
OPERATIONS = (
    Operation("GET", "/accounts", "list-accounts", "Accounts", TAG, READ, RIGHT, list_accounts, query=Paged,
              answer=AccountPage),
    Operation("POST", "/accounts", "make-account", "Make an account", TAG, WRITE, RIGHT, make_account, body=AccountBody,
              answer=AccountModel, status=201, is_versioned=True),
    Operation("GET", ONE, "show-account", "One account", TAG, READ, RIGHT, show_account, answer=AccountModel,
              is_versioned=True),
    Operation("PUT", ONE, "replace-account", "Change an account", TAG, WRITE, RIGHT, replace_account, body=AccountBody,
              answer=AccountModel, is_versioned=True, needs_version=True),
    Operation("POST", ONE + ":disable", "disable-account", "Switch an account off", TAG, WRITE, RIGHT, disable_account,
              answer=AccountModel, refusals=frozenset({Code.CONFLICT})),
    Operation("POST", ONE + ":enable", "enable-account", "Switch an account on again", TAG, WRITE, RIGHT,
              enable_account, answer=AccountModel),
)  # fmt: skip
