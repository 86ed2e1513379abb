"""A group on a whole server: its texts, its dates, and somebody who asks for a place in it."""

from rooms.program.group import Group, GroupInput, Topic
from tests.support.programme import HOUR, add_dates, date_values
from tests.support.whole_server import Browser, WholeServer

WANTED = GroupInput(
    name="Tuesday grief circle",
    topic=Topic.BEREAVEMENT,
    audience="For people who lost somebody.",
    guidelines="What is said here stays here.",
    zone="Europe/Lisbon",
    is_public=True,
    is_neutral=False,
)
ASKED = {"zone": "Asia/Tokyo", "accepted": "on", "version": "1", "alias": "Quiet Heron"}


async def add_date(server: WholeServer, group: Group, id: str = "s_1", hours: float = 24, **changes: object) -> None:
    start = server.services.clock.now() + int(hours * HOUR)
    await add_dates(server.services.store.database, date_values(id, start, group.id, **changes))


async def ask(browser: Browser, group: Group, **changes: str) -> str:
    """The path of the place that somebody got."""
    response = await browser.post(f"/g/{group.slug}/ask", **(ASKED | changes))
    assert response.status == 303, await response.text()
    return response.headers["Location"]
