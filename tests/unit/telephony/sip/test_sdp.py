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
        (SINK.replace("PCMA/", "opus/").replace("PCMU/", "G722/"), False),
        (SINK.replace("PCMA/", "opus/"), True),
        (SINK.replace("v=0", "v=1"), False),
        ("", False),
    ],
)
def test_audio_that_the_line_can_speak(description: str, usable: bool) -> None:
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


def test_keys_are_no_language() -> None:
    opus = SINK.replace("PCMA/", "opus/").replace("PCMU/", "G722/")
    assert not sdp.share_a_codec(opus, SINK)
    assert sdp.share_a_codec(opus, opus.replace("G722/", "PCMU/"))


def test_a_dialog_has_one_origin_and_a_version_for_each_change() -> None:
    first = sdp.following(SINK, "")
    assert first == SINK
    moved = SINK.replace("o=- 1 1 IN IP4 127.0.0.1", "o=anna 77 9 IN IP4 10.0.0.5")
    assert sdp.following(moved, first) == first
    second = sdp.following(moved.replace("m=audio 9 ", "m=audio 4000 "), first)
    assert second == SINK.replace("o=- 1 1 ", "o=- 1 2 ").replace("audio 9 ", "audio 4000 ")
    assert sdp.following(SINK, second) == SINK.replace("o=- 1 1 ", "o=- 1 3 ")
    assert sdp.following(SINK, "no description") == SINK


HEAD, AUDIO = SINK[: SINK.index("m=")], SINK[SINK.index("m=") :]
VIDEO = "m=video 4000/2 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n"
FAX = "m=image 4002 udptl t38\r\n"
NO_VIDEO, NO_FAX = "m=video 0 RTP/AVP 96\r\n", "m=image 0 udptl t38\r\n"
REFUSED = AUDIO.replace("m=audio 9 ", "m=audio 0 ")


@pytest.mark.parametrize(
    ("offered", "heard", "said"),
    [
        (SINK, SINK, SINK),
        (HEAD + AUDIO + VIDEO, SINK, HEAD + AUDIO + NO_VIDEO),
        (
            f"{HEAD}a=group:BUNDLE 0 1\r\n{VIDEO}{AUDIO}{FAX}",
            SINK,
            HEAD + NO_VIDEO + AUDIO + NO_FAX,
        ),
        (HEAD + REFUSED + AUDIO, SINK, HEAD + "m=audio 0 RTP/AVP 8 0 101\r\n" + AUDIO),
        ("", "", SINK),
    ],
    ids=["audio", "video", "video-first", "second-audio", "nothing"],
)
def test_audio_alone_is_heard_and_all_else_refused(offered: str, heard: str, said: str) -> None:
    assert sdp.audio(offered) == heard
    assert sdp.beside(SINK, offered) == said
    assert sdp.beside(said, offered) == said


PAGE = (
    "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:x\r\na=ice-pwd:y\r\n"
    "a=fingerprint:sha-256 00\r\na=setup:actpass\r\n"
)


def test_what_a_page_says_is_encrypted_audio_by_ice() -> None:
    assert sdp.is_web(PAGE)
    assert sdp.is_web(PAGE.replace("UDP/TLS/RTP/SAVPF", "RTP/SAVPF"))
    for missing in ("v=0", "a=ice-ufrag", "a=ice-pwd", "a=fingerprint", "m=audio 9 "):
        assert not sdp.is_web(PAGE.replace(missing, "a=x")), missing
    assert not sdp.is_web(PAGE.replace("UDP/TLS/RTP/SAVPF", "RTP/AVP"))
    assert not sdp.is_web(PAGE + VIDEO)
    assert not sdp.is_web(SINK)
    assert not sdp.is_web("")


def test_a_page_that_could_do_either_opens_the_encryption() -> None:
    assert sdp.active("a=setup:actpass\r\n") == "a=setup:active\r\n"


def test_where_one_listens() -> None:
    assert sdp.where(SINK) == ("127.0.0.1", "9")
    assert sdp.where("v=0\r\n") == ("", "")
