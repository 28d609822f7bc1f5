"""`acd doctor` asks the trunk whether it is there."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from acd.cli.checks import examine
from acd.cli.findings import Finding, Mark
from acd.cli.trunk_check import examine_trunk
from acd.config import Config
from acd.telephony.sip.message import Message, read
from tests.integration.nodes import configured
from tests.peers.line import Line
from tests.peers.rtpengine import udp_port
from tests.peers.said import answer


class Trunk(Line):
    """Answers with that status, from the time on that it was asked so often."""

    def __init__(self) -> None:
        super().__init__()
        self.status, self.hears_from = 200, 1
        self.asked: list[tuple[Message, tuple[str, int]]] = []

    def datagram_received(self, data: bytes, peer: tuple[Any, ...]) -> None:
        message, back = read(data), (str(peer[0]), int(peer[1]))
        self.asked.append((message, back))
        if len(self.asked) < self.hears_from:
            return
        self.put(b"no SIP", back)
        for status in (100, self.status):
            self.put(answer(message, status, "", (), to=message.header("to"), contact="<>"), back)


@pytest.fixture
async def trunk() -> AsyncIterator[Trunk]:
    loop = asyncio.get_running_loop()
    _, trunk = await loop.create_datagram_endpoint(Trunk, local_addr=("127.0.0.1", 0))
    yield trunk
    trunk.cut()


def sent_to(folder: Path, port: int, **more: str) -> Config:
    """A node whose calls go out there."""
    said = {"PORT": str(udp_port()), "ENABLED": "true", "TRUNK__PROXY": f"sip:127.0.0.1:{port}"}
    return configured(
        folder, **{f"ACD_TELEPHONY__SIP__{name}": value for name, value in {**said, **more}.items()}
    )


async def found(config: Config) -> Finding:
    [finding] = [one async for one in examine_trunk(config)]
    return finding


async def test_what_the_trunk_answers_is_told(tmp_path: Path, trunk: Trunk) -> None:
    config = sent_to(tmp_path, trunk.port)
    findings = {one.what: one for one in await examine(config)}
    assert findings["trunk"].mark is Mark.OK
    assert findings["trunk"].found == f"127.0.0.1:{trunk.port} answers: 200 Whatever"
    [(asked, sender)] = trunk.asked
    assert asked.first == f"OPTIONS sip:127.0.0.1:{trunk.port} SIP/2.0"
    assert sender == ("127.0.0.1", config.telephony.sip.port)  # as calls do


@pytest.mark.parametrize(("status", "mark"), [(404, Mark.OK), (503, Mark.WRONG)])
async def test_whether_calls_go_out_counts(
    tmp_path: Path, trunk: Trunk, status: int, mark: Mark
) -> None:
    trunk.status = status
    finding = await found(sent_to(tmp_path, trunk.port))
    assert (finding.mark, f"answers: {status} " in finding.found) == (mark, True)


async def test_the_proxy_on_the_way_is_asked_for_the_trunk(tmp_path: Path, trunk: Trunk) -> None:
    trunk.hears_from = 2  # UDP loses some
    via = f"sip:127.0.0.1:{trunk.port}"
    config = sent_to(tmp_path, 5060, TRUNK__PROXY="sip:trunk.example", TRUNK__VIA=via)
    assert (await found(config)).mark is Mark.OK
    assert [asked.first for asked, _ in trunk.asked] == [
        "OPTIONS sip:trunk.example:5060 SIP/2.0"
    ] * 2


async def test_one_that_is_silent_is_wrong_unless_the_node_has_the_port(
    tmp_path: Path, trunk: Trunk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("acd.cli.trunk_check.ANSWER_S", 0.05)
    trunk.hears_from = 99
    config = sent_to(tmp_path, trunk.port)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as node:
        node.bind(("127.0.0.1", config.telephony.sip.port))
        assert (await found(config)).mark is Mark.NOTE
    silent = await found(config)
    assert (silent.mark, "does not answer" in silent.found) == (Mark.WRONG, True)


async def test_where_nobody_listens_is_wrong(tmp_path: Path) -> None:
    finding = await found(sent_to(tmp_path, udp_port()))
    assert (finding.mark, "is not reached" in finding.found) == (Mark.WRONG, True)


async def test_where_there_is_no_trunk_nothing_is_told(tmp_path: Path) -> None:
    config = sent_to(tmp_path, 0, TRUNK__PROXY="")
    assert [one async for one in examine_trunk(config)] == []
