"""A session, for everybody who has its address."""

from server.limits import TICKET
from server.pages import session
from server.routes.route import Everybody, Machines, Route, get, post
from server.ticket import make_ticket
from server.ws import signaling_socket

ROUTES: tuple[Route, ...] = (
    get("/s/{session}", session.show_session, Everybody()),
    get("/s/{session}/state", session.show_state, Machines()),
    get("/s/{session}/room", session.show_room, Everybody()),
    get("/s/{session}/after", session.show_after, Everybody()),
    post("/s/{session}/ticket", make_ticket, Machines(), TICKET),
    get("/s/{session}/ws", signaling_socket, Machines()),
)
