"""The little that is read of descriptions and changed in them."""

from __future__ import annotations

import pytest

from acd.telephony.sip import sdp
from acd.telephony.sip.sdp import SINK, Direction


@pytest.mark.parametrize(
    ("description", "usable"),
    [
        (SINK, True),
        (SINK.replace("RTP/AVP 8 0 101", "RTP/AVP 18"), False),
        (SINK.replace("RTP/AVP 8 0 101", "RTP/AVP 0"), True),
        (SINK.replace("m=audio 9 ", "m=audio 0 "), False),
        (SINK.replace("m=audio", "m=video"), False),
        (SINK.replace("PCMA/", "opus/").replace("PCMU/", "AMR/"), True),
        (SINK.replace("v=0", "v=1"), False),
        ("", False),
    ],
)
def test_audio_that_a_page_can_speak(description: str, usable: bool) -> None:
    assert sdp.is_usable(description) is usable


@pytest.mark.parametrize(
    ("line", "direction", "answered"),
    [
        ("a=sendrecv", Direction.BOTH, "a=sendrecv"),
        ("a=sendonly", Direction.SENDS, "a=recvonly"),
        ("a=recvonly", Direction.HEARS, "a=sendonly"),
        ("a=inactive", Direction.NONE, "a=inactive"),
    ],
)
def test_an_answer_fits_its_offer(line: str, direction: Direction, answered: str) -> None:
    offer = SINK.replace("a=sendrecv", line)
    assert sdp.direction(offer) is direction
    assert answered in sdp.answering(SINK, offer)
    assert answered in sdp.answering(SINK.replace("a=sendrecv\r\n", ""), offer)


def test_hold_as_it_was_done_before_there_was_a_word_for_it() -> None:
    assert sdp.direction(SINK.replace("IN IP4 127.0.0.1", "IN IP4 0.0.0.0")) is Direction.SENDS


def test_what_refreshes_a_session_is_one_more_version() -> None:
    assert sdp.again(SINK) == SINK.replace("o=- 1 1 ", "o=- 1 2 ")


def test_a_page_that_could_do_either_opens_the_encryption() -> None:
    assert sdp.active("a=setup:actpass\r\n") == "a=setup:active\r\n"


def test_where_one_listens() -> None:
    assert sdp.where(SINK) == ("127.0.0.1", "9")
    assert sdp.where("v=0\r\n") == ("", "")
