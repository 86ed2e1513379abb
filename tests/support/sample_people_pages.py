"""Samples of the pages of accounts, admins and the first start."""

from dataclasses import replace

from rooms.ids import Instant
from web.countries import country_names
from web.forms import Filled
from web.pages import Page, SignInPage
from web.people_pages import (
    AccountPage,
    ActRow,
    AdminPage,
    AuditPage,
    BrandingPage,
    CrisisPage,
    DoctorPage,
    FindingRow,
    OrganisationPage,
    PeoplePage,
    PersonPage,
    PersonRow,
    RetentionPage,
    ShownLink,
    SignInRow,
    StartInvitePage,
    StartPage,
)
from web.qr import qr_of
from web.times import DAY_MS, when, zone_choices

NOW = Instant(1_795_289_400_000)  # 2026-11-21 20:10 UTC
ZONE = "Europe/Lisbon"
URL = "http://localhost:8080/enter#4cZk2Yw7hWq1uPz9tRb5sXe8nVd3mLg6aQj0oKi"
LANGUAGES = {"de": "Deutsch", "en": "English"}
LONG = "Maximiliana Featherstonehaugh-Wolfeschlegelsteinhausen"


def people_pages() -> dict[str, Page]:
    """By name; names begin with the area."""
    zones = zone_choices()
    signs = tuple(
        SignInRow(f"i_{at}", label, when(Instant(NOW - at * DAY_MS), ZONE), at == 0)
        for at, label in enumerate(("Firefox on Windows", "Safari on an iPhone"))
    )
    link = ShownLink("Tom", URL, when(Instant(NOW + 7 * DAY_MS), ZONE), qr_of(URL), is_mailed=False)
    rows = (
        PersonRow("h_1", "Amina", "Admin", "amina@groups.example", ""),
        PersonRow(
            "h_2", LONG, "Facilitator", "maximiliana.featherstonehaugh@a-rather-long-name.example", "training over"
        ),
        PersonRow("h_3", "Tom", "Facilitator", "", "invited"),
        PersonRow("h_4", "Inês", "Host", "", "switched off"),
    )
    account = AccountPage(
        name="Amina",
        role="Admin",
        form=Filled({"name": "Amina", "email": "amina@groups.example", "zone": ZONE, "language": "en"}),
        zones=zones,
        languages=LANGUAGES,
        has_password=True,
        has_mail=True,
        bounced=False,
        sign_ins=signs,
    )
    person = PersonPage(
        person=rows[1],
        form=Filled({"name": LONG, "role": "facilitator", "training_expires_on": "2026-11-01", "version": "2"}),
        is_off=False,
        is_self=False,
        sign_ins=signs,
    )
    people = PeoplePage(people=rows, form=Filled({"role": "facilitator"}), has_mail=False)
    crisis = {"country-0": "PT", "name-0": "SOS Voz Amiga", "number-0": "213 544 545", "note-0": "15:30 to 00:30"}
    start = StartPage(form=Filled({"zone": "UTC"}), zones=zones, has_mail=False)
    acts = tuple(
        ActRow(
            when(Instant(NOW - at * 60_000), ZONE), act, actor, "h_JWq1uPz9tRb5sXe8nVd3mL", "g_4cZk2Yw7hWq1uPz9tRb5sX"
        )
        for at, (act, actor) in enumerate((("role changed", "h_4cZk2Yw7hWq1uPz9tRb5sX"), ("account made", "")))
    )
    return {
        "sign-in-mail": SignInPage(has_mail=True, provider="your university account"),
        "sign-in-on-its-way": SignInPage(has_mail=True, is_on_its_way=True),
        "account": account,
        "account-training-over": replace(
            account,
            form=Filled({"name": "Amina", "zone": ZONE}, {"current": "This is not your password as it is now."}),
            training="Your training lasted until 1 November 2026. You can lead again when it is renewed.",
            is_training_over=True,
            bounced=True,
            said="Saved.",
        ),
        "admin": AdminPage(
            organisation="Evening groups Lisbon",
            people=4,
            steps=(
                ("Add whom people can call in a crisis", "/admin/crisis"),
                ("Invite a facilitator", "/admin/people"),
            ),
        ),
        "admin-people": people,
        "admin-people-invited": replace(people, link=link),
        "admin-people-again": replace(people, form=Filled({"role": "host"}, {"name": "Write a name."})),
        "admin-person": person,
        "admin-person-off": replace(person, is_off=True, sign_ins=()),
        "admin-organisation": OrganisationPage(
            form=Filled({"name": "Evening groups", "zone": ZONE, "language": "en", "directory": "public"}),
            zones=zones,
            languages=LANGUAGES,
        ),
        "admin-branding": BrandingPage(
            form=Filled({"own_colour": "yes", "colour": "#ffcc00"}, {"logo": "Keep a PNG to 256 kB."}),
            shades="So that everybody can read it, we use the darker shade #746000, and a lighter one in the dark.",
        ),
        "admin-crisis": CrisisPage(
            form=Filled(crisis, {"number-1": "Write a number to call, or a web address."}),
            rows=4,
            default_text="Call your local emergency number.",
            countries=country_names(),
        ),
        "admin-retention": RetentionPage(
            form=Filled({"sessions": "14", "places": "30", "mail": "30", "audit": "90"}), said="Saved."
        ),
        "admin-audit": AuditPage(acts=acts, about="", older="/admin/audit?before=1"),
        "admin-audit-empty": AuditPage(acts=(), about="h_1", older=""),
        "admin-doctor": DoctorPage(),
        "admin-doctor-found": DoctorPage(
            findings=(FindingRow("Disk", True, "41 GB free"), FindingRow("Clock", False, "the date is in the past."))
        ),
        "start": start,
        "start-again": replace(
            start,
            form=Filled(
                {"organisation": "Evening groups", "zone": "UTC"},
                {"name": "Write a name.", "password": "Choose a password of 10 characters or more."},
            ),
        ),
        "start-mail": replace(start, has_mail=True),
        "start-invite": StartInvitePage(has_mail=True, next="/host/series/new"),
        "start-invite-link": StartInvitePage(has_mail=False, next="/host/series/new", link=link),
    }
