"""One server process per data directory, so that a restart may take its rooms back at once."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class DataInUse(Exception):
    """Another server runs on this data directory."""


@contextmanager
def data_lock(data_dir: Path) -> Iterator[None]:
    """Makes the directory where it is missing. The lock dies with the process, however it ends. Raises `DataInUse`."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (data_dir / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataInUse(str(data_dir)) from None
        yield
