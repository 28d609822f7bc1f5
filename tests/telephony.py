"""Configurations of nodes that take telephone calls, each with an rtpengine of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.peers.rtpengine import audio_room, udp_port
from tests.peers.tones import write_tone

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MUSIC_HZ: Final = 300
SUPPORT: Final = {"600": "support"}
"""Whom one calls, and where it leads to."""
_DEPARTMENT = """
[[sites]]
id = "shop"
name = "Maison Perrin"
[[departments]]
id = "support"
name = {{ en = "Support", fr = "Assistance" }}
{rules}
[departments.call]
wrap_up_s = 0
"""
_AGENT = """
[[agents]]
id = "{name}"
name = "{name}"
email = "{name}@example.com"
departments = [{{ department = "support", priority = {priority} }}]
devices = [{{ id = "desk", address = "sip:{name}@127.0.0.1:{port}", closed_console = true }}]
{more}
"""
_TELEPHONY = """
[telephony]
region = "FR"
[telephony.sip]
enabled = true
late_s = 5
port = {sip}
music_file = "{music}"
{more}
[telephony.rtpengine]
interface = "127.0.0.1"
first_port = {first}
last_port = {last}
[telephony.sip.numbers]
{numbers}
"""


def demo_audio() -> dict[str, str]:
    """The environment of a demonstration whose audio ports are nobody else's."""
    name, first = "ACD_TELEPHONY__RTPENGINE__{}_PORT", audio_room()
    return {name.format("FIRST"): str(first), name.format("LAST"): str(first + 399)}


def department(rules: str = "") -> str:
    """A site with one department, Support; `rules` are lines of it."""
    return _DEPARTMENT.format(rules=rules)


def desk_agent(name: str, port: int, *, priority: int = 1, more: str = "") -> str:
    """One of Support, whose desk phone at this port rings without a console."""
    return _AGENT.format(name=name, port=port, priority=priority, more=more)


def telephony(
    folder: Path, numbers: Mapping[str, str] = SUPPORT, *, more: str = ""
) -> tuple[str, int]:
    """The last tables of a configuration, and the port where calls are taken.

    Who waits hears `MUSIC_HZ`. `more` are lines of `[telephony.sip]`, and tables below it.
    """
    music = folder / "music.wav"
    write_tone(str(music), MUSIC_HZ)
    sip, first = udp_port(), audio_room()
    lines = "".join(f'"{called}" = "{name}"\n' for called, name in numbers.items())
    text = _TELEPHONY.format(
        sip=sip, music=music, more=more, first=first, last=first + 399, numbers=lines
    )
    return text, sip
