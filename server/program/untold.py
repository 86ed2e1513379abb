"""Edits that nobody has heard of yet, and a later one of the same dates: people hear of both at once."""

from server.program.changed_dates import KINDS, ChangedDates, changed_of, folded, job_of
from server.store.jobs import Job
from server.store.series import SeriesWriter
from server.tokens import new_id


async def with_untold(writer: SeriesWriter, changed: ChangedDates) -> ChangedDates:
    """What is to be told of `changed`, whose dates people know as they were before all edits that still wait.

    Those are withdrawn in the same transaction. One that somebody has begun to tell is left to them.
    """
    own, sessions = job_of(changed, writer.now).key, set(changed.sessions)

    def is_about_them(job: Job) -> bool:
        return job.key != own and not sessions.isdisjoint(changed_of(job).sessions)

    withdrawn = await writer.withdraw(KINDS, is_about_them)
    return folded(new_id("c"), changed, [changed_of(job) for job in withdrawn])
