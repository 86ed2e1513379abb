"""What every message of the server is made of."""

from pydantic import BaseModel, ConfigDict


class ServerPart(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
