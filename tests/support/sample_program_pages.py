"""The pages about other programs, with sample data."""

from rooms.ids import Instant
from server.api.catalogue import OPERATIONS
from server.api.openapi import ABOUT
from server.api.scopes import Scope
from server.pages.api_docs import areas_of
from server.webhooks.events import Event
from tests.support.sample_words import START, ZONE
from web.api_page import ApiPage
from web.forms import Filled
from web.pages import Page
from web.program_pages import Choice, DeliveryRow, KeyRow, ProgramsPage, Shown, WebhookPage, WebhookRow
from web.times import when

AT = when(Instant(START), ZONE)
SCOPES = tuple(Choice(f"scope-{scope.value}", scope.value, scope is Scope.GROUPS_READ) for scope in Scope)
EVENTS = tuple(Choice(f"event-{event.value}", event.value, event is Event.SESSION_ENDED) for event in Event)
HOOK = WebhookRow("w_1", "https://example.org/holdspace/" + "long" * 20, "session.ended, session.started", True)


def program_pages() -> dict[str, Page]:
    keys = (
        KeyRow("k_1", "Website calendar", "groups:read, sessions:read", AT, AT, "", True),
        KeyRow("k_2", "An old one", "groups:write", AT, None, "Revoked", False),
    )
    deliveries = (
        DeliveryRow("d_1", "session.ended", AT, "Taken", "1 try, answered 204", True),
        DeliveryRow("d_2", "session.started", AT, "On its way", "3 tries, nobody answered", False),
    )
    return {
        "api": ApiPage(about=ABOUT, areas=areas_of(OPERATIONS)),
        "programs-empty": ProgramsPage(keys=(), webhooks=(), scopes=SCOPES, events=EVENTS),
        "programs": ProgramsPage(
            keys=keys,
            webhooks=(HOOK,),
            scopes=SCOPES,
            events=EVENTS,
            shown=Shown("the key Website calendar", "hsk_" + "a" * 43),
        ),
        "programs-again": ProgramsPage(
            keys=keys,
            webhooks=(),
            scopes=SCOPES,
            events=EVENTS,
            form=Filled({"name": ""}, {"name": "Say which program it is for.", "scope": "Choose one or more."}),
        ),
        "webhook": WebhookPage(
            webhook=HOOK, version=1, events=EVENTS, deliveries=deliveries, form=Filled({"url": HOOK.url})
        ),
    }
