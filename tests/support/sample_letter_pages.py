"""Samples of the pages that letters lead to, of how the post is, and of letters themselves."""

from dataclasses import replace

from rooms.ids import Instant
from web.forms import Filled
from web.letter_pages import JobRow, LeadAnsweredPage, LeadPage, MailPage, StopLettersPage, TroubleRow
from web.pages import Page
from web.times import when

START = when(Instant(1_800_000_000_000), "Europe/Lisbon")
LONG = "A long winded name of a meeting that somebody wrote with much to say in it"


def letter_pages() -> dict[str, Page]:
    """By name; names begin with the area."""
    accepted = LeadAnsweredPage(
        answer="accepted", title=LONG, starts=START, link="4cZk2Yw7hWq1uPz9tRb5sXe8nVd3mLg6aQj0oKi"
    )
    row = TroubleRow("Reminder day", f"A place in {LONG}", "/host/groups/g_1/places", "came back", "550 5.1.1", START)
    mail = MailPage(
        is_configured=True,
        sender="Meetings <a-rather-long-address-for-letters@groups.example.org>",
        may_try=True,
        counts={"sent": 412, "queued": 3, "bounced": 1, "given-up": 2},
        bounced=(row, TroubleRow("Lead wanted", "Amina", "/admin/people/h_1", "given up", "no connection", START)),
        waiting=(row,),
        jobs=(JobRow("j_1", "tell-moved", 12, START),),
        said="A letter is on its way to you.",
    )
    silent = MailPage(is_configured=False, sender="", may_try=False, counts={}, bounced=(), waiting=(), jobs=())
    return {
        "lead": LeadPage(),
        "lead-unknown": LeadPage(form=Filled({}, {"link": "This link does not work any more."})),
        "lead-accepted": accepted,
        "lead-taken": replace(accepted, answer="taken"),
        "mail-stop": StopLettersPage(letter="o_1"),
        "mail-stopped": StopLettersPage(letter="o_1", is_done=True),
        "admin-mail": mail,
        "admin-mail-off": silent,
    }
