"""A real PostgreSQL of the tests' own: a temporary folder, a Unix socket, no port."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

OPTIONS = "-c listen_addresses='' -c fsync=off -c unix_socket_directories='{folder}' -c max_connections=50"


class NoPostgres(RuntimeError):
    """PostgreSQL's server programs are not installed; the message says what to do."""


def programs() -> Path:
    """The folder of `initdb` and `pg_ctl`: on PATH, or Debian's newest version. Raises `NoPostgres`."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if not versions:
        raise NoPostgres("PostgreSQL is missing. On Debian or Ubuntu: apt-get install postgresql")
    return versions[-1].parent


@dataclass(frozen=True, slots=True)
class Postgres:
    folder: Path

    def make_database(self, name: str, *, like: str = "template0") -> str:
        """A new database, empty or a copy of another of ours in which nobody is; returns its SQLAlchemy URL."""
        # Nobody else is ever in template0; autovacuum in the usual one would now and then keep us out.
        _as_owner("createdb", "-h", str(self.folder), "-U", "postgres", "-T", like, name)
        return f"postgresql+asyncpg://postgres@/{name}?host={self.folder}"

    def close_to_all(self, name: str) -> None:
        """Nobody, autovacuum neither, gets into this database any more: it can always be copied."""
        order = f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'
        _as_owner("psql", "-h", str(self.folder), "-U", "postgres", "-d", "postgres", "-c", order)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """`initdb` refuses root, so root runs it as the user that Debian's package made."""
    folder = Path(tempfile.mkdtemp(prefix="holdspace-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    data = folder / "data"
    try:
        _as_owner("initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C.UTF-8")
        options = OPTIONS.format(folder=folder)
        _as_owner("pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield Postgres(folder)
        finally:
            _as_owner("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_owner(program: str, *arguments: str) -> None:
    command = [str(programs() / program), *arguments]
    if os.geteuid() == 0:
        command = ["runuser", "-u", "postgres", "--", *command]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd="/", check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{program} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
