"""STUN and TURN: how pages behind routers find each other, with credentials that soon expire."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class IceServers:
    """The servers pages are told of.

    A TURN server that shares `secret` accepts a name that begins with its time of expiry, and that
    name's HMAC as password (coturn's `use-auth-secret`, draft-uberti-behave-turn-rest-00): nobody
    has to be registered there, and nothing secret reaches a page.
    """

    stun: tuple[str, ...] = ()
    turn: tuple[str, ...] = ()
    secret: str = field(default="", repr=False)
    lasts_s: int = 3600

    def told(self, user: str, now_ms: int) -> list[dict[str, Any]]:
        """As RTCPeerConnection takes them; `user` appears in the TURN server's log."""
        servers: list[dict[str, Any]] = []
        if self.stun:
            servers.append({"urls": list(self.stun)})
        if self.turn:
            name = f"{now_ms // 1000 + self.lasts_s}:{user}"
            # SHA-1 is what the servers speak
            digest = hmac.new(self.secret.encode(), name.encode(), hashlib.sha1).digest()
            credential = base64.b64encode(digest).decode()
            servers.append({"urls": list(self.turn), "username": name, "credential": credential})
        return servers
