"""Janus's VideoRoom as a contender: Debian's package, its own process and configuration in a temporary folder."""

import asyncio
import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.load.dtls import PROFILES
from bench.rig.cases import Case
from bench.rig.generator import Generator
from bench.rig.isolation import INTERFACE
from bench.rig.janus_api import Api
from bench.rig.usage import on_core

PORT: Final = 18188
_LIBRARY: Final = Path("/usr/lib/x86_64-linux-gnu/janus")
_SYSTEM: Final = ("/lib/", "/usr/lib/")
_DOWN: Final = 100_000  # numbers of the links on which members receive
_PLUGIN: Final = "libjanus_videoroom.so"
_TRANSPORT: Final = "libjanus_websockets.so"
_CORE: Final = """
general: {{
    configs_folder = "{folder}"
    plugins_folder = "{folder}/plugins"
    transports_folder = "{folder}/transports"
    events_folder = "{folder}/none"
    loggers_folder = "{folder}/none"
    debug_level = 2
    session_timeout = 0
    {general}
}}
nat: {{
    ice_enforce_list = "{interface}"
    {nat}
}}
"""
_WEBSOCKETS: Final = """
general: {{
    json = "compact"
    ws = true
    ws_port = {port}
    ws_ip = "127.0.0.1"
}}
"""


class NoJanus(RuntimeError):
    """The message says what to install."""


@dataclass
class Janus:
    """`library_path`: where libsrtp comes from instead of the system; `general`, `nat`: lines of its configuration."""

    name: str
    profiles: tuple[str, ...] = tuple(PROFILES)
    library_path: Path | None = None
    general: str = ""
    nat: str = ""
    _case: Case | None = None
    _process: asyncio.subprocess.Process | None = None
    _api: Api | None = None
    _folder: Path | None = None
    _feeds: dict[int, int] = field(default_factory=dict)
    _publishing: dict[int, int] = field(default_factory=dict)

    async def start(self, case: Case, core: int) -> None:
        if shutil.which("janus") is None:
            raise NoJanus("The comparison needs Janus: `apt install janus` (Debian); its service need not run.")
        self._case = case
        self._folder = Path(tempfile.mkdtemp(prefix="holdspace-bench-"))
        self._write_folder(self._folder)
        environment = dict(os.environ)
        if self.library_path is not None:
            environment["LD_LIBRARY_PATH"] = str(self.library_path)
        with (self._folder / "janus.log").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(*on_core(core), "janus", "--configs-folder", str(self._folder), "--disable-colors"),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
            )
        self._api = await Api.connect(f"ws://127.0.0.1:{PORT}")
        handle = await self._api.attach()
        for room in range(case.rooms):
            body = {
                "request": "create",
                "room": room + 1,
                "publishers": case.in_room,
                "bitrate": 0,  # no limit by REMB: the sources do not adapt
                "audiocodec": "opus",
                "videocodec": "vp8",
            }
            await self._api.ask(handle, body)

    def pids(self) -> list[int]:
        assert self._process is not None
        return [self._process.pid]

    async def enter(self, member: int, generator: Generator, *, publishes: bool) -> None:
        if not publishes:
            return  # who only receives has nothing to set up before
        assert self._case is not None
        handle = await self._server.attach()
        room = self._case.room_of(member) + 1
        join = {"request": "join", "ptype": "publisher", "room": room, "id": member + 1}
        await self._server.ask(handle, join)
        offer = {"type": "offer", "sdp": await generator.offer(member)}
        said = await self._server.ask(handle, {"request": "publish"}, offer)
        generator.accept(member, said["sdp"])
        self._feeds[member] = member + 1
        await generator.ready(member)

    async def show(self, member: int, generator: Generator) -> None:
        """One connection for everything that a member receives."""
        assert self._case is not None
        view = self._case.view_of(member)
        streams = [{"feed": self._feeds[one], "mid": "0"} for one in view.microphones]
        streams += [{"feed": self._feeds[one], "mid": "1"} for one in view.cameras]
        if not streams:
            return
        handle = await self._server.attach()
        room = self._case.room_of(member) if member < self._case.members else 0
        join = {"request": "join", "ptype": "subscriber", "room": room + 1, "streams": streams}
        said = await self._server.ask(handle, join)
        answer = await generator.answer_to(_DOWN + member, said["sdp"], is_controlling=False)
        await self._server.ask(handle, {"request": "start"}, {"type": "answer", "sdp": answer})
        await generator.ready(_DOWN + member)

    def uplink(self, member: int) -> int:
        return member

    def downlink(self, member: int) -> int:
        return _DOWN + member

    async def facts(self) -> dict[str, object]:
        assert self._folder is not None
        return {"libsrtp": _libsrtp(self.pids()[0])}

    async def close(self) -> None:
        if self._api is not None:
            await self._api.close()
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), 2.0)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _server(self) -> Api:
        assert self._api is not None
        return self._api

    def _write_folder(self, folder: Path) -> None:
        """Only the VideoRoom and the WebSocket transport are loaded: the rest of the package costs nothing here."""
        for kind, name in (("plugins", _PLUGIN), ("transports", _TRANSPORT)):
            (folder / kind).mkdir()
            (folder / kind / name).symlink_to(_LIBRARY / kind / name)
        core = _CORE.format(folder=folder, interface=INTERFACE, general=self.general, nat=self.nat)
        (folder / "janus.jcfg").write_text(core)
        (folder / "janus.transport.websockets.jcfg").write_text(_WEBSOCKETS.format(port=PORT))
        (folder / "janus.plugin.videoroom.jcfg").write_text("general: {\n}\n")


def _libsrtp(pid: int) -> str:
    """What libsrtp this process computes with: proof that the library path took effect."""
    mapped = {line.split()[-1] for line in Path(f"/proc/{pid}/maps").read_text().splitlines() if "libsrtp" in line}
    return "the system's, on NSS" if any(path.startswith(_SYSTEM) for path in mapped) else "built on OpenSSL"
