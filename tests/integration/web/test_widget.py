"""What a visitor's page learns before it connects: what would come of a chat that starts now."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from acd.domain.ids import QueueId
from acd.web.api import widget
from tests.integration.web.asking import problem
from tests.integration.web.conftest import Node, Start, cast
from tests.integration.web.test_rest import INTERACTIONS, chat, lina

QUEUE = QueueId("support/chat")


@pytest.fixture(autouse=True)
def _told_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a page is told may be two seconds old; these tests ask what is true now."""
    monkeypatch.setattr(widget, "FRESH_S", 0)


async def support(node: Node) -> dict[str, Any]:
    answer = await (await node.stranger.get("/api/v1/widget/shop")).json()
    return next(each for each in answer["departments"] if each["id"] == "support")


def with_rules(**rules: Any) -> list[dict[str, Any]]:
    first, *others = cast()["departments"]
    return [{**first, "chat": rules}, *others]


async def test_outside_its_hours_it_takes_a_message_and_says_when_it_opens(start: Start) -> None:
    node = await start(departments=with_rules(on_closed="form"))
    now = await node.services.router.clock()
    opens, closes = now + 3_600_000, now + 7_200_000
    await node.services.router.set_hours(QUEUE, [(opens, closes)])
    told = await support(node)
    assert (told["service"], told["open"], told["opens_ms"]) == ("form", False, opens)
    await node.services.router.set_hours(QUEUE, [(now - 1000, closes)])
    told = await support(node)
    assert (told["service"], told["open"], told["opens_ms"]) == ("chat", True, None)


async def test_closed_for_good_where_the_rule_refuses(start: Start) -> None:
    node = await start(departments=with_rules(on_closed="reject"))
    await node.services.router.set_hours(QUEUE, [])
    assert (await support(node))["service"] == "closed"


async def test_nobody_there_takes_a_message_until_somebody_is(start: Start) -> None:
    node = await start(departments=with_rules(on_nobody="form"))
    assert (await support(node))["service"] == "form"
    await node.sits_down("anna")
    assert (await support(node))["service"] == "chat"


async def test_a_full_line_takes_a_message_or_nobody_more(start: Start) -> None:
    node = await start(departments=with_rules(max_length=1, on_full="reject"))
    assert (await support(node))["service"] == "chat"
    await node.program.post(INTERACTIONS, json=chat(await lina(node)))
    assert (await support(node))["service"] == "full"


async def test_without_rules_one_may_always_wait(node: Node) -> None:
    told = await support(node)
    assert (told["service"], told["open"], told["estimate"]) == ("chat", True, None)


async def test_a_season_that_begins_later_than_routing_knows_is_told(start: Start) -> None:
    day = (datetime.now(UTC) + timedelta(days=40)).date()
    season = {
        "id": "season",
        "zone": "UTC",
        "open_days": [{"day": day, "periods": ["09:00-10:00"]}],
    }
    node = await start(hours=[season], departments=with_rules(hours="season"))
    told = await support(node)
    opens = datetime.fromtimestamp(told["opens_ms"] / 1000, UTC)
    assert (told["service"], opens.date(), opens.hour) == ("form", day, 9)


async def test_a_rush_of_visitors_costs_one_look_and_origins_are_asked_each_time(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(widget, "FRESH_S", 600)
    node = await start(departments=with_rules(on_nobody="form"))
    assert (await support(node))["service"] == "form"
    await node.sits_down("anna")
    assert (await support(node))["service"] == "form", "kept for all who come now"
    foreign = {"Origin": "https://other.example"}
    refused = await node.stranger.get("/api/v1/widget/shop", headers=foreign)
    await problem(refused, 403, "origin_refused")


async def test_one_address_asks_so_often(start: Start) -> None:
    node = await start(limits={"public_per_minute": 2})
    for _ in range(2):
        assert (await node.stranger.get("/api/v1/widget/shop")).status == 200
    refused = await node.stranger.get("/api/v1/widget/shop")
    await problem(refused, 429, "rate_limited")
    assert refused.headers["Access-Control-Allow-Origin"] == "*", "the page may say why"
    assert float(refused.headers["Retry-After"]) > 0
    await problem(await node.stranger.get("/metrics"), 429, "rate_limited")
