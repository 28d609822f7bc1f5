"""The demonstration: a crowd at work, a rush, your sign-in, a clean slate."""

from __future__ import annotations

import asyncio
import os
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from typer.testing import CliRunner

from acd import app as composition
from acd.cli.main import app as command
from acd.config import Config
from acd.demo import telephone
from acd.demo.client import Line
from acd.demo.desk_phone import with_desk_phones
from acd.demo.folder import kept
from acd.demo.run import serve_demo
from acd.demo.seed import YOU, demo_config
from acd.domain.ids import new_id
from acd.embedded.data import DataInUse
from acd.telephony.sip.ports import claim_audio
from acd.web.listener import PortTaken
from tests.servers import free_port
from tests.telephony import demo_audio


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    (tmp_path / "build.json").touch()
    monkeypatch.setattr(composition, "FRONT_END", tmp_path / "build.json")
    return demo_config(demo_audio(), port=0, data_dir=tmp_path / "demo")


@asynccontextmanager
async def demonstration(config: Config) -> AsyncIterator[tuple[str, list[str]]]:
    """Its address, and what it said to whoever started it."""
    said: list[str] = []
    work = asyncio.create_task(serve_demo(config, said.append))
    try:
        await until(lambda: _async(bool(said) or work.done()))
        if work.done():
            await work
        yield said[0].split()[-1].removesuffix("/demo"), said
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def _async(value: Any) -> Any:
    return value


async def until(check: Callable[[], Awaitable[Any]], within_s: float = 20) -> Any:
    async with asyncio.timeout(within_s):
        while not (found := await check()):  # noqa: ASYNC110 - there is no event for a state
            await asyncio.sleep(0.05)
        return found


async def state(http: aiohttp.ClientSession, url: str) -> dict[str, Any]:
    async with http.get(f"{url}/demo/state") as response:
        assert response.status == 200, await response.text()
        return dict(await response.json())


