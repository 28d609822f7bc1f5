"""Who is at the other end: address and scheme, through the proxies we were told to trust."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiohttp import web

MAX_HOPS = 8  # a longer chain is somebody playing


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """The browser or program behind a request."""

    address: str
    https: bool

    @property
    def subscriber(self) -> str:
        """What limits count by: the address, or the /64 that an IPv6 subscriber is given."""
        try:
            found = ip_address(self.address)
        except ValueError:
            return self.address
        if isinstance(found, IPv4Address):
            return self.address
        return str(found.ipv4_mapped or IPv6Network((found, 64), strict=False))


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedProxies:
    """The networks whose X-Forwarded headers are believed."""

    networks: tuple[IPv4Network | IPv6Network, ...]

    @classmethod
    def parse(cls, texts: Iterable[str]) -> TrustedProxies:
        """Raises ValueError for what is neither an address nor a network."""
        return cls(networks=tuple(ip_network(text, strict=False) for text in texts))

    def trusts(self, address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self.networks)

    def peer(self, request: web.BaseRequest) -> Peer:
        """The nearest address that is no trusted proxy, and the scheme it used."""
        transport = request.transport
        name = transport.get_extra_info("peername") if transport is not None else None
        # a unix socket has no address: only this machine reaches it
        nearest = str(name[0]) if isinstance(name, tuple) and name else "local"
        https = request.scheme == "https"
        if not self.trusts(nearest):
            return Peer(address=nearest, https=https)
        if request.headers.get("X-Forwarded-Proto", "").strip().lower() == "https":
            https = True
        hops = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")
        for hop in [hop.strip() for hop in reversed(hops) if hop.strip()][:MAX_HOPS]:
            try:
                nearest = str(ip_address(hop))
            except ValueError:
                break
            if not self.trusts(nearest):
                break
        return Peer(address=nearest, https=https)


def same_origin(request: web.BaseRequest, public_url: str) -> bool:
    """Whether a browser's request came from a page of ours; True when no browser says."""
    origin = request.headers.get("Origin")
    if origin is None:
        return request.headers.get("Sec-Fetch-Site", "none") in {"same-origin", "none"}
    if public_url and origin == public_url:
        return True
    # The scheme is not compared: a proxy that ends TLS and is not trusted hides it from us.
    _, found, host = origin.partition("://")
    return bool(found) and host == request.host
