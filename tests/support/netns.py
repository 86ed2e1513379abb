"""Networks of one's own for the end-to-end tests: a Linux network namespace, links into it, and what they let through.

The server stays outside, in the ordinary namespace; a browser inside reaches it by a *link*, a pair of virtual
interfaces. Needs root, `ip` (iproute2) and `nft` (nftables); without them a test fails and says so.
"""

import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# RFC 2544's range for tests, and a private one of IPv6: nothing of this machine is there.
_V4 = "198.18.{}.{}"
_V6 = "fd00:5a:{}::{}"
_numbers = itertools.count(1)


class NoNamespaces(RuntimeError):
    """This machine or this user cannot make network namespaces; the message says what is missing."""


@dataclass(frozen=True)
class Link:
    """One way out. `near` is inside, `far` the name of the interface outside; `host` what the browser can reach.

    `families`: "4", "6" or "46".
    """

    near: str
    far: str
    number: int
    families: str

    @property
    def host(self) -> str:
        return _V4.format(self.number, 1)

    @property
    def host6(self) -> str:
        return _V6.format(self.number, 1)


class Namespace:
    """Use `namespace()` to make one."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.links: list[Link] = []

    def link(self, near: str, *, v4: bool = True, v6: bool = True) -> Link:
        """A further way to the server; the first one is the preferred one."""
        number = next(_numbers) % 250 + 1
        made = Link(near, f"{self.name}{len(self.links)}", number, "4" * v4 + "6" * v6)
        _run("ip", "link", "add", made.far, "type", "veth", "peer", "name", near, "netns", self.name)
        self.links.append(made)
        if v4:
            _run("ip", "-4", "address", "add", f"{made.host}/24", "dev", made.far)
        if v6:
            _run("ip", "-6", "address", "add", f"{made.host6}/64", "dev", made.far, "nodad")
        _run("ip", "link", "set", made.far, "up")
        self.up(made)
        return made

    def up(self, link: Link) -> None:
        _run("ip", "-n", self.name, "link", "set", link.near, "up")
        self._address(link)

    def down(self, link: Link) -> None:
        """As a telephone that leaves the house: the interface is down, its addresses are gone, and no network carries
        what a socket goes on sending from them."""
        _run("ip", "-n", self.name, "link", "set", link.near, "down")
        _run("ip", "-n", self.name, "address", "flush", "dev", link.near)
        self.filter(f"ip saddr {_V4.format(link.number, 2)} drop", f"ip6 saddr {_V6.format(link.number, 2)} drop")

    def _address(self, link: Link) -> None:
        for family, address in (("-4", _V4.format(link.number, 2) + "/24"), ("-6", _V6.format(link.number, 2) + "/64")):
            if family[1:] in link.families:
                without_dad = ("nodad",) if family == "-6" else ()
                _run("ip", family, "-n", self.name, "address", "replace", address, "dev", link.near, *without_dad)
                metric = str(100 + self.links.index(link))
                host = link.host if family == "-4" else link.host6
                route = ("route", "replace", "default", "via", host, "dev", link.near, "metric", metric)
                _run("ip", family, "-n", self.name, *route)

    def filter(self, *rules: str) -> None:
        """What the network drops silently on the way out, as "meta l4proto udp drop", and nothing else from now on."""
        table = f"table inet {self.name}"
        lines = "\n".join(f"iifname {link.far} {rule}" for link in self.links for rule in rules)
        chain = f"chain in {{ type filter hook input priority 0; policy accept;\n{lines}\n}}"
        _run("nft", "-f", "-", stdin=f"{table} {{}}\ndelete {table}\n{table} {{\n{chain}\n}}\n")

    def translate(self, link: Link, last: int) -> None:
        """From now on all UDP on this link seems to come from another address, which ends so; the former one is dead.

        As a translator that forgot its table: no connection is kept, and nobody inside is told.
        """
        inside, outside = _V4.format(link.number, 2), _V4.format(link.number, last)
        _run("ip", "route", "replace", f"{outside}/32", "via", inside, "dev", link.far)
        script = f"""
            table ip translator {{}}
            delete table ip translator
            table ip translator {{
                chain out {{
                    type filter hook postrouting priority 0; policy accept;
                    oifname {link.near} meta l4proto udp ip saddr {inside} ip saddr set {outside}
                }}
                chain in {{
                    type filter hook prerouting priority -300; policy accept;
                    iifname {link.near} meta l4proto udp ip daddr {inside} drop
                    iifname {link.near} meta l4proto udp ip daddr {outside} ip daddr set {inside}
                }}
            }}"""
        _run("ip", "netns", "exec", self.name, "nft", "-f", "-", stdin=script)

    def command(self, program: str, folder: Path) -> Path:
        """A program to call in place of this one, that runs it inside."""
        script = folder / f"{self.name}-{Path(program).name}"
        script.write_text(f'#!/bin/sh\nexec ip netns exec {self.name} {program} "$@"\n')
        script.chmod(0o700)
        return script


@contextmanager
def namespace() -> Iterator[Namespace]:
    """A network of its own with nothing but loopback. Raises `NoNamespaces`."""
    missing = [name for name in ("ip", "nft") if shutil.which(name) is None]
    if missing:
        raise NoNamespaces(f"Not here: {' '.join(missing)}. On Debian: apt-get install iproute2 nftables")
    name = f"hs{os.getpid() % 100_000}n{next(_numbers)}"
    try:
        _run("ip", "netns", "add", name)
    except subprocess.CalledProcessError as error:
        raise NoNamespaces(
            f"This user may not make network namespaces ({error.stderr.strip()}). Be root, or leave these tests out: "
            "./test --no-networks"
        ) from None
    made = Namespace(name)
    try:
        _run("ip", "-n", name, "link", "set", "lo", "up")
        # Addresses are there at once: each that comes later is a change of network to a browser.
        _run("ip", "netns", "exec", name, "sysctl", "-q", "net.ipv6.conf.default.accept_dad=0")
        yield made
    finally:
        # The links go with it; what was never there is no fault here.
        subprocess.run(("nft", "delete", "table", "inet", name), capture_output=True, check=False)
        for link in made.links:
            subprocess.run(("ip", "link", "delete", link.far), capture_output=True, check=False)
        subprocess.run(("ip", "netns", "delete", name), capture_output=True, check=False)


def _run(*words: str, stdin: str | None = None) -> None:
    subprocess.run(words, input=stdin, text=True, check=True, capture_output=True)
