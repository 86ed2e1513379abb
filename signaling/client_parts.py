"""What every message of a page is made of: strict, nothing unknown accepted, every string bounded."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

PersonRef = Annotated[str, Field(pattern=r"^p_[A-Za-z0-9_-]{8,40}$")]
RequestId = Annotated[int, Field(ge=0, le=2**53)]


class ClientPart(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Request(ClientPart):
    """Answered by exactly one `ok` or `refused` with the same `id`.

    `seen` is the `version` of the newest view the page had: where somebody else changed the subject of a permissive
    command after it, the answer is `stale-version`.
    """

    id: RequestId
    seen: int | None = None
