"""Links that lead to more than one date."""

from rooms.program.authority import Action
from server.limits import ENTER
from server.pages import shared_link
from server.routes.route import Everybody, Needs, Route, get, post

ROUTES: tuple[Route, ...] = (
    get("/e/{token}", shared_link.follow, Everybody(), ENTER),
    post("/host/groups/{group}/series/{series}/link", shared_link.renew, Needs(Action.MANAGE_LINKS)),
)
