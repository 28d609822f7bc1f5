"""The composition root, as far as it needs no stores."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from collections.abc import Iterator

import pytest

from acd.app import settle, stop_signals


@pytest.fixture(autouse=True)
def _thaw() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_a_started_node_is_made_of_is_not_walked_again() -> None:
    made = [{"here": "since the start"}]
    settle()
    came = [{"here": "since then"}]
    walked = {id(one) for one in gc.get_objects()}
    assert id(made) not in walked
    assert id(came) in walked


@pytest.mark.parametrize(("number", "hands_over"), [(signal.SIGTERM, True), (signal.SIGINT, False)])
async def test_calls_are_left_to_the_next_process_unless_there_is_none(
    number: signal.Signals, hands_over: bool
) -> None:
    with stop_signals() as stop:
        os.kill(os.getpid(), number)
        async with asyncio.timeout(5):
            await stop.wait()
        assert stop.hands_over is hands_over
