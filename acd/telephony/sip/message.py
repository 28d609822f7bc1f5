"""A SIP message as text: what is read of it before, and beside, the stack. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_COMPACT: Final = {
    "a": "accept-contact", "b": "referred-by", "c": "content-type", "e": "content-encoding",
    "f": "from", "i": "call-id", "k": "supported", "l": "content-length", "m": "contact",
    "o": "event", "r": "refer-to", "s": "subject", "t": "to", "u": "allow-events", "v": "via",
    "x": "session-expires",
}  # fmt: skip
"""RFC 3261, 7.3.3, and those of its extensions."""

_NEEDED: Final = ("via", "from", "to", "call-id", "cseq")
# a line ends in CRLF alone (RFC 3261, 25.1); the stack, as Python, knows others that would make
# another header of what is inside of one
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_INVISIBLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_FOLD: Final = re.compile("\n[ \t]+")
_FIRST: Final = re.compile(r"SIP/2\.0 [1-6]\d\d .*|[A-Z]{3,20} \S+ SIP/2\.0")
_URI: Final = re.compile(r"<?(?:sips?|tel):([^@;>?\s]*)", re.IGNORECASE)
_NAME: Final = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^<"]*?))\s*<')
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_ESCAPED: Final = re.compile("%([0-9A-Fa-f]{2})")
_TAG: Final = re.compile(r"\s*tag\s*(?:=\s*(.*?)\s*)?", re.IGNORECASE)


class Malformed(ValueError):
    """It is no SIP message."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message. Names of headers are in lower case, in their long form."""

    first: str
    headers: tuple[tuple[str, str], ...]
    body: str

    @property
    def method(self) -> str:
        """Of a request: what is asked. Of an answer: what was asked."""
        if self.is_answer:
            return self.header("cseq").rpartition(" ")[2]
        return self.first.partition(" ")[0]

    @property
    def is_answer(self) -> bool:
        return self.first.startswith("SIP/2.0 ")

    @property
    def called(self) -> str:
        """The user part of the address it is sent to."""
        return user_of(self.first.split(" ")[1])

    @property
    def to_tag(self) -> str:
        """Names the dialog on the side it is sent to, in a request; empty outside of one."""
        return self._to_tag or ""

    @property
    def in_dialog(self) -> bool:
        """Whether its sender takes it for part of a call that is up.

        What stands before us lets such a one pass without a password: it is read as the grammar has
        it (RFC 3261, 25.1: any case, blanks, values in quotes), not as it is usually written.
        """
        return self._to_tag is not None

    @property
    def _to_tag(self) -> str | None:
        value = _QUOTED.sub('""', self.header("to"))
        parameters = value.partition(">")[2] if "<" in value else value
        found = map(_TAG.fullmatch, parameters.split(";")[1:])
        return next((tag[1] or "" for tag in found if tag), None)

    def header(self, name: str) -> str:
        """The first of that name, or empty."""
        return next((value for key, value in self.headers if key == name), "")

    def all(self, name: str) -> list[str]:
        """Every one of that name, in order."""
        return [value for key, value in self.headers if key == name]

    def words(self, name: str) -> list[str]:
        """The items of a header that is a list, in lower case and without their parameters."""
        items = ",".join(self.all(name)).split(",")
        return [word for item in items if (word := item.partition(";")[0].strip().lower())]


def read(data: bytes) -> Message:
    """The message in a datagram.

    Raises:
        Malformed: it is none, or lacks what RFC 3261 (8.1.1) demands of every message.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise Malformed("not UTF-8") from None
    head, found, body = text.partition("\r\n\r\n")
    if not found:
        head, found, body = text.partition("\n\n")
    head = _FOLD.sub(" ", head.rstrip("\r\n").replace("\r\n", "\n"))
    if _CONTROL.search(head):
        raise Malformed("a control character")
    lines = head.split("\n")
    if not _FIRST.fullmatch(lines[0]):
        raise Malformed("no first line")
    headers = []
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        key = name.strip().lower()
        if not colon or not key:
            raise Malformed("a line that is no header")
        headers.append((_COMPACT.get(key, key), value.strip()))
    return _checked(Message(lines[0], tuple(headers), body))


def _checked(message: Message) -> Message:
    for name in _NEEDED:
        if not message.header(name):
            raise Malformed(f"no {name}")
    number, _, method = message.header("cseq").partition(" ")
    if not number.isdecimal() or int(number) >= 1 << 31:
        raise Malformed("cseq")
    if not message.is_answer and method.strip() != message.method:
        raise Malformed("cseq of another method")
    length = message.header("content-length") or "0"
    if not length.isdecimal() or int(length) > len(message.body.encode()):
        raise Malformed("content-length")
    return message


def user_of(address: str) -> str:
    """The user part of a SIP address or URI, or the number of a `tel:` one."""
    found = _URI.search(address)
    return plain(_unescaped(found[1]).partition(";")[0]) if found else ""


def name_of(address: str) -> str:
    """The name that stands beside an address, or empty."""
    found = _NAME.match(address)
    if found is None:
        return ""
    return plain(re.sub(r"\\(.)", r"\1", found[1]) if found[1] is not None else found[2])


def plain(text: str) -> str:
    """The same in one line, without what is not seen and turns the direction of what is."""
    return _INVISIBLE.sub("", text)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
