"""Ports that two programs of one machine would open both, without an error.

Of two SIP stacks at one address only the later one hears anything; of two rtpengines with common
ports each hears voices of the other's calls. Both open theirs in a way that lets others do the
same (SO_REUSEADDR), so that it is asked here first.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import socket
import struct
from contextlib import suppress
from pathlib import Path
from typing import Final

import structlog

from acd.domain.errors import AcdError

log = structlog.get_logger(__name__)

_FOLDERS: Final = ("/run/lock", "/dev/shm")  # noqa: S108 - of the machine, as its ports are
CLAIMS: Final = tuple(Path(folder) / "acd-audio-ports" for folder in _FOLDERS)
"""The first that can be opened, whoever runs a node. A byte of it is a port: whoever has the ports
has those bytes locked. What lies in /dev/shm goes when its owner signs out (logind)."""

_FLOCK: Final = "hhqqi4x"
"""struct flock of Linux: type, whence, start, length, process."""
_TRIES: Final = 20
_TRY_S: Final = 0.05
"""A process that ended a moment ago may still hold what it had."""


class SipPortTaken(AcdError):
    """Another program has the address of `telephony.sip`: stop it, or set another `port`."""

    code = "sip_port_taken"
    retryable = True


class AudioPortsTaken(AcdError):
    """Another node's rtpengine has some of these audio ports: give this one others.

    They are `telephony.rtpengine.first_port` to `last_port`, which are named.
    """

    code = "audio_ports_taken"
    retryable = True


async def check_sip(host: str, port: int) -> None:
    """That nobody hears SIP there.

    Raises:
        SipPortTaken: somebody does.
        OSError: the address is none of this machine's.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    family, *_, address = found[0]
    for left in reversed(range(_TRIES)):
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind(address)
                return
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
                if not left:
                    raise SipPortTaken(
                        f"Another program hears UDP port {port} of {host}. Stop it, or set another "
                        "`port` in `[telephony.sip]`."
                    ) from None
        await asyncio.sleep(_TRY_S)


async def claim_audio(first: int, last: int) -> int | None:
    """Have these ports as long as the descriptor is open, here or in a child that was given it.

    None where no claims can be kept, which is told in the log.

    Raises:
        AudioPortsTaken: somebody has some of them.
    """
    claims = _open_claims()
    if claims is None:
        return None
    try:
        await _lock(claims, _all_of(first, last))
    except (BlockingIOError, PermissionError):
        os.close(claims)
        raise AudioPortsTaken(
            f"Another node's rtpengine on this machine has some of the ports {first} to {last}. "
            "Give this one others: `first_port` and `last_port` of `[telephony.rtpengine]`."
        ) from None
    except OSError as error:  # a kernel without such locks
        os.close(claims)
        log.warning("audio ports not claimed", reason=error.strerror)
        return None
    except asyncio.CancelledError:
        os.close(claims)
        raise
    return claims


def is_audio_free(first: int, last: int) -> bool:
    """Whether nobody has any of these ports now; so they are where no claims can be read."""
    for path in CLAIMS:
        with suppress(OSError):
            claims = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                told = fcntl.fcntl(claims, fcntl.F_OFD_GETLK, _all_of(first, last))
            finally:
                os.close(claims)
            return bool(struct.unpack(_FLOCK, told)[0] == fcntl.F_UNLCK)
    return True


def _all_of(first: int, last: int) -> bytes:
    return struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, first, last - first + 1, 0)


async def _lock(claims: int, asked: bytes) -> None:
    for left in reversed(range(_TRIES)):
        try:
            fcntl.fcntl(claims, fcntl.F_OFD_SETLK, asked)
        except (BlockingIOError, PermissionError):
            if not left:
                raise
        else:
            return
        await asyncio.sleep(_TRY_S)


def _open_claims() -> int | None:
    reasons = []
    for path in CLAIMS:
        try:
            return _open(path)
        except OSError as error:
            reasons.append(f"{path}: {error.strerror}")
    log.warning("audio ports not claimed", reason="; ".join(reasons))
    return None


def _open(path: Path) -> int:
    """Made for everybody on this machine by whoever comes first."""
    how = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
    with suppress(FileNotFoundError):
        return os.open(path, how)
    claims = os.open(path, how | os.O_CREAT, 0o666)
    with suppress(PermissionError):  # somebody else made it meanwhile
        os.fchmod(claims, 0o666)
    return claims
