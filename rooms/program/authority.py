"""Who may do what between meetings: one matrix, asked by pages and by the API alike. Pure."""

from collections.abc import Mapping, Set
from enum import StrEnum
from typing import Final


class OrgRole(StrEnum):
    """What an account is in the organisation."""

    ADMIN = "admin"
    HOST = "host"
    FACILITATOR = "facilitator"


class Position(StrEnum):
    """What an account is in one group. Being backup is a position, not a role: one may lead here and stand by there."""

    HOST = "host"
    FACILITATOR = "facilitator"
    BACKUP = "backup"


class Action(StrEnum):
    """What a route does, as far as rights are concerned."""

    # on the organisation
    MANAGE_ORGANISATION = "manage-organisation"  # name, branding, crisis text, retention, directory
    MANAGE_ACCOUNTS = "manage-accounts"
    VIEW_AUDIT = "view-audit"
    MANAGE_PROGRAMS = "manage-programs"  # API keys and webhooks
    CREATE_GROUP = "create-group"
    VIEW_OWN = "view-own"  # one's own dates, sign-ins, name and zone
    # on one group
    VIEW_GROUP = "view-group"
    EDIT_GROUP = "edit-group"
    SCHEDULE = "schedule"
    MANAGE_PLACES = "manage-places"
    MANAGE_LINKS = "manage-links"
    LEAD = "lead"  # accept a date, open its room as a facilitator, moderate it from outside
    EXPORT = "export"
    DELETE_GROUP = "delete-group"


OF_ORGANISATION: Final[frozenset[Action]] = frozenset(
    {
        Action.MANAGE_ORGANISATION,
        Action.MANAGE_ACCOUNTS,
        Action.VIEW_AUDIT,
        Action.MANAGE_PROGRAMS,
        Action.CREATE_GROUP,
        Action.VIEW_OWN,
    }
)

_BY_ROLE: Final[Mapping[OrgRole, frozenset[Action]]] = {
    OrgRole.ADMIN: frozenset(Action),
    OrgRole.HOST: frozenset({Action.CREATE_GROUP, Action.VIEW_OWN}),
    OrgRole.FACILITATOR: frozenset({Action.VIEW_OWN}),
}

_LEADING: Final = frozenset({Action.VIEW_GROUP, Action.LEAD})
_BY_POSITION: Final[Mapping[Position, frozenset[Action]]] = {
    Position.HOST: frozenset(Action) - OF_ORGANISATION,
    Position.FACILITATOR: _LEADING,
    Position.BACKUP: _LEADING,
}


def may(role: OrgRole, positions: Set[Position], action: Action) -> bool:
    """Whether an account of this role, with these positions in the group that the act is about, may do it.

    For an act on the organisation `positions` is of no account. A facilitator whom somebody made host of one group
    hosts that group and nothing else.
    """
    if action in _BY_ROLE[role]:
        return True
    return action not in OF_ORGANISATION and any(action in _BY_POSITION[position] for position in positions)
