"""A node that takes telephone calls, and whoever calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.acceptance.house import Server
from tests.peers.tones import write_tone
from tests.telephony import MUSIC_HZ, telephony

if TYPE_CHECKING:
    from pathlib import Path

    from tests.acceptance.calls.telephones import Call, Telephone
    from tests.acceptance.house import House

CALLS: Final = "pull = true\n[departments.call]\nwrap_up_s = 40"
CAMILLE_HZ: Final = 1_000
DENISE_HZ: Final = 1_200
OUTSIDE_HZ: Final = 800
CAMILLE: Final = "+33199001234"
DENISE: Final = "+33199004321"
PROMPT_HZ: Final = 560
WORDS_HZ: Final = 220
DIGITS_HZ: Final = {str(digit): 400 + 120 * digit for digit in range(10)}
"""What is said in tones: so that what was heard is known for certain."""
SIP: Final = """\
sounds_dir = "{sounds}"
announce_s = 0
[telephony.sip.trunk]
proxy = "sip:127.0.0.1:{trunk}"
caller_id = "+33199000000"
"""


def telephone_server(
    folder: Path, *, houses: int, trunk: Telephone, rules: str = CALLS, routing: str = ""
) -> Server:
    """Each house's departments are dialled by their names; every number leads to `trunk`."""
    sounds = folder / "sounds"
    (sounds / "en").mkdir(parents=True)
    said = {**DIGITS_HZ, "one-to-take": PROMPT_HZ}
    for name in (*said, "your-code-is", "again", "goodbye"):
        write_tone(str(sounds / "en" / f"{name}.wav"), said.get(name, WORDS_HZ), seconds=0.4)
    numbers = {
        called: called for n in range(1, houses + 1) for called in (f"support-{n}", f"sales-{n}")
    }
    more, sip_port = telephony(folder, numbers, more=SIP.format(sounds=sounds, trunk=trunk.port))
    server = Server(folder, houses=houses, rules=rules, routing=routing, more=more)
    server.sip_port = sip_port
    return server


def calls_in(telephone: Telephone, house: House, server: Server, caller: str) -> Call:
    """Somebody calls Support, and hears music."""
    peer = ("127.0.0.1", server.sip_port)
    found = telephone.calls(house.department("support"), peer, caller=caller)
    found.hears(MUSIC_HZ)
    return found
