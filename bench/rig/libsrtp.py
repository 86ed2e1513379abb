"""libsrtp with OpenSSL underneath, for Janus's best case: Debian's own source package, built beside the system.

Debian builds libsrtp on NSS. `python -m bench.rig.libsrtp` fetches the source with apt into the cache directory of this
user, builds it there and prints the folder for LD_LIBRARY_PATH; nothing of the system changes. It needs a compiler and
libssl-dev.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

CACHE: Final = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "holdspace-bench" / "libsrtp-openssl"
_SUITE: Final = "bookworm"
LIBRARY: Final = "libsrtp2.so.1"


class CannotBuild(RuntimeError):
    """Carries the end of what the failed step said."""


def built() -> Path | None:
    """The folder that holds the library, or None where it was not built."""
    found = next(iter(sorted(CACHE.glob(f"libsrtp-*/{LIBRARY}"))), None)
    return found.parent if found else None


def build() -> Path:
    """Build it if need be. Raises `CannotBuild`."""
    if (done := built()) is not None:
        return done
    lists = CACHE / "lists"
    (lists / "partial").mkdir(parents=True, exist_ok=True)
    (CACHE / "sources.list").write_text(f"deb-src http://deb.debian.org/debian {_SUITE} main\n")
    options = (
        f"Dir::Etc::SourceList={CACHE / 'sources.list'}",
        "Dir::Etc::SourceParts=/dev/null",
        f"Dir::State::lists={lists}",
        "APT::Sandbox::User=root",
    )
    apt = ("apt-get", *(word for option in options for word in ("-o", option)))
    _run(*apt, "update", "-qq")
    _run(*apt, "source", "--download-only", "-qq", "libsrtp2")
    archive = next(iter(CACHE.glob("libsrtp2_*.orig.tar.gz")))
    _run("tar", "xf", str(archive))
    source = next(path for path in CACHE.glob("libsrtp-*") if path.is_dir())
    _run("./configure", "--enable-openssl", folder=source)
    _run("make", "shared_library", folder=source)
    return source


def _run(*words: str, folder: Path = CACHE) -> None:
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotBuild(f"{' '.join(words[:1])}: {(done.stderr or done.stdout)[-800:]}")


if __name__ == "__main__":
    sys.stdout.write(f"{build()}\n")
