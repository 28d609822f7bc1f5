"""sippy's socket, mended: what comes takes its turn, and what is said leaves at the end of one."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from socket import inet_pton
from typing import TYPE_CHECKING, Any, ClassVar, Final

from sippy.Network_server import Network_server, Remote_address
from sippy.Udp_server import Udp_server, Udp_server_opts

from acd.telephony.sip.thread import sip_thread

if TYPE_CHECKING:
    from acd.telephony.sip.write_ahead import WriteAhead

_PORTS: Final = range(1, 1 << 16)


class Options(Udp_server_opts):  # type: ignore[misc] # sippy has no types
    """How it does so."""

    nworkers = 1
    """Three threads that send, sippy's own choice, reorder a 100 and the 180 after it."""
    direct_dispatch = True
    """What comes is handed to us where it comes, and takes its turn with all else."""


class Socket(Udp_server):  # type: ignore[misc]
    """Hears and says in turns of the thread."""

    advertise: ClassVar[dict[int, str]] = {}
    """By port: the address that others are told, when it is not the one that is bound."""

    def __init__(self, settings: Any, options: Any) -> None:
        self._ahead: WriteAhead = settings["_ahead"]
        super().__init__(settings, options)

    def getSIPaddr(self) -> Any:  # noqa: N802 - sippy's name
        (host, port), transport = super().getSIPaddr()
        return (self.advertise.get(port, host), port), transport

    def handle_read(self, data: bytes, address: Any, rtime: Any, delayed: bool = False) -> None:
        """Of sippy, in the thread that receives."""
        came = Remote_address(address, self.transport)
        sip_thread.post(super().handle_read, data, came, rtime, delayed)

    def send_to(self, data: Any, address: Any, delayed: bool = False) -> None:
        """Of sippy: at the end of the turn."""
        host, port = address
        self._ahead.say(partial(self._send, data, host.strip("[]"), port))

    def _send(self, data: str, host: str, port: int) -> None:
        """By sippy's own thread where there is a name, which has to be looked up.

        To a port that is none, as anybody may write it into a Via, nothing is sent: that thread
        would end by trying.
        """
        if port not in _PORTS:
            return
        try:
            inet_pton(self.uopts.family, host)
        except OSError:
            # its class knows no names where it speaks IPv6
            Network_server.send_to(self, data, (host, port))
            return
        with suppress(OSError):  # it is said again, or given up, as one that was lost
            self.skt.sendto(data.encode(), (host, port))
