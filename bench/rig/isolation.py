"""A bench in namespaces of its own: everything it makes, interfaces and processes, is gone when it ends, however.

One network namespace holds both sides, with an address that is not a loopback one, because some servers gather no
candidates on a loopback interface. Packets to it go the same way as on loopback all the same.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from typing import Final

HOST: Final = "10.77.0.1"
INTERFACE: Final = "bench0"
_MARK: Final = "HOLDSPACE_BENCH_ISOLATED"


class CannotIsolate(SystemExit):
    """Ends the bench with a message that says what is missing."""


def isolate(module: str, within_s: float) -> None:
    """Start this process anew inside; returns only there, the process outside exits with what that one exits with.

    After `within_s` seconds everything inside is ended. Raises `CannotIsolate` where the rights do not suffice.
    """
    if os.environ.get(_MARK) == str(os.getpid()):
        _set_up()
        return
    unshare = shutil.which("unshare")
    if unshare is None or shutil.which("ip") is None:
        raise CannotIsolate("This bench needs unshare (util-linux) and ip (iproute2).")
    # However this process ends, the kernel then ends the one inside, and with it the namespaces.
    dying = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    words = [unshare, "--net", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"]
    if os.geteuid() != 0:
        words[1:1] = ["--user", "--map-root-user"]
    # Inside its own process namespace the first process is number 1.
    with tempfile.TemporaryDirectory(prefix="holdspace-bench-") as folder:
        environment = os.environ | {_MARK: "1", "TMPDIR": folder}
        command = [*dying, *words, sys.executable, "-m", module, *sys.argv[1:]]
        try:
            done = subprocess.run(command, env=environment, timeout=within_s, check=False)
        except subprocess.TimeoutExpired:
            raise SystemExit(f"not done after {within_s:.0f} s, ended") from None
        raise SystemExit(done.returncode)


def _set_up() -> None:
    for words in (
        ("link", "set", "lo", "up"),
        ("link", "add", INTERFACE, "type", "veth", "peer", "name", f"{INTERFACE}p"),
        ("addr", "add", f"{HOST}/24", "dev", INTERFACE),
        ("link", "set", INTERFACE, "up"),
        ("link", "set", f"{INTERFACE}p", "up"),
    ):
        done = subprocess.run(("ip", *words), capture_output=True, text=True, check=False)
        if done.returncode:
            raise CannotIsolate(f"ip {' '.join(words)}: {done.stderr.strip()}")
