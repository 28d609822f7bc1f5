"""Chaos as a test: a small one always, the whole one in `make test-long`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.house import Plan, play
from tests.chaos.judge import WAYS


@pytest.mark.timeout(170)
async def test_nothing_is_lost_or_done_twice(tmp_path: Path) -> None:
    report = await play(Plan(interactions=2000, kills=20, limit_s=120), tmp_path)
    print(report)  # noqa: T201
    assert not report.findings, str(report)
    counts = report.counts
    assert counts["ended exactly once"] == 2000
    assert (counts["restarts from the file"], counts["failovers"]) == (1, 1)
    assert counts["processes killed"] >= 20
    assert counts["interaction.restored"], "the failover was one"


@pytest.mark.long
@pytest.mark.timeout(1200)
async def test_a_hundred_thousand(tmp_path: Path) -> None:
    plan = Plan(interactions=100_000, nodes=4, restarts=6, failovers=1, seed=2)
    report = await play(plan, tmp_path)
    print(report)  # noqa: T201
    assert not report.findings, str(report)
    assert report.counts["ended exactly once"] == 100_000
    assert not [way for way in WAYS if not report.counts[way]], str(report)
