"""Outgoing packets, serialised once for any number of sockets.

A Socket.IO event is text inside an Engine.IO message inside one WebSocket frame (RFC 6455, 5.2);
server frames are not masked, so one bytes object serves every recipient.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pydantic_core import to_json

if TYPE_CHECKING:
    from collections.abc import Mapping

_SMALL: Final = 126
_MEDIUM: Final = 1 << 16


class Packet(NamedTuple):
    """One Engine.IO packet, as the frame for WebSockets; polling sockets take the text from it."""

    frame: bytes
    text_at: int

    @property
    def text(self) -> str:
        """The Engine.IO packet without its frame."""
        return self.frame[self.text_at :].decode()


def packet(payload: bytes) -> Packet:
    """Frame an encoded Engine.IO packet."""
    size = len(payload)
    if size < _SMALL:
        return Packet(b"\x81" + bytes((size,)) + payload, 2)
    if size < _MEDIUM:
        return Packet(b"\x81\x7e" + size.to_bytes(2, "big") + payload, 4)
    return Packet(b"\x81\x7f" + size.to_bytes(8, "big") + payload, 10)


def event(namespace: str, name: str, data: Mapping[str, object]) -> Packet:
    """A Socket.IO event without acknowledgement."""
    return packet(f'42{namespace},["{name}",'.encode() + to_json(data) + b"]")


def acknowledgement(namespace: str, number: int, data: Mapping[str, object]) -> Packet:
    """The answer to the client's event `number`."""
    return packet(f"43{namespace},{number}[".encode() + to_json(data) + b"]")


def connected(namespace: str, sid: str) -> Packet:
    """The client is in the namespace."""
    return packet(f'40{namespace},{{"sid":"{sid}"}}'.encode())


def refused(namespace: str, data: Mapping[str, object]) -> Packet:
    """The client is not let into the namespace; its `connect_error` carries code and message."""
    body = to_json({"message": data["message"], "data": data})
    return packet(f"44{namespace},".encode() + body)


def left(namespace: str) -> Packet:
    """The server ends the connection to the namespace: the client does not reconnect by itself."""
    return packet(f"41{namespace},".encode())
