"""Every URL of Holdspace, on one page."""

from aiohttp import web
from aiohttp.typedefs import Handler

from server.addresses import client_address, prefix_of
from server.health import Health
from server.keys import SERVICES
from server.limits import ENTER, SIGN_IN, Limit
from server.pages import entering, files, host_session, host_sessions, public, session, signing_in
from server.pages.answer import add_pages
from web.site import STATIC, Site


def add_routes(app: web.Application, site: Site, health: Health) -> None:
    add_pages(app, site)
    app.add_routes(
        [
            web.get("/", public.home),
            web.get("/help", public.help_page),
            web.get("/robots.txt", files.robots),
            web.get("/manifest.webmanifest", files.manifest),
            web.get("/.well-known/security.txt", files.security_txt),
            web.get("/.well-known/change-password", files.change_password),
            web.get("/enter", entering.show_enter),
            web.post("/enter", by_address(ENTER, entering.enter)),
            web.get("/sign-in", signing_in.show_sign_in),
            web.post("/sign-in", by_address(SIGN_IN, signing_in.sign_in)),
            web.post("/sign-out", signing_in.sign_out),
            web.get("/host", host_sessions.show_sessions),
            web.get("/host/sessions/new", host_sessions.show_form),
            web.post("/host/sessions/new", host_sessions.save),
            web.get("/host/sessions/{session}", host_session.show_session),
            web.post("/host/sessions/{session}/links", host_session.make_link),
            web.post("/host/sessions/{session}/links/{link}/revoke", host_session.revoke_link),
            web.get("/host/sessions/{session}/room", host_session.open_room),
            web.get("/host/sessions/{session}/cancel", host_session.show_cancel),
            web.post("/host/sessions/{session}/cancel", host_session.cancel),
            web.get("/s/{session}", session.show_session),
            web.get("/s/{session}/state", session.show_state),
            web.get("/s/{session}/room", session.show_room),
            web.get("/s/{session}/after", session.show_after),
            web.get("/healthz", health.healthz),
            web.get("/readyz", health.readyz),
            web.get("/version", health.version),
            web.get("/metrics", health.figures),
            web.static(f"/static/{site.build}", STATIC, name="static"),
        ]
    )


def by_address(limit: Limit, handler: Handler) -> Handler:
    """The handler, counted by the household or office that asks; over the limit the answer is 429."""

    async def limited(request: web.Request) -> web.StreamResponse:
        services = request.app[SERVICES]
        address = client_address(request, services.config.trusted_proxies)
        await services.limits.spend(limit, prefix_of(address))
        return await handler(request)

    return limited
