"""What `acd doctor` looks at for calls out: whether the trunk answers."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Final

from acd.cli.findings import Finding, Mark
from acd.telephony.sip.asking import options
from acd.telephony.sip.options import destination
from acd.telephony.sip.rtpengine import sip_wanted

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from acd.config import Config
    from acd.telephony.sip.asking import Address

ANSWER_S: Final = 4.0
_WHAT: Final = "trunk"
_CLOSED: Final = ("408", "503", "504")
"""It takes no calls, or the proxy before it did not reach it."""


async def examine_trunk(config: Config) -> AsyncIterator[Finding]:
    """Nothing, where there is none."""
    said = config.telephony.sip
    where, proxy = destination(said.trunk.proxy), destination(said.trunk.via)
    if where is None or not sip_wanted(config.telephony):
        return
    target, hop = (where.host, where.port), proxy or where
    name = f"{hop.host}:{hop.port}"
    try:
        yield await _ask(target, (hop.host, hop.port), (said.host, said.port), name)
    except OSError as error:
        yield Finding(
            mark=Mark.WRONG,
            what=_WHAT,
            found=f"{name} is not reached from {said.host}: {error.strerror or error}",
            remedy="Start it, or correct `telephony.sip.trunk` or `telephony.sip.host`.",
        )


async def _ask(target: Address, via: Address, here: Address, name: str) -> Finding:
    """From the port that calls come from, unless the node has it: some hear no other."""
    try:
        status, alike = await options(target, via=via, here=here, within_s=ANSWER_S), True
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        free = (here[0], 0)
        status, alike = await options(target, via=via, here=free, within_s=ANSWER_S), False
    if status:
        closed = status.startswith(_CLOSED)
        return Finding(
            mark=Mark.WRONG if closed else Mark.OK,
            what=_WHAT,
            found=f"{name} answers: {status}",
            remedy="It lets no calls out now: ask whoever runs it." if closed else "",
        )
    return Finding(
        mark=Mark.WRONG if alike else Mark.NOTE,
        what=_WHAT,
        found=f"{name} does not answer OPTIONS over UDP",
        remedy="Start it, let UDP through the firewall, or correct `telephony.sip.trunk`."
        if alike
        else "It was asked from another port than calls come from, which some do not hear, such as "
        "Kamailio of `deploy/`. Where calls fail too, the log says `call.way_out_closed`.",
    )
