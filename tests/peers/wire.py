"""Ends of SIP that say exactly what a test says: one UDP socket on an address of loopback."""

from __future__ import annotations

import hashlib
import re
import secrets
import socket

from tests.peers.line import place_of

PATIENCE_S = 5.0


class Heard(str):
    """A message as it came."""

    __slots__ = ()

    @property
    def first(self) -> str:
        return self.split("\r\n", 1)[0]

    def all(self, name: str) -> list[str]:
        """Every value of a header, in order."""
        lines = self.partition("\r\n\r\n")[0].split("\r\n")[1:]
        return [
            line.partition(":")[2].strip()
            for line in lines
            if line.lower().startswith(f"{name.lower()}:")
        ]

    def one(self, name: str) -> str:
        [value] = self.all(name)
        return value

    @property
    def contact(self) -> str:
        """The address in its Contact."""
        return self.one("Contact").strip("<>").partition(">")[0]


class Wire:
    """A socket that speaks SIP, as trunk, node or stranger."""

    transport = "UDP"

    def __init__(self, host: str, port: int = 0) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        kind = socket.SOCK_DGRAM if self.transport == "UDP" else socket.SOCK_STREAM
        self.socket = socket.socket(family, kind)
        self.socket.bind((host, port))
        self.socket.settimeout(PATIENCE_S)
        self.host, self.port = place_of(self.socket.getsockname())
        self.tag = secrets.token_hex(4)
        self.claims = self.place
        """Where its Via and Contact say that it is."""

    @property
    def _by(self) -> str:
        return "" if self.transport == "UDP" else f";transport={self.transport.lower()}"

    @property
    def place(self) -> str:
        return f"{self.host}:{self.port}"

    def close(self) -> None:
        self.socket.close()

    def put(self, text: str | bytes, to: tuple[str, int]) -> None:
        data = text.encode() if isinstance(text, str) else text
        self.socket.sendto(data, (to[0].strip("[]"), to[1]))

    def request(
        self,
        method: str,
        uri: str,
        to: tuple[str, int],
        *,
        call: str,
        number: int = 1,
        tag: str = "",
        headers: tuple[str, ...] = (),
        body: str = "",
        branch: str = "",
    ) -> None:
        """A request of a dialog named `call`; `tag` is the other side's once it has one."""
        branch = branch or f"z9hG4bK{secrets.token_hex(5)}"
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/{self.transport} {self.claims};branch={branch}",
            "Max-Forwards: 70",
            f"From: <sip:peer@{self.host}>;tag={self.tag}",
            f"To: <sip:support@acd.example>{f';tag={tag}' if tag else ''}",
            f"Call-ID: {call}",
            f"CSeq: {number} {method}",
            f"Contact: <sip:peer@{self.claims}{self._by}>",
            *headers,
            *(("Content-Type: application/sdp",) if body else ()),
            f"Content-Length: {len(body)}",
        ]
        self.put("\r\n".join(lines) + "\r\n\r\n" + body, to)

    def answer(self, request: Heard, status: str, to: tuple[str, int], *headers: str) -> None:
        """The reply to a request, as its Via and Record-Route want it."""
        said = request.one("To")
        lines = [
            f"SIP/2.0 {status}",
            *(f"Via: {via}" for via in request.all("Via")),
            *(f"Record-Route: {route}" for route in request.all("Record-Route")),
            f"From: {request.one('From')}",
            f"To: {said}{'' if ';tag=' in said else f';tag={self.tag}'}",
            f"Call-ID: {request.one('Call-ID')}",
            f"CSeq: {request.one('CSeq')}",
            f"Contact: <sip:acd@{self.claims}{self._by}>",
            *headers,
            "Content-Length: 0",
        ]
        self.put("\r\n".join(lines) + "\r\n\r\n", to)

    def hears(self, start: str) -> Heard:
        """The next message that begins so; others on the way are passed over."""
        while True:
            heard = self._next()
            if heard.startswith(start):
                return heard

    def hears_nothing(self, start: str, within_s: float = 0.5) -> None:
        """That nothing that begins so comes."""
        self.socket.settimeout(within_s)
        try:
            while True:
                heard = self._next()
                assert not heard.startswith(start), heard
        except TimeoutError:
            pass
        finally:
            self.socket.settimeout(PATIENCE_S)

    def _next(self) -> Heard:
        return Heard(self.socket.recv(65_535).decode())


class Stream(Wire):
    """The same over one TCP connection that it makes itself, as who is behind a router does."""

    transport = "TCP"

    def __init__(self, host: str, to: tuple[str, int]) -> None:
        super().__init__(host)
        self.socket.connect(to)
        self._unread = b""

    def put(self, text: str | bytes, to: tuple[str, int]) -> None:
        self.socket.sendall(text.encode() if isinstance(text, str) else text)

    def _next(self) -> Heard:
        while not (found := re.match(rb"(?s).*?\r\n\r\n", self._unread)):
            self._unread += self.socket.recv(65_535)
        head = Heard(found[0].decode())
        size = found.end() + int(head.one("Content-Length"))
        while len(self._unread) < size:
            self._unread += self.socket.recv(65_535)
        message, self._unread = self._unread[:size], self._unread[size:]
        return Heard(message.decode())


def routes(heard: Heard, *, reverse: bool) -> tuple[str, ...]:
    """The Route headers of a dialog that this message made."""
    found = [f"Route: {route}" for route in heard.all("Record-Route")]
    return tuple(reversed(found) if reverse else found)


def credentials(challenge: Heard, *, name: str, password: str, method: str, uri: str) -> str:
    """The Authorization header that answers a challenge."""
    said = dict(re.findall(r'(\w+)="([^"]*)"', challenge.one("WWW-Authenticate")))

    def md5(text: str) -> str:
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    count, own = "00000001", secrets.token_hex(4)
    first = md5(f"{name}:{said['realm']}:{password}")
    response = md5(f"{first}:{said['nonce']}:{count}:{own}:auth:{md5(f'{method}:{uri}')}")
    return (
        f'Authorization: Digest username="{name}", realm="{said["realm"]}", '
        f'nonce="{said["nonce"]}", uri="{uri}", response="{response}", algorithm=MD5, '
        f'cnonce="{own}", qop=auth, nc={count}'
    )
