"""Calendar files and feeds."""

from rooms.program.authority import Action
from server.limits import FEED
from server.pages import calendar
from server.routes.route import Machines, Needs, Route, get

ROUTES: tuple[Route, ...] = (
    get("/s/{session}/calendar.ics", calendar.session_file, Machines(), FEED),
    get("/series/{series}/calendar.ics", calendar.series_file, Needs(Action.VIEW_GROUP)),
    get("/g/{slug}/calendar.ics", calendar.public_feed, Machines(), FEED),
    get("/calendar/{token}.ics", calendar.private_feed, Machines(), FEED),
)
