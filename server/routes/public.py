"""What everybody may look at, coming in by a link, and signing in and out."""

from server.limits import ENTER, SIGN_IN
from server.pages import entering, files, public, signing_in
from server.routes.route import Everybody, Route, get, post

ROUTES: tuple[Route, ...] = (
    get("/", public.home, Everybody()),
    get("/help", public.help_page, Everybody()),
    get("/enter", entering.show_enter, Everybody()),
    post("/enter", entering.enter, Everybody(), ENTER),
    get("/sign-in", signing_in.show_sign_in, Everybody()),
    post("/sign-in", signing_in.sign_in, Everybody(), SIGN_IN),
    post("/sign-out", signing_in.sign_out, Everybody()),
    get("/robots.txt", files.robots, Everybody()),
    get("/manifest.webmanifest", files.manifest, Everybody()),
    get("/.well-known/security.txt", files.security_txt, Everybody()),
    get("/.well-known/change-password", files.change_password, Everybody()),
)
