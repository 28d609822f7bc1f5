"""Session descriptions: the little that is read of them and changed in them. Pure.

What an SDP says of codecs and addresses is rtpengine's business.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

AUDIO_CODECS: Final = ("PCMA", "PCMU", "OPUS", "G722")
"""What an agent's page can speak; rtpengine passes on and does not transcode."""

SINK: Final = "\r\n".join(
    (
        "v=0",
        "o=- 1 1 IN IP4 127.0.0.1",
        "s=-",
        "c=IN IP4 127.0.0.1",
        "t=0 0",
        "m=audio 9 RTP/AVP 8 0 101",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-15",
        "a=ptime:20",
        "a=sendrecv",
        "",
    )
)
"""A partner who hears nothing and says nothing: the other side of who waits in the line."""

_STATIC: Final = {"0": "PCMU", "8": "PCMA", "9": "G722"}
_AUDIO: Final = re.compile(r"^m=audio (\d+) \S+ (.+?)\s*$", re.MULTILINE)
_CODEC: Final = re.compile(r"^a=rtpmap:(\d+) ([^/\s]+)/", re.MULTILINE)
_DIRECTION: Final = re.compile(r"^a=(sendrecv|sendonly|recvonly|inactive)\s*$", re.MULTILINE)
_ADDRESS: Final = re.compile(r"^c=IN IP[46] (\S+)", re.MULTILINE)
_ORIGIN: Final = re.compile(r"^(o=\S+ \d+ )(\d+)", re.MULTILINE)
_SOURCE: Final = re.compile(r"^a=(?:ssrc|ssrc-group|msid):.*\r?\n", re.MULTILINE)
_ACTPASS: Final = re.compile(r"^a=setup:actpass", re.MULTILINE)


class Direction(StrEnum):
    """Who speaks, as who wrote the description sees it."""

    BOTH = "sendrecv"
    SENDS = "sendonly"
    HEARS = "recvonly"
    NONE = "inactive"

    @property
    def hears(self) -> bool:
        return self in {Direction.BOTH, Direction.HEARS}

    @property
    def speaks(self) -> bool:
        return self in {Direction.BOTH, Direction.SENDS}


_ANSWERED: Final = {
    Direction.BOTH: Direction.BOTH,
    Direction.SENDS: Direction.HEARS,
    Direction.HEARS: Direction.SENDS,
    Direction.NONE: Direction.NONE,
}


def is_usable(description: str) -> bool:
    """Whether it offers audio in a codec that an agent's page speaks."""
    found = _AUDIO.search(description)
    if not description.startswith("v=0") or found is None or found[1] == "0":
        return False
    named = dict(_CODEC.findall(description))
    offered = (named.get(number, _STATIC.get(number, "")) for number in found[2].split())
    return any(codec.upper() in AUDIO_CODECS for codec in offered)


def direction(description: str) -> Direction:
    """Who speaks. An address of zeros is how one held before there was a word for it."""
    address = _ADDRESS.search(description)
    if address and address[1] == "0.0.0.0":  # noqa: S104 - compared, not bound
        return Direction.SENDS
    found = _DIRECTION.search(description)
    return Direction(found[1]) if found else Direction.BOTH


def answering(answer: str, offer: str) -> str:
    """The answer with the direction that fits the offer's (RFC 3264, 6.1)."""
    fit = f"a={_ANSWERED[direction(offer)]}"
    if _DIRECTION.search(answer):
        return _DIRECTION.sub(fit, answer)
    return f"{answer}{fit}\r\n"


def where(description: str) -> tuple[str, str]:
    """Address and port that its writer wants to hear at; empty where it says none."""
    address, audio = _ADDRESS.search(description), _AUDIO.search(description)
    return (address[1] if address else "", audio[1] if audio else "")


def again(description: str) -> str:
    """The same as one more version of itself: what refreshes a session (RFC 3264, 8)."""
    return _ORIGIN.sub(lambda found: f"{found[1]}{int(found[2]) + 1}", description, count=1)


def active(description: str) -> str:
    """A page's offer, decided: it opens DTLS. Left open, rtpengine waits for it for ever."""
    return _ACTPASS.sub("a=setup:active", description)


def sourceless(description: str) -> str:
    """The same with no source named: a page hears only those that it was told of, if of any.

    Who is heard changes without its being told: music, another agent, a page that was reloaded.
    """
    return _SOURCE.sub("", description)
