"""`acd doctor` beside a running node, and alone."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest

from acd.cli.call_checks import examine_calls, plays
from acd.cli.checks import examine
from acd.cli.findings import Mark
from acd.config import Config
from acd.config.places import Running
from acd.routing import keys
from acd.routing.router import Router
from acd.telephony.sip.ports import claim_audio
from tests.integration.nodes import PASSWORD, configured, node_of
from tests.peers.rtpengine import Rtpengine, audio_room

NOBODYS = 2**22 + 1
"""Above the highest process id that Linux gives."""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.setenv("ANNA_PASSWORD", PASSWORD)
    return configured(tmp_path)


async def test_doctor_names_a_timer_that_fails(config: Config) -> None:
    async with node_of(config) as node:
        running = Running.read(config)
        assert running
        router = await Router.open(running.redis_url, config.tenant)
        client: Any = router.link.client
        await client.zadd(keys.prefix(config.tenant) + "timers", {"z|nothing": 1})
        for _ in range(100):
            if await router.failing_timers():
                break
            await asyncio.sleep(0.05)
        await router.close()
        findings = {finding.what: finding for finding in await examine(config)}
        async with aiohttp.ClientSession() as session, session.get(f"{node.url}/metrics") as told:
            assert re.search(r"^acd_timer_failures_total [1-9]", await told.text(), re.MULTILINE)
    assert findings["timers"].mark is Mark.WRONG
    assert findings["timers"].found.startswith("1 fail and are put off: timers/z|nothing, ")


async def test_doctor_examines_the_embedded_server_of_a_running_node(config: Config) -> None:
    async with node_of(config):
        findings = {finding.what: finding for finding in await examine(config)}
    assert {finding.mark for finding in findings.values()} == {Mark.OK}, findings
    assert findings["append-only file"].found == "on"
    assert findings["invariants of routing"].found == "hold"
    assert findings["configuration"].found.startswith("applied")
    assert findings["timers"].found == "run"
    findings = {finding.what: finding for finding in await examine(config)}
    assert findings["Redis"].mark is Mark.NOTE
    assert (findings["node"].mark, findings["node"].found) == (Mark.DOWN, "none runs here")


async def test_doctor_tells_a_node_that_was_killed_from_one_that_hangs(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("acd.cli.node_check.ANSWER_S", 0.1)
    config.server.data_dir.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = "http://{}:{}".format(*silent.getsockname())
        for pid, said in ((os.getpid(), "does not answer at"), (NOBODYS, "without being told")):
            note = Running(pid=pid, redis_url="unix:///nowhere", url=url)
            note.write(config)
            found = {finding.what: finding for finding in await examine(config)}["node"]
            assert (found.mark, said in found.found) == (Mark.WRONG, True), found


def test_a_node_that_ends_leaves_the_note_of_another(config: Config) -> None:
    config.server.data_dir.mkdir()
    first, second = (Running(pid=pid, redis_url="", url="") for pid in (1, 2))
    first.write(config)
    second.write(config)
    first.forget(config)
    assert Running.read(config) == second
    second.forget(config)
    assert Running.read(config) is None


async def test_doctor_finds_the_port_taken_before_the_start(config: Config) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        server = config.server.model_copy(update={"port": other.getsockname()[1]})
        found = await examine(config.model_copy(update={"server": server}))
    marks = {finding.what: finding.mark for finding in found}
    assert (marks["node"], marks["address"]) == (Mark.DOWN, Mark.WRONG)


async def test_doctor_says_what_a_node_that_takes_no_work_lacks(config: Config) -> None:
    async with node_of(config) as node:
        await node.services.health.database.close()
        found = {finding.what: finding for finding in await examine(config)}["node"]
    assert (found.mark, "takes no work: database" in found.found) == (Mark.WRONG, True), found


async def test_doctor_says_what_is_wrong(tmp_path: Path) -> None:
    config = configured(tmp_path, ACD_REDIS__URL="redis://127.0.0.1:1")
    findings = {finding.what: finding for finding in await examine(config)}
    assert findings["Redis"].mark is Mark.WRONG
    assert findings["database"].mark is Mark.NOTE


async def test_doctor_finds_an_rtpengine_that_a_node_left_with_its_calls(config: Config) -> None:
    numbers = config.telephony.sip.model_copy(update={"numbers": {"600": "support"}})
    telephony = config.telephony.model_copy(update={"sip": numbers})
    config = config.model_copy(update={"telephony": telephony})
    folder, mine = config.server.data_dir, os.getpid()
    folder.mkdir()
    words = psutil.Process().cmdline()
    note = {"pid": mine, "ng_port": 1, "dtmf_port": 2, "argv": words}
    (folder / "rtpengine.json").write_text(json.dumps(note))
    left = [one async for one in examine_calls(config)][1:]
    assert [(one.mark, f"(process {mine})" in one.found) for one in left] == [(Mark.NOTE, True)]
    Running(pid=mine, redis_url="", url="").write(config)
    assert [one async for one in examine_calls(config)][1:] == []


async def test_doctor_says_which_ports_of_calls_another_has(tmp_path: Path) -> None:
    first = audio_room()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        config = configured(
            tmp_path, ACD_TELEPHONY__SIP__PORT=str(port), ACD_TELEPHONY__SIP__ENABLED="true",
            ACD_TELEPHONY__RTPENGINE__FIRST_PORT=str(first),
            ACD_TELEPHONY__RTPENGINE__LAST_PORT=str(first + 99),
        )  # fmt: skip
        found = await anext(examine_calls(config))
        assert (found.what, found.mark) == ("ports of calls", Mark.WRONG)
        assert f"UDP port {port}" in found.found
    claim = await claim_audio(first + 99, first + 199)
    assert claim is not None
    found = await anext(examine_calls(config))
    os.close(claim)
    assert f"ports {first} to {first + 99}" in found.found
    assert not [one async for one in examine_calls(config) if one.what == "ports of calls"]


async def test_doctor_has_an_rtpengine_elsewhere_play(
    rtpengine: Rtpengine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANNA_PASSWORD", PASSWORD)
    said = configured(tmp_path)
    said.server.data_dir.mkdir()
    sip = said.telephony.sip.model_copy(update={"numbers": {"600": "support"}})
    media = said.telephony.rtpengine.model_copy(update={"ng": "{}:{}".format(*rtpengine.ng)})
    telephony = said.telephony.model_copy(update={"sip": sip, "rtpengine": media})
    found = [one async for one in examine_calls(said.model_copy(update={"telephony": telephony}))]
    assert [(one.what, one.mark) for one in found] == [
        ("audio of calls", Mark.OK),
        ("sounds of calls", Mark.OK),
    ]
    missing = await plays(rtpengine.ng, tmp_path / "not-there.wav")
    assert (missing.mark, "not-there.wav" in missing.found) == (Mark.WRONG, True)
    assert rtpengine.pairings() == []
