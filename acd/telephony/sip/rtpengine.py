"""The program rtpengine: where it is, how it is started, and why it cannot be."""

from __future__ import annotations

import os
import shutil
import socket
from ipaddress import IPv4Address, ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Final

from acd.config.telephony import CHILD
from acd.domain.errors import AcdError

if TYPE_CHECKING:
    from acd.config.telephony import RtpengineSettings, TelephonySettings
    from acd.telephony.sip.ping import Address

PROGRAM: Final = "rtpengine"
LOOPBACK: Final = "127.0.0.1"


class RtpengineMissing(AcdError):
    """rtpengine is missing: install rtpengine-daemon, or name one in `telephony.rtpengine.ng`."""

    code = "rtpengine_missing"


class RtpengineFailed(AcdError):
    """rtpengine does not start; its own words follow."""

    code = "rtpengine_failed"


class RtpengineInUse(AcdError):
    """Another node runs an rtpengine on this data directory; stop it, or set another."""

    code = "rtpengine_in_use"
    retryable = True


def sip_wanted(settings: TelephonySettings) -> bool:
    """Whether calls over SIP are to be served, if there is an rtpengine."""
    sip = settings.sip
    return bool(sip.numbers) if sip.enabled == "auto" else sip.enabled


def sip_served(settings: TelephonySettings) -> bool:
    """Whether a node serves calls over SIP.

    Raises:
        RtpengineMissing: the configuration insists, and there is no program to run.
    """
    if not sip_wanted(settings):
        return False
    if settings.rtpengine.ng != CHILD or find_rtpengine():
        return True
    if settings.sip.enabled == "auto":
        return False
    raise RtpengineMissing


def far_address(settings: RtpengineSettings) -> Address:
    """Where the one that runs elsewhere takes commands."""
    host, _, port = settings.ng.rpartition(":")
    return host.strip("[]"), int(port)


def find_rtpengine() -> Path | None:
    """The program, where it is installed."""
    found = shutil.which(PROGRAM, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")
    return Path(found) if found else None


def flags(settings: RtpengineSettings, *, ng: Address, dtmf: Address) -> tuple[str, ...]:
    """Its command line. Audio stays in this process: there is no kernel table, and no root."""
    interface = settings.interface or own_address()
    if settings.advertise:
        interface += f"!{settings.advertise}"
    return (
        "--config-file=none",
        "--foreground",
        "--log-stderr",
        "--log-level=4",
        "--table=-1",
        f"--interface={interface}",
        f"--listen-ng={ng[0]}:{ng[1]}",
        f"--port-min={settings.first_port}",
        f"--port-max={settings.last_port}",
        "--tos=184",  # expedited forwarding, as voice is
        f"--dtmf-log-dest={dtmf[0]}:{dtmf[1]}",
        # whoever is on hold is silent, and so is a page that prepares its connection: pairings are
        # deleted by who made them
        "--timeout=3600",
        "--silent-timeout=3600",
    )


def check_interface(settings: RtpengineSettings) -> None:
    """That its address is one of this machine's: it would begin anyhow, and fail with every call.

    Raises:
        RtpengineFailed: it is not.
    """
    try:
        address = ip_address(settings.interface)
    except ValueError:
        return  # the name of an interface, or none
    family = socket.AF_INET if isinstance(address, IPv4Address) else socket.AF_INET6
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((settings.interface, 0))
        except OSError as error:
            raise RtpengineFailed(
                f"telephony.rtpengine.interface: {settings.interface}: {error.strerror}"
            ) from None


def own_address() -> str:
    """The address this machine reaches its network with; loopback where there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: it only chooses the way
        except OSError:
            return LOOPBACK
        return str(probe.getsockname()[0])


def free_port() -> int:
    """A UDP port of loopback that nobody has at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
