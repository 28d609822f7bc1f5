"""What `acd doctor` looks at for calls over SIP: what carries the audio."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from acd.cli.findings import Finding, Mark
from acd.config.places import DataDirUnusable, Running
from acd.config.telephony import CHILD
from acd.domain.errors import AcdError
from acd.embedded.data import is_running
from acd.telephony.sip.child import left_in
from acd.telephony.sip.media import A, Pairing, Wire
from acd.telephony.sip.ng import Engine, EngineRefused
from acd.telephony.sip.ping import answers
from acd.telephony.sip.ports import AudioPortsTaken, SipPortTaken, check_sip, claim_audio
from acd.telephony.sip.rtpengine import (
    RtpengineMissing,
    check_interface,
    far_address,
    find_rtpengine,
    sip_wanted,
)
from acd.telephony.sip.sdp import SINK
from acd.telephony.sip.sound_files import MUSIC, is_made_anew

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from acd.config import Config
    from acd.config.telephony import RtpengineSettings
    from acd.telephony.sip.ping import Address

_WHAT: Final = "audio of calls"
_PORTS: Final = "ports of calls"
_SOUNDS: Final = "sounds of calls"


async def examine_calls(config: Config) -> AsyncIterator[Finding]:
    """Nothing, where the configuration wants no calls over SIP."""
    said = config.telephony
    if not sip_wanted(said):
        return
    if said.rtpengine.ng != CHILD or find_rtpengine() is not None:
        async for finding in _ports(config):
            yield finding
    if said.rtpengine.ng == CHILD:
        yield await _child(said.rtpengine, insists=said.sip.enabled is True)
        if (left := _left(config)) is not None:
            yield left
    else:
        address = far_address(said.rtpengine)
        there = await answers(address, within_s=2.0)
        yield Finding(
            mark=Mark.OK if there else Mark.WRONG,
            what=_WHAT,
            found=f"rtpengine at {said.rtpengine.ng} {'answers' if there else 'does not answer'}",
            remedy="" if there else "Start it, or correct `telephony.rtpengine.ng`.",
        )
        if there:
            with _sounds(config) as files:
                yield await plays(address, *files)


async def _ports(config: Config) -> AsyncIterator[Finding]:
    """Ports that a node would not have if it started now."""
    if _runs(config):
        return
    said, claim = config.telephony, None
    try:
        await check_sip(said.sip.host, said.sip.port)
        if said.rtpengine.ng == CHILD and left_in(config.server.data_dir) is None:
            claim = await claim_audio(said.rtpengine.first_port, said.rtpengine.last_port)
    except (SipPortTaken, AudioPortsTaken) as error:
        found, _, remedy = str(error).partition(". ")
        yield Finding(mark=Mark.WRONG, what=_PORTS, found=found, remedy=remedy)
    except OSError as error:
        found = f"telephony.sip: {said.sip.host}:{said.sip.port}: {error.strerror}"
        remedy = "Name an address of this machine in `host`, and a `port` that may be opened."
        yield Finding(mark=Mark.WRONG, what=_PORTS, found=found, remedy=remedy)
    finally:
        if claim is not None:
            os.close(claim)


def _runs(config: Config) -> bool:
    """Whether its node does; what cannot be read is told where the node is examined."""
    try:
        running = Running.read(config)
    except DataDirUnusable:
        return True
    return running is not None and is_running(running.pid)


def _left(config: Config) -> Finding | None:
    """An rtpengine whose node is gone, where there is one."""
    pid = left_in(config.server.data_dir)
    if pid is None or _runs(config):
        return None
    return Finding(
        mark=Mark.NOTE,
        what=_WHAT,
        found=f"rtpengine (process {pid}) goes on with calls whose node was stopped or killed",
        remedy=f"Start the node, which takes them up: `acd serve`; or end them: `kill {pid}`.",
    )


@contextlib.contextmanager
def _sounds(config: Config) -> Iterator[tuple[Path, ...]]:
    """A file where music and announcements are, and the music that is played where it lies."""
    said = config.telephony.sip.music_file
    music = Path(said).absolute() if said else MUSIC
    theirs = () if is_made_anew(music) else (music,)
    folder = config.server.data_dir.absolute()
    if not folder.is_dir():
        yield theirs
        return
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".wav") as file:
        announced = Path(file.name)
        shutil.copyfile(MUSIC, announced)
        announced.chmod(0o644)  # as they are
        yield *theirs, announced


async def plays(address: Address, *files: Path) -> Finding:
    """Whether an rtpengine elsewhere finds these files, which it reads itself."""
    engine = await Engine.open(address)
    pairing = Pairing(engine, f"doctor-{secrets.token_hex(8)}", b=Wire.PLAIN)
    try:
        await pairing.sink(SINK)
        for file in files:
            try:
                await pairing.play(A, str(file), times=1)
            except EngineRefused:
                return Finding(
                    mark=Mark.WRONG,
                    what=_SOUNDS,
                    found=f"rtpengine cannot play {file}, so that nobody hears it",
                    remedy="Have the same files at the same place there: share the folder of "
                    "`server.data_dir`, and install acd where it is here.",
                )
    except AcdError as error:
        return Finding(mark=Mark.WRONG, what=_SOUNDS, found=str(error), remedy="See its log.")
    finally:
        await pairing.delete()
        engine.close()
    return Finding(mark=Mark.OK, what=_SOUNDS, found="rtpengine plays music and announcements")


async def _child(settings: RtpengineSettings, *, insists: bool) -> Finding:
    binary = find_rtpengine()
    if binary is None:
        return Finding(
            mark=Mark.WRONG if insists else Mark.NOTE,
            what=_WHAT,
            found="no rtpengine, so calls over SIP are off",
            remedy=RtpengineMissing.message(),
        )
    asked = await asyncio.create_subprocess_exec(
        str(binary),
        "--version",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    version = (await asked.communicate())[0].decode(errors="replace").strip().split(" ")[-1]
    try:
        check_interface(settings)
    except AcdError as error:
        return Finding(
            mark=Mark.WRONG,
            what=_WHAT,
            found=str(error),
            remedy="Name an address of this machine, and the public one in `advertise`.",
        )
    return Finding(mark=Mark.OK, what=_WHAT, found=f"rtpengine {version}")
