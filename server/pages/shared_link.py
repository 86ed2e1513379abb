"""The link of a whole series, and a new one."""

from aiohttp import web

from rooms.program.ids import SeriesId
from server.pages.answer import see_other, services_of
from server.pages.rows import series_path


async def follow(request: web.Request) -> web.Response:
    """To the next date, or to the group's page where none is planned."""
    services = services_of(request)
    leads = await services.shared_links.lead(request.match_info["token"])
    if leads is None:
        raise web.HTTPNotFound
    if leads.session is not None:
        return see_other(f"/s/{leads.session}")
    group = await services.groups.get(leads.group)
    if group is None or group.archived_at is not None:
        raise web.HTTPNotFound
    return see_other(f"/g/{group.slug}")


async def renew(request: web.Request) -> web.Response:
    series, group = request.match_info["series"], request.match_info["group"]
    await services_of(request).shared_links.rotate(SeriesId(series))
    return see_other(f"{series_path(group, series)}#share")
