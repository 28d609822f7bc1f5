"""Session descriptions: the little that is read of them and changed in them. Pure.

What an SDP says of codecs and addresses is rtpengine's business.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

LINE_CODECS: Final = frozenset({"PCMA", "PCMU"})
"""What a caller must be able to speak: the line answers in it, and nothing transcodes."""

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

_BESIDE_SPEECH: Final = {"", "TELEPHONE-EVENT", "CN"}
_STATIC: Final = {"0": "PCMU", "8": "PCMA", "9": "G722"}
_AUDIO: Final = re.compile(r"^m=audio (\d+) \S+ (.+?)\s*$", re.MULTILINE)
_CODEC: Final = re.compile(r"^a=rtpmap:(\d+) ([^/\s]+)/", re.MULTILINE)
_DIRECTION: Final = re.compile(r"^a=(sendrecv|sendonly|recvonly|inactive)\s*$", re.MULTILINE)
_ADDRESS: Final = re.compile(r"^c=IN IP[46] (\S+)", re.MULTILINE)
_ORIGIN: Final = re.compile(r"^(o=\S+ \S+ )(\d+)( [^\r\n]*)", re.MULTILINE)
_SECTION: Final = re.compile(r"^(?=m=)", re.MULTILINE)
_GROUP: Final = re.compile(r"^a=group:.*\r?\n", re.MULTILINE)
_PORT: Final = re.compile(r"^(m=\S+) \S+")
_WEB_AUDIO: Final = re.compile(r"m=audio [1-9]\d* (?:UDP/TLS/)?RTP/SAVPF ")
_WEB_NEEDED: Final = ("a=fingerprint:", "a=ice-ufrag:", "a=ice-pwd:")
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
    """Whether it has audio in a codec that the line speaks."""
    return not LINE_CODECS.isdisjoint(codecs(description))


def codecs(description: str) -> set[str]:
    """Those of its audio, in capitals; none where it has no audio."""
    found = _AUDIO.search(description)
    if not description.startswith("v=0") or found is None or found[1] == "0":
        return set()
    named = dict(_CODEC.findall(description))
    said = {named.get(number, _STATIC.get(number, "")).upper() for number in found[2].split()}
    return said - _BESIDE_SPEECH


def share_a_codec(one: str, other: str) -> bool:
    """Whether who said the one can talk with who said the other."""
    return not codecs(one).isdisjoint(codecs(other))


def audio(description: str) -> str:
    """The same without video, fax and all else that is said beside the audio."""
    head, *media = _SECTION.split(description)
    if len(media) < 2:  # noqa: PLR2004 - there is nothing beside it
        return description
    return _GROUP.sub("", head) + media[_place_of_audio(media)]


def beside(ours: str, theirs: str) -> str:
    """Our audio in a description with as many lines as theirs, the others refused (RFC 3264, 6)."""
    head, *mine = _SECTION.split(ours)
    _, *media = _SECTION.split(theirs)
    if not mine or len(media) < 2:  # noqa: PLR2004
        return ours
    place = _place_of_audio(media)
    voice = mine[_place_of_audio(mine)]
    return head + "".join(
        voice if one == place else _refused(section) for one, section in enumerate(media)
    )


def _place_of_audio(media: list[str]) -> int:
    """Of the audio that is meant: the first that is not refused."""
    places = [place for place, section in enumerate(media) if section.startswith("m=audio ")]
    meant = [place for place in places if not media[place].startswith("m=audio 0 ")]
    return next(iter(meant or places), 0)


def _refused(section: str) -> str:
    return _PORT.sub(r"\1 0", section.splitlines()[0]) + "\r\n"


def is_web(description: str) -> bool:
    """Whether it is what a page says: encrypted audio alone, to where ICE finds its way.

    Anything else could have rtpengine send to an address that never asked for it.
    """
    _, *media = _SECTION.split(description)
    return (
        description.startswith("v=0")
        and len(media) == 1
        and _WEB_AUDIO.match(media[0]) is not None
        and all(f"\n{needed}" in description for needed in _WEB_NEEDED)
    )


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


def following(description: str, last: str) -> str:
    """It as what comes after `last` in one dialog: of the same origin, one version further.

    Where it says nothing new it is `last` itself (RFC 3264, 8).
    """
    origin = _ORIGIN.search(last)
    if origin is None:
        return description
    named = _ORIGIN.sub(lambda _: origin[0], description, count=1)
    return last if named == last else later(named)


def later(description: str, versions: int = 1) -> str:
    """The same, so many versions further."""
    return _ORIGIN.sub(
        lambda found: f"{found[1]}{int(found[2]) + versions}{found[3]}", description, count=1
    )


def active(description: str) -> str:
    """A page's offer, decided: it opens DTLS. Left open, rtpengine waits for it for ever."""
    return _ACTPASS.sub("a=setup:active", description)


def sourceless(description: str) -> str:
    """The same with no source named: a page hears only those that it was told of, if of any.

    Who is heard changes without its being told: music, another agent, a page that was reloaded.
    """
    return _SOURCE.sub("", description)
