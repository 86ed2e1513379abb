"""All routes of a server. An area's own are in the module of that name."""

from aiohttp import web

from server.health import Health
from server.routes import admin, api, calendar, groups, host, host_groups, links, mail, meeting, public
from server.routes.guard import guarded
from server.routes.operators import operators
from server.routes.route import Route
from web.site import STATIC, Site

ROUTES: web.AppKey[tuple[Route, ...]] = web.AppKey("routes", tuple[Route, ...])  # of a running server, for its tests


def add_routes(app: web.Application, site: Site, health: Health) -> None:
    """Each behind the guard; and the static files, which are the same for everybody."""
    table = (
        *public.ROUTES,
        *groups.ROUTES,
        *meeting.ROUTES,
        *calendar.ROUTES,
        *links.ROUTES,
        *mail.ROUTES,
        *host.ROUTES,
        *host_groups.ROUTES,
        *admin.ROUTES,
        *api.ROUTES,
        *operators(health),
    )
    app[ROUTES] = table
    app.add_routes([web.route(route.method, route.path, guarded(route)) for route in table])
    app.router.add_static(f"/static/{site.build}", STATIC, name="static")
