"""A real TURN server of the test's own, on free ports and without a file of the system's."""

import asyncio
import secrets
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.deadline import until
from tests.support.ports import free_port


class NoCoturn(RuntimeError):
    """Nothing to test a relay with; the message says what to install."""


@dataclass(frozen=True)
class Coturn:
    """What the settings of a server need to know of it."""

    hosts: tuple[str, ...]
    port: int
    tls_port: int
    secret: str
    log: Path

    def urls(self, *, udp: bool = True, tcp: bool = True, tls: bool = True) -> str:
        """As `HOLDSPACE_TURN_URLS` wants them."""
        host = f"[{self.hosts[0]}]" if ":" in self.hosts[0] else self.hosts[0]
        ways = (
            (udp, f"turn:{host}:{self.port}?transport=udp"),
            (tcp, f"turn:{host}:{self.port}?transport=tcp"),
            (tls, f"turns:{host}:{self.tls_port}?transport=tcp"),
        )
        return ",".join(url for is_wanted, url in ways if is_wanted)


@asynccontextmanager
async def coturn(folder: Path, certificate: tuple[Path, Path], *hosts: str) -> AsyncIterator[Coturn]:
    """Running, and relaying to these addresses alone. Raises `NoCoturn`."""
    program = shutil.which("turnserver")
    if program is None:
        raise NoCoturn("The relay tests need coturn: apt-get install --no-install-recommends coturn")
    made = Coturn(
        hosts,
        free_port(),
        free_port(),
        secrets.token_urlsafe(24),
        folder / "coturn.log",
    )
    settings = [
        "realm=holdspace",
        "use-auth-secret",
        f"static-auth-secret={made.secret}",
        *(f"listening-ip={host}" for host in hosts),
        *(f"relay-ip={host}" for host in hosts),
        f"listening-port={made.port}",
        f"tls-listening-port={made.tls_port}",
        f"cert={certificate[0]}",
        f"pkey={certificate[1]}",
        "denied-peer-ip=0.0.0.0-255.255.255.255",
        "denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        *(f"allowed-peer-ip={host}" for host in hosts),
        "no-tcp-relay",
        "no-cli",
        "no-dtls",
        "no-multicast-peers",
        "fingerprint",
        f"pidfile={folder / 'coturn.pid'}",
        f"userdb={folder / 'coturn.db'}",
        "log-file=stdout",
        "simple-log",
    ]
    path = folder / "coturn.conf"
    path.write_text("\n".join(settings) + "\n")
    path.chmod(0o600)
    with made.log.open("ab") as log:
        process = await asyncio.create_subprocess_exec(program, "-c", str(path), stdout=log, stderr=log, cwd=folder)

    async def answers() -> bool:
        if process.returncode is not None:
            raise NoCoturn(f"coturn ended with {process.returncode}:\n{made.log.read_text()[-2_000:]}")
        try:
            _, writer = await asyncio.open_connection(hosts[0], made.tls_port)
        except OSError:
            return False
        writer.transport.abort()
        return True

    try:
        await until(answers, "coturn listens", 20.0)
        yield made
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
