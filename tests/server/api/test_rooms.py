"""Programs look at a room, let people in and moderate, as a facilitator would, while somebody leads inside."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import update

from server.store.tables import sessions
from tests.support.api_client import ApiBench, Program
from tests.support.journey_members import MediaMember

ROOM = "/sessions/{}/room"


class Member(MediaMember):
    """Without media: the server of these tests has none."""

    async def _answer(self, offer: dict[str, Any]) -> None: ...


async def open_session(admin: Program) -> dict[str, Any]:
    """Of a new group; its doors are open."""
    group = await admin.make("/groups", {"name": "Evening circle", "guidelines": "Listen."})
    start = datetime.now(UTC) + timedelta(minutes=3)
    when = {"zone": "UTC", "starts_on": f"{start:%Y-%m-%d}", "starts_at": f"{start:%H:%M}:00"}
    await admin.make(f"/groups/{group['id']}/series", when)
    (session,) = (await admin.get(f"/sessions?group={group['id']}"))["items"]
    return dict(session)


def standing(room: dict[str, Any], alias: str) -> str:
    return next(str(one["standing"]) for one in room["participants"] if one["name"] == alias)


async def test_a_program_admits_mutes_and_removes(bench: ApiBench, admin: Program) -> None:
    session = await open_session(admin)
    room = ROOM.format(session["id"])
    link = await admin.make(f"/sessions/{session['id']}/links", {"role": "facilitator", "label": "Ines"})
    async with Member(session["url"], "Ines", 1) as ines, Member(session["url"], "Quiet Heron", 2) as heron:
        await ines.exchange(link["url"])
        await heron.start()
        await heron.knock()
        refused = await admin.call("POST", f"{room}/participants/{heron.me}:admit")
        assert (refused.status, refused.body["reason"]) == (409, "not-admitted"), "nobody leads inside yet"

        await ines.start()
        await ines.ask("enter", alias="Ines")
        admitted = await admin.call("POST", f"{room}/participants/{heron.me}:admit")
        assert admitted.status == 200, admitted.body
        assert standing(admitted.body, "Quiet Heron") == "admitted"
        muted = await admin.call("POST", f"{room}/participants/{heron.me}:mute")
        assert {one["name"]: one["is_muted_by_facilitator"] for one in muted.body["participants"]} == {
            "Ines": False,
            "Quiet Heron": True,
        }
        assert (await admin.call("POST", f"{room}/participants/{ines.me}:remove", {})).status == 409
        removed = await admin.call("POST", f"{room}/participants/{heron.me}:remove", {"reason": "for the record"})
        assert standing(removed.body, "Quiet Heron") == "removed"
        again = await admin.call("POST", f"{room}/participants/{heron.me}:admit")
        assert (again.status, again.body["code"]) == (409, "refused")
        await ines.stop()
        await heron.stop()


async def test_nothing_unmutes_anybody(admin: Program) -> None:
    session = await open_session(admin)
    for verb in ("unmute", "start-camera"):
        answer = await admin.call("POST", f"{ROOM.format(session['id'])}/participants/p_1:{verb}")
        assert answer.status == 404


async def test_a_room_that_is_not_open_has_nothing_to_show(admin: Program) -> None:
    group = await admin.make("/groups", {"name": "Evening circle"})
    start = datetime.now(UTC) + timedelta(days=3)
    when = {"zone": "UTC", "starts_on": f"{start:%Y-%m-%d}", "starts_at": "19:00:00"}
    await admin.make(f"/groups/{group['id']}/series", when)
    (session,) = (await admin.get(f"/sessions?group={group['id']}"))["items"]
    answer = await admin.call("GET", ROOM.format(session["id"]))
    assert (answer.status, answer.body["code"]) == (409, "conflict")


async def test_canceling_a_session_ends_it_for_everybody(admin: Program) -> None:
    session = await open_session(admin)
    canceled = await admin.call("POST", f"/sessions/{session['id']}:cancel")
    assert (canceled.status, canceled.body["phase"]) == (200, "canceled")
    again = await admin.call("POST", f"/sessions/{session['id']}:cancel")
    assert again.body["phase"] == "canceled"


async def test_dates_after_one_that_has_begun_are_not_canceled_with_it(admin: Program, bench: ApiBench) -> None:
    session = await open_session(admin)
    async with bench.server.services.store.database.write() as connection:
        await connection.execute(update(sessions).where(sessions.c.id == session["id"]).values(begun_at=1))
    path = f"/series/{session['series']}/dates/{session['date']}:cancel"
    answer = await admin.call("POST", path, {"scope": "following"})
    assert (answer.status, answer.body["code"]) == (409, "conflict")
    assert (await admin.call("POST", path, {"scope": "this"})).status == 200
    assert (await admin.get(f"/sessions/{session['id']}"))["phase"] == "canceled"
