"""What every page handler needs: the services, the filled-in form, and a page as a response.

Who is signed in, and which group the path names, is in `server.routes.guard`.
"""

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from multidict import MultiDictProxy

from rooms.ids import SessionId
from rooms.program.authority import OrgRole
from server.errors import ERROR_PAGE
from server.keys import SERVICES
from server.routes.guard import viewer_of
from server.services import Services
from server.store.records import SessionRecord
from web.face import Face
from web.pages import NOBODY, ErrorPage, Page, Viewer
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
    """The page, with the organisation and who is signed in at its head."""
    account = viewer_of(request)
    viewer = NOBODY if account is None else Viewer(account.name, account.role is OrgRole.ADMIN)
    renderer = request.app[RENDERER]
    face = Face.of(services_of(request).organisation.known, renderer.site)
    return web.Response(text=renderer.render(page, viewer, face), content_type="text/html", status=status)


def error_page(request: web.Request, status: int) -> web.StreamResponse:
    """The page of a status, in calm words; needs neither the store nor a sign-in."""
    return show(request, ErrorPage(status=status), status)


def see_other(path: str) -> web.Response:
    """After a form: look there, by GET. `path` is our own, never taken from a request."""
    return web.Response(status=303, headers={"Location": path})


async def values_of(request: web.Request) -> dict[str, str]:
    """The text fields of a form; of a field sent twice the first. Raises 400 for what no browser sends."""
    values: dict[str, str] = {}
    for name, value in (await _form(request)).items():
        if isinstance(value, str):
            values.setdefault(name, value)
    if not all(map(_is_text, values.values())):
        raise web.HTTPBadRequest
    return values


async def file_of(request: web.Request, name: str) -> bytes:
    """What a file field of a form holds; b"" where nothing was chosen. Raises 400 for what no browser sends."""
    value = (await _form(request)).get(name)
    return value.file.read() if isinstance(value, web.FileField) else b""


async def _form(request: web.Request) -> MultiDictProxy[str | web.FileField | bytearray | bytes]:
    try:
        return await request.post()
    except (ValueError, LookupError, AssertionError, HttpProcessingError):
        # Bytes, a charset or parts that cannot be read.
        raise web.HTTPBadRequest from None


def _is_text(value: str) -> bool:
    """Half surrogate pairs and NUL are none; no database takes them."""
    return "\0" not in value and not any("\ud800" <= c <= "\udfff" for c in value)


async def need_session(request: web.Request) -> SessionRecord:
    """The session of the address, for anybody who has it. Raises 404."""
    session = await services_of(request).sessions.get(SessionId(request.match_info["session"]))
    if session is None:
        raise web.HTTPNotFound
    return session
