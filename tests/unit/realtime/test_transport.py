"""Sockets as they end, on the loop that nodes run on."""

from __future__ import annotations

import asyncio
import sys

import pytest

from acd.realtime import frames
from acd.realtime.transport import Engine, Socket


class Client(asyncio.Protocol):
    """The other end of a socket: what it heard, until it was closed."""

    def __init__(self) -> None:
        self.heard = b""
        self.closed = asyncio.Event()

    def data_received(self, data: bytes) -> None:
        self.heard += data

    def connection_lost(self, _: Exception | None) -> None:
        self.closed.set()


async def _stop_with_one_that_is_just_gone() -> bytes:
    """What the other one hears."""
    clients: list[Client] = []

    def client() -> Client:
        clients.append(Client())
        return clients[-1]

    async def said_nothing(_: Socket, __: str) -> None: ...

    loop = asyncio.get_running_loop()
    listener = await loop.create_server(client, "127.0.0.1")
    engine = Engine()
    engine.on_closed = said_nothing
    for sid in ("gone", "here"):
        socket = engine.sockets[sid] = Socket(engine, sid)
        socket._attach(
            (await loop.create_connection(asyncio.Protocol, *listener.sockets[0].getsockname()))[0]
        )
    while len(clients) < 2:  # noqa: ASYNC110 - they come when the loop hears of them
        await asyncio.sleep(0)
    assert engine.sockets["gone"]._wire is not None
    engine.sockets["gone"]._wire.abort()
    await clients[0].closed.wait()
    try:
        await engine.stop()
        await clients[1].closed.wait()
    finally:  # or the loop does not close
        for socket in engine.sockets.values():
            socket._wire.abort()  # type: ignore[union-attr]
        listener.close()
        await listener.wait_closed()
    return clients[1].heard


@pytest.mark.skipif(sys.platform == "win32", reason="no uvloop there")
def test_a_stop_says_goodbye_to_everybody_though_one_has_just_gone() -> None:
    import uvloop  # noqa: PLC0415 - there is none on Windows

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        heard = runner.run(asyncio.wait_for(_stop_with_one_that_is_just_gone(), 5))
    assert heard.startswith(b"\x81\x011")
    assert heard.endswith(b"\x88\x02\x03\xe8")


class Pipe(asyncio.Transport):
    """What a socket writes, write by write."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.ended = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))

    def is_closing(self) -> bool:
        return self.ended

    def get_write_buffer_size(self) -> int:
        return 0

    def close(self) -> None:
        self.ended = True


async def _attached() -> tuple[Socket, Pipe]:
    engine, pipe = Engine(), Pipe()

    async def said_nothing(_: Socket, __: str) -> None: ...

    engine.on_closed = said_nothing
    socket = Socket(engine, "one")
    socket._attach(pipe)
    return socket, pipe


async def test_what_is_said_soon_goes_with_what_is_said_next_and_before_it() -> None:
    socket, pipe = await _attached()
    first, second, third = (frames.packet(text) for text in (b"4first", b"4second", b"4third"))
    socket.push(first, soon=True)
    socket.push(second, soon=True)
    assert pipe.written == []
    socket.push(third)
    assert pipe.written == [first.frame + second.frame + third.frame]
    socket.push(first)
    assert pipe.written[1:] == [first.frame]


async def test_what_is_said_soon_does_not_wait_for_ever() -> None:
    socket, pipe = await _attached()
    packets = [frames.packet(text) for text in (b"4first", b"4second")]
    for packet in packets:
        socket.push(packet, soon=True)
    async with asyncio.timeout(5):
        while not pipe.written:  # noqa: ASYNC110 - a transport wakes nobody
            await asyncio.sleep(0.001)
    assert pipe.written == [packets[0].frame + packets[1].frame]


async def test_what_was_to_be_said_soon_is_said_before_goodbye() -> None:
    socket, pipe = await _attached()
    packet = frames.packet(b"4first")
    socket.push(packet, soon=True)
    await socket.close(wait=False)
    assert b"".join(pipe.written) == packet.frame + b"\x81\x011" + b"\x88\x02\x03\xe8"
    assert pipe.ended
