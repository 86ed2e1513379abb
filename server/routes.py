"""Every URL of Holdspace, on one page."""

from aiohttp import web

from server.health import Health
from web.site import STATIC, Site


def add_routes(app: web.Application, site: Site, health: Health) -> None:
    app.add_routes(
        [
            web.get("/healthz", health.healthz),
            web.get("/readyz", health.readyz),
            web.get("/version", health.version),
            web.get("/metrics", health.figures),
            web.static(f"/static/{site.build}", STATIC, name="static"),
        ]
    )
