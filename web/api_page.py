"""The page that tells developers what other programs may ask."""

from dataclasses import dataclass
from typing import ClassVar

from web.pages import Page


@dataclass(frozen=True, slots=True)
class OperationRow:
    method: str
    path: str
    summary: str
    scope: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiPage(Page):
    """`areas`: the operations by what they are about, in the order of the description."""

    template: ClassVar[str] = "api.html"

    about: str
    areas: tuple[tuple[str, tuple[OperationRow, ...]], ...]
