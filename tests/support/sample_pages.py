"""One sample of every page and of its states, for screenshots and for the tests of the templates."""

from dataclasses import replace

from rooms.ids import Instant
from tests.support.sample_group_pages import group_pages
from tests.support.sample_host_pages import date_row, host_samples
from tests.support.sample_letter_pages import letter_pages
from tests.support.sample_people_pages import people_pages
from tests.support.sample_program_pages import program_pages
from tests.support.sample_words import RESOURCES, SESSION, SITE, START, TITLE, ZONE, hours
from web.doors import doors_of
from web.forms import Filled
from web.pages import (
    AfterPage,
    EnterPage,
    ErrorPage,
    GroupWords,
    Guidelines,
    HelpPage,
    Page,
    RoomPage,
    RoomUrls,
    SessionPage,
    SignInPage,
)
from web.schedule_form import GUIDELINES, WAITING_MESSAGE
from web.times import MINUTE_MS, when


def session_page(phase: str, minutes: int, leads: bool = False) -> SessionPage:
    return SessionPage(
        id=SESSION,
        title=TITLE,
        discreet_title="Meeting",
        starts=when(START, ZONE),
        ends=when(hours().end_at, ZONE),
        doors_min=15,
        late_min=10,
        doors=doors_of(phase, hours(), Instant(START + minutes * MINUTE_MS)),
        facilitators="Amina and Jo",
        is_peer_held=False,
        leads=leads,
        guidelines=GUIDELINES,
    )


def group_words() -> GroupWords:
    return GroupWords(
        url="/g/k3v9q2m7x4b8n1c6",
        camera="Camera welcome, not needed",
        audience="For everybody who lost somebody close, however long ago.",
        about="We begin with a minute of quiet. Whoever wants to speaks; listening is enough.",
        accessibility="Captions by browser; tell us what you need: amina@groups.example",
        next=(
            when(Instant(START + 7 * 24 * 60 * MINUTE_MS), ZONE),
            when(Instant(START + 14 * 24 * 60 * MINUTE_MS), ZONE),
        ),
    )


def room_page() -> RoomPage:
    base = f"/s/{SESSION}"
    return RoomPage(
        session=SESSION,
        title="</script><script>alert(1)</script>",
        discreet_title="Meeting",
        facilitators="Amina and Jo",
        guidelines=Guidelines(1, GUIDELINES),
        waiting_message=WAITING_MESSAGE,
        resources=RESOURCES,
        starts_at=START,
        ends_at=hours().end_at,
        doors_at=hours().doors_at,
        now=Instant(START - 20 * MINUTE_MS),
        zone=ZONE,
        urls=RoomUrls(
            ticket=f"{base}/ticket",
            socket=f"{base}/ws",
            session=base,
            after=f"{base}/after",
            help="/help",
            quick_exit=SITE.quick_exit_url,
        ),
        build=SITE.build,
    )


def sample_pages() -> dict[str, Page]:
    after = AfterPage(
        id=SESSION, title=TITLE, discreet_title="Meeting", doors=date_row("ended", 80).doors, resources=RESOURCES
    )
    return {
        **group_pages(),
        "help": HelpPage(),
        "sign-in": SignInPage(),
        "sign-in-again": SignInPage(
            form=Filled({"name": "Amina"}, {}, "This name and this password do not fit together. Try again.")
        ),
        "enter": EnterPage(),
        **host_samples(),
        **people_pages(),
        **letter_pages(),
        **program_pages(),
        "session-not-open": session_page("scheduled", -150),
        "session-of-group": replace(
            session_page("scheduled", -150),
            group=group_words(),
            moved_from=when(Instant(START - 24 * 60 * MINUTE_MS), ZONE),
            calendar=f"/s/{SESSION}/calendar.ics",
            google="https://calendar.google.com/calendar/render?action=TEMPLATE&text=Meeting",
        ),
        "session-open": session_page("doors-open", -8),
        "session-late": session_page("live", 30),
        "session-lead": session_page("scheduled", -40, leads=True),
        "session-canceled": replace(session_page("canceled", 20), group=group_words()),
        "after": after,
        "after-of-group": replace(after, group=group_words()),
        "after-left": replace(after, doors=date_row("live", 8).doors),
        "error-404": ErrorPage(status=404),
        "error-429": ErrorPage(status=429, retry_s=30),
        "room": room_page(),
    }
