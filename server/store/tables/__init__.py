"""The tables, by area. All belong to one `metadata`, so importing any of them knows them all."""

from server.store.tables.columns import metadata
from server.store.tables.integrations import api_keys, deliveries, idempotency, webhooks
from server.store.tables.meeting import (
    audit,
    codes,
    credentials,
    links,
    people,
    resume_tokens,
    rooms,
    sessions,
    tickets,
)
from server.store.tables.organising import accounts, oidc_flows, organisation, sign_in_links, sign_ins
from server.store.tables.programme import (
    answers,
    exceptions,
    groups,
    guidelines,
    leads,
    places,
    series,
    staff,
    templates,
)
from server.store.tables.work import forgotten, jobs, limits, outbox

__all__ = [
    "accounts",
    "answers",
    "api_keys",
    "audit",
    "codes",
    "credentials",
    "deliveries",
    "exceptions",
    "forgotten",
    "groups",
    "guidelines",
    "idempotency",
    "jobs",
    "leads",
    "limits",
    "links",
    "metadata",
    "oidc_flows",
    "organisation",
    "outbox",
    "people",
    "places",
    "resume_tokens",
    "rooms",
    "series",
    "sessions",
    "sign_in_links",
    "sign_ins",
    "staff",
    "templates",
    "tickets",
    "webhooks",
]
