"""What retention deleted, in numbers, for everybody who hosts or leads."""

from aiohttp import web

from rooms.program.organisation import Retention
from server.pages.answer import services_of, show
from server.routes.guard import account_of
from server.store.forgotten import ForgottenCount
from web.host_pages import Forgotten, RetentionPage
from web.times import when

NONE = ForgottenCount(0, 0)


def kept(periods: Retention) -> tuple[tuple[str, str, str], ...]:
    """Each kind, in words, and for how long it is kept."""
    after_end = f"{days(periods.sessions)} after the session"
    mail = days(periods.mail)
    return (
        ("people", "Who came to a session, under the name they chose", after_end),
        ("rooms", "What happened in a room", after_end),
        ("texts", "Titles and texts of past sessions", after_end),
        ("links", "Personal links to a session", after_end),
        ("codes", "Codes to say aloud", "30 minutes after the session"),
        ("places", "Places of people who left or were declined", days(periods.places)),
        ("letters", "Letters, and the addresses they went to", mail),
        ("passes", "Sign-ins, cookies and tickets that have run out", "until they run out"),
        ("jobs", "Reminders and other things that are done", mail),
        ("deliveries", "What other programs were told", mail),
        ("kept-answers", "Answers kept for other programs", days(1)),
        ("audit", "Who did what in rooms and settings", days(periods.audit)),
    )


def days(count: int) -> str:
    return "not at all" if count == 0 else "1 day" if count == 1 else f"{count} days"


async def show_retention(request: web.Request) -> web.Response:
    proof = await services_of(request).forgetting.proof()
    rows = []
    for kind, words, how_long in kept(proof.periods):
        count = proof.counts.get(kind, NONE)
        rows.append(Forgotten(words, how_long, count.recent, count.ever))
    last = None if proof.last is None else when(proof.last, account_of(request).zone)
    return show(request, RetentionPage(rows=tuple(rows), last=last))