async def test_a_taken_port_names_the_option_for_another(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        config = demo_config({}, port=port, data_dir=tmp_path / "demo")
        with pytest.raises(PortTaken) as told:
            await serve_demo(config, lambda _: None)
    said, other = str(told.value), f"--port {port + 1}"
    assert f"Port {port} on 127.0.0.1 is taken" in said
    assert f'`acd demo {other}`, in a checkout `make run ARGS="{other}"`' in said
    assert "server.port" not in said


async def test_a_taken_folder_names_the_option_for_another(config: Config) -> None:
    folder = config.server.data_dir
    async with demonstration(config):
        noted = kept(folder)
        with pytest.raises(DataInUse) as told:
            await serve_demo(config, lambda _: None)
        assert kept(folder) == noted, "they are of the one that runs"
    assert f"--data-dir {folder}-2`, in a checkout `make run ARGS=" in str(told.value)
    assert "server.data_dir" not in str(told.value)


async def test_calls_are_told_to_be_off_until_the_audio_ports_are_free(
    config: Config, peer: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    peer("sipp"), peer("rtpengine")
    audio = config.telephony.rtpengine
    claim = await claim_audio(audio.first_port, audio.last_port)
    assert claim is not None
    monkeypatch.setattr(telephone, "_UP_S", 1.5)
    try:
        async with demonstration(config) as (url, said), aiohttp.ClientSession() as http:
            assert said[0].startswith("Calls over SIP are off: they do not start")
            assert not (await state(http, url))["call"]["possible"]
            async with http.post(f"{url}/demo/call") as response:
                assert (await response.json())["code"] == "telephony_off"
            os.close(claim)
            claim = None

            async def possible() -> Any:
                return (await state(http, url))["call"]["possible"]

            await until(possible)
    finally:
        if claim is not None:
            os.close(claim)


async def test_colleagues_serve_a_rush(config: Config) -> None:
    async with demonstration(config) as (url, said), aiohttp.ClientSession() as http:
        calls, sign_in, address = said[0].splitlines()
        assert calls.startswith(("Calls over SIP are on: ", "Calls over SIP are off"))
        assert "youssef@maison-perrin.example" in sign_in
        assert address == f"The demo is at {url}/demo", "the last that is read"

        async def at_work() -> Any:
            found = await state(http, url)
            return found if found["simulated"]["agents"] == 11 else None

        found = await until(at_work)
        assert found["agent"] == {"id": YOU, "name": "Youssef Benali"}
        async with http.post(f"{url}/demo/rush", json={"visitors": 4}) as response:
            assert response.status == 202
            assert await response.json() == {"visitors": 4}

        async def served() -> bool:
            return bool((await state(http, url))["active"] >= 2)

        await until(served, within_s=40)


async def test_your_own_chat_rings_you(config: Config) -> None:
    async with demonstration(config) as (url, _), aiohttp.ClientSession() as http:
        async with http.post(f"{url}/demo/sign-in", headers={"Origin": url}) as response:
            assert response.status == 200
            cookie = response.cookies["acd_session"]
            csrf = (await response.json())["csrf"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Strict"
        async with Line(url, "/agent") as you, Line(url, "/visitor") as visitor:
            await you.open({"csrf": csrf}, {"Cookie": f"acd_session={cookie.value}"})
            opened = await you.call("console.open")
            assert opened["me"]["id"] == YOU
            await you.call("presence.set", channel=None, availability="available", reason="")
            await visitor.open({"site": "shop", "locale": "en"})
            await visitor.call(
                "chat.start", client_id=new_id("c"), department="support", name="Me", text="Hi"
            )
            async with asyncio.timeout(5):
                while (await you.next_event())[0] != "offer":
                    pass


async def test_a_test_call_rings_you(config: Config, peer: Callable[[str], Path]) -> None:
    peer("sipp"), peer("rtpengine")
    async with demonstration(config) as (url, _), aiohttp.ClientSession() as http:
        call = (await state(http, url))["call"]
        assert (call["possible"], call["running"]) == (True, 0)
        assert call["address"].startswith("sip:600@127.0.0.1:")
        async with http.post(f"{url}/demo/sign-in", headers={"Origin": url}) as response:
            cookie, csrf = response.cookies["acd_session"], (await response.json())["csrf"]
        async with Line(url, "/agent") as you:
            await you.open({"csrf": csrf}, {"Cookie": f"acd_session={cookie.value}"})
            await you.call("console.open")
            await you.call("presence.set", channel=None, availability="available", reason="")
            async with http.post(f"{url}/demo/call") as response:
                assert response.status == 202, await response.text()
                assert (await response.json())["running"] == 1
            async with asyncio.timeout(20):
                while (told := await you.next_event())[0] != "offer":
                    pass
            assert told[1]["channel"] == "call"
            assert "Test call" in str(told[1])
            env = {"ACD_SERVER__DATA_DIR": str(config.server.data_dir), "ACD_CONFIG": "none.toml"}
            examined, explained, listed = [
                await asyncio.to_thread(CliRunner(env=env).invoke, command, [*words, "--demo"])
                for words in (["doctor"], ["explain", str(told[1]["interaction"])], ["explain"])
            ]
        assert "applied, directory version" in examined.stdout, examined.output
        assert re.search(
            r"\n1 +\d\d:\d\d:\d\d +- +youssef +rings +priority\+longest_idle "
            r"\(priority 1, idle for [\d:]+\)",
            explained.stdout,
        ), explained.output
        assert re.search(
            r"\nNever asked, .*:\nagent +why not\nanna +(offline; )?may have none on this chan",
            explained.stdout,
        ), explained.output
        assert re.search(r" call +support +Test call +rings +-\n", listed.stdout), listed.output
        assert listed.stdout.endswith(f"explain --demo {told[1]['interaction']}\n"), listed.output


async def test_the_colleague_with_a_telephone_answers_while_you_are_away_until_it_is_ended(
    config: Config, peer: Callable[[str], Path]
) -> None:
    peer("sipp"), peer("rtpengine")
    async with demonstration(config) as (url, _), aiohttp.ClientSession() as http:

        async def at_work() -> bool:
            return bool((await state(http, url))["simulated"]["agents"] == 11)

        await until(at_work)
        async with http.post(f"{url}/demo/call") as response:
            assert response.status == 202, await response.text()

        async def served() -> bool:
            return bool((await state(http, url))["active"] == 1)

        await until(served)
        async with http.delete(f"{url}/demo/call") as response:
            assert response.status == 202, await response.text()

        async def over() -> bool:
            found = await state(http, url)
            return not found["active"] and not found["call"]["running"]

        await until(over)


async def test_without_sipp_there_is_no_test_call(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("telephone", "desk_phone"):
        monkeypatch.setattr(f"acd.demo.{module}.find_sipp", lambda: None)
    assert with_desk_phones(config) is config
    async with demonstration(config) as (url, _), aiohttp.ClientSession() as http:
        assert not (await state(http, url))["call"]["possible"]
        async with http.post(f"{url}/demo/call") as response:
            assert response.status == 503
            assert (await response.json())["code"] == "telephony_off"


async def test_clearing_begins_anew(tmp_path: Path, config: Config) -> None:
    config = demo_config(demo_audio(), port=free_port(), data_dir=tmp_path / "demo")
    async with demonstration(config) as (url, said), aiohttp.ClientSession() as http:
        before = (await state(http, url))["run"]
        async with http.post(f"{url}/demo/clear") as response:
            assert response.status == 202

        async def again() -> bool:
            try:
                return bool((await state(http, url))["run"] != before)
            except aiohttp.ClientError:
                return False

        await until(again)
        assert len(said) == 1, "where it is and how to sign in stays as it was"


async def test_other_sites_may_not_ask(config: Config) -> None:
    asked = [("POST", verb) for verb in ("rush", "call", "clear", "sign-in")] + [("DELETE", "call")]
    async with demonstration(config) as (url, _), aiohttp.ClientSession() as http:
        headers = {"Origin": "https://elsewhere.example"}
        for method, verb in asked:
            async with http.request(method, f"{url}/demo/{verb}", headers=headers) as response:
                assert response.status == 403, verb
                assert (await response.json())["code"] == "origin_refused"
                assert "acd_session" not in response.cookies


async def test_a_wrong_rush_is_refused(config: Config) -> None:
    async with demonstration(config) as (url, _), aiohttp.ClientSession() as http:
        for body in ('{"visitors": 0}', '{"visitors": "many"}', "[]", "{"):
            async with http.post(f"{url}/demo/rush", data=body) as response:
                assert response.status == 400, body
                assert (await response.json())["code"] == "bad_request"
