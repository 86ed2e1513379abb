"""From what went wrong to what a person reads: no trace, no detail, no reason that would tell an outsider anything."""

from http import HTTPStatus
from typing import Protocol

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from server.ports import StoreDown

_log = structlog.get_logger("http")


class ErrorPage(Protocol):
    """Renders the page of a status; must need nothing that can be down."""

    def __call__(self, request: web.Request, status: int) -> web.StreamResponse: ...


ERROR_PAGE = web.AppKey("error_page", ErrorPage)
RETRY_AFTER_S = "retry_after_s"
GONE_BEFORE = 499  # read by nobody; in the figures it stands for those who went before they were answered
KEPT_HEADERS = frozenset({"Allow", "Retry-After"})


class TooMany(Exception):
    """A rate limit: come back after `retry_after_s`."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(retry_after_s)
        self.retry_after_s = retry_after_s


CODES = {
    400: "bad-request",
    403: "not-here",
    404: "not-found",
    405: "bad-request",
    408: "too-slow",
    410: "over",
    413: "too-big",
    429: "slow-down",
    503: "not-now",
}


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The page or, for a fetch, the JSON of every answer that is not the handler's own."""
    try:
        return await handler(request)
    except TooMany as error:
        response = _answer(request, 429, {RETRY_AFTER_S: error.retry_after_s})
        response.headers["Retry-After"] = str(error.retry_after_s)
        return response
    except web.HTTPException as error:
        if error.status < 400 or error.content_type == "application/json":
            raise
        response = _answer(request, error.status)
        for name in KEPT_HEADERS & error.headers.keys():
            response.headers[name] = error.headers[name]
        return response
    except StoreDown as error:
        _log.error("store-down", error=str(error))
        response = _answer(request, 503)
        response.headers["Retry-After"] = "5"
        return response
    except Exception as error:
        if isinstance(error, ConnectionResetError) and _is_gone(request):
            return web.Response(status=GONE_BEFORE)
        _log.exception("request-broke")
        return _answer(request, 500)


def _is_gone(request: web.Request) -> bool:
    """Whoever asked has closed the connection meanwhile: nobody is left to be answered, and nothing broke."""
    return request.transport is None or request.transport.is_closing()


def wants_json(request: web.Request) -> bool:
    """A fetch of the browser app rather than a page that a person looks at."""
    return request.headers.get("Sec-Fetch-Dest") == "empty" or "application/json" in request.headers.get("Accept", "")


def _answer(request: web.Request, status: int, extra: dict[str, int] | None = None) -> web.StreamResponse:
    if wants_json(request):
        return web.json_response({"error": CODES.get(status, "broken"), **(extra or {})}, status=status)
    page = request.app.get(ERROR_PAGE)
    if page is None:
        return web.Response(text=f"{HTTPStatus(status).phrase}\n", status=status)
    return page(request, status)
