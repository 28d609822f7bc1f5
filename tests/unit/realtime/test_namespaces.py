"""Who enters hears nothing before they know that they are in."""

from __future__ import annotations

from typing import Any, cast

from acd.realtime import frames
from acd.realtime.namespaces import Connection, Handshake
from acd.realtime.transport import Socket

SHAKE = Handshake(address="", origin=None, same_origin=True, cookies={})


class Wire:
    """A socket that keeps what it is given to send."""

    closed = closing = False

    def __init__(self) -> None:
        self.sent: list[str] = []

    def push(self, packet: frames.Packet, *, soon: bool = False) -> None:
        del soon
        self.sent.append(packet.text)


def test_what_is_said_while_they_enter_comes_after_the_door() -> None:
    wire = Wire()
    connection: Connection[Any] = Connection(cast("Socket", wire), "/visitor", SHAKE)
    connection.emit("chat", {"n": 1})
    connection.push(frames.event("/visitor", "chat", {"n": 2}))
    assert wire.sent == []
    connection.let_in()
    connection.emit("chat", {"n": 3})
    assert wire.sent == [
        f'40/visitor,{{"sid":"{connection.sid}"}}',
        *(f'42/visitor,["chat",{{"n":{n}}}]' for n in (1, 2, 3)),
    ]


def test_a_socket_that_closes_is_gone() -> None:
    wire = Wire()
    connection: Connection[Any] = Connection(cast("Socket", wire), "/visitor", SHAKE)
    assert not connection.is_gone
    wire.closing = True
    assert connection.is_gone
