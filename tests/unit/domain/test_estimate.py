"""The estimate of a wait: quantiles of a sum of gaps at a rate that is known from few or many."""

from __future__ import annotations

import random

import pytest

from acd.domain.estimate import wait_of


def test_nothing_is_told_of_what_is_not_known() -> None:
    assert wait_of(1, 2.4, 60_000) is None
    assert wait_of(1, 5, 0) is None
    assert wait_of(0, 5, 60_000) is None


@pytest.mark.parametrize("place", [1, 2, 5, 20, 100])
@pytest.mark.parametrize("departures", [3, 5, 30, 200])
def test_half_and_nine_in_ten_wait_no_longer(place: int, departures: int) -> None:
    """Drawn as the docstring says: a gap has some rate, seen in the departures before."""
    chance = random.Random(7)
    p50 = p90 = 0
    for _ in range(4000):
        seen_ms = chance.gammavariate(departures, 10_000)
        wait_s = chance.gammavariate(place, 10)
        told = wait_of(place, departures, seen_ms)
        assert told
        p50 += wait_s <= told.p50_s
        p90 += wait_s <= told.p90_s
    assert abs(p50 / 4000 - 0.5) < 0.03
    assert abs(p90 / 4000 - 0.9) < 0.03


def test_the_less_is_known_the_wider_it_is() -> None:
    few, many = wait_of(3, 3, 30_000), wait_of(3, 200, 2_000_000)
    assert few
    assert many
    assert few.p90_s > 1.6 * many.p90_s
