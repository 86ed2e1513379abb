"""Seconds of the hardening bench inside the suite; `python -m bench.hardening --minutes 10` is the whole of it."""

from pathlib import Path

import pytest

from bench.hardening import attack
from tests.support.figures import record

SECONDS = 20.0
MOST_LOG_BYTES = 200_000


@pytest.mark.timely
async def test_garbage_from_strangers_and_from_a_member_closes_nobody(tmp_path: Path) -> None:
    outcome = await attack(tmp_path, SECONDS)
    record("hardening: loss of the worst member", outcome.loss_percent, "%")
    record("hardening: bad datagrams", outcome.datagrams, "datagrams")
    record("hardening: growth of resident memory", outcome.rss_growth_percent, "%")
    assert outcome.packets_received > 1_000, "The members did not exchange media."
    assert outcome.datagrams > 5_000 and outcome.frames > 50, "The attack did not happen."
    assert outcome.peers_closed == 0
    assert outcome.tracebacks == 0
    assert outcome.loss_percent < 1.0
    assert outcome.log_bytes < MOST_LOG_BYTES
