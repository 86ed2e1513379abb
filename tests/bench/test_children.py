"""Children that speak JSON lines: answers, news, and their end."""

import sys

import pytest

from bench.rig.lines import Child, ChildEnded

ECHO = """
import json, sys
for line in sys.stdin:
    said = json.loads(line)
    if said["do"] == "news":
        print(json.dumps({"event": "ready", "link": said["link"]}), flush=True)
    elif said["do"] == "die":
        sys.exit(3)
    else:
        print(json.dumps({"heard": said}), flush=True)
"""


async def started() -> Child:
    return await Child.start(sys.executable, "-c", ECHO)


async def test_an_answer_belongs_to_its_question_and_news_to_its_number() -> None:
    child = await started()
    try:
        child.tell(do="news", link=2)
        child.tell(do="news", link=1)
        assert (await child.ask(do="add", number=5))["heard"] == {"do": "add", "number": 5}
        assert (await child.event("ready", 1))["link"] == 1
        assert (await child.event("ready", 2))["link"] == 2
    finally:
        await child.close()


async def test_whoever_waits_for_a_child_that_ended_is_told() -> None:
    child = await started()
    try:
        with pytest.raises(ChildEnded, match="ended"):
            await child.ask(do="die")
        with pytest.raises(ChildEnded):
            await child.event("ready", 1)
    finally:
        await child.close()


async def test_nobody_waits_for_ever() -> None:
    child = await started()
    try:
        with pytest.raises(ChildEnded, match="nothing"):
            await child.event("ready", 1, within_s=0.05)
        assert (await child.ask(do="still there"))["heard"] == {"do": "still there"}
    finally:
        await child.close()
