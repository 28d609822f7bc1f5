"""Addresses that sippy writes at a fraction of what they cost it.

Of each host, port and transport it asks whether it stands for our own, by `dir()`, which lists and
sorts all that a text or a number can do: that was an eighth of what a call cost the thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sippy.SipConf import MyAddress, MyPort, MyTransport, SipConf

if TYPE_CHECKING:
    from collections.abc import Iterable

    from acd.telephony.sip.stack.mended import Mended


class _Text(str):
    __slots__ = ()

    def __dir__(self) -> Iterable[str]:
        return ()


class _Number(int):
    __slots__ = ()

    def __dir__(self) -> Iterable[str]:
        return ()


class _Ours:
    """Stands for our own."""

    def __dir__(self) -> Iterable[str]:
        return ("my",)


class _OurAddress(_Ours, MyAddress):  # type: ignore[misc] # sippy has no types
    pass


class _OurPort(_Ours, MyPort):  # type: ignore[misc]
    pass


class _OurTransport(_Ours, MyTransport):  # type: ignore[misc]
    pass


OURS: Final = (
    _OurAddress(),
    _OurPort(SipConf.default_port),
    _OurTransport(SipConf.default_transport),
)
"""Our address, port and transport, as sippy may be told to write them."""


def ease_message(message: Any) -> None:
    """What is said to it, too: an answer has the same addresses."""
    for header in message.headers:
        if header.name == "via":
            via = header.getBody()
            via.hostname, via.port = _eased(via.hostname), _eased(via.port)
            via.transport = _eased(via.transport)
        elif header.name in {"from", "to"}:
            _ease(header.getBody().getUrl())


def ease_leg(leg: Mended) -> None:
    """Whom it speaks to, and as whom."""
    for header in (leg.lUri, leg.rUri, *(leg.routes or ())):
        if header is not None:
            _ease(header.getUrl())
    if leg.rTarget is not None:
        _ease(leg.rTarget)


def _ease(url: Any) -> None:
    url.host, url.port = _eased(url.host), _eased(url.port)


def _eased(part: Any) -> Any:
    if type(part) is str:
        return _Text(part)
    return _Number(part) if type(part) is int else part
