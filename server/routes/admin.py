"""The organisation, its people, each one's own account, and the first start."""

from rooms.program.authority import Action
from server.limits import SIGN_IN
from server.pages import account, admin, admin_organisation, admin_people, admin_programs, first_start
from server.routes.route import Needs, Route, get, post

OWN, ORGANISATION = Needs(Action.VIEW_OWN), Needs(Action.MANAGE_ORGANISATION)
PEOPLE, AUDIT = Needs(Action.MANAGE_ACCOUNTS), Needs(Action.VIEW_AUDIT)
PROGRAMS = Needs(Action.MANAGE_PROGRAMS)
PERSON = "/admin/people/{account}"
WEBHOOK = "/admin/programs/webhooks/{webhook}"

ROUTES: tuple[Route, ...] = (
    # One's own.
    get("/account", account.show_account, OWN),
    post("/account", account.save_profile, OWN),
    post("/account/password", account.save_password, OWN, SIGN_IN),
    post("/account/calendar", account.make_feed, OWN),
    post("/account/calendar/end", account.end_feed, OWN),
    post("/account/sign-ins/{sign_in}/revoke", account.revoke_sign_in, OWN),
    post("/account/sign-out-others", account.sign_out_others, OWN),
    # The first start.
    get("/start", first_start.show_start, ORGANISATION),
    post("/start", first_start.begin, ORGANISATION),
    get("/start/invite", first_start.show_invite, PEOPLE),
    post("/start/invite", first_start.invite, PEOPLE),
    # People.
    get("/admin/people", admin_people.show_people, PEOPLE),
    post("/admin/people", admin_people.invite, PEOPLE),
    get(PERSON, admin_people.show_person, PEOPLE),
    post(PERSON, admin_people.save_person, PEOPLE),
    post(PERSON + "/off", admin_people.switch_off, PEOPLE),
    post(PERSON + "/on", admin_people.switch_on, PEOPLE),
    post(PERSON + "/link", admin_people.make_link, PEOPLE),
    post(PERSON + "/sign-ins/{sign_in}/revoke", admin_people.revoke_sign_in, PEOPLE),
    post(PERSON + "/sign-out", admin_people.sign_out, PEOPLE),
    # The organisation.
    get("/admin", admin.show_overview, ORGANISATION),
    get("/admin/organisation", admin_organisation.show_organisation, ORGANISATION),
    post("/admin/organisation", admin_organisation.save_organisation, ORGANISATION),
    get("/admin/branding", admin_organisation.show_branding, ORGANISATION),
    post("/admin/branding", admin_organisation.save_branding, ORGANISATION),
    post("/admin/branding/logo", admin_organisation.save_logo, ORGANISATION),
    post("/admin/branding/logo/remove", admin_organisation.remove_logo, ORGANISATION),
    get("/admin/crisis", admin_organisation.show_crisis, ORGANISATION),
    post("/admin/crisis", admin_organisation.save_crisis, ORGANISATION),
    get("/admin/retention", admin_organisation.show_retention, ORGANISATION),
    post("/admin/retention", admin_organisation.save_retention, ORGANISATION),
    # Other programs.
    get("/admin/programs", admin_programs.show_programs, PROGRAMS),
    post("/admin/programs/keys", admin_programs.make_key, PROGRAMS),
    post("/admin/programs/keys/{key}/revoke", admin_programs.revoke_key, PROGRAMS),
    post("/admin/programs/webhooks", admin_programs.make_webhook, PROGRAMS),
    get(WEBHOOK, admin_programs.show_webhook, PROGRAMS),
    post(WEBHOOK, admin_programs.save_webhook, PROGRAMS),
    post(WEBHOOK + "/drop", admin_programs.drop_webhook, PROGRAMS),
    post(WEBHOOK + "/deliveries/{delivery}", admin_programs.deliver_again, PROGRAMS),
    get("/admin/audit", admin.show_audit, AUDIT),
    get("/admin/doctor", admin.show_doctor, ORGANISATION),
    post("/admin/doctor", admin.run_doctor, ORGANISATION),
)
