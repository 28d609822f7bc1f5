"""The service manager that waits to be told (systemd: see sd_notify(3)), where there is one."""

from __future__ import annotations

import contextlib
import os
import socket
from typing import Self


class Manager:
    """Hears that the node serves: who starts it and asks at once gets a true answer."""

    def __init__(self, address: str) -> None:
        """`address` is a datagram socket's path, `@` for an abstract one; empty for nobody."""
        self._address = address.replace("@", "\0", 1) if address.startswith("@") else address

    @classmethod
    def take(cls) -> Self:
        """The one of this process, whose children are not to speak in its name."""
        return cls(os.environ.pop("NOTIFY_SOCKET", ""))

    def tell(self, state: str) -> None:
        """Says `READY=1` or `STOPPING=1`; a manager that is not there misses it."""
        if not self._address:
            return
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out,
        ):
            out.connect(self._address)
            out.send(state.encode())
