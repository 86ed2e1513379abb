"""For programs: /api/v1, and what says how it is used."""

from server.api.catalogue import OPERATIONS
from server.api.dispatch import handler_of
from server.pages import api_docs
from server.routes.route import Everybody, Keyed, Route, get

ROUTES: tuple[Route, ...] = (
    get("/api", api_docs.show_docs, Everybody()),
    get("/api/v1/openapi.json", api_docs.show_openapi, Everybody()),
    *(
        Route(operation.method, operation.address, handler_of(operation), Keyed(operation.scope, operation.action))
        for operation in OPERATIONS
    ),
)
