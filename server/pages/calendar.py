"""Calendar files and feeds. What fetches them is mostly no person and no browser."""

import hashlib

from aiohttp import web

from rooms.ids import SessionId
from rooms.program.ids import SeriesId
from server.calendar.files import TYPE
from server.pages.answer import services_of
from server.tokens import is_id

FEED_AGE_S = 15 * 60


async def session_file(request: web.Request) -> web.Response:
    session = request.match_info["session"]
    file = await services_of(request).calendar.session_file(SessionId(session)) if is_id(session) else None
    return _answer(request, file, "no-store", is_download=True)


async def series_file(request: web.Request) -> web.Response:
    """For those who see the group's pages; the guard knows."""
    file = await services_of(request).calendar.series_file(SeriesId(request.match_info["series"]))
    return _answer(request, file, "no-store", is_download=True)


async def public_feed(request: web.Request) -> web.Response:
    services = services_of(request)
    group = await services.groups.by_slug(request.match_info["slug"])
    file = None if group is None else await services.calendar.public_feed(group)
    return _answer(request, file, f"public, max-age={FEED_AGE_S}")


async def private_feed(request: web.Request) -> web.Response:
    """Its address is the secret."""
    file = await services_of(request).calendar.private_feed(request.match_info["token"])
    return _answer(request, file, f"private, max-age={FEED_AGE_S}")


def _answer(request: web.Request, file: bytes | None, cache: str, is_download: bool = False) -> web.Response:
    if file is None:
        raise web.HTTPNotFound
    tag = hashlib.sha256(file).hexdigest()[:32]
    headers = {"Cache-Control": cache, "ETag": f'"{tag}"', "X-Robots-Tag": "noindex"}
    asked = request.if_none_match
    if asked and any(each.value == tag for each in asked):
        return web.Response(status=304, headers=headers)
    kind = "attachment" if is_download else "inline"
    headers |= {"Content-Type": TYPE, "Content-Disposition": f'{kind}; filename="calendar.ics"'}
    return web.Response(body=file, headers=headers)
