"""What every call by SIP shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from acd.telephony.sip.gateway import Destination
from acd.telephony.sip.options import destination

if TYPE_CHECKING:
    from collections.abc import Callable

    from acd.domain.ids import InteractionId
    from acd.telephony import port
    from acd.telephony.sip.gateway import Gateway
    from acd.telephony.sip.ng import Engine
    from acd.telephony.sip.options import SipOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Made by the adapter."""

    engine: Engine
    gateway: Gateway
    options: SipOptions
    emit: Callable[[port.Event], None]
    """Tells the core; in order."""
    forget: Callable[[InteractionId], None]
    """Of a call that is over, with nothing left of it."""

    def destination(self, target: port.Target, caller: str = "") -> Destination | None:
        """Where a device is called, or None when there is no way to it."""
        return self.number(target.address, caller)

    def number(self, number: str, caller: str = "") -> Destination | None:
        """Where a telephone number or a `sip:` address is called, or None without a way to it."""
        if number.lower().startswith(("sip:", "sips:")):
            return destination(number, caller)
        trunk = self.options.trunk
        if trunk is None:
            return None
        return Destination(
            user=number,
            host=trunk.host,
            port=trunk.port,
            caller=trunk.caller_id or caller,
            name=trunk.name,
            secret=trunk.secret,
            via=trunk.via,
        )
