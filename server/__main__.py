"""`python -m server <command>`: `parser` names the commands."""

import argparse
import gc
import os
import sys
from collections.abc import Sequence

from rooms.program.authority import OrgRole
from rooms.roles import Role
from server.ahead import Ahead
from server.config import BadConfig, Config, load_config
from server.data_lock import DataInUse, data_lock


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m server", description="Holdspace: rooms for support groups.")
    sub = top.add_subparsers(dest="command", required=True, metavar="command")

    run = sub.add_parser("run", help="start the server")
    run.add_argument("--demo", action="store_true", help="make a demo session that is open now, and print its links")
    sub.add_parser("migrate", help="bring the database to this version")
    host = sub.add_parser("create-host", help="make an account: a host, who schedules sessions, or another role")
    host.add_argument("name")
    host.add_argument("--role", choices=tuple(role.value for role in OrgRole), default="host")
    host.add_argument("--email", help="where sign-in links and letters go")
    host.add_argument("--link-only", action="store_true", help="no password: print a sign-in link instead")
    password = sub.add_parser("set-password", help="give an account a new password, and sign its browsers out")
    password.add_argument("name")
    out = sub.add_parser("sign-out-host", help="sign an account out everywhere; its sign-in links stop working")
    out.add_argument("name")
    invite = sub.add_parser("invite", help="print a personal link to a session, or a sign-in link of an account")
    who = invite.add_mutually_exclusive_group(required=True)
    who.add_argument("--session", help="id of the session (s_…)")
    who.add_argument("--host", help="name or address of the account")
    invite.add_argument("--role", choices=tuple(role.value for role in Role), default="participant")
    invite.add_argument("--label", default="", help="who it is for; only the host sees it")
    returned = sub.add_parser("bounce", help="read mail that came back from standard input, and mark its address")
    returned.add_argument("--recipient", default="", help="the address that it came to, where the mail server tells")
    sub.add_parser("doctor", help="check this installation and say in plain words what is wrong")
    sub.add_parser("demo", help="make a demo session that is open now, and print its links")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0, 1 for a problem that is printed in one sentence each, 2 for wrong usage."""
    options = parser().parse_args(arguments)
    try:
        config = load_config()
        return _run(config, options) if options.command == "run" else _work(config, options)
    except BadConfig as error:
        _say("These settings need attention:", *(f"  {problem}" for problem in error.problems))
    except DataInUse as error:
        _say(f"Another Holdspace runs on the data in {error}. Stop it first, or choose another HOLDSPACE_DATA_DIR.")
    except OSError as error:
        _say(f"The system said no: {error.strerror or error}. `python -m server doctor` may know more.")
    return 1


def _run(config: Config, options: argparse.Namespace) -> int:
    """As `_work`; the ports are open and the media processes on their way before anything large is loaded."""
    gc.disable()  # until people can come: loading code makes no garbage, and looking for it is a tenth of a start
    try:
        with data_lock(config.data_dir), Ahead(config) as ahead:
            options.ahead = ahead
            return _work(config, options)
    finally:
        gc.enable()


def _work(config: Config, options: argparse.Namespace) -> int:
    from server import commands
    from server.ports import StoreDown
    from server.store.migrate import UnknownRevision

    try:
        return commands.COMMANDS[options.command](config, options)
    except StoreDown as error:
        _say(f"The database does not answer ({error}). Check HOLDSPACE_DATABASE_URL and that its disk has room.")
    except UnknownRevision as error:
        _say(f"The database comes from a newer Holdspace (revision {error}). Start that version instead.")
    except commands.CommandProblem as error:
        _say(str(error))
    return 1


def _say(*lines: str) -> None:
    print(*lines, sep="\n", file=sys.stderr)


if __name__ == "__main__":
    os.umask(0o077)  # whatever is written is for this user alone
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
