"""What a key may be used for, beside the rights of the account it belongs to."""

from enum import StrEnum


class Scope(StrEnum):
    """Writing includes reading of the same kind."""

    ORGANISATION_READ = "organisation:read"
    ORGANISATION_WRITE = "organisation:write"
    ACCOUNTS_READ = "accounts:read"
    ACCOUNTS_WRITE = "accounts:write"
    GROUPS_READ = "groups:read"
    GROUPS_WRITE = "groups:write"
    PLACES_READ = "places:read"  # the people of a group, with what they wrote of themselves
    PLACES_WRITE = "places:write"
    SESSIONS_READ = "sessions:read"  # series and sessions
    SESSIONS_WRITE = "sessions:write"
    LINKS_READ = "links:read"
    LINKS_WRITE = "links:write"
    ROOMS_READ = "rooms:read"  # who waits and who is inside, as a facilitator sees it
    ROOMS_WRITE = "rooms:write"
    PROGRAMS_READ = "programs:read"  # keys, webhooks, deliveries
    PROGRAMS_WRITE = "programs:write"


def allows(held: frozenset[Scope], wanted: Scope) -> bool:
    """Whether a key with these scopes may be used where `wanted` is asked for."""
    if wanted in held:
        return True
    area, _, access = wanted.value.partition(":")
    return access == "read" and Scope(f"{area}:write") in held


def read_scopes(text: str) -> frozenset[Scope]:
    """As stored: words, separated by spaces. A word that is none any more gives nothing."""
    known = {scope.value: scope for scope in Scope}
    return frozenset(known[word] for word in text.split() if word in known)


def write_scopes(scopes: frozenset[Scope]) -> str:
    return " ".join(sorted(scopes))
