from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from acd.domain.errors import ConfigInvalid, StrategyUnknown
from acd.domain.queue import Measure
from acd.strategies import registry
from acd.strategies.order import By, CoarseKey, Fine, Order, compose
from acd.strategies.registry import TABLE, find, strategies

QUIETEST = Order(coarse=(CoarseKey(by=By.RUNNING),), fine=Fine.LAST_OFFERED)


@pytest.mark.parametrize(
    ("names", "measure", "text"),
    [
        pytest.param(["longest_idle"], "count", "/i", id="longest idle"),
        pytest.param(["round_robin"], "count", "/l", id="round robin"),
        pytest.param(["random"], "count", "/z", id="random"),
        pytest.param(["priority"], "count", "p100/i", id="priority"),
        pytest.param(["average_utilization"], "count", "r2048/i", id="average by count"),
        pytest.param(["average_utilization"], "ratio", "x1001/i", id="average by ratio"),
        pytest.param(["max_utilization"], "count", "R2048/i", id="max by count"),
        pytest.param(["priority", "average_utilization"], "ratio", "p100x20/i", id="composite"),
        pytest.param(["priority", "random"], "count", "p100/z", id="lots among equals"),
        pytest.param(["ring_all", "priority"], "count", "p100/i", id="all, by priority"),
    ],
)  # fmt: skip
def test_strategies_compile_to_a_text(names: list[str], measure: str, text: str) -> None:
    compiled = compose([find(name) for name in names], Measure(measure))
    assert compiled.text == text
    assert compiled.ring_all == ("ring_all" in names)


@pytest.mark.parametrize(
    "names",
    [
        pytest.param([], id="none"),
        pytest.param(["longest_idle", "priority"], id="no ties left"),
        pytest.param(["max_utilization", "average_utilization"], id="the same key twice"),
    ],
)
def test_what_makes_no_sense_is_refused(names: list[str]) -> None:
    with pytest.raises(ConfigInvalid):
        compose([find(name) for name in names])


def test_a_composite_score_is_exact_in_a_double() -> None:
    for first in TABLE.values():
        for second in TABLE.values():
            try:
                text = compose([first, second], Measure.RATIO).text
            except ConfigInvalid:
                continue
            steps = 1
            for letter in "pPrRxX":
                text = text.replace(letter, " ")
            for part in text.split("/")[0].split():
                steps *= int(part)
            assert steps <= 2048


def test_an_entry_point_adds_a_strategy(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint(name="quietest", value=f"{__name__}:QUIETEST", group=registry.GROUP)
    monkeypatch.setattr(EntryPoint, "load", lambda _: QUIETEST)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])
    strategies.cache_clear()
    try:
        assert find("quietest") == QUIETEST
        assert set(strategies()) == {*TABLE, "quietest"}
        monkeypatch.setattr(EntryPoint, "load", lambda _: "not an order")
        strategies.cache_clear()
        with pytest.raises(ConfigInvalid, match="is not an Order"):
            strategies()
    finally:
        strategies.cache_clear()


@pytest.mark.parametrize("name", ["a;b", "a|b", 'a"b', "a+b", "a\\b", "Quietest", "", "x" * 65])
def test_a_name_that_cannot_be_stored_or_quoted_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    point = EntryPoint(name=name, value=f"{__name__}:QUIETEST", group=registry.GROUP)
    monkeypatch.setattr(EntryPoint, "load", lambda _: QUIETEST)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])
    strategies.cache_clear()
    try:
        with pytest.raises(ConfigInvalid, match="must be named by") as refused:
            strategies()
        assert refused.value.field == "strategy"
    finally:
        strategies.cache_clear()


def test_an_unknown_name_lists_those_there_are() -> None:
    with pytest.raises(StrategyUnknown, match="average_utilization, longest_idle"):
        find("fastest")


@pytest.mark.parametrize(
    ("names", "measure", "ranks"),
    [
        pytest.param(["priority"], "count", [0, 4], id="priority"),
        pytest.param(["average_utilization"], "count", [1, 5], id="fewest first"),
        pytest.param(["average_utilization"], "ratio", [100, 1000], id="fewest of the maximum"),
        pytest.param(["max_utilization"], "count", [2046, 2042], id="most first"),
    ],
)  # fmt: skip
def test_a_key_ranks(names: list[str], measure: str, ranks: list[int]) -> None:
    key = compose([find(name) for name in names], Measure(measure)).keys[0]
    agents = [(1, 1, 10), (5, 5, 5)]
    assert ranks == [key.rank(priority=p, running=r, maximum=most) for p, r, most in agents]


def test_beyond_its_steps_a_key_tells_nothing_apart() -> None:
    key = compose([find("priority"), find("average_utilization")]).keys[1]
    assert key.rank(priority=1, running=19, maximum=50) == 19
    assert key.rank(priority=1, running=20, maximum=50) == 19
