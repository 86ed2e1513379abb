"""Forms of somebody who asks for a place, or has one."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, StringConstraints

from rooms.program.address import LONGEST, as_address
from rooms.program.group import Group
from rooms.program.places import ALIAS_LENGTH, PlaceInput, Wishes
from rooms.schedule import BadSchedule, zone_of
from web.forms import BadForm, Form, Required, read_form

WISHES = ("day_before", "hour_before", "starting", "missed")


def _address(text: str) -> str:
    """ "" stays: nobody has to give one."""
    address = as_address(text)
    if text and address is None:
        raise ValueError("address")
    return address or ""


def _zone(text: str) -> str:
    try:
        zone_of(text)
    except BadSchedule:
        raise ValueError("zone") from None
    return text


Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST), AfterValidator(_address)]
Zone = Annotated[str, Required, StringConstraints(max_length=64), AfterValidator(_zone)]


class WishesForm(Form):
    """Boxes that are not ticked are not sent."""

    email: Email = ""
    zone: Zone
    day_before: Literal["on", ""] = ""
    hour_before: Literal["on", ""] = ""
    starting: Literal["on", ""] = ""
    missed: Literal["on", ""] = ""

    @property
    def wishes(self) -> Wishes:
        return Wishes(bool(self.day_before), bool(self.hour_before), bool(self.starting), bool(self.missed))


class AskForm(WishesForm):
    """`version`: of the guidelines that were shown."""

    alias: Annotated[str, StringConstraints(strip_whitespace=True, max_length=ALIAS_LENGTH)] = ""
    accepted: Literal["on"]
    version: int


class TokenForm(Form):
    link: Annotated[str, Required, StringConstraints(max_length=2_000)]


class InviteForm(Form):
    alias: Annotated[str, StringConstraints(strip_whitespace=True, max_length=ALIAS_LENGTH)] = ""


SENTENCES: Mapping[tuple[str, str], str] = {
    (
        "email",
        "value_error",
    ): "Look at the address again. Letters can go to one like name@example.org, written without accents.",
    ("zone", "value_error"): "Choose a time zone from the list.",
    ("zone", "string_too_short"): "Choose a time zone from the list.",
    ("accepted", "literal_error"): "Read the guidelines, and agree to them if you can. The group rests on them.",
}


def read_ask(values: Mapping[str, str], group: Group) -> PlaceInput:
    """What somebody asks for a place with. Raises `BadForm`; the answers are judged by who knows the questions."""
    answers = tuple(values.get(f"answer-{number}", "") for number in range(len(group.asks)))
    form = read_form(AskForm, {"version": "0"} | dict(values), SENTENCES)
    if form.version != group.guidelines.version:
        raise BadForm({"accepted": "The guidelines have changed meanwhile. Read them again, and agree if you can."})
    return PlaceInput(
        alias=form.alias,
        email=form.email or None,
        zone=form.zone,
        language=group.language,
        guidelines_version=form.version,
        answers=answers,
        wishes=form.wishes,
    )


def read_wishes(values: Mapping[str, str]) -> WishesForm:
    """Raises `BadForm`."""
    return read_form(WishesForm, values, SENTENCES)
