"""What hosts and facilitators do with their dates, series and what is kept of their groups."""

from rooms.program.authority import Action
from server.pages import (
    host_dates,
    host_export,
    host_home,
    host_retention,
    host_schedule,
    host_series,
    host_session,
    host_templates,
)
from server.routes.route import Needs, Route, get, post

OWN, CREATE = Needs(Action.VIEW_OWN), Needs(Action.CREATE_GROUP)
VIEW, SCHEDULE, LEAD = Needs(Action.VIEW_GROUP), Needs(Action.SCHEDULE), Needs(Action.LEAD)
LINKS, EXPORT, DELETE = Needs(Action.MANAGE_LINKS), Needs(Action.EXPORT), Needs(Action.DELETE_GROUP)

SERIES = "/host/groups/{group}/series/{series}"
DATE = SERIES + "/dates/{date}"
DATA = "/host/groups/{group}/data"
PERSON = DATA + "/people/{place}"
SESSION = "/host/sessions/{session}"

ROUTES: tuple[Route, ...] = (
    get("/host", host_home.show_home, OWN),
    get("/host/groups", host_home.show_groups, OWN),
    get("/host/retention", host_retention.show_retention, OWN),
    # Scheduling.
    get("/host/series/new", host_schedule.show_form, CREATE),
    post("/host/series/new", host_schedule.save, CREATE),
    post("/host/series/dates", host_schedule.dates, OWN),
    get("/host/groups/{group}/series/new", host_schedule.show_form_of_group, SCHEDULE),
    post("/host/groups/{group}/series/new", host_schedule.save, SCHEDULE),
    # A series and its dates.
    get(SERIES, host_series.show_series, VIEW),
    get(SERIES + "/copy", host_schedule.show_copy, SCHEDULE),
    get(SERIES + "/end", host_series.show_end, SCHEDULE),
    post(SERIES + "/end", host_series.end, SCHEDULE),
    get(DATE, host_dates.show_date, SCHEDULE),
    post(DATE + "/change", host_dates.change, SCHEDULE),
    post(DATE + "/cancel", host_dates.cancel, SCHEDULE),
    # One session.
    get(SESSION, host_session.show_session, VIEW),
    post(SESSION + "/room", host_session.open_room, LEAD),
    post(SESSION + "/lead", host_session.answer_lead, VIEW),
    post(SESSION + "/links", host_session.make_link, LINKS),
    post(SESSION + "/links/{link}/revoke", host_session.revoke_link, LINKS),
    get(SESSION + "/cancel", host_session.show_cancel, SCHEDULE),
    post(SESSION + "/cancel", host_session.cancel, SCHEDULE),
    # Templates.
    get("/host/templates", host_templates.show_templates, CREATE),
    post("/host/templates", host_templates.keep, CREATE),
    get("/host/templates/{template}", host_templates.show_template, CREATE),
    post("/host/templates/{template}", host_templates.change, CREATE),
    post("/host/templates/{template}/delete", host_templates.delete, CREATE),
    # What is kept of a group, and of one person in it.
    get(DATA, host_export.show_data, EXPORT),
    get(DATA + "/export.json", host_export.group_json, EXPORT),
    get(DATA + "/dates.csv", host_export.dates_csv, EXPORT),
    get(DATA + "/people.csv", host_export.people_csv, EXPORT),
    get(DATA + "/delete", host_export.show_delete_group, DELETE),
    post(DATA + "/delete", host_export.delete_group, DELETE),
    get(PERSON + "/export.json", host_export.person_json, EXPORT),
    get(PERSON + "/export.csv", host_export.person_csv, EXPORT),
    get(PERSON + "/delete", host_export.show_delete_person, Needs(Action.MANAGE_PLACES)),
    post(PERSON + "/delete", host_export.delete_person, Needs(Action.MANAGE_PLACES)),
)
