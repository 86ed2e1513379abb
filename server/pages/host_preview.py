"""What a schedule form would make, for its page and for its script."""

from server.program.series import Preview
from web.host_pages import PreviewDate, PreviewList
from web.repeats import in_words
from web.schedule_form import DatesForm
from web.times import when


def preview_of(form: DatesForm, seen: Preview) -> PreviewList:
    """The next dates; what the clocks do to them is in the notes."""
    return PreviewList(
        rule=in_words(form.rule, form.date),
        dates=tuple(PreviewDate(when(date.schedule.start_at, form.zone)) for date in seen.dates),
        notes=seen.notes,
        conflicts=seen.conflicts,
    )
