"""Groups for everybody: the directory, a group, a place in it, join codes."""

from server.limits import ASK, ENTER
from server.pages import codes, directory, group, place
from server.routes.route import Everybody, Route, get, post

ROUTES: tuple[Route, ...] = (
    get("/", directory.home, Everybody()),
    get("/groups", directory.directory, Everybody()),
    get("/g/{slug}", group.show_group, Everybody()),
    get("/g/{slug}/ask", group.show_ask, Everybody()),
    post("/g/{slug}/ask", group.ask, Everybody(), ASK),
    # The cookie of a place proves it.
    get("/p", place.show_link, Everybody()),
    post("/p", place.open_link, Everybody(), ENTER),
    get("/p/{place}", place.show_place, Everybody()),
    post("/p/{place}/dates/{date}", place.answer, Everybody()),
    post("/p/{place}/dates/{date}/go", place.go_in, Everybody()),
    post("/p/{place}/wishes", place.keep_wishes, Everybody()),
    post("/p/{place}/guidelines", place.agree, Everybody()),
    get("/p/{place}/leave", place.show_leave, Everybody()),
    post("/p/{place}/leave", place.leave, Everybody()),
    get("/j/{code}", codes.join, Everybody()),
)
