"""What is done in one turn of the SIP thread is written at once, and said and told after that."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from acd.telephony.sip.thread import sip_thread
from acd.telephony.sip.write_ahead import WriteAhead


class Ledger:
    """Notes what is written, beside what is said."""

    def __init__(self) -> None:
        self.done: list[Any] = []
        self.at_write: Callable[[], object] = bool

    def write(self, records: Mapping[str, Any]) -> None:
        self.done.append(dict(records))
        self.at_write()


@pytest.fixture
def ledger() -> Ledger:
    sip_thread.start()
    return Ledger()


@pytest.fixture
def ahead(ledger: Ledger) -> WriteAhead:
    return WriteAhead(ledger)  # type: ignore[arg-type] # all that is needed of one


async def test_what_is_said_waits_until_all_is_written_as_it_is_then(
    ledger: Ledger, ahead: WriteAhead
) -> None:
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    stages = ["arriving"]

    def hear() -> None:
        ledger.done.append("told")
        told.set()

    def work() -> None:
        sip_thread.tell(loop, hear)
        ahead.say(lambda: ledger.done.append("200"))
        ahead.write("d:1", lambda: {"stage": stages[-1]})
        ahead.write("d:2", lambda: {})
        stages.append("up")
        ahead.write("d:1", lambda: {"stage": stages[-1]})
        ahead.write("d:2", lambda: None)
        ahead.say(lambda: ledger.done.append("BYE"))
        assert ledger.done == []

    await sip_thread.do(work)
    await told.wait()
    assert ledger.done == [{"d:1": {"stage": "up"}, "d:2": None}, "200", "BYE", "told"]


async def test_what_is_asked_while_it_is_busy_is_one_turn(
    ledger: Ledger, ahead: WriteAhead
) -> None:
    free = threading.Event()
    sip_thread.post(free.wait)
    sip_thread.post(ahead.write, "c:1", lambda: {"epoch": 1})
    sip_thread.post(lambda: 1 / 0)  # what fails takes nothing with it
    sip_thread.post(ahead.write, "d:1", dict)
    sip_thread.post(ahead.say, lambda: ledger.done.append("200"))
    free.set()
    await sip_thread.do(bool)
    assert ledger.done == [{"c:1": {"epoch": 1}, "d:1": {}}, "200"]


async def test_what_is_said_does_not_wait_for_all_that_is_asked_of_a_busy_thread(
    ledger: Ledger, ahead: WriteAhead
) -> None:
    free = threading.Event()
    sip_thread.post(free.wait)
    for number in range(40):
        sip_thread.post(ahead.write, f"d:{number}", dict)
    free.set()
    await sip_thread.do(bool)
    turns = [len(records) for records in ledger.done]
    assert sum(turns) == 40
    assert max(turns) == 16


async def test_a_node_that_learns_that_it_lost_its_calls_says_nothing_more_in_them(
    ledger: Ledger, ahead: WriteAhead
) -> None:
    ledger.at_write = ahead.unsay

    def work() -> None:
        ahead.say(lambda: ledger.done.append("200"))
        ahead.write("d:1", dict)

    await sip_thread.do(work)
    assert ledger.done == [{"d:1": {}}]


async def test_a_record_that_cannot_be_made_keeps_no_other_from_being_written(
    ledger: Ledger, ahead: WriteAhead
) -> None:
    def broken() -> dict[str, Any]:
        raise LookupError

    def work() -> None:
        ahead.write("d:1", broken)
        ahead.write("d:2", dict)
        ahead.say(lambda: ledger.done.append("200"))

    await sip_thread.do(work)
    assert ledger.done == [{"d:2": {}}, "200"]


async def test_a_message_that_cannot_be_sent_keeps_no_other_from_being_sent(
    ledger: Ledger, ahead: WriteAhead
) -> None:
    def work() -> None:
        ahead.say(lambda: ledger.done.append("200"))
        ahead.say(lambda: 1 / 0)
        ahead.say(lambda: ledger.done.append("BYE"))

    await sip_thread.do(work)
    assert ledger.done == ["200", "BYE"]


async def test_what_cannot_be_written_is_said_all_the_same(
    ledger: Ledger, ahead: WriteAhead
) -> None:
    ledger.at_write = lambda: 1 / 0

    def work() -> None:
        ahead.write("d:1", dict)
        ahead.say(lambda: ledger.done.append("200"))

    await sip_thread.do(work)
    assert ledger.done == [{"d:1": {}}, "200"]


async def test_a_timer_writes_and_says_as_it_goes(ledger: Ledger, ahead: WriteAhead) -> None:
    loop, rang = asyncio.get_running_loop(), asyncio.Event()

    def ring() -> None:
        ahead.write("d:1", dict)
        ahead.say(lambda: ledger.done.append("BYE"))
        assert ledger.done == [{"d:1": {}}, "BYE"]
        sip_thread.tell(loop, rang.set)

    def later() -> None:
        # of the stack's thread: it wakes whoever imported it
        from sippy.Time.Timeout import Timeout  # noqa: PLC0415

        Timeout(ring, 0.01)

    await sip_thread.do(later)
    await asyncio.wait_for(rang.wait(), 8)


async def test_without_a_ledger_it_is_only_said(ledger: Ledger) -> None:
    ahead = WriteAhead(None)

    def work() -> None:
        ahead.write("d:1", dict)
        ahead.say(lambda: ledger.done.append("200"))

    await sip_thread.do(work)
    assert ledger.done == ["200"]
