"""What hosts and facilitators do with their groups and dates."""

from rooms.program.authority import Action
from server.pages import host_session, host_sessions
from server.routes.route import Needs, Route, get, post

ROUTES: tuple[Route, ...] = (
    get("/host", host_sessions.show_sessions, Needs(Action.VIEW_OWN)),
    get("/host/sessions/new", host_sessions.show_form, Needs(Action.CREATE_GROUP)),
    post("/host/sessions/new", host_sessions.save, Needs(Action.CREATE_GROUP)),
    get("/host/sessions/{session}", host_session.show_session, Needs(Action.VIEW_GROUP)),
    post("/host/sessions/{session}/room", host_session.open_room, Needs(Action.LEAD)),
    post("/host/sessions/{session}/links", host_session.make_link, Needs(Action.MANAGE_LINKS)),
    post("/host/sessions/{session}/links/{link}/revoke", host_session.revoke_link, Needs(Action.MANAGE_LINKS)),
    get("/host/sessions/{session}/cancel", host_session.show_cancel, Needs(Action.SCHEDULE)),
    post("/host/sessions/{session}/cancel", host_session.cancel, Needs(Action.SCHEDULE)),
)
