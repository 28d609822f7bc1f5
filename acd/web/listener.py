"""The socket the server listens on, made before anything else: it fails most often, and early."""

from __future__ import annotations

import errno
import socket
from typing import Final

from acd.domain.errors import AcdError

BACKLOG: Final = 1024


class PortTaken(AcdError):
    """Another program listens there; stop it, or set another `server.port`."""

    code = "port_taken"


class CannotListen(AcdError):
    """The server cannot listen there; set another `server.host` or `server.port`."""

    code = "cannot_listen"


def bind(host: str, port: int) -> socket.socket:
    """A socket on the first address the host has.

    Raises:
        PortTaken: somebody listens there already.
        CannotListen: there is no such address here, or it is not ours to use.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror as error:
        raise CannotListen(f"{CannotListen.message()} ({host}: {error.strerror})") from None
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(f"Port {port} on {host} is taken: {PortTaken.message()}") from None
        raise CannotListen(f"{CannotListen.message()} ({host}:{port}: {error.strerror})") from None
    listener.setblocking(False)
    return listener


def local_url(host: str, port: int) -> str:
    """Where this machine reaches the server: loopback when it listens on every address."""
    if host in {"", "0.0.0.0"}:  # noqa: S104 - compared, not bound
        host = "127.0.0.1"
    elif host == "::":
        host = "::1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
