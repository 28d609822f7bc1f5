"""What `acd doctor` looks at for calls over SIP: what carries the audio."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from acd.cli.findings import Finding, Mark
from acd.config.telephony import CHILD
from acd.domain.errors import AcdError
from acd.telephony.sip.ping import answers
from acd.telephony.sip.rtpengine import (
    RtpengineMissing,
    check_interface,
    far_address,
    find_rtpengine,
    sip_wanted,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from acd.config import Config
    from acd.config.telephony import RtpengineSettings

_WHAT: Final = "audio of calls"


async def examine_calls(config: Config) -> AsyncIterator[Finding]:
    """Nothing, where the configuration wants no calls over SIP."""
    said = config.telephony
    if not sip_wanted(said):
        return
    if said.rtpengine.ng == CHILD:
        yield await _child(said.rtpengine, insists=said.sip.enabled is True)
    else:
        address = far_address(said.rtpengine)
        there = await answers(address, within_s=2.0)
        yield Finding(
            mark=Mark.OK if there else Mark.WRONG,
            what=_WHAT,
            found=f"rtpengine at {said.rtpengine.ng} {'answers' if there else 'does not answer'}",
            remedy="" if there else "Start it, or correct `telephony.rtpengine.ng`.",
        )


async def _child(settings: RtpengineSettings, *, insists: bool) -> Finding:
    binary = find_rtpengine()
    if binary is None:
        return Finding(
            mark=Mark.WRONG if insists else Mark.NOTE,
            what=_WHAT,
            found="no rtpengine, so calls over SIP are off",
            remedy=RtpengineMissing.message(),
        )
    asked = await asyncio.create_subprocess_exec(
        str(binary),
        "--version",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    version = (await asked.communicate())[0].decode(errors="replace").strip().split(" ")[-1]
    try:
        check_interface(settings)
    except AcdError as error:
        return Finding(
            mark=Mark.WRONG,
            what=_WHAT,
            found=str(error),
            remedy="Name an address of this machine, and the public one in `advertise`.",
        )
    return Finding(mark=Mark.OK, what=_WHAT, found=f"rtpengine {version}")
