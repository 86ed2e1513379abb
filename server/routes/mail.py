"""Where letters lead, and how the post is."""

from rooms.program.authority import Action
from server.limits import ENTER, SIGN_IN
from server.pages import lead, mail
from server.routes.route import Everybody, Machines, Needs, Route, get, post

ORGANISATION = Needs(Action.MANAGE_ORGANISATION)

ROUTES: tuple[Route, ...] = (
    # A link of a letter is the right to answer it.
    get("/lead", lead.show_lead, Everybody()),
    post("/lead", lead.answer_lead, Everybody(), ENTER),
    get("/mail/stop/{letter}", mail.show_stop, Everybody(), ENTER),
    post("/mail/stop/{letter}", mail.stop, Machines(), ENTER),
    get("/admin/mail", mail.show_mail, ORGANISATION),
    post("/admin/mail/try", mail.try_mail, ORGANISATION, SIGN_IN),
    post("/admin/mail/jobs/{job}", mail.try_job, ORGANISATION),
)
