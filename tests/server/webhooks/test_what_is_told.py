"""From a series made by the API to notices at whoever wants to hear of it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.support.api_client import Program, api_bench
from tests.support.deadline import until

EVENTS = ["session.scheduled", "session.moved", "session.canceled", "place.given"]


async def told(admin: Program, hook: str) -> list[str]:
    """The events so far, the oldest first."""
    return [str(one["event"]) for one in reversed((await admin.get(f"/webhooks/{hook}/deliveries"))["items"])]


async def test_scheduling_moving_canceling_and_inviting_are_told(tmp_path: Path) -> None:
    async with api_bench(tmp_path, HOLDSPACE_WEBHOOKS_TO_PRIVATE="true") as bench:
        admin = await bench.program()
        hook = (await admin.make("/webhooks", {"url": "http://127.0.0.1:9/", "events": EVENTS}))["id"]
        group = (await admin.make("/groups", {"name": "Evening circle"}))["id"]
        start = datetime.now(UTC) + timedelta(days=2)
        when: dict[str, Any] = {"zone": "UTC", "starts_on": f"{start:%Y-%m-%d}", "starts_at": "19:00:00"}
        series = await admin.make(f"/groups/{group}/series", when)
        (date,) = (await admin.get(f"/series/{series['id']}/dates"))["items"]
        path = f"/series/{series['id']}/dates/{date['date']}"
        change = {"scope": "this", "starts_local": f"{start:%Y-%m-%d}T20:00"}
        assert (await admin.call("PATCH", path, change, If_Match='"v1"')).status == 200
        assert (await admin.call("POST", f"{path}:cancel", {"scope": "this"})).status == 200
        await admin.make(f"/groups/{group}/places", {"name": "Quiet Heron"})

        async def all_told() -> bool:
            return await told(admin, hook) == EVENTS

        await until(all_told, "every notice is on its way")
