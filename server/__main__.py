"""`python -m server <command>`: run, migrate, create-host, set-password, sign-out-host, invite, doctor, demo."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from server import commands
from server.commands import CommandProblem
from server.config import BadConfig, load_config
from server.data_lock import DataInUse
from server.ports import StoreDown
from server.store.migrate import UnknownRevision


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m server", description="Holdspace: rooms for support groups.")
    sub = top.add_subparsers(dest="command", required=True, metavar="command")

    run = sub.add_parser("run", help="start the server")
    run.add_argument("--demo", action="store_true", help="make a demo session that is open now, and print its links")
    sub.add_parser("migrate", help="bring the database to this version")
    host = sub.add_parser("create-host", help="make a host, who schedules sessions")
    host.add_argument("name")
    host.add_argument("--link-only", action="store_true", help="no password: print a sign-in link instead")
    password = sub.add_parser("set-password", help="give a host a new password, and sign their browsers out")
    password.add_argument("name")
    out = sub.add_parser("sign-out-host", help="sign a host out everywhere; their sign-in links stop working")
    out.add_argument("name")
    invite = sub.add_parser("invite", help="print a personal link to a session, or a sign-in link of a host")
    who = invite.add_mutually_exclusive_group(required=True)
    who.add_argument("--session", help="id of the session (s_…)")
    who.add_argument("--host", help="name of the host")
    invite.add_argument("--role", choices=commands.ROLES, default="participant")
    invite.add_argument("--label", default="", help="who it is for; only the host sees it")
    sub.add_parser("doctor", help="check this installation and say in plain words what is wrong")
    sub.add_parser("demo", help="make a demo session that is open now, and print its links")
    return top


COMMANDS: dict[str, Callable[..., int]] = {
    "run": commands.run,
    "migrate": commands.migrate,
    "create-host": commands.create_host,
    "set-password": commands.set_password,
    "sign-out-host": commands.sign_out_host,
    "invite": commands.invite,
    "doctor": commands.doctor,
    "demo": commands.demo,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0, 1 for a problem that is printed in one sentence each, 2 for wrong usage."""
    options = parser().parse_args(arguments)
    try:
        return COMMANDS[options.command](load_config(), options)
    except BadConfig as error:
        _say("These settings need attention:", *(f"  {problem}" for problem in error.problems))
    except DataInUse as error:
        _say(f"Another Holdspace runs on the data in {error}. Stop it first, or choose another HOLDSPACE_DATA_DIR.")
    except StoreDown as error:
        _say(f"The database does not answer ({error}). Check HOLDSPACE_DATABASE_URL and that its disk has room.")
    except UnknownRevision as error:
        _say(f"The database comes from a newer Holdspace (revision {error}). Start that version instead.")
    except CommandProblem as error:
        _say(str(error))
    except OSError as error:
        _say(f"The system said no: {error.strerror or error}. `python -m server doctor` may know more.")
    return 1


def _say(*lines: str) -> None:
    print(*lines, sep="\n", file=sys.stderr)


if __name__ == "__main__":
    os.umask(0o077)  # whatever is written is for this user alone
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
