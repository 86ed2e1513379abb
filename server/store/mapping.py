"""Rows to records and back: the only place that knows both."""

from datetime import date
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row

from rooms.ids import Instant, PersonId, SessionId
from rooms.live.settings import Settings
from rooms.program.authority import OrgRole
from rooms.program.ids import AccountId
from rooms.roles import Role
from server.store.records import Account, LinkRecord, PersonRecord, SessionEnd, SessionRecord

_SETTINGS = TypeAdapter(Settings)


def dump_settings(settings: Settings) -> str:
    return _SETTINGS.dump_json(settings).decode()


def load_settings(text: str) -> Settings:
    """Settings stored before a field existed get its default."""
    return _SETTINGS.validate_json(text)


def account_of(row: Row[Any]) -> Account:
    return Account(
        id=AccountId(row.id),
        name=row.name,
        role=OrgRole(row.role),
        email=row.email,
        zone=row.zone,
        language=row.language,
        training_expires_on=None if row.training_expires_on is None else date.fromisoformat(row.training_expires_on),
        has_password=row.password_hash is not None,
        version=row.version,
        disabled_at=None if row.disabled_at is None else Instant(row.disabled_at),
        bounced_at=None if row.bounced_at is None else Instant(row.bounced_at),
    )


def account_values(record: Account) -> dict[str, Any]:
    """What a person or an admin may change; not the password, the version and the instants."""
    training = record.training_expires_on
    return {
        "name": record.name,
        "email": record.email,
        "role": record.role.value,
        "zone": record.zone,
        "language": record.language,
        "training_expires_on": None if training is None else training.isoformat(),
    }


def session_of(row: Row[Any]) -> SessionRecord:
    return SessionRecord(
        id=SessionId(row.id),
        host=row.host,
        group=row.group,
        series=row.series,
        original_local=row.original_local,
        sequence=row.sequence,
        title=row.title,
        discreet_title=row.discreet_title,
        zone=row.zone,
        settings=load_settings(row.settings),
        guidelines=row.guidelines,
        facilitators=row.facilitators,
        resources=row.resources,
        end=SessionEnd(row.end),
        begun_at=None if row.begun_at is None else Instant(row.begun_at),
    )


def session_values(record: SessionRecord, now: Instant) -> dict[str, Any]:
    return {
        "id": record.id,
        "host": record.host,
        "group": record.group,
        "series": record.series,
        "original_local": record.original_local,
        "sequence": record.sequence,
        "title": record.title,
        "discreet_title": record.discreet_title,
        "zone": record.zone,
        "settings": dump_settings(record.settings),
        "guidelines": record.guidelines,
        "facilitators": record.facilitators,
        "resources": record.resources,
        "end": record.end.value,
        "start_at": record.settings.schedule.start_at,
        "end_at": record.settings.schedule.end_at,
        "created_at": now,
    }


def link_of(row: Row[Any]) -> LinkRecord:
    return LinkRecord(
        id=row.id,
        token_hash=row.token_hash,
        session=SessionId(row.session),
        account=row.account,
        sign_in=row.sign_in,
        place=row.place,
        is_leaked=row.is_leaked,
        role=Role(row.role),
        person=None if row.person is None else PersonId(row.person),
        label=row.label,
        expires_at=Instant(row.expires_at),
        revoked_at=None if row.revoked_at is None else Instant(row.revoked_at),
    )


def link_values(record: LinkRecord, now: Instant) -> dict[str, Any]:
    return {
        "id": record.id,
        "token_hash": record.token_hash,
        "session": record.session,
        "account": record.account,
        "sign_in": record.sign_in,
        "place": record.place,
        "is_leaked": record.is_leaked,
        "role": record.role.value,
        "person": record.person,
        "label": record.label,
        "created_at": now,
        "expires_at": record.expires_at,
        "revoked_at": record.revoked_at,
    }


def person_of(row: Row[Any]) -> PersonRecord:
    return PersonRecord(
        id=PersonId(row.id),
        session=SessionId(row.session),
        role=Role(row.role),
        link=row.link,
        place=row.place,
        suggested_alias=row.suggested_alias,
    )


def person_values(record: PersonRecord, now: Instant) -> dict[str, Any]:
    return {
        "id": record.id,
        "session": record.session,
        "role": record.role.value,
        "link": record.link,
        "place": record.place,
        "suggested_alias": record.suggested_alias,
        "created_at": now,
    }
