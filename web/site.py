"""What every page knows of the instance it is served by."""

import hashlib
import posixpath
import re
from dataclasses import dataclass
from pathlib import Path

STATIC = Path(__file__).parent / "static"

_IMPORT = re.compile(r"""^\s*(?:import|export)\b[^;"']*["'](\.{1,2}/[^"']+\.js)["']""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Site:
    """`build` names the static files (`/static/{build}/…`); `public_url` has scheme, host and port and no slash at its
    end; `quick_exit_url` is a neutral page elsewhere; `crisis_text` and `contact` are the operator's own; `preloads`
    are the modules of the browser app (`modules_of`)."""

    build: str
    public_url: str
    quick_exit_url: str
    crisis_text: str
    contact: str = ""
    preloads: tuple[str, ...] = ()
    language: str = "en"
    direction: str = "ltr"

    def static(self, path: str) -> str:
        """The address of a file below `web/static`."""
        return f"/static/{self.build}/{path}"


def build_id(static: Path = STATIC) -> str:
    """Twelve hex digits that change whenever a static file changes, so that browsers may keep each for ever."""
    digest = hashlib.sha256()
    for path in sorted(static.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(static).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def modules_of(entry: str, static: Path = STATIC) -> tuple[str, ...]:
    """Every module that `entry` imports, directly or not, as paths below `static`: what a page should preload."""
    found: dict[str, None] = {}
    waiting = [entry]
    while waiting:
        path = waiting.pop(0)
        source = static / path
        if path in found or not source.is_file():
            continue
        found[path] = None
        for relative in _IMPORT.findall(source.read_text(encoding="utf-8")):
            waiting.append(posixpath.normpath(posixpath.join(posixpath.dirname(path), relative)))
    return tuple(path for path in found if path != entry)
