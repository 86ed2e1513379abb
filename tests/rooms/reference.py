"""A second, smaller room, written apart from `rooms/` and compared with it after every step (reliability.md 4.2, M1).

It knows phases, entry, mute and the lock of a group that is led; no names, words, cameras, screens, hands or versions.
It is one mutable object with plain strings, in the words of the product's description, so that a mistake made in the
domain is not made here in the same way.
"""

from collections.abc import Callable
from typing import Any

from rooms.live import commands as cmd
from rooms.live import events as ev
from rooms.live.person import Admitted, Gated, Invited, Waiting
from rooms.live.rights import media_rights
from rooms.refusals import Reason
from tests.rooms.checks.moment import Moment
from tests.rooms.reference_rules import BEFORE_LIVE, OVER, No, Rules, Somebody


class Reference(Rules):
    """The rules with a clock, and the comparison with the room under test."""

    # --- comparing ----------------------------------------------------------------------------------------------
    def take(self, moment: Moment) -> None:
        """Take the same step and compare verdict and state."""
        self._time(moment.now)
        if moment.command is not None:
            self._command(moment)
            self._settle(moment.now)
            self._time(moment.now)
        assert self.phase == moment.after.phase.tag, (self.phase, moment.after.phase)
        assert self.locked == moment.after.is_entry_locked
        assert self.people.keys() == moment.after.people.keys()
        for id, one in self.people.items():
            person = moment.after.people[id]
            standing = person.standing
            place = {"admitted": "in"}.get(standing.tag, standing.tag)
            assert one.place == place, (id, one, person)
            assert one.leads == person.role.may_facilitate, (id, one, person)
            assert one.there == person.is_connected
            if isinstance(standing, Waiting):
                assert one.held == (standing.held_message is not None), (id, one, standing)
                assert one.was_in == standing.was_here
            if isinstance(standing, Admitted):
                assert (one.shut, one.hushed, one.away) == (
                    standing.mic.muted_by_self,
                    standing.mic.muted_by_facilitator,
                    standing.on_break,
                ), (id, one, standing)
            if isinstance(standing, Invited | Gated):
                assert not one.was_in
            assert media_rights(moment.after, id).mic_open == self._heard(one, moment.now), (id, one, self.phase)

    def _heard(self, one: Somebody, now: int) -> bool:
        if one.gone_at is not None and now >= one.gone_at + self.set.quiet_signal_ms:
            return False
        if one.place != "in" or one.away or one.shut or one.hushed:
            return False
        return self.phase in ("live", "closing") or (one.leads and self.phase in ("ready", "paused"))

    def _command(self, moment: Moment) -> None:
        command = moment.command
        if moment.refused in (Reason.STALE_VERSION, Reason.BAD_TEXT):
            return
        if moment.seen is not None and isinstance(command, cmd.Admit | cmd.AdmitAll) and moment.refused is None:
            # Whom the caller had seen is a matter of versions, which this model has not.
            let_in = [r.event.person for r in moment.recorded if isinstance(r.event, ev.PersonAdmitted)]
            command = cmd.Admit(command.by, tuple(let_in))
        rule: Callable[[Any, int], None] | None = getattr(self, "do_" + type(command).__name__, None)
        if rule is None:
            return
        try:
            rule(command, moment.now)
        except No:
            assert moment.refused is not None, ("the model refuses", command, self.phase, moment.recorded)
        else:
            assert moment.refused is None, ("the model allows", command, self.phase, moment.refused)

    # --- time ---------------------------------------------------------------------------------------------------
    def _time(self, now: int) -> None:
        while True:
            due = sorted((at, order) for order, (at, _) in enumerate(self._alarms()) if at <= now)
            if not due:
                return
            at, order = due[0]
            self._alarms()[order][1]()
            self._settle(at)

    def _alarms(self) -> list[tuple[int, Callable[[], None]]]:
        when, start = self.set, self.set.schedule.start_at
        alarms: list[tuple[int, Callable[[], None]]] = []
        if self.phase in OVER:
            return alarms
        if self.phase == "scheduled":
            alarms.append((self.set.schedule.doors_at, lambda: self._to("doors-open")))
        if self.phase == "doors-open":
            alarms.append((start, lambda: self._to("awaiting-facilitator")))
        if self.phase == "awaiting-facilitator":
            alarms.append((start + when.absent_cancel_ms, lambda: self._to("canceled")))
        if self.phase == "ready" and self.alone_at is None:
            alarms.append((start, lambda: self._to("live")))
        if self.phase == "ready" and self.alone_at is not None:
            alarms.append((self.alone_at + when.lost_grace_ms, lambda: self._unready(self.alone_at)))
        if self.phase not in BEFORE_LIVE:
            alarms.append((self.end + when.overrun_ms, lambda: self._to("ended")))
            if self.phase == "held":
                alarms.append((self.held_at + when.hold_limit_ms, lambda: self._to("ended")))
            elif self.alone_at is not None:
                alarms.append((self.alone_at + when.lost_grace_ms, self._hold))
            if self.phase == "live":
                alarms.append((self._closes(), lambda: self._to("closing")))
        for one in self.people.values():
            if one.place in ("waiting", "in") and one.gone_at is not None:
                alarms.append((one.gone_at + when.seat_hold_ms, lambda one=one: self._goes(one)))  # type: ignore[misc]
        return alarms

    def _to(self, phase: str) -> None:
        self.phase = phase

    def _hold(self) -> None:
        assert self.alone_at is not None
        self.held_at = self.alone_at + self.set.lost_grace_ms
        self.after_rest = self.after_rest if self.phase == "paused" else self.phase
        self.phase = "held"

    def _unready(self, since: int | None, now: int | None = None) -> None:
        at = now if now is not None else (since or 0) + self.set.lost_grace_ms
        self.phase = "doors-open" if at < self.set.schedule.start_at else "awaiting-facilitator"
        self.alone_at = None
        self._all_wait(at)

    def _all_wait(self, at: int) -> None:
        for one in self.people.values():
            if one.place == "in" and not one.leads:
                one.place, one.was_in, one.held, one.came_at = "waiting", True, False, at

    def _settle(self, now: int) -> None:
        """Who leads decides where the room is."""
        led = any(one.place == "in" and one.leads and one.there for one in self.people.values())
        if self.phase in OVER or self.phase == "scheduled":
            return
        if led:
            self.alone_at = None
            if self.phase in ("doors-open", "awaiting-facilitator"):
                self.phase = "ready"
            if self.phase == "held":
                self.phase = "closing" if self.after_rest == "closing" or now >= self._closes() else "live"
            return
        if self.phase in ("doors-open", "awaiting-facilitator"):
            self._all_wait(now)
        elif self.phase == "ready" and not any(one.place == "in" and one.leads for one in self.people.values()):
            self._unready(None, now)
        elif self.phase in ("ready", "live", "paused", "closing") and self.alone_at is None:
            self.alone_at = now
