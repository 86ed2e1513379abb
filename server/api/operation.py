"""One operation of the API: its address, what it takes and gives, whose right it needs, and the code that does it.

The same object makes the route, the check of rights, the validation and the description in OpenAPI, so that none of
them can say something else than another.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from rooms.program.authority import Action
from server.api.problems import Code, Problem
from server.api.scopes import Scope
from server.services import Services
from server.store.program_records import ApiKey

PREFIX = "/api/v1"
Method = Literal["GET", "POST", "PATCH", "PUT", "DELETE"]
Model = TypeVar("Model", bound=BaseModel)


class Wire(BaseModel):
    """What is sent or answered: frozen, and nothing in it that is not described."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Call:
    """One request that has passed every check. `version` is that of `If-Match`, where the operation asks for it."""

    services: Services
    key: ApiKey
    path: Mapping[str, str]
    query: BaseModel | None
    body: BaseModel | None
    version: int | None = None

    def asked(self, model: type[Model]) -> Model:
        """The query, as the operation declares it."""
        if not isinstance(self.query, model):
            raise TypeError(model.__name__)
        return self.query

    def sent(self, model: type[Model]) -> Model:
        """The body, as the operation declares it."""
        if not isinstance(self.body, model):
            raise TypeError(model.__name__)
        return self.body

    def require_version(self, current: int) -> None:
        """Raises `Problem(STALE)` where somebody else was faster."""
        if self.version is not None and self.version != current:
            raise Problem(Code.STALE)


@dataclass(frozen=True, slots=True)
class Reply:
    """`version` becomes the ETag, `location` the address of what was made, `after` the cursor of the next page."""

    body: BaseModel | None = None
    version: int | None = None
    location: str | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """`path` stands below `PREFIX`; `{group}`, `{series}`, `{session}` in it name what the right is about.

    `is_versioned`: the answer has an ETag; `needs_version`: the request needs If-Match. `is_secret`: the answer holds
    something shown only once, so it is not kept for a repeated request.
    """

    method: Method
    path: str
    name: str
    summary: str
    tag: str
    scope: Scope
    action: Action
    run: Callable[[Call], Awaitable[Reply]]
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    status: int = 200
    is_versioned: bool = False
    needs_version: bool = False
    is_secret: bool = False
    refusals: frozenset[Code] = field(default_factory=frozenset)

    @property
    def address(self) -> str:
        return PREFIX + self.path
