"""Start a media process. Imports nothing of ours, so that one may begin while the rest of the code is still loaded."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_ROOT: Final = str(Path(__file__).resolve().parents[2])


@dataclass(frozen=True, slots=True)
class Child:
    """A process and our end of the socketpair between us; it ends when that end is closed."""

    process: "subprocess.Popen[bytes]"
    control: socket.socket

    @property
    def pid(self) -> int:
        return self.process.pid

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()

    async def wait(self) -> None:
        """Returns when it has ended and nothing of it is left, its port included."""
        await asyncio.to_thread(self.process.wait)

    def discard(self) -> None:
        """End one that no plane has taken."""
        self.control.close()
        self.kill()
        self.process.wait()


def spawn() -> Child:
    """It has loaded its code, or soon will, and waits for verbs. It finds this package wherever control was started.

    Raises OSError.
    """
    path = os.environ.get("PYTHONPATH")
    environment = {**os.environ, "PYTHONPATH": _ROOT if not path else _ROOT + os.pathsep + path}
    ours, theirs = socket.socketpair()
    with theirs:
        number = theirs.fileno()
        try:
            process = subprocess.Popen(  # noqa: S603 - this interpreter, a module of ours, a number
                [sys.executable, "-m", "sfu.process.media_process", str(number)],
                pass_fds=(number,),
                stdin=subprocess.DEVNULL,
                env=environment,
            )
        except BaseException:
            ours.close()
            raise
    ours.setblocking(False)
    return Child(process, ours)
