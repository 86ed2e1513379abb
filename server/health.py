"""What operators ask: does it live, may traffic come, which version, how much."""

import hmac
import shutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from aiohttp import web
from pydantic import SecretStr

from server.addresses import is_this_machine
from server.metrics import Metrics
from server.ports import StoreDown
from server.store.store import Store
from server.version import holdspace_version

LEAST_FREE_BYTES = 64 * 1024 * 1024
_log = structlog.get_logger("health")

Check = Callable[[], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Health:
    """`checks` is asked anew each time; `is_draining` is looked at through the gate that sets it.

    `is_open_here`: this machine may read the figures without the token. Not behind a proxy, whose requests all come
    from here and may carry no word of it. `before_figures` brings those up to date that do not count by themselves.
    """

    store: Store
    data_dir: Path
    build: str
    metrics: Metrics
    metrics_token: SecretStr | None
    is_draining: Callable[[], bool]
    is_open_here: bool
    more: Mapping[str, Check] = field(default_factory=dict)
    before_figures: Callable[[], Awaitable[None]] | None = None

    async def healthz(self, _request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def readyz(self, _request: web.Request) -> web.Response:
        checks = {"store": await self._store(), "disk": self._disk(), "admitting": not self.is_draining()}
        for name, check in self.more.items():
            checks[name] = await check()
        is_ready = all(checks.values())
        return web.json_response({"ready": is_ready, "checks": checks}, status=200 if is_ready else 503)

    async def version(self, _request: web.Request) -> web.Response:
        return web.json_response({"version": holdspace_version(), "build": self.build})

    async def figures(self, request: web.Request) -> web.Response:
        if not ((self.is_open_here and is_this_machine(request)) or self._has_token(request)):
            raise web.HTTPNotFound
        self.metrics.is_draining.set(self.is_draining())
        if self.before_figures is not None:
            await self.before_figures()
        return web.Response(body=self.metrics.text(), content_type="text/plain", charset="utf-8")

    async def _store(self) -> bool:
        try:
            await self.store.check()
        except StoreDown as error:
            _log.error("store-down", error=str(error))
            return False
        return True

    def _disk(self) -> bool:
        return shutil.disk_usage(self.data_dir).free >= LEAST_FREE_BYTES

    def _has_token(self, request: web.Request) -> bool:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if self.metrics_token is None or scheme.lower() != "bearer":
            return False
        return hmac.compare_digest(given.strip().encode(), self.metrics_token.get_secret_value().encode())
