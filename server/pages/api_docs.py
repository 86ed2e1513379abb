"""What says how the API is used: a page for people, a document for programs; both made from the operations."""

import json
from collections.abc import Iterable
from functools import lru_cache

from aiohttp import web

from server.api.catalogue import OPERATIONS
from server.api.openapi import ABOUT, PLACEHOLDER, openapi
from server.api.operation import PREFIX, Operation
from server.pages.answer import services_of, show
from web.api_page import ApiPage, OperationRow


@lru_cache(maxsize=1)
def _document(public_url: str) -> str:
    return json.dumps(openapi(OPERATIONS, public_url))


async def show_openapi(request: web.Request) -> web.Response:
    """OpenAPI 3.1, for anybody: it holds nothing of this installation but its address."""
    return web.Response(text=_document(services_of(request).config.public_url), content_type="application/json")


async def show_docs(request: web.Request) -> web.Response:
    return show(request, ApiPage(about=ABOUT, areas=areas_of(OPERATIONS)))


def areas_of(operations: Iterable[Operation]) -> tuple[tuple[str, tuple[OperationRow, ...]], ...]:
    """What the operations are about, in their order, and the operations of each."""
    by_tag: dict[str, list[OperationRow]] = {}
    for operation in operations:
        address = PREFIX + PLACEHOLDER.sub(r"{\1}", operation.path)
        row = OperationRow(operation.method, address, operation.summary, operation.scope.value)
        by_tag.setdefault(operation.tag, []).append(row)
    return tuple((tag, tuple(rows)) for tag, rows in by_tag.items())
