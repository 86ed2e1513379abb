"""One line of a verdict: what was looked at, what was found, and whether that is as promised."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    what: str
    found: object
    passes: bool

    def __str__(self) -> str:
        return f"  {'ok  ' if self.passes else 'LOOK'}  {self.what}: {self.found}"


def none(what: str, count: int) -> Check:
    """Passes where there were none."""
    return Check(what, count, count == 0)


def at_most(what: str, found: float, most: float) -> Check:
    return Check(f"{what} (at most {most:g})", found, found <= most)


def at_least(what: str, found: float, least: float) -> Check:
    return Check(f"{what} (at least {least:g})", found, found >= least)
