"""The forms of accounts, of admins and of the first start."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from web.forms import EMAIL_LENGTH, NAME_LENGTH, PASSWORD_LENGTH, SENTENCES, Form, Required

Role = Literal["admin", "host", "facilitator"]
ROLES: Mapping[str, str] = {"facilitator": "Facilitator", "host": "Host", "admin": "Admin"}
ROLE_NOTES: Mapping[str, str] = {
    "facilitator": "Leads the dates they are asked for.",
    "host": "Makes groups, schedules, sees to places and facilitators.",
    "admin": "All of that in every group, and the organisation itself.",
}
TEXT_LENGTH = 600


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("zone")
    return value


def _day(value: object) -> object:
    return value or None


Name = Annotated[str, Required, StringConstraints(max_length=NAME_LENGTH)]
Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=EMAIL_LENGTH)]
Zone = Annotated[str, AfterValidator(_zone)]
Password = Annotated[str, StringConstraints(max_length=PASSWORD_LENGTH)]
Days = Annotated[int, BeforeValidator(lambda value: str(value).strip())]


class ProfileForm(Form):
    """`present`: the password as it is, where the address changes and there is one."""

    present: Password = ""
    name: Name
    email: Email = ""
    zone: Zone
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")] = "en"


class NewPasswordForm(Form):
    """`current` is "" where there is none yet."""

    current: Password = ""
    password: Annotated[str, StringConstraints(min_length=1, max_length=PASSWORD_LENGTH)]


class InviteForm(Form):
    name: Name
    email: Email = ""
    role: Role = "facilitator"


class PersonForm(Form):
    name: Name
    email: Email = ""
    role: Role
    training_expires_on: Annotated[date | None, BeforeValidator(_day)] = None


class OrganisationForm(Form):
    name: Name
    zone: Zone
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")] = "en"
    directory: Literal["public", "private"]


class BrandingForm(Form):
    """`colour` counts where `own_colour` is "yes": a colour field always holds one."""

    own_colour: str = ""
    colour: str = ""


class CrisisForm(Form):
    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=TEXT_LENGTH)] = ""


class RetentionForm(Form):
    sessions: Days
    places: Days
    mail: Days
    audit: Days


class StartForm(Form):
    """The whole of the first step: the organisation, and who begins it."""

    organisation: Name
    name: Name
    email: Email = ""
    password: Password = ""
    zone: Zone


_NOT_A_NUMBER = "Write a number of days."
WORDS: Mapping[tuple[str, str], str] = {
    **SENTENCES,
    ("name", "string_too_short"): "Write a name.",
    ("organisation", "string_too_short"): "Write what your organisation is called.",
    ("zone", "value_error"): "Choose a time zone.",
    ("training_expires_on", "date_from_datetime_parsing"): "Write a date, or nothing.",
    ("training_expires_on", "date_parsing"): "Write a date, or nothing.",
    ("password", "string_too_short"): "Write a new password.",
    ("directory", "literal_error"): "Choose one of the two.",
    **{(kind, "int_parsing"): _NOT_A_NUMBER for kind in ("sessions", "places", "mail", "audit")},
}
