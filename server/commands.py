"""What the subcommands do. Each gets the settings and the parsed options and returns an exit code."""

import argparse
import asyncio
import getpass
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from rooms.ids import SessionId
from rooms.program.authority import OrgRole
from rooms.roles import Role
from server.app import build_services
from server.clock import AnchoredClock
from server.config import Config
from server.data_lock import DataInUse, data_lock
from server.demo import ensure_demo
from server.elsewhere import RoomsElsewhere
from server.logs import configure_logs
from server.mail.bounces import MOST_BYTES
from server.mail.returned import Returned, took_back
from server.passwords import Passwords
from server.people.accounts import BadAccount
from server.people.first_start import first_start_words
from server.serve import serve
from server.services import Services
from server.store.database import Database
from server.store.migrate import migrate as migrate_store
from server.store.records import Account, Purpose
from server.store.store import Store


class CommandProblem(Exception):
    """One sentence for the operator."""


def run(config: Config, options: argparse.Namespace) -> int:
    """`options.ahead` is what was begun ahead; the caller holds the lock of the data."""
    configure_logs(config.log_level)
    asyncio.run(serve(config, options.ahead, _demo_words if options.demo else _first_words))
    return 0


def migrate(config: Config, options: argparse.Namespace) -> int:
    del options
    configure_logs("warning")

    async def work() -> None:
        database = Database(config.database)
        try:
            applied = await migrate_store(database)
        finally:
            await database.close()
        print(f"Applied: {', '.join(applied)}" if applied else "The database is up to date.")

    with data_lock(config.data_dir):
        asyncio.run(work())
    return 0


def create_host(config: Config, options: argparse.Namespace) -> int:
    password = None if options.link_only else _ask_password()

    async def work(services: Services) -> None:
        try:
            account = await services.accounts.create(options.name, OrgRole(options.role), password, options.email)
        except BadAccount as error:
            raise CommandProblem(str(error)) from None
        await services.audit.note(None, "account-made", account.id)
        if options.link_only:
            print((await services.sign_in_links.make(account.id, Purpose.INVITATION)).url)
        else:
            print(f"Made. They sign in at {config.public_url}/sign-in")

    return _with_services(config, work)


def set_password(config: Config, options: argparse.Namespace) -> int:
    password = _ask_password()

    async def work(services: Services) -> None:
        account = await _account(services, options.name)
        try:
            await services.accounts.set_password(account.id, password)
        except BadAccount as error:
            raise CommandProblem(str(error)) from None
        await services.audit.note(None, "password-set", account.id)
        print("Changed. Whoever was signed in with this account is signed out.")

    return _with_services(config, work)


def sign_out_host(config: Config, options: argparse.Namespace) -> int:
    async def work(services: Services) -> None:
        account = await _account(services, options.name)
        await services.accounts.sign_out_everywhere(account.id)
        await services.audit.note(None, "signed-out-everywhere", account.id)
        print("Signed out everywhere. Sign-in links that were made so far do not work any more.")

    return _with_services(config, work)


def invite(config: Config, options: argparse.Namespace) -> int:
    async def work(services: Services) -> None:
        if options.host is not None:
            account = await _account(services, options.host)
            print((await services.sign_in_links.make(account.id, Purpose.INVITATION)).url)
            return
        session = await services.sessions.get(SessionId(options.session))
        if session is None:
            raise CommandProblem("There is no session with this id. It is in the address of the session's page.")
        print((await services.links.make(session, Role(options.role), options.label)).url)

    return _with_services(config, work)


def bounce(config: Config, options: argparse.Namespace) -> int:
    """Raises `CommandProblem` for mail that is no notice about a letter of ours, so that nothing is lost in silence."""
    content = sys.stdin.buffer.read(MOST_BYTES)

    async def work(services: Services) -> None:
        result = await took_back(services.store.outbox, services.clock, content, options.recipient)
        if result is Returned.UNKNOWN:
            raise CommandProblem("This is no notice about a letter of this installation; a person has to read it.")
        print({Returned.MARKED: "The address is marked.", Returned.DELAYED: "It is still on its way."}[result])

    return _with_services(config, work)


def demo(config: Config, options: argparse.Namespace) -> int:
    del options

    async def work(services: Services) -> None:
        print(await _demo_words(services), end="")

    return _with_services(config, work)


def doctor(config: Config, options: argparse.Namespace) -> int:
    del options
    from server.doctor import examine  # it compares tables, for which it loads what no other command needs

    configure_logs("error")
    findings = asyncio.run(examine(config))
    for finding in findings:
        print(finding)
    return 0 if all(finding.is_fine for finding in findings) else 1


async def _demo_words(services: Services) -> str:
    return (await ensure_demo(services)).words()


async def _first_words(services: Services) -> str:
    url = await services.first_start.link()
    return "" if url is None else first_start_words(url)


async def _account(services: Services, name: str) -> Account:
    """By name or address."""
    account = await services.accounts.by_name(name) or await services.accounts.by_email(name)
    if account is None:
        raise CommandProblem("There is nobody of this name. `create-host` makes an account.")
    return account


def _ask_password() -> str:
    """From the terminal without echo, or two lines of standard input."""
    if sys.stdin.isatty():
        first, second = getpass.getpass("Password: "), getpass.getpass("Again: ")
    else:
        first, second = sys.stdin.readline().rstrip("\n"), sys.stdin.readline().rstrip("\n")
    if first != second:
        raise CommandProblem("The two passwords differ.")
    return first


def _with_services(config: Config, work: Callable[[Services], Awaitable[None]]) -> int:
    """Beside a running server the store is ready; without one it is brought up to date first."""
    configure_logs("warning")

    async def do() -> None:
        async with _services(config) as services:
            await work(services)

    asyncio.run(do())
    return 0


@asynccontextmanager
async def _services(config: Config) -> AsyncIterator[Services]:
    clock = AnchoredClock()
    config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = Store(Database(config.database), clock)
    passwords = Passwords()
    try:
        try:
            with data_lock(config.data_dir):
                await migrate_store(store.database)
        except DataInUse:
            pass
        yield build_services(config, store, clock, RoomsElsewhere(), passwords)
    finally:
        passwords.close()
        await store.close()


COMMANDS: dict[str, Callable[[Config, argparse.Namespace], int]] = {
    "run": run,
    "migrate": migrate,
    "create-host": create_host,
    "set-password": set_password,
    "sign-out-host": sign_out_host,
    "invite": invite,
    "bounce": bounce,
    "doctor": doctor,
    "demo": demo,
}
