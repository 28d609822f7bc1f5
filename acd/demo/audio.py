"""Audio ports of the demonstration: another one beside it has others, without being told."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

from acd.demo.folder import kept
from acd.telephony.sip.child import left_in
from acd.telephony.sip.ports import is_audio_free

if TYPE_CHECKING:
    from acd.config import Config
    from acd.config.telephony import RtpengineSettings

LAST: Final = 21_999
"""The last that a demonstration takes by itself; the first is `first_port` of demo.toml."""
_NOTE: Final = "audio_ports"


def with_free_audio(config: Config) -> Config:
    """The configuration with the first of the demonstrations' audio ports that nobody has.

    What a killed demonstration left on its folder has its ports already. Where all are taken, they
    stay as they are.
    """
    engine = config.telephony.rtpengine
    room = engine.last_port - engine.first_port + 1
    firsts = range(engine.first_port, LAST - room + 2, room)
    first = _left(config) or next(
        (port for port in firsts if is_audio_free(port, port + room - 1)), engine.first_port
    )
    ports = {"first_port": first, "last_port": first + room - 1}
    return _with(config, engine.model_copy(update=ports))


def audio_note(config: Config) -> dict[str, str]:
    """What is noted of them for the next start."""
    return {_NOTE: str(config.telephony.rtpengine.first_port)}


def _left(config: Config) -> int | None:
    """The first port of the rtpengine that runs, or was left, on the folder."""
    if left_in(config.server.data_dir) is None:
        return None
    with contextlib.suppress(OSError):  # whose folder it is, is told of with the node
        return int(kept(config.server.data_dir).get(_NOTE, 0)) or None
    return None


def _with(config: Config, engine: RtpengineSettings) -> Config:
    telephony = config.telephony.model_copy(update={"rtpengine": engine})
    return config.model_copy(update={"telephony": telephony})
