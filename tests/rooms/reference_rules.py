"""The rules of the second room: what each command does to it. Used by tests/rooms/reference.py alone."""

from dataclasses import dataclass

from rooms.ids import PersonId
from rooms.live import commands as cmd
from rooms.live.settings import Settings
from rooms.roles import Role

MINUTE = 60_000
BEFORE_LIVE = ("scheduled", "doors-open", "awaiting-facilitator", "ready")
OVER = ("ended", "canceled")


@dataclass
class Somebody:
    link: Role
    leads: bool
    place: str = "invited"  # gated, waiting, in, left, declined, removed
    held: bool = False
    was_in: bool = False
    came_at: int = 0  # to the waiting room
    agreed: int | None = None
    there: bool = False  # connected
    gone_at: int | None = None  # connection lost, place kept
    away: bool = False  # on a break
    shut: bool = True  # muted by self
    hushed: bool = False  # muted by a facilitator


class No(Exception):
    """The model refuses."""


class Rules:
    """A room as one mutable object with plain strings; `do_<Command>(command, now)` acts or raises `No`."""

    def __init__(self, settings: Settings) -> None:
        self.set = settings
        self.end = int(settings.schedule.end_at)
        self.phase = "scheduled"
        self.after_rest = "live"
        self.held_at = 0
        self.alone_at: int | None = None
        self.locked = False
        self.people: dict[PersonId, Somebody] = {}

    def _closes(self) -> int:
        return max(self.end - self.set.closing_ms, (self.set.schedule.start_at + self.end) // 2)

    def _goes(self, one: Somebody) -> None:
        one.was_in = one.was_in or one.place == "in"
        one.place, one.away, one.gone_at = "left", False, None

    # --- helpers of the rules -----------------------------------------------------------------------------------
    def _known(self, id: PersonId) -> Somebody:
        if id not in self.people:
            raise No
        return self.people[id]

    def _open(self) -> None:
        if self.phase in OVER:
            raise No

    def _leader(self, id: PersonId) -> Somebody:
        self._open()
        one = self._known(id)
        if not one.leads or one.place != "in":
            raise No
        return one

    def _inside(self, id: PersonId) -> Somebody:
        self._open()
        one = self._known(id)
        if one.place != "in":
            raise No
        return one

    def _over(self, by: Somebody, target: PersonId) -> Somebody:
        one = self._inside(target)
        if one.link is Role.FACILITATOR and by.link is not Role.FACILITATOR:
            raise No
        return one

    def _phase_is(self, *phases: str) -> None:
        if self.phase not in phases:
            raise No

    def _may_open(self, one: Somebody) -> None:
        if one.away or not (self.phase in ("live", "closing") or (one.leads and self.phase in ("ready", "paused"))):
            raise No

    # --- reports ------------------------------------------------------------------------------------------------
    def do_Introduce(self, c: cmd.Introduce, now: int) -> None:
        if self.phase in OVER:
            return
        ranks = list(Role)
        if c.by not in self.people:
            if len(self.people) >= self.set.max_known:
                self._make_room(c)
            self.people[c.by] = Somebody(c.role, c.role.may_facilitate)
        elif ranks.index(c.role) > ranks.index(self.people[c.by].link):
            one = self.people[c.by]
            one.link, one.leads = c.role, True
            one.shut = True

    def _make_room(self, c: cmd.Introduce) -> None:
        for id, one in self.people.items():
            looked_in = one.place in ("invited", "gated", "left") and not one.was_in
            if looked_in and not one.there and not one.leads:
                del self.people[id]
                return
        if not (c.has_link or c.role.may_facilitate):
            raise No

    def do_Connect(self, c: cmd.Connect, now: int) -> None:
        if self.phase in OVER:
            return
        one = self._known(c.by)
        one.there, one.gone_at = True, None
        if c.is_new_page:
            one.shut = True

    def do_Disconnect(self, c: cmd.Disconnect, now: int) -> None:
        if self.phase in OVER:
            return
        one = self._known(c.by)
        if one.there:
            one.there = False
            one.gone_at = now if one.place in ("waiting", "in") else None

    def do_CancelSession(self, c: cmd.CancelSession, now: int) -> None:
        if self.phase == "ended":
            raise No
        self.phase = "canceled" if self.phase in (*BEFORE_LIVE, "canceled") else "ended"

    def do_Reschedule(self, c: cmd.Reschedule, now: int) -> None:
        self._phase_is("scheduled")
        self.set, self.end = c.settings, int(c.settings.schedule.end_at)

    # --- entry --------------------------------------------------------------------------------------------------
    def do_AcceptGuidelines(self, c: cmd.AcceptGuidelines, now: int) -> None:
        self._open()
        one = self._known(c.by)
        if one.place in ("removed", "declined") or c.version != self.set.guidelines_version:
            raise No
        one.agreed = c.version
        if one.place == "invited":
            one.place = "gated"

    def do_Knock(self, c: cmd.Knock, now: int) -> None:
        self._open()
        one = self._known(c.by)
        if self.phase == "scheduled" or one.place in ("removed", "declined") or (one.place == "in" and not one.leads):
            raise No
        if one.leads:
            self.do_Enter(cmd.Enter(c.by, c.alias), now)
            return
        if one.place == "waiting":
            return
        if one.agreed != self.set.guidelines_version:
            raise No
        if not one.was_in:
            cutoff = self.set.late_cutoff_ms
            late = cutoff is not None and now >= self.set.schedule.start_at + cutoff
            crowd = sum(other.place == "waiting" and other.there for other in self.people.values())
            if late or self.phase == "closing" or self.locked or crowd >= self.set.max_waiting:
                raise No
        one.place, one.held, one.came_at = "waiting", False, now
        one.gone_at = None if one.there else now

    def do_Enter(self, c: cmd.Enter, now: int) -> None:
        self._open()
        one = self._known(c.by)
        if not one.leads or self.phase == "scheduled" or one.place in ("removed", "declined"):
            raise No
        if one.place != "in":
            self._seat(one, now)

    def _seat(self, one: Somebody, now: int) -> None:
        if not one.there and one.gone_at is None:
            one.gone_at = now
        one.place, one.shut, one.away, one.was_in = "in", True, False, True

    def do_Admit(self, c: cmd.Admit, now: int) -> None:
        self._leader(c.by)
        chosen = [self._known(id) for id in dict.fromkeys(c.targets)]
        self._let_in([one for one in chosen if one.place == "waiting"], now)

    def do_AdmitAll(self, c: cmd.AdmitAll, now: int) -> None:
        self._leader(c.by)
        there = sorted((one.came_at, id) for id, one in self.people.items() if one.place == "waiting" and not one.held)
        self._let_in([self.people[id] for _, id in there], now)

    def _let_in(self, chosen: list[Somebody], now: int) -> None:
        self._phase_is("ready", "live", "closing")
        if self.phase == "closing":
            chosen = [one for one in chosen if one.was_in]
        if not chosen:
            raise No
        seats = 0
        for one in chosen:
            inside = [other for other in self.people.values() if other.place == "in"]
            full = len([other for other in inside if not other.leads]) >= self.set.max_participants
            if one.leads or not (full or len(inside) >= self.set.max_people):
                self._seat(one, now)
                seats += 1
        if not seats:
            raise No

    def do_HoldWaiting(self, c: cmd.HoldWaiting, now: int) -> None:
        self._leader(c.by)
        one = self._known(c.target)
        if one.place != "waiting":
            raise No
        one.held = True

    def do_Decline(self, c: cmd.Decline, now: int) -> None:
        self._leader(c.by)
        one = self._known(c.target)
        if one.place != "waiting" or one.leads:
            raise No
        one.place, one.gone_at = "declined", None

    def do_SendBack(self, c: cmd.SendBack, now: int) -> None:
        self._leader(c.by)
        one = self._inside(c.target)
        if one.leads:
            raise No
        self._phase_is("ready", "live", "paused", "closing")
        one.place, one.was_in, one.held, one.away, one.came_at = "waiting", True, True, False, now

    # --- microphones, breaks ------------------------------------------------------------------------------------
    def do_MuteSelf(self, c: cmd.MuteSelf, now: int) -> None:
        self._inside(c.by).shut = True

    def do_UnmuteSelf(self, c: cmd.UnmuteSelf, now: int) -> None:
        one = self._inside(c.by)
        if one.hushed:
            raise No
        self._may_open(one)
        one.shut = False

    def do_MuteParticipant(self, c: cmd.MuteParticipant, now: int) -> None:
        one = self._over(self._leader(c.by), c.target)
        one.shut = one.hushed = True

    def do_MuteAll(self, c: cmd.MuteAll, now: int) -> None:
        self._leader(c.by)
        for one in self.people.values():
            if one.place == "in" and not one.leads:
                one.shut = one.hushed = True

    def do_AllowUnmute(self, c: cmd.AllowUnmute, now: int) -> None:
        self._over(self._leader(c.by), c.target).hushed = False

    def do_AllowUnmuteAll(self, c: cmd.AllowUnmuteAll, now: int) -> None:
        self._leader(c.by)
        for one in self.people.values():
            if one.place == "in" and not one.leads:
                one.hushed = False

    def do_AskToUnmute(self, c: cmd.AskToUnmute, now: int) -> None:
        one = self._over(self._leader(c.by), c.target)
        self._may_open(one)
        one.hushed = False

    def do_TakeBreak(self, c: cmd.TakeBreak, now: int) -> None:
        one = self._inside(c.by)
        if not one.away:
            one.away = one.shut = True

    def do_ReturnFromBreak(self, c: cmd.ReturnFromBreak, now: int) -> None:
        self._inside(c.by).away = False

    def do_Leave(self, c: cmd.Leave, now: int) -> None:
        self._open()
        one = self._known(c.by)
        if one.place in ("waiting", "in"):
            self._goes(one)

    # --- the room -----------------------------------------------------------------------------------------------
    def do_StartSession(self, c: cmd.StartSession, now: int) -> None:
        self._leader(c.by)
        self._phase_is("ready")
        if now < self.set.schedule.start_at - self.set.early_start_ms:
            raise No
        self.phase = "live"

    def do_PauseRoom(self, c: cmd.PauseRoom, now: int) -> None:
        self._leader(c.by)
        self._phase_is("live", "closing", "paused")
        if self.phase != "paused":
            self.after_rest, self.phase = self.phase, "paused"

    def do_ResumeRoom(self, c: cmd.ResumeRoom, now: int) -> None:
        self._leader(c.by)
        self._phase_is("paused")
        self.phase = "closing" if self.after_rest == "closing" or now >= self._closes() else "live"

    def do_LockEntry(self, c: cmd.LockEntry, now: int) -> None:
        self._leader(c.by)
        self.locked = True

    def do_UnlockEntry(self, c: cmd.UnlockEntry, now: int) -> None:
        self._leader(c.by)
        self.locked = False

    def do_Remove(self, c: cmd.Remove, now: int) -> None:
        self._leader(c.by)
        one = self._known(c.target)
        if one.link is Role.FACILITATOR or c.target == c.by:
            raise No
        one.was_in = one.was_in or one.place == "in"
        one.place, one.leads, one.away, one.gone_at = "removed", one.link.may_facilitate, False, None

    def do_Readmit(self, c: cmd.Readmit, now: int) -> None:
        self._leader(c.by)
        one = self._known(c.target)
        if one.place not in ("removed", "declined"):
            raise No
        agreed = one.agreed == self.set.guidelines_version
        one.place = "left" if one.was_in else "gated" if agreed else "invited"

    def do_Promote(self, c: cmd.Promote, now: int) -> None:
        self._leader(c.by)
        one = self._inside(c.target)
        if one.leads:
            raise No
        self._phase_is("ready", "live", "closing")
        one.leads = True

    def do_Demote(self, c: cmd.Demote, now: int) -> None:
        self._leader(c.by)
        one = self._known(c.target)
        if not one.leads or one.link.may_facilitate:
            raise No
        one.leads = False
        one.shut = True

    def do_Extend(self, c: cmd.Extend, now: int) -> None:
        self._leader(c.by)
        self._phase_is("live", "paused", "closing")
        if not 1 <= c.minutes <= 60:
            raise No
        self.end = max(self.end, now) + c.minutes * MINUTE
        if now < self._closes():
            self.after_rest = "live"
            self.phase = "live" if self.phase == "closing" else self.phase

    def do_BeginClosing(self, c: cmd.BeginClosing, now: int) -> None:
        self._leader(c.by)
        self._phase_is("live")
        self.phase = "closing"

    def do_EndSession(self, c: cmd.EndSession, now: int) -> None:
        self._leader(c.by)
        self._phase_is("live", "paused", "held", "closing")
        self.phase = "ended"
