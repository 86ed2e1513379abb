"""What every page handler needs: the services, the signed-in host, the filled-in form, and a page as a response."""

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from rooms.ids import SessionId
from server.errors import ERROR_PAGE
from server.keys import SERVICES
from server.services import Services
from server.store.records import HostRecord, SessionRecord
from web.pages import ErrorPage, Page
from web.render import Renderer
from web.site import Site

RENDERER = web.AppKey("renderer", Renderer)


def add_pages(app: web.Application, site: Site) -> None:
    """What the handlers of the pages find in the application; the URLs are in `server.routes`."""
    app[RENDERER] = Renderer(site)
    app[ERROR_PAGE] = error_page


def services_of(request: web.Request) -> Services:
    return request.app[SERVICES]


def show(request: web.Request, page: Page, status: int = 200) -> web.Response:
    return web.Response(text=request.app[RENDERER].render(page), content_type="text/html", status=status)


def error_page(request: web.Request, status: int) -> web.StreamResponse:
    """The page of a status, in calm words; needs neither the store nor a sign-in."""
    return show(request, ErrorPage(status=status), status)


def see_other(path: str) -> web.Response:
    """After a form: look there, by GET. `path` is our own, never taken from a request."""
    return web.Response(status=303, headers={"Location": path})


async def values_of(request: web.Request) -> dict[str, str]:
    """The text fields of a form; of a field sent twice the first. Raises 400 for what no browser sends."""
    try:
        form = await request.post()
    except (ValueError, LookupError, AssertionError, HttpProcessingError):
        # Bytes, a charset or parts that cannot be read.
        raise web.HTTPBadRequest from None
    values: dict[str, str] = {}
    for name, value in form.items():
        if isinstance(value, str):
            values.setdefault(name, value)
    if not all(map(_is_text, values.values())):
        raise web.HTTPBadRequest
    return values


def _is_text(value: str) -> bool:
    """Half surrogate pairs and NUL are none; no database takes them."""
    return "\0" not in value and not any("\ud800" <= c <= "\udfff" for c in value)


async def host_of(request: web.Request) -> HostRecord | None:
    services = services_of(request)
    return await services.accounts.signed_in(services.cookies.host(request))


async def host_name(request: web.Request) -> str:
    """For the head of a page: "" where nobody is signed in."""
    host = await host_of(request)
    return "" if host is None else host.name


async def need_host(request: web.Request) -> HostRecord:
    """The signed-in host; everybody else is sent to sign in."""
    host = await host_of(request)
    if host is None:
        raise web.HTTPSeeOther("/sign-in")
    return host


async def need_session(request: web.Request) -> SessionRecord:
    """The session of the address, for anybody who has it. Raises 404."""
    session = await services_of(request).sessions.get(SessionId(request.match_info["session"]))
    if session is None:
        raise web.HTTPNotFound
    return session


async def need_own_session(request: web.Request, host: HostRecord) -> SessionRecord:
    """The session of the address, for its host alone. Raises 404, for another's session too."""
    session = await services_of(request).sessions.get_of_host(host.id, SessionId(request.match_info["session"]))
    if session is None:
        raise web.HTTPNotFound
    return session
