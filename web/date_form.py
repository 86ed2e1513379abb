"""The form that changes one date of a series."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, field_validator

from rooms.program.timers import LONGEST_MIN
from web.forms import Form, read_form
from web.schedule_form import SENTENCES, Title


class DateForm(Form):
    """`date` and `time` are local in the zone of the series; `version` is the series' that the page showed."""

    date: dt.date
    time: dt.time
    length: Annotated[int, Field(ge=5, le=LONGEST_MIN)]
    title: Title = ""
    scope: Literal["this", "following", "all"] = "this"
    version: int | None = None

    @field_validator("time")
    @classmethod
    def _is_local(cls, value: dt.time) -> dt.time:
        if value.tzinfo is not None:
            raise ValueError("a wall clock has no offset")
        return value.replace(second=0, microsecond=0)


_SENTENCES: Mapping[tuple[str, str], str] = {
    **SENTENCES,
    ("scope", "literal_error"): "Choose which dates.",
    ("version", "int_parsing"): "Load this page again, then make the change once more.",
}


def read_date_form(values: Mapping[str, str]) -> DateForm:
    """Raises `BadForm` with every problem at once."""
    return read_form(DateForm, values, _SENTENCES)
