"""A whole node with rtpengine: a telephone calls it, and an agent's desk phone rings."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from acd.app import Node, running_node
from acd.config import Config
from acd.config.loader import parse_config
from acd.domain.agent import Availability
from acd.domain.ids import AgentId, SessionId
from tests.contract.telephony.rig import eventually
from tests.peers.phone import Phone
from tests.peers.phone_call import PhoneCall
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


@dataclass(frozen=True)
class Around:
    """A node's configuration, a caller and an agent's desk phone."""

    config: Config
    caller: Phone
    desk: Phone


@pytest.fixture
async def around(
    peer: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Around]:
    peer("rtpengine")
    write_tone(str(tmp_path / "music.wav"), MUSIC_HZ)
    monkeypatch.setenv("ANNA_PASSWORD", "correct horse battery")
    audio = audio_room()
    async with Phone.open(CALLER_HZ) as caller, Phone.open(AGENT_HZ) as desk:
        text = TEXT.format(phone=desk.port, sip=udp_port(), audio=audio, last=audio + 399)
        config = parse_config(
            text,
            source=tmp_path / "config.toml",
            env={"ACD_SERVER__DATA_DIR": str(tmp_path / "data"), "ANNA_PASSWORD": "x" * 12},
        )
        yield Around(config, caller, desk)


async def test_a_telephone_calls_and_a_desk_phone_answers(around: Around) -> None:
    async with running_node(around.config, front_end=False) as node:
        calling, ringing = await talk(node, around)
        assert await calling.bye_now() == 200
        await ringing.is_over()
        await recorded(node)


async def test_who_talks_outlives_a_node_that_hands_over_and_is_hung_up_on_by_one_that_ends(
    around: Around,
) -> None:
    async with running_node(around.config, front_end=False, hands_over=lambda: True) as node:
        calling, ringing = await talk(node, around)
    await calling.voice.hears(AGENT_HZ)
    await ringing.voice.hears(CALLER_HZ)
    async with running_node(around.config, front_end=False) as node:
        await calling.voice.hears(AGENT_HZ)
    await calling.is_over()
    await ringing.is_over()
    assert not (around.config.server.data_dir / "rtpengine.json").exists()


async def talk(node: Node, around: Around) -> tuple[PhoneCall, PhoneCall]:
    """The two in conversation."""
    router, anna, sip = node.services.router, AgentId("anna"), around.config.telephony.sip
    await router.open_session(anna, SessionId("ss_anna"))
    await router.set_presence(anna, channel=None, availability=Availability.AVAILABLE)
    calling = await around.caller.call("600", (sip.host, sip.port))
    ringing = await around.desk.ringing.get()
    await calling.voice.hears(MUSIC_HZ)
    await around.desk.pick_up(ringing)
    await calling.voice.hears(AGENT_HZ)
    await ringing.voice.hears(CALLER_HZ)
    return calling, ringing


async def recorded(node: Node) -> None:
    """That the one call there is was handled."""

    async def handled() -> bool:
        found = await node.services.history.events_after("0-0")
        return [one.data["outcome"] for one in found if one.type == "interaction.ended"] == [
            "handled"
        ]

    await eventually(handled)
