"""What else happens at the time of a date: the group's own sessions, and those of the people who lead it. Pure."""

from collections.abc import Iterable, Set
from dataclasses import dataclass

from rooms.ids import Instant, SessionId
from rooms.live.settings import Schedule
from rooms.program.ids import GroupId
from rooms.schedule import local_of


@dataclass(frozen=True, slots=True)
class Busy:
    """A session that is planned, whose it is, and who may lead it."""

    session: SessionId
    group: GroupId
    start_at: Instant
    end_at: Instant
    leaders: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class LeaderClash:
    """Names no other group: not everybody who schedules this one may see it."""

    sentence: str
    leaves_nobody: bool


@dataclass(frozen=True, slots=True)
class Conflicts:
    """Of one group, whose times are told in `zone`."""

    group: GroupId
    zone: str
    busy: tuple[Busy, ...]

    def own(self, schedule: Schedule, session: SessionId | None = None) -> str | None:
        """One sentence where the group meets already while `session`, or a new one, would take place."""
        for other in self._during(schedule):
            if other.group == self.group and other.session != session:
                return f"This group already meets then, on {self._when(other.start_at)}. Choose another time."
        return None

    def of_leaders(self, schedule: Schedule, facilitators: Set[str]) -> LeaderClash | None:
        """Who leads this group and another one at the same time."""
        away = {leader for other in self._during(schedule) if other.group != self.group for leader in other.leaders}
        if not (away := away & facilitators):
            return None
        when = self._when(schedule.start_at)
        if away == facilitators:
            return LeaderClash(f"Whoever leads this group leads another one on {when}. Choose another time.", True)
        return LeaderClash(f"Somebody who leads this group leads another one on {when}.", False)

    def _during(self, schedule: Schedule) -> Iterable[Busy]:
        return (each for each in self.busy if each.start_at < schedule.end_at and each.end_at > schedule.start_at)

    def _when(self, instant: Instant) -> str:
        local = local_of(instant, self.zone)
        return f"{local:%A} {local.day} {local:%B} at {local:%H:%M}"
