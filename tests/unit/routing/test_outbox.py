"""What goes together to Redis, and in which order."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from acd.routing.outbox import BATCH, Outbox

if TYPE_CHECKING:
    from acd.routing.outbox import Call


def _call(name: str) -> Call:
    return (name, (), b"", asyncio.get_running_loop().create_future())


def _names(calls: list[Call]) -> list[str]:
    return [name for name, *_ in calls]


async def _next(outbox: Outbox, sender: int) -> list[str]:
    async with asyncio.timeout(5):
        return _names(await outbox.batch(sender))


async def test_what_is_published_goes_with_the_next_verb_and_in_its_order() -> None:
    outbox = Outbox()
    outbox.say([_call("one"), _call("two")])
    outbox.say([_call("three")])
    outbox.put([_call("accept")])
    assert await _next(outbox, 0) == ["accept", "one", "two", "three"]
    assert outbox.empty() == []


async def test_what_is_published_does_not_wait_for_a_verb_for_ever() -> None:
    outbox = Outbox()
    outbox.say([_call("one")])
    assert await _next(outbox, 0) == ["one"]


async def test_the_first_sender_alone_publishes() -> None:
    outbox = Outbox()
    outbox.put([_call("accept")])
    assert await _next(outbox, 0) == ["accept"]  # and is busy now
    outbox.say([_call("one")])
    outbox.put([_call("decline")])
    assert await _next(outbox, 1) == ["decline"]
    assert await _next(outbox, 0) == ["one"]


async def test_more_than_a_batch_keeps_both_senders_busy() -> None:
    outbox = Outbox()
    outbox.put(_call(str(number)) for number in range(BATCH + 1))
    assert await _next(outbox, 0) == [str(number) for number in range(BATCH)]
    assert await _next(outbox, 1) == [str(BATCH)]


async def test_all_that_waits_can_be_taken_back() -> None:
    outbox = Outbox()
    outbox.say([_call("one")])
    outbox.put([_call("accept")])
    assert _names(outbox.empty()) == ["accept", "one"]
    assert outbox.empty() == []
