"""What everybody may look at, coming in by a link, and signing in and out."""

from server.limits import ENTER, SIGN_IN
from server.pages import brand, entering, files, public, signing_in
from server.routes.route import Everybody, Machines, Route, get, post

ROUTES: tuple[Route, ...] = (
    get("/help", public.help_page, Everybody()),
    get("/enter", entering.show_enter, Everybody()),
    post("/enter", entering.enter, Everybody(), ENTER),
    get("/sign-in", signing_in.show_sign_in, Everybody()),
    post("/sign-in", signing_in.sign_in, Everybody(), SIGN_IN),
    post("/sign-in/mail", signing_in.mail_link, Everybody(), SIGN_IN),
    get("/sign-in/oidc", signing_in.depart, Everybody(), SIGN_IN),
    get("/sign-in/oidc/back", signing_in.arrive, Everybody(), SIGN_IN),
    post("/sign-out", signing_in.sign_out, Everybody()),
    get("/brand/{version}/colours.css", brand.colours, Machines()),
    get("/brand/{version}/logo", brand.logo, Machines()),
    get("/robots.txt", files.robots, Machines()),
    get("/manifest.webmanifest", files.manifest, Machines()),
    get("/.well-known/security.txt", files.security_txt, Machines()),
    get("/.well-known/change-password", files.change_password, Machines()),
)
