"""A node that takes telephone calls, and whoever calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.acceptance.house import Server
from tests.peers.rtpengine import audio_room, udp_port
from tests.peers.tones import write_tone

if TYPE_CHECKING:
    from pathlib import Path

    from tests.acceptance.calls.telephones import Call, Telephone
    from tests.acceptance.house import House

CALLS: Final = "[departments.call]\nwrap_up_s = 40"
MUSIC_HZ: Final = 300
CAMILLE_HZ: Final = 1_000
DENISE_HZ: Final = 1_200
OUTSIDE_HZ: Final = 800
CAMILLE: Final = "+33199001234"
DENISE: Final = "+33199004321"
PROMPT_HZ: Final = 560
WORDS_HZ: Final = 220
DIGITS_HZ: Final = {str(digit): 400 + 120 * digit for digit in range(10)}
"""What is said in tones: so that what was heard is known for certain."""
SIP: Final = """
[telephony]
region = "FR"
[telephony.sip]
enabled = true
port = {sip_port}
music_file = "{music}"
sounds_dir = "{sounds}"
announce_s = 0
[telephony.sip.trunk]
proxy = "sip:127.0.0.1:{trunk}"
caller_id = "+33199000000"
[telephony.rtpengine]
interface = "127.0.0.1"
first_port = {first}
last_port = {last}
[telephony.sip.numbers]
{numbers}"""


def telephone_server(
    folder: Path, *, houses: int, trunk: Telephone, rules: str = CALLS, routing: str = ""
) -> Server:
    """Each house's departments are dialled by their names; every number leads to `trunk`."""
    music = folder / "music.wav"
    write_tone(str(music), MUSIC_HZ)
    sounds = folder / "sounds"
    (sounds / "en").mkdir(parents=True)
    said = {**DIGITS_HZ, "one-to-take": PROMPT_HZ}
    for name in (*said, "your-code-is", "again", "goodbye"):
        write_tone(str(sounds / "en" / f"{name}.wav"), said.get(name, WORDS_HZ), seconds=0.4)
    first, sip_port = audio_room(), udp_port()
    numbers = "".join(
        f'"{name}-{n}" = "{name}-{n}"\n'
        for n in range(1, houses + 1)
        for name in ("support", "sales")
    )
    more = SIP.format(
        sip_port=sip_port, music=music, sounds=sounds, trunk=trunk.port,
        first=first, last=first + 399, numbers=numbers,
    )  # fmt: skip
    server = Server(folder, houses=houses, rules=rules, routing=routing, more=more)
    server.sip_port = sip_port
    return server


def calls_in(telephone: Telephone, house: House, server: Server, caller: str) -> Call:
    """Somebody calls Support, and hears music."""
    peer = ("127.0.0.1", server.sip_port)
    found = telephone.calls(house.department("support"), peer, caller=caller)
    found.hears(MUSIC_HZ)
    return found
