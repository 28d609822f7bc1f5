"""When a node counts as overrun, and for how long."""

from __future__ import annotations

import asyncio
import math

import pytest

from acd.telephony.sip.lag import FINE_FOR_S, Lag

LATE, BETWEEN, FINE = 0.31, 0.2, 0.09
STUCK = 0.9


class Marks:
    """Of a node whose clock stands still unless it is told."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.lag = Lag(0.3, now=lambda: self.now_s)

    def took(self, *lags_s: float) -> bool:
        """The next marks took so long; whether it is overrun then."""
        for lag_s in lags_s:
            self.lag.due(0.2)
            self.now_s += 0.2 + lag_s
            self.lag.back()
        return self.overrun()

    def overrun(self) -> bool:
        return self.lag.is_overrun


@pytest.fixture
def marks() -> Marks:
    return Marks()


def test_what_is_in_time_or_late_once_refuses_nobody(marks: Marks) -> None:
    assert not marks.overrun()
    assert not marks.took(FINE, BETWEEN, BETWEEN, LATE, BETWEEN, LATE)


def test_two_late_in_a_row_are_too_much(marks: Marks) -> None:
    assert marks.took(LATE, LATE)


def test_it_lasts_until_all_was_fine_for_a_while(marks: Marks) -> None:
    marks.took(LATE, LATE)
    assert marks.took(FINE, FINE, FINE)
    assert marks.took(BETWEEN)  # neither late nor fine: the while begins anew
    fine = math.ceil(FINE_FOR_S / (0.2 + FINE))
    assert marks.took(*[FINE] * fine)
    assert not marks.took(FINE)


def test_it_is_known_while_nothing_moves_at_all(marks: Marks) -> None:
    marks.lag.due(0.2)
    marks.now_s += 0.2 + STUCK - 0.01
    assert not marks.overrun()
    marks.now_s += 0.02
    assert marks.overrun()
    marks.lag.back()
    assert marks.overrun()  # what came in meanwhile is still to be done


def test_the_worst_is_told_once_and_counts_what_is_still_out(marks: Marks) -> None:
    marks.took(0.0, 0.25, 0.0)
    assert marks.lag.worst_s() == pytest.approx(0.25)
    assert marks.lag.worst_s() == 0.0
    marks.lag.due(0.2)
    marks.now_s += 0.7
    assert marks.lag.worst_s() == pytest.approx(0.5)


async def test_a_mark_goes_round_and_round() -> None:
    trips = 0
    enough = asyncio.Event()

    async def trip() -> None:
        nonlocal trips
        trips += 1
        if trips > 1:
            enough.set()

    lag = Lag()
    measuring = asyncio.create_task(lag.run(trip))
    await asyncio.wait_for(enough.wait(), 8)
    measuring.cancel()
