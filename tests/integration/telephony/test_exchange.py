"""A whole node with rtpengine: a telephone calls it, and an agent's desk phone rings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from acd.app import Node, running_node
from acd.config.loader import parse_config
from acd.domain.agent import Availability
from acd.domain.ids import AgentId, SessionId
from tests.contract.telephony.rig import eventually
from tests.peers.phone import Phone
from tests.peers.rtpengine import audio_room, udp_port
from tests.peers.tones import write_tone

MUSIC_HZ, AGENT_HZ, CALLER_HZ = 300, 700, 1000
TEXT = """\
[server]
port = 0
[[sites]]
id = "shop"
name = "Maison Perrin"
[[departments]]
id = "support"
name = {{ en = "Support", fr = "Assistance" }}
[departments.call]
[[agents]]
id = "anna"
name = "Anna Novak"
email = "anna@example.com"
departments = [{{ department = "support" }}]
devices = [{{ id = "desk", address = "sip:anna@127.0.0.1:{phone}", closed_console = true }}]
password_env = "ANNA_PASSWORD"
[telephony]
region = "FR"
[telephony.sip]
port = {sip}
music_file = "music.wav"
[telephony.sip.numbers]
"600" = "support"
[telephony.rtpengine]
interface = "127.0.0.1"
first_port = {audio}
last_port = {last}
"""


async def test_a_telephone_calls_and_a_desk_phone_answers(
    peer: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    peer("rtpengine")
    write_tone(str(tmp_path / "music.wav"), MUSIC_HZ)
    monkeypatch.setenv("ANNA_PASSWORD", "correct horse battery")
    sip, audio = udp_port(), audio_room()
    async with Phone.open(CALLER_HZ) as caller, Phone.open(AGENT_HZ) as desk:
        config = parse_config(
            TEXT.format(phone=desk.port, sip=sip, audio=audio, last=audio + 399),
            source=tmp_path / "config.toml",
            env={"ACD_SERVER__DATA_DIR": str(tmp_path / "data"), "ANNA_PASSWORD": "x" * 12},
        )
        async with running_node(config, front_end=False) as node:
            await talk(node, caller, desk, ("127.0.0.1", sip))


async def talk(node: Node, caller: Phone, desk: Phone, exchange: tuple[str, int]) -> None:
    router, anna = node.services.router, AgentId("anna")
    await router.open_session(anna, SessionId("ss_anna"))
    await router.set_presence(anna, channel=None, availability=Availability.AVAILABLE)
    calling = await caller.call("600", exchange)
    ringing = await desk.ringing.get()
    await calling.voice.hears(MUSIC_HZ)
    await desk.pick_up(ringing)
    await calling.voice.hears(AGENT_HZ)
    await ringing.voice.hears(CALLER_HZ)
    held = (await router.agent(anna)).held  # type: ignore[union-attr]
    assert [one.state for one in held] == ["active"]
    assert await calling.bye_now() == 200
    await ringing.is_over()

    async def recorded() -> bool:
        past = await node.services.history.interaction(held[0].interaction)
        return past is not None and past.outcome == "handled"

    await eventually(recorded)
