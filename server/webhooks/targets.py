"""Where webhooks may go: addresses of the public internet over https, unless the operator allows others.

The check is made on the address that is connected to, not on a name that was looked up before: a name that answers
differently the second time gets nowhere.
"""

import socket
from ipaddress import IPv4Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

LONGEST_URL = 500
GATEWAYS = IPv6Network("64:ff9b::/96")  # to IPv4, whose address is in the last 32 bits (RFC 6052)
LOCAL_GATEWAYS = IPv6Network("64:ff9b:1::/48")  # RFC 8215


class BadTarget(ValueError):
    """The address cannot be used; the message is one sentence for the person who gave it."""


def check_target(url: str, allows_private: bool) -> None:
    """What can be said before anything is looked up. Raises `BadTarget`."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise BadTarget("This is not an address.") from None
    schemes = ("https", "http") if allows_private else ("https",)
    if parts.scheme not in schemes or not host or len(url) > LONGEST_URL or not url.isascii() or not url.isprintable():
        raise BadTarget("Give an address that begins with https://.")
    if port == 0 or " " in url:
        raise BadTarget("This is not an address.")
    if parts.username is not None or parts.password is not None:
        raise BadTarget("Give an address without a name and password in it.")
    if not allows_private and not _is_public(host):
        raise BadTarget("Give an address on the public internet.")


def _is_public(host: str) -> bool:
    """A literal address; a name is looked at when it is known what it means."""
    try:
        return is_public(host.strip("[]"))
    except ValueError:
        return host != "localhost" and not host.endswith((".localhost", ".local", ".internal"))


def is_public(address: str) -> bool:
    """Whether it is of the public internet, and what it leads to through a gateway as well (RFC 6052, 8215, 3056).

    Raises ValueError for what is no address.
    """
    found = ip_address(address)
    if not found.is_global or found.is_multicast:
        return False
    if isinstance(found, IPv4Address):
        return True
    if found in LOCAL_GATEWAYS:
        return False
    behind = IPv4Address(int(found) & 0xFFFFFFFF) if found in GATEWAYS else found.sixtofour
    return behind is None or is_public(str(behind))


class PublicResolver(AbstractResolver):
    """Looks names up and forgets what is not on the public internet."""

    def __init__(self) -> None:
        self._inner = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Raises OSError where nothing is left."""
        found = [one for one in await self._inner.resolve(host, port, family) if is_public(one["host"])]
        if not found:
            raise OSError(None, "no public address")
        return found

    async def close(self) -> None:
        await self._inner.close()
