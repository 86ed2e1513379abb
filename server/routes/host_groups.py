"""What hosts do with their groups: texts, intake, who leads, who has a place."""

from rooms.program.authority import Action
from server.pages import host_group_people, host_group_places, host_groups
from server.routes.route import Needs, Route, get, post

CREATE, VIEW, EDIT = Needs(Action.CREATE_GROUP), Needs(Action.VIEW_GROUP), Needs(Action.EDIT_GROUP)
PLACES = Needs(Action.MANAGE_PLACES)

GROUP = "/host/groups/{group}"
PLACE = GROUP + "/places/{place}"

ROUTES: tuple[Route, ...] = (
    get("/host/groups/new", host_groups.show_new, CREATE),
    post("/host/groups/new", host_groups.create, CREATE),
    get(GROUP, host_groups.show_group, VIEW),
    get(GROUP + "/edit", host_groups.show_edit, EDIT),
    post(GROUP + "/edit", host_groups.edit, EDIT),
    get(GROUP + "/archive", host_groups.show_archive, Needs(Action.DELETE_GROUP)),
    post(GROUP + "/archive", host_groups.archive, Needs(Action.DELETE_GROUP)),
    get(GROUP + "/intake", host_group_people.show_intake, EDIT),
    post(GROUP + "/intake", host_group_people.change_intake, EDIT),
    get(GROUP + "/staff", host_group_people.show_staff, EDIT),
    post(GROUP + "/staff", host_group_people.change_staff, EDIT),
    get(GROUP + "/places", host_group_places.show_places, PLACES),
    post(GROUP + "/places/invite", host_group_places.invite, PLACES),
    post(PLACE + "/accept", host_group_places.accept, PLACES),
    post(PLACE + "/decline", host_group_places.decline, PLACES),
    post(PLACE + "/remove", host_group_places.remove, PLACES),
    post(PLACE + "/link", host_group_places.new_link, PLACES),
)
