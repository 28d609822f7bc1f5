"""A wire between a browser and the server, which a story can cut or let fall silent.

Chromium's own offline mode leaves open WebSockets alone, so that nothing would ever be lost.
"""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
from typing import Final

CHUNK: Final = 65_536
RESET: Final = struct.pack("ii", 1, 0)
"""SO_LINGER by which a close is a reset: what a network that went away looks like."""


class Wire:
    """Forwards TCP from a port of its own to the server's.

    `cut` resets what is open and refuses what comes; `silence` lets every byte vanish without a
    goodbye, as a closed laptop does; `mend` makes it whole again.
    """

    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._listener.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._pairs: dict[socket.socket, socket.socket] = {}
        self._left: list[socket.socket] = []
        """Ends whose goodbye was swallowed."""
        self._lock = threading.Lock()
        self._whole = True
        self._silent = False
        self._closed = False
        self._worker = threading.Thread(target=self._carry, name="wire", daemon=True)
        self._worker.start()

    def cut(self) -> None:
        with self._lock:
            self._whole = False
            self._reset_all()

    def silence(self) -> None:
        self._silent = True

    def mend(self) -> None:
        with self._lock:
            if self._silent:
                self._reset_all()  # what was swallowed is gone: no connection survives that
            self._silent, self._whole = False, True

    def close(self) -> None:
        self._closed = True
        self._worker.join(5)
        self._reset_all()
        self._listener.close()

    def _reset_all(self) -> None:
        for end in {*self._pairs, *self._pairs.values(), *self._left}:
            _reset(end)
        self._pairs.clear()
        self._left.clear()

    def _carry(self) -> None:
        while not self._closed:
            with self._lock:
                ends = [self._listener, *self._pairs]
                with contextlib.suppress(OSError, ValueError):
                    for end in select.select(ends, [], [], 0.02)[0]:
                        self._turn(end)

    def _turn(self, end: socket.socket) -> None:
        if end is self._listener:
            self._take(end.accept()[0])
            return
        other = self._pairs.get(end)
        if other is None:
            return
        try:
            data = end.recv(CHUNK)
            if data and not self._silent:
                other.sendall(data)
        except OSError:
            data = b""
        if not data and not self._silent:
            for each in (end, other):
                self._pairs.pop(each, None)
                each.close()
        elif not data:
            self._left.append(end)
            del self._pairs[end]

    def _take(self, near: socket.socket) -> None:
        if not self._whole:
            _reset(near)
            return
        try:
            far = socket.create_connection(("127.0.0.1", self._to_port), timeout=5)
        except OSError:
            _reset(near)
            return
        self._pairs[near], self._pairs[far] = far, near


def _reset(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        end.close()
