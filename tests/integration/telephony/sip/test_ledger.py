"""Who has a node's calls: itself, or whoever is first once it fell silent."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from acd.telephony.sip.redis_ledger import RedisLedger
from tests.servers import Cluster, Server, free_port

LEASE_S = 0.2
MANY = 100
ENGINE, OTHER_ENGINE = "127.0.0.1:2223", "127.0.0.2:2223"
Node = Callable[..., Any]


@pytest.fixture
def node(redis_url: str, tenant: str) -> Node:
    """`node(place)` has begun; `lost` counts how often it was told that its calls are gone."""

    def begin(place: str, engine: str = ENGINE) -> Any:
        ledger = RedisLedger(redis_url, f"acd:{{{tenant}}}:", place, lease_s=LEASE_S)
        lost: list[str] = []
        kept = ledger.begin(engine, lambda: lost.append(place))
        return ledger, kept, lost

    return begin


def silent(ledger: RedisLedger) -> dict[str, str]:
    """Who it takes for dead, having looked for long enough."""
    ledger.beat()
    time.sleep(LEASE_S)
    return ledger.beat()


def test_the_next_one_on_an_address_finds_what_was_left(node: Node) -> None:
    former, kept, lost = node("10.0.0.1:5060")
    assert kept == {}
    former.write({"d:1": {"stage": "arriving"}, "d:2": {}})
    former.write({"d:1": {"stage": "up"}, "c:1": {"epoch": 3}, "d:2": None, "d:3": None})
    _, kept, _ = node("10.0.0.1:5060")
    assert kept == {"d:1": {"stage": "up"}, "c:1": {"epoch": 3}}
    former.write({"d:3": {}})
    assert lost
    assert node("10.0.0.1:5060")[1] == kept


def test_of_those_that_would_have_the_calls_of_a_dead_one_the_first_has_all(node: Node) -> None:
    dead, _, lost = node("10.0.0.1:5060")
    dead.write({"d:1": {}})
    dead.write({"c:1": {}})
    one, other = node("10.0.0.2:5060")[0], node("10.0.0.3:5060")[0]
    said, also_said = silent(one)["10.0.0.1:5060"], silent(other)["10.0.0.1:5060"]
    assert one.is_elsewhere("d:1")
    assert one.take("10.0.0.1:5060", said, MANY) == {"d:1": {}, "c:1": {}}
    assert other.take("10.0.0.1:5060", also_said, MANY) == {}
    assert (one.is_elsewhere("d:1"), other.is_elsewhere("d:1")) == (False, True)
    assert node("10.0.0.2:5060")[1] == {"d:1": {}, "c:1": {}}

    dead.write({"d:1": {"late": True}})
    dead.write({"d:2": {}})
    assert lost == ["10.0.0.1:5060"]
    assert node("10.0.0.1:5060")[1] == {}


def call(ledger: RedisLedger, name: str, *, talks: bool) -> set[str]:
    """A call with a telephone beside its caller; the names of what is written of it."""
    leg = {"dialog": f"{name}-leg"}
    ledger.write({f"c:{name}": {
        "caller": {"dialog": f"{name}-caller"}, "away": None,
        "bridged": ["offer", "desk"] if talks else None,
        "devices": [{"leg": {"tab": "a page"}}, {"leg": leg}],
    }})  # fmt: skip
    dialogs = {f"d:{name}-caller", f"d:{name}-leg"}
    for dialog in dialogs:
        ledger.write({dialog: {}})
    return {f"c:{name}", *dialogs}


def test_who_has_room_for_some_leaves_the_rest_to_others(node: Node) -> None:
    dead = node("10.0.0.1:5060")[0]
    waits, talks = call(dead, "1", talks=False), call(dead, "2", talks=True)
    late = call(dead, "3", talks=False)
    dead.write({"d:of-nobody": {}})
    one, other = node("10.0.0.2:5060")[0], node("10.0.0.3:5060")[0]
    other.beat()
    said, also_said = silent(one)["10.0.0.1:5060"], other.beat()["10.0.0.1:5060"]
    assert set(one.take("10.0.0.1:5060", said, 1)) == talks | {"d:of-nobody"}
    assert one.is_elsewhere("d:1-caller")
    assert one.take("10.0.0.1:5060", said, 0) == {}
    assert set(other.take("10.0.0.1:5060", also_said, 1)) == waits
    assert set(node("10.0.0.1:5060")[1]) == late


def test_calls_that_nobody_has_room_for_are_taken_all_the_same_in_the_end(node: Node) -> None:
    dead = node("10.0.0.1:5060")[0]
    named = call(dead, "1", talks=True)
    other = node("10.0.0.2:5060")[0]
    said = silent(other)["10.0.0.1:5060"]
    assert other.take("10.0.0.1:5060", said, 0) == {}
    time.sleep(LEASE_S)
    assert set(other.take("10.0.0.1:5060", said, 0)) == named
    assert silent(other) == {}


def test_one_that_was_slow_goes_on_where_nobody_had_room(node: Node) -> None:
    slow, _, lost = node("10.0.0.1:5060")
    named = call(slow, "1", talks=True)
    full = node("10.0.0.2:5060")[0]
    said = silent(full)["10.0.0.1:5060"]
    assert full.take("10.0.0.1:5060", said, 0) == {}
    slow.beat()
    assert not lost
    assert set(node("10.0.0.1:5060")[1]) == named


def test_what_it_left_in_an_rtpengine_of_its_own_is_told_to_it(node: Node) -> None:
    dead = node("10.0.0.1:5060", OTHER_ENGINE)[0]
    dead.write({"c:1": {}})
    other = node("10.0.0.2:5060")[0]
    other.take("10.0.0.1:5060", silent(other)["10.0.0.1:5060"], MANY)
    assert node("10.0.0.1:5060")[1] == {"g:1": {}}


def test_what_was_not_dropped_by_a_fault_is_dropped_with_the_next_beat(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> None:
        raise UnicodeError

    ledger = node("10.0.0.1:5060")[0]
    ledger.write({"d:1": {}})
    with monkeypatch.context() as fault:
        fault.setattr(ledger, "_server", fails)
        with pytest.raises(UnicodeError):
            ledger.write({"d:1": None})
    ledger.beat()
    assert node("10.0.0.1:5060")[1] == {}


def test_one_that_spoke_meanwhile_keeps_its_calls(node: Node) -> None:
    living, _, lost = node("10.0.0.1:5060")
    living.write({"c:1": {}})
    other = node("10.0.0.2:5060")[0]
    found = silent(other)
    living.beat()
    assert other.take("10.0.0.1:5060", found["10.0.0.1:5060"], MANY) == {}
    living.write({"c:2": {}})
    assert not lost


def test_one_that_ended_in_order_leaves_nothing_to_take(node: Node) -> None:
    node("10.0.0.1:5060")[0].end()
    assert silent(node("10.0.0.2:5060")[0]) == {}


def test_what_one_left_is_for_whoever_looks_first(node: Node) -> None:
    former = node("10.0.0.1:5060")[0]
    former.write({"c:1": {}})
    other = node("10.0.0.2:5060")[0]
    other.beat()
    former.leave()
    former.write({"c:1": {"late": True}})
    found = other.beat()
    assert other.take("10.0.0.1:5060", found["10.0.0.1:5060"], MANY) == {"c:1": {}}


def test_one_that_comes_back_has_what_it_left(node: Node) -> None:
    former = node("10.0.0.1:5060")[0]
    former.write({"c:1": {}})
    former.leave()
    assert node("10.0.0.1:5060")[1] == {"c:1": {}}
    former.leave()  # late: it is not its own any more
    assert node("10.0.0.2:5060")[0].beat() == {}


def test_a_redis_that_lost_everything_is_no_other_node(
    node: Node, redis_url: str, tenant: str
) -> None:
    ledger, _, lost = node("10.0.0.1:5060")
    ledger.write({"c:1": {"epoch": 1}})
    ledger._server()("DEL", f"acd:{{{tenant}}}:sip:10.0.0.1:5060")
    ledger.write({"c:2": {}})
    ledger.write({"c:1": {"epoch": 1}})  # it was written before; that is gone
    assert not lost
    assert node("10.0.0.1:5060")[1] == {"c:1": {"epoch": 1}, "c:2": {}}


def test_a_node_that_begins_waits_for_a_redis_that_thinks(tmp_path: Path) -> None:
    server = Server(tmp_path)
    server.start()
    try:
        former, later = (RedisLedger(server.url, "acd:{acme}:", "10.0.0.1:5060") for _ in range(2))
        former.begin(ENGINE, lambda: None)
        former.write({"c:1": {"epoch": 1}})
        assert server.process is not None
        server.process.send_signal(signal.SIGSTOP)
        thinks = threading.Timer(0.8, server.process.send_signal, (signal.SIGCONT,))
        thinks.start()
        assert later.begin(ENGINE, lambda: None) == {"c:1": {"epoch": 1}}
        thinks.join()
    finally:
        server.kill()


def test_a_server_that_was_started_again_meanwhile_has_the_next_record(tmp_path: Path) -> None:
    server = Server(tmp_path)
    server.start()
    try:
        former, later = (RedisLedger(server.url, "acd:{acme}:", "10.0.0.1:5060") for _ in range(2))
        former.begin(ENGINE, lambda: None)
        former.write({"c:1": {"epoch": 1}})
        server.kill()
        server.start()
        former.write({"c:1": {"epoch": 2}})
        assert later.begin(ENGINE, lambda: None) == {"c:1": {"epoch": 2}}
    finally:
        server.kill()


def test_while_a_cluster_is_away_calls_go_on_unwritten(tmp_path: Path) -> None:
    cluster, nobody = Cluster(tmp_path, primaries=1), free_port()
    (node,) = cluster.nodes
    url = f"redis+cluster://127.0.0.1:{nobody},127.0.0.1:{node.port}"
    cluster.start()
    try:
        ledger = RedisLedger(url, "acd:{acme}:", "10.0.0.1:5060")
        assert ledger.begin(ENGINE, lambda: None) == {}
        ledger.write({"c:1": {"epoch": 1}})
        ledger.write({"c:2": {"epoch": 1}})
        node.kill()
        ledger.write({"c:1": {"epoch": 2}})
        ledger._paused_until = 0.0
        ledger.write({"c:2": None})
        assert ledger.beat() == {}
        ledger._paused_until = 0.0
        ledger.end()
        node.start()
        cluster.settle()
        ledger._paused_until = 0.0
        ledger.write({"c:1": {"epoch": 3}})
        ledger.beat()
        again = RedisLedger(url, "acd:{acme}:", "10.0.0.1:5060")
        assert again.begin(ENGINE, lambda: None) == {"c:1": {"epoch": 3}}
    finally:
        cluster.stop()


def test_what_ended_while_redis_was_away_does_not_come_back(node: Node) -> None:
    ledger = node("10.0.0.1:5060")[0]
    ledger.write({"c:1": {"epoch": 1}})
    ledger.write({"c:2": {"epoch": 1}})
    ledger._paused_until = time.monotonic() + 0.1
    ledger.write({"c:1": None})
    ledger.write({"c:2": None})
    time.sleep(0.1)
    ledger.write({"c:2": {"epoch": 2}})
    ledger.beat()
    assert node("10.0.0.1:5060")[1] == {"c:2": {"epoch": 2}}
