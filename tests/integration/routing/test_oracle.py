"""Random commands on the scripts and the reference model side by side: they never differ."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from acd.routing.redis_link import RedisLink
from tests.integration.routing.players import Agents, Customers, Lines, Time
from tests.integration.routing.players_directory import Directory
from tests.integration.routing.players_hands import Hands, Silence
from tests.integration.routing.players_rules import Supervisors


class Oracle(Directory, Customers, Agents, Hands, Silence, Supervisors, Lines, Time):
    """All that may happen."""


@pytest.fixture
def oracle(redis_url: str) -> Iterator[type[Oracle]]:
    """The machine over a database of its own, so that a look over all keys is short."""
    with asyncio.Runner() as runner:
        link = runner.run(RedisLink.open(f"{redis_url}?db=1", slot_of="acd:{oracle}:"))
        yield type("Bound", (Oracle,), {"runner": runner, "link": link})
        runner.run(link.close())


def profile(examples: int, steps: int) -> settings:
    """ACD_TEST_EXAMPLES asks for so many instead, by lot.

    ACD_TEST_SHRINK looks for the shortest story of a failure, which takes minutes.
    """
    asked = os.environ.get("ACD_TEST_EXAMPLES")
    shrink = [Phase.shrink] if "ACD_TEST_SHRINK" in os.environ else []
    return settings(
        max_examples=int(asked or examples), stateful_step_count=steps, deadline=None,
        database=None, suppress_health_check=list(HealthCheck), derandomize=not asked,
        phases=[Phase.generate, *shrink], report_multiple_bugs=False,
    )  # fmt: skip


@pytest.mark.timeout(3600)
def test_the_scripts_do_what_the_model_says(oracle: type[Oracle]) -> None:
    run_state_machine_as_test(oracle, settings=profile(40, 40))


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_the_scripts_do_what_the_model_says_for_long(oracle: type[Oracle]) -> None:
    run_state_machine_as_test(oracle, settings=profile(600, 80))
