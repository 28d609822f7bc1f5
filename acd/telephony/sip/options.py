"""What the adapter is told of the world, read and resolved from the configuration."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from acd.telephony.sip.gateway import Destination, Place
from acd.telephony.sip.lag import LATE_S

if TYPE_CHECKING:
    from collections.abc import Mapping
    from ipaddress import IPv4Network, IPv6Network

_URI: Final = re.compile(r"sips?:(?:([^@]+)@)?(\[[^\]]+\]|[^:;?]+)(?::(\d+))?", re.IGNORECASE)
_SIP_PORT: Final = 5060


@dataclass(frozen=True, slots=True, kw_only=True)
class Trunk:
    """The way out, for numbers."""

    host: str
    port: int = _SIP_PORT
    name: str = ""
    secret: str = field(default="", repr=False)
    caller_id: str = ""
    via: tuple[str, int] | None = None
    """The proxy on the way there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SipOptions:
    """Files are named as rtpengine sees them, addresses as this machine does."""

    place: Place
    engine: tuple[str, int]
    """Where rtpengine is asked (NG)."""
    engine_is_ours: bool = True
    """Whether nobody else uses it: then what is left of no call of ours is deleted."""
    keys: tuple[str, int]
    """Where rtpengine tells which keys are pressed."""
    music: str
    """What who waits or is on hold hears, again and again."""
    prompt: str = ""
    """What an agent's own phone says: press 1."""
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    """Whose calls are taken without a password."""
    users: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Who may call from anywhere else, and the password."""
    region: str = ""
    x_headers: tuple[str, ...] = ()
    max_calls: int = 400
    trunk: Trunk | None = None
    confirm_s: float = 15.0
    """How long a phone that was picked up may wait for its digit."""
    look_s: float = 2.0
    """How often it is looked whether rtpengine is there."""
    engine_lost_s: float = 30.0
    """How long rtpengine may be away before the calls end: nobody hears anything."""
    page_silence_s: float = 4.0
    """How long an agent's page may be silent before the caller hears music."""
    media_lost_s: float = 45.0
    """And how long before it has lost the call; or a visitor's, who then has left it."""
    silence_s: float = 60.0
    """How long a telephone may be silent before it is asked whether it is there."""
    late_s: float = LATE_S
    """How long a message may wait for its turn, before new calls are refused."""
    beat_s: float = 1.0
    """How often this node says that it lives, and looks who does not."""
    confirm_digit: str = "1"


def destination(uri: str, caller: str = "") -> Destination | None:
    """The device behind a `sip:` address, or None when it is none."""
    found = _URI.match(uri)
    if found is None:
        return None
    port = int(found[3] or _SIP_PORT)
    return Destination(user=found[1] or "", host=found[2], port=port, caller=caller)
