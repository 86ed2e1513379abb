"""Every URL of Holdspace, on one page. `limited` routes cost the visitor's address prefix a token (`server.limits`)."""

from aiohttp import web

from server.health import Health
from server.limited import limited
from server.limits import ENTER, SIGN_IN, TICKET
from server.pages import entering, files, host_session, host_sessions, public, session, signing_in
from server.ticket import make_ticket
from server.ws import signaling_socket
from web.site import STATIC, Site


def add_routes(app: web.Application, site: Site, health: Health) -> None:
    get, post = web.get, web.post
    app.add_routes(
        [
            get("/", public.home),
            get("/help", public.help_page),
            get("/enter", entering.show_enter),
            post("/enter", limited(ENTER, entering.enter)),
            get("/sign-in", signing_in.show_sign_in),
            post("/sign-in", limited(SIGN_IN, signing_in.sign_in)),
            post("/sign-out", signing_in.sign_out),
            # A host's own.
            get("/host", host_sessions.show_sessions),
            get("/host/sessions/new", host_sessions.show_form),
            post("/host/sessions/new", host_sessions.save),
            get("/host/sessions/{session}", host_session.show_session),
            post("/host/sessions/{session}/room", host_session.open_room),
            post("/host/sessions/{session}/links", host_session.make_link),
            post("/host/sessions/{session}/links/{link}/revoke", host_session.revoke_link),
            get("/host/sessions/{session}/cancel", host_session.show_cancel),
            post("/host/sessions/{session}/cancel", host_session.cancel),
            # A session, for everybody who has its address.
            get("/s/{session}", session.show_session),
            get("/s/{session}/state", session.show_state),
            get("/s/{session}/room", session.show_room),
            get("/s/{session}/after", session.show_after),
            post("/s/{session}/ticket", limited(TICKET, make_ticket)),
            get("/s/{session}/ws", signaling_socket),
            # Small files, and what operators ask.
            get("/robots.txt", files.robots),
            get("/manifest.webmanifest", files.manifest),
            get("/.well-known/security.txt", files.security_txt),
            get("/.well-known/change-password", files.change_password),
            get("/healthz", health.healthz),
            get("/readyz", health.readyz),
            get("/version", health.version),
            get("/metrics", health.figures),
            web.static(f"/static/{site.build}", STATIC, name="static"),
        ]
    )
