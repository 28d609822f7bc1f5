"""Lateness is counted in the time that was ours."""

from __future__ import annotations

import pytest

from tests.chaos.machine import Machine, OwnTime


@pytest.fixture
def own_time() -> OwnTime:
    """Ten seconds of ours, ten of which two were, ten of ours again."""
    found = OwnTime(100.0)
    found.note(110.0, 10.0)
    found.note(120.0, 2.0)
    found.note(130.0, 10.0)
    return found


def test_on_a_machine_of_our_own_it_is_the_time_on_the_wall(own_time: OwnTime) -> None:
    assert own_time.between(102.0, 109.0) == pytest.approx(7.0)
    assert own_time.between(122.5, 128.0) == pytest.approx(5.5)


def test_what_others_took_does_not_count(own_time: OwnTime) -> None:
    assert own_time.between(110.0, 120.0) == pytest.approx(2.0)
    assert own_time.between(115.0, 125.0) == pytest.approx(6.0)
    assert own_time.share == pytest.approx(22 / 30)


def test_what_is_not_known_to_be_others_counts(own_time: OwnTime) -> None:
    assert own_time.between(130.0, 133.0) == pytest.approx(3.0)
    assert own_time.between(90.0, 105.0) == pytest.approx(15.0)
    assert own_time.between(131.0, 130.0) == 0


def test_no_reading_gives_more_than_there_was() -> None:
    found = OwnTime(0.0)
    found.note(1.0, 5.0)
    found.note(2.0, -5.0)
    assert found.between(0.0, 2.0) == pytest.approx(1.0)


def test_a_reading_of_this_machine() -> None:
    machine = Machine()
    machine.read()
    machine.read()
    assert 0 <= machine.own_time.share <= 1
