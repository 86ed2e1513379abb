"""Errors of the API as problem details (RFC 9457): a stable `code`, a sentence, and which fields are meant."""

import json
from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

CONTENT_TYPE = "application/problem+json"


class Code(StrEnum):
    """What programs may branch on. Each belongs to one status."""

    BAD_REQUEST = "bad-request"
    UNAUTHORIZED = "unauthorized"
    NOT_PERMITTED = "not-permitted"
    NOT_FOUND = "not-found"
    METHOD_NOT_ALLOWED = "method-not-allowed"
    CONFLICT = "conflict"
    STILL_AT_WORK = "still-at-work"
    ALREADY_MADE = "already-made"
    TOO_LARGE = "too-large"
    NOT_JSON = "not-json"
    NOT_VALID = "not-valid"
    KEY_REUSED = "key-reused"
    STALE = "stale"
    VERSION_NEEDED = "version-needed"
    REFUSED = "refused"
    SLOW_DOWN = "slow-down"
    NOT_NOW = "not-now"
    OUR_FAULT = "our-fault"


STATUS: Mapping[Code, int] = {
    Code.BAD_REQUEST: 400,
    Code.UNAUTHORIZED: 401,
    Code.NOT_PERMITTED: 403,
    Code.NOT_FOUND: 404,
    Code.METHOD_NOT_ALLOWED: 405,
    Code.CONFLICT: 409,
    Code.STILL_AT_WORK: 409,
    Code.ALREADY_MADE: 409,
    Code.REFUSED: 409,
    Code.STALE: 412,
    Code.TOO_LARGE: 413,
    Code.NOT_JSON: 415,
    Code.NOT_VALID: 422,
    Code.KEY_REUSED: 422,
    Code.VERSION_NEEDED: 428,
    Code.SLOW_DOWN: 429,
    Code.OUR_FAULT: 500,
    Code.NOT_NOW: 503,
}

SENTENCES: Mapping[Code, str] = {
    Code.BAD_REQUEST: "The request could not be read.",
    Code.UNAUTHORIZED: "Send the header Authorization: Bearer, with a key that is neither revoked nor expired.",
    Code.NOT_PERMITTED: "This key, or the account it belongs to, does not have the right to do this.",
    Code.NOT_FOUND: "There is no such thing, or this key may not see it.",
    Code.METHOD_NOT_ALLOWED: "This address does not take that method.",
    Code.CONFLICT: "This does not fit what is there now.",
    Code.STILL_AT_WORK: "The first request with this Idempotency-Key is still being carried out.",
    Code.ALREADY_MADE: "This was made by the first request with this Idempotency-Key; its secret is shown only once.",
    Code.REFUSED: "The room refused this as things stand.",
    Code.STALE: "It was changed since; fetch it again.",
    Code.TOO_LARGE: "The request is larger than 1 MiB.",
    Code.NOT_JSON: "Send a JSON object as application/json.",
    Code.NOT_VALID: "Some fields need another look.",
    Code.KEY_REUSED: "This Idempotency-Key was used for another request.",
    Code.VERSION_NEEDED: "Send If-Match with the ETag of what you mean to change.",
    Code.SLOW_DOWN: "Too many requests.",
    Code.OUR_FAULT: "Something went wrong here. Nothing of it is due to the request.",
    Code.NOT_NOW: "This cannot be answered at the moment. Try again in a little while.",
}


class FieldProblem(BaseModel):
    """One field that needs another look; `field` is its path in the body or the query, with dots."""

    field: str
    detail: str


class ProblemDetails(BaseModel):
    """RFC 9457. `code` is stable; `detail` is for people."""

    model_config = ConfigDict(json_schema_extra={"additionalProperties": True})

    type: str = "about:blank"
    title: str
    status: int
    code: Code
    detail: str
    reason: str | None = Field(default=None, description="Of a room that refused: its stable word.")
    errors: tuple[FieldProblem, ...] | None = None


class Problem(Exception):
    """Raised by an operation; becomes the response. `errors` maps a field to a sentence."""

    def __init__(
        self,
        code: Code,
        detail: str | None = None,
        errors: Mapping[str, str] | None = None,
        reason: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code.value)
        self.code = code
        self.detail = detail or SENTENCES[code]
        self.errors = dict(errors or {})
        self.reason = reason
        self.headers = dict(headers or {})

    @property
    def status(self) -> int:
        return STATUS[self.code]

    def body(self) -> str:
        details = ProblemDetails(
            title=HTTPStatus(self.status).phrase,
            status=self.status,
            code=self.code,
            detail=self.detail,
            reason=self.reason,
            errors=tuple(FieldProblem(field=field, detail=text) for field, text in self.errors.items()) or None,
        )
        return details.model_dump_json(exclude_none=True)

    def response(self) -> web.Response:
        headers = dict(self.headers)
        if self.code is Code.UNAUTHORIZED:
            headers["WWW-Authenticate"] = 'Bearer realm="holdspace"'
        return web.Response(text=self.body(), status=self.status, content_type=CONTENT_TYPE, headers=headers)


def not_valid(error: ValidationError) -> Problem:
    """What pydantic found, without the values that were sent."""
    errors: dict[str, str] = {}
    for found in error.errors(include_url=False, include_input=False, include_context=False):
        field = ".".join(str(part) for part in found["loc"]) or "body"
        errors.setdefault(field, found["msg"].removeprefix("Value error, "))
    return Problem(Code.NOT_VALID, errors=errors)


def code_of(status: int) -> Code:
    """For an answer that no operation gave (no such address, no such method, a body that is too large)."""
    for code, of_code in STATUS.items():
        if of_code == status:
            return code
    return Code.BAD_REQUEST if status < 500 else Code.OUR_FAULT


def as_object(text: str) -> object:
    """Raises `Problem(BAD_REQUEST)`."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Problem(Code.BAD_REQUEST, "The body is not JSON.") from None


def _no_constant(name: str) -> object:
    raise ValueError(name)
