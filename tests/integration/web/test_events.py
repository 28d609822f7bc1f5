"""The event stream: in order, each once, from any place, whatever the recorder trimmed."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType

from acd.domain.agent import Availability
from acd.domain.events import Event
from acd.domain.ids import AgentId
from acd.web.api import event_stream
from tests.integration.web.asking import key, problem
from tests.integration.web.conftest import Node

EVENTS = "/api/v1/events"


async def wink(node: Node, times: int) -> None:
    """So many presence events."""
    for number in range(times):
        await node.services.router.set_presence(
            AgentId("anna"),
            channel=None,
            availability=Availability.AWAY,
            reason=f"reason {number}",
        )


@asynccontextmanager
async def stream(node: Node, after: str = "0-0") -> AsyncIterator[ClientWebSocketResponse]:
    async with node.program.ws_connect(EVENTS, params={"after": after}) as socket:
        yield socket


async def read(socket: ClientWebSocketResponse, count: int) -> list[dict[str, Any]]:
    async with asyncio.timeout(10):
        return [json.loads((await socket.receive()).data) for _ in range(count)]


def reasons(events: list[dict[str, Any]]) -> list[str]:
    return [event["data"].get("reason", "") for event in events]


async def until_recorded(node: Node, event: str) -> None:
    async with asyncio.timeout(10):
        while True:
            found = await node.services.history.events_after("0-0", 500)
            if any(each.id == event for each in found):
                return
            await asyncio.sleep(0.02)


async def test_history_then_live_without_a_seam(node: Node) -> None:
    await wink(node, 5)
    async with stream(node) as socket:
        first: list[dict[str, Any]] = []
        while reasons(first)[-1:] != ["reason 4"]:
            first += await read(socket, 1)
        await wink(node, 3)
        later = await read(socket, 3)
    ids = [event["id"] for event in first + later]
    places = [tuple(map(int, found.split("-"))) for found in ids]
    assert places == sorted(set(places))
    assert [seq for _, seq in places] == list(range(places[0][1], places[-1][1] + 1))
    assert reasons(later) == ["reason 0", "reason 1", "reason 2"]
    assert all(event["agent"] == "anna" for event in later)


async def test_it_resumes_after_any_event(node: Node) -> None:
    await wink(node, 6)
    async with stream(node) as socket:
        everything: list[dict[str, Any]] = []
        while reasons(everything)[-1:] != ["reason 5"]:
            everything += await read(socket, 1)
    for cut in range(len(everything) - 1):
        async with stream(node, everything[cut]["id"]) as socket:
            rest = await read(socket, len(everything) - cut - 1)
        assert rest == everything[cut + 1 :]


async def test_what_was_trimmed_is_read_from_history(node: Node) -> None:
    await wink(node, 4)
    async with stream(node) as socket:
        everything: list[dict[str, Any]] = []
        while reasons(everything)[-1:] != ["reason 3"]:
            everything += await read(socket, 1)
    await until_recorded(node, everything[-1]["id"])
    position = await node.services.history.position()
    await node.services.router.trim_events(position)
    async with stream(node) as socket:
        assert await read(socket, len(everything)) == everything
        await wink(node, 1)
        assert reasons(await read(socket, 1)) == ["reason 0"]


async def test_what_is_trimmed_while_it_begins_is_not_waited_for(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    await wink(node, 4)
    history = node.services.history
    found = await last_of(node, 4)
    await node.services.router.trim_events(found)
    read_on, asked = history.events_after, 0

    async def at_first_behind(position: str, limit: int = 500) -> list[Event]:
        nonlocal asked
        asked += 1
        return await read_on(position, limit) if asked > 1 else []

    monkeypatch.setattr(history, "events_after", at_first_behind)
    async with stream(node) as socket:
        everything: list[dict[str, Any]] = []
        while reasons(everything)[-1:] != ["reason 3"]:
            everything += await read(socket, 1)


async def last_of(node: Node, winks: int) -> str:
    """The last of so many presence events, once it is recorded."""
    async with asyncio.timeout(10):
        while True:
            for event in await node.services.history.events_after("0-0", 500):
                if event.data.get("reason") == f"reason {winks - 1}":
                    return event.id
            await asyncio.sleep(0.02)


async def test_a_position_in_the_future_waits(node: Node) -> None:
    async with stream(node, "999-0") as socket:
        await wink(node, 1)
        with pytest.raises(TimeoutError):
            await socket.receive(timeout=0.3)


async def test_it_takes_nothing(node: Node) -> None:
    async with stream(node) as socket:
        await socket.send_str("hello")
        async with asyncio.timeout(5):
            while (message := await socket.receive()).type is WSMsgType.TEXT:
                pass
        assert message.type is WSMsgType.CLOSE
        assert socket.close_code == 1003


async def test_who_may_listen(node: Node) -> None:
    await problem(await node.stranger.get(EVENTS), 401, "not_signed_in")
    await problem(await node.stranger.get(EVENTS, headers=key("reader")), 403, "scope_missing")
    await problem(await node.program.get(EVENTS), 400, "bad_request")  # no WebSocket asked for
    await problem(await node.program.get(f"{EVENTS}?after=soon"), 422, "invalid_input")
    await node.sign_in("omar")
    async with node.client.ws_connect(EVENTS):
        pass
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await node.client.ws_connect(EVENTS, headers={"Origin": "https://evil.example"})
    assert refused.value.status == 403


async def test_streams_are_counted_and_bounded(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "MAX_STREAMS", 2)
    async with stream(node), stream(node):
        scrape = await (await node.stranger.get("/metrics")).text()
        assert 'acd_sockets_connected{kind="events"} 2.0' in scrape
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await node.program.ws_connect(EVENTS)
        assert refused.value.status == 429


async def test_one_reader_cannot_take_all_streams(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "MAX_OF_ONE", 1)
    await node.sign_in("omar")
    async with stream(node):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await node.program.ws_connect(EVENTS)
        assert refused.value.status == 429
        async with node.client.ws_connect(EVENTS):
            pass
    async with asyncio.timeout(5):
        while not await is_taken(node):  # noqa: ASYNC110 - it is let go a moment later
            await asyncio.sleep(0.01)


async def is_taken(node: Node) -> bool:
    try:
        async with stream(node):
            return True
    except aiohttp.WSServerHandshakeError:
        return False


async def test_an_identity_that_ended_ends_its_stream(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "RECHECK_S", 0.05)
    csrf = await node.sign_in("omar")
    async with node.client.ws_connect(EVENTS) as socket:
        await node.client.delete("/api/v1/session", headers=csrf)
        async with asyncio.timeout(5):
            while (message := await socket.receive()).type is WSMsgType.TEXT:
                pass
        assert message.type is WSMsgType.CLOSE
        assert socket.close_code == 1008
