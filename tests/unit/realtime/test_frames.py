"""Frames as WebSocket and Socket.IO have them."""

import pytest
from socketio.packet import ACK, CONNECT, CONNECT_ERROR, DISCONNECT, EVENT, Packet

from acd.realtime import frames


@pytest.mark.parametrize("size", [0, 1, 60, 100, 125, 126, 127, 65_000, 65_535, 70_000], ids=str)
def test_a_frame_says_its_length(size: int) -> None:
    made = frames.packet(b"4" + b"x" * size)
    frame = made.frame
    assert frame[0] == 0x81
    marker = frame[1]
    if marker < 126:
        length, start = marker, 2
    elif marker == 126:
        length, start = int.from_bytes(frame[2:4], "big"), 4
    else:
        length, start = int.from_bytes(frame[2:10], "big"), 10
    assert length == size + 1 == len(frame) - start
    assert made.text == "4" + "x" * size


def test_packets_are_what_socketio_reads() -> None:
    data = {"text": "Zoë 🦉 \u202eabc", "n": 1, "none": None, "yes": True}
    read = Packet(encoded_packet=frames.event("/agent", "message", data).text[1:])
    assert (read.packet_type, read.namespace, read.data) == (EVENT, "/agent", ["message", data])
    read = Packet(encoded_packet=frames.acknowledgement("/visitor", 12, data).text[1:])
    assert (read.packet_type, read.id, read.data) == (ACK, 12, [data])
    read = Packet(encoded_packet=frames.connected("/visitor", "so_1").text[1:])
    assert (read.packet_type, read.data) == (CONNECT, {"sid": "so_1"})
    read = Packet(encoded_packet=frames.left("/agent").text[1:])
    assert (read.packet_type, read.namespace) == (DISCONNECT, "/agent")
    refusal = {"code": "not_found", "message": "No."}
    read = Packet(encoded_packet=frames.refused("/agent", refusal).text[1:])
    assert (read.packet_type, read.data) == (CONNECT_ERROR, {"message": "No.", "data": refusal})
