"""The description of the API in OpenAPI 3.1, made from the operations and their models; nothing is written twice."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from server.api.operation import PREFIX, Operation
from server.api.problems import CONTENT_TYPE, SENTENCES, STATUS, Code, ProblemDetails
from server.api.scopes import Scope

REF = "#/components/schemas/{model}"
PLACEHOLDER = re.compile(r"\{(\w+)(?::[^{}]+)?\}")
ID = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"}
LOCAL_DATE = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$", "examples": ["2026-11-21T19:00"]}
ALWAYS = frozenset({Code.UNAUTHORIZED, Code.NOT_PERMITTED, Code.SLOW_DOWN, Code.NOT_NOW, Code.BAD_REQUEST})
ABOUT = """\
Groups, series, sessions, links, people and rooms for other programs. Keys are made on the page "Programs"; each has
scopes, and never more rights than its account. Times are RFC 3339; the local start of a date is written without an
offset, in the zone of its series. POST requests may carry an `Idempotency-Key`: a repeated request is answered as the
first one was, for a day. What has an `ETag` is changed with `If-Match`. Lists come in pages: `next` goes into `after`.
Nobody can be unmuted and no camera started, neither here nor anywhere else."""


def openapi(operations: Iterable[Operation], public_url: str) -> dict[str, Any]:
    """The whole document as plain data."""
    known = tuple(operations)
    refs, schemas = _schemas(known)
    paths: dict[str, dict[str, Any]] = {}
    for operation in known:
        path = PREFIX + PLACEHOLDER.sub(r"{\1}", operation.path)
        paths.setdefault(path, {})[operation.method.lower()] = _operation(operation, refs)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Holdspace", "version": "1", "description": ABOUT, "license": {"name": "Apache-2.0"}},
        "servers": [{"url": public_url}],
        "security": [{"key": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(operation.tag for operation in known)],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A key. Scopes: " + ", ".join(scope.value for scope in Scope),
                }
            },
        },
    }


Refs = Mapping[tuple[type[BaseModel], JsonSchemaMode], Mapping[str, Any]]


def _schemas(operations: tuple[Operation, ...]) -> tuple[Refs, Mapping[str, Any]]:
    wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {(ProblemDetails, "serialization"): None}
    for operation in operations:
        for model in (operation.query, operation.body):
            if model is not None:
                wanted[model, "validation"] = None
        if operation.answer is not None:
            wanted[operation.answer, "serialization"] = None
    found, definitions = models_json_schema(list(wanted), ref_template=REF)
    refs = {key: found[key] for key in wanted}
    return refs, definitions.get("$defs", {})


def _operation(operation: Operation, refs: Refs) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.tag],
        "description": f"Scope: `{operation.scope.value}`. Right: `{operation.action.value}`.",
        "parameters": _parameters(operation, refs),
        "responses": _responses(operation, refs),
    }
    if operation.body is not None:
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": refs[operation.body, "validation"]}},
        }
    return described


def _parameters(operation: Operation, refs: Refs) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": LOCAL_DATE if name == "date" else ID}
        for name in PLACEHOLDER.findall(operation.path)
    ]
    if operation.query is not None:
        schema = operation.query.model_json_schema(mode="validation", ref_template=REF)
        required = schema.get("required", ())
        for name, of_one in schema["properties"].items():
            plain = {key: value for key, value in of_one.items() if key != "title"}
            found.append({"name": name, "in": "query", "required": name in required, "schema": plain})
    if operation.needs_version:
        pattern = {"type": "string", "pattern": '^"v[0-9]{1,15}"$', "examples": ['"v1"']}
        found.append({"name": "If-Match", "in": "header", "required": True, "schema": pattern})
    if operation.method == "POST":
        pattern = {"type": "string", "pattern": "^[!-~]{1,128}$"}
        found.append({"name": "Idempotency-Key", "in": "header", "required": False, "schema": pattern})
    return found


def _responses(operation: Operation, refs: Refs) -> dict[str, Any]:
    good: dict[str, Any] = {"description": "Done."}
    headers: dict[str, Any] = {}
    if operation.is_versioned:
        headers["ETag"] = {"schema": {"type": "string"}, "description": "For If-Match."}
    if operation.status == 201:
        headers["Location"] = {"schema": {"type": "string"}, "description": "The address of what was made."}
    if headers:
        good["headers"] = headers
    if operation.answer is not None:
        good["content"] = {"application/json": {"schema": refs[operation.answer, "serialization"]}}
    responses = {str(operation.status if operation.answer is not None else 204): good}
    problem = {CONTENT_TYPE: {"schema": refs[ProblemDetails, "serialization"]}}
    by_status: dict[int, list[str]] = {}
    for code in sorted(_codes(operation)):
        by_status.setdefault(STATUS[code], []).append(f"`{code.value}`: {SENTENCES[code]}")
    for status, sentences in sorted(by_status.items()):
        responses[str(status)] = {"description": " ".join(sentences), "content": problem}
    return responses


def _codes(operation: Operation) -> frozenset[Code]:
    codes = set(ALWAYS | operation.refusals)
    if "{" in operation.path:
        codes.add(Code.NOT_FOUND)
    codes.add(Code.NOT_VALID)
    if operation.body is not None:
        codes |= {Code.NOT_JSON, Code.TOO_LARGE}
    if operation.needs_version:
        codes |= {Code.STALE, Code.VERSION_NEEDED}
    if operation.method == "POST":
        codes |= {Code.STILL_AT_WORK, Code.KEY_REUSED}
        if operation.is_secret:
            codes.add(Code.ALREADY_MADE)
    return frozenset(codes)
