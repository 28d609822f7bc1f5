"""When another node is taken for dead."""

from __future__ import annotations

from acd.telephony.sip.neighbours import LEFT, Neighbours


def test_one_that_repeats_itself_for_the_lease_is() -> None:
    seen = Neighbours("a", lease_s=4)
    seen.see({"a": "1", "b": "1", "c": "1"}, 0)
    seen.see({"a": "1", "b": "1", "c": "2"}, 3)
    assert seen.silent(3.9) == {}
    seen.see({"a": "1", "b": "1", "c": "2"}, 4)
    assert seen.silent(4) == {"b": "1"}
    seen.see({"a": "1", "b": "2", "c": "2"}, 5)
    assert seen.silent(6.9) == {}
    assert seen.silent(7) == {"c": "2"}
    assert seen.silent(10.9, leases=2) == {}
    assert seen.silent(11, leases=2) == {"c": "2"}


def test_one_that_left_is_at_once() -> None:
    seen = Neighbours("a", lease_s=4)
    seen.see({"b": "1"}, 0)
    seen.see({"b": LEFT}, 1)
    assert seen.silent(1) == {"b": LEFT}
    assert seen.silent(4.9, leases=2) == {}
    assert seen.silent(5, leases=2) == {"b": LEFT}


def test_what_passed_while_nothing_could_be_seen_does_not_count() -> None:
    seen = Neighbours("a", lease_s=4)
    seen.see({"b": "1"}, 0)
    seen.see_nothing()
    assert seen.silent(100) == {}
    assert seen.others == ["b"]
    seen.see({"b": "1"}, 100)
    assert seen.silent(103) == {}
    assert seen.silent(104) == {"b": "1"}


def test_one_that_is_gone_is_forgotten() -> None:
    seen = Neighbours("a", lease_s=4)
    seen.see({"b": "1"}, 0)
    seen.see({}, 1)
    assert seen.silent(10) == {}
    assert seen.others == []
