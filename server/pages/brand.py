"""The organisation's colour and logo, each at an address that changes with it."""

from aiohttp import web

from server.pages.answer import services_of
from server.security import FOR_EVER
from web.face import colours_css

# A picture, whatever is in it: it runs nothing, loads nothing, and is nothing of ours where it is opened by itself.
_PICTURE = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Content-Disposition": "inline",
    "Cache-Control": FOR_EVER,
}


async def colours(request: web.Request) -> web.Response:
    organisation = await services_of(request).organisation.look()
    if request.match_info["version"] != str(organisation.version) or not organisation.branding.colour:
        raise web.HTTPNotFound
    sheet = colours_css(organisation.branding.colour)
    return web.Response(text=sheet, content_type="text/css", headers={"Cache-Control": FOR_EVER})


async def logo(request: web.Request) -> web.Response:
    services = services_of(request)
    organisation = await services.organisation.look()
    found = await services.organisation.logo()
    if request.match_info["version"] != str(organisation.version) or found is None:
        raise web.HTTPNotFound
    return web.Response(body=found.content, content_type=found.content_type, headers=_PICTURE)
