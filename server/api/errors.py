"""Whatever goes wrong below `/api/` is answered in the API's own form."""

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from server.api.problems import Code, Problem, code_of
from server.errors import TooMany
from server.host_faults import where
from server.ports import StoreDown

ROOT = "/api/"
_log = structlog.get_logger("api")


@web.middleware
async def api_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """For other paths it does nothing. Stands innermost of those that turn errors into answers."""
    if not request.path.startswith(ROOT):
        return await handler(request)
    try:
        return await handler(request)
    except Problem as problem:
        return problem.response()
    except TooMany as error:
        return Problem(Code.SLOW_DOWN, headers={"Retry-After": str(error.retry_after_s)}).response()
    except StoreDown:
        return Problem(Code.NOT_NOW, headers={"Retry-After": "5"}).response()
    except web.HTTPException as error:
        kept = {name: error.headers[name] for name in ("Allow", "Retry-After") if name in error.headers}
        return Problem(code_of(error.status), headers=kept).response()
    except Exception as error:
        _log.error("operation-failed", kind=type(error).__name__, where=where(error))
        return Problem(Code.OUR_FAULT).response()
