"""rtpengine as a child: it answers, comes back, outlives a killed node, and is alone."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from structlog.testing import capture_logs

from acd.config.telephony import RtpengineSettings, SipSettings
from acd.telephony.sip import ports
from acd.telephony.sip.child import ChildRtpengine
from acd.telephony.sip.engine import media_engine
from acd.telephony.sip.far import FarRtpengine
from acd.telephony.sip.ping import answers
from acd.telephony.sip.ports import AudioPortsTaken
from acd.telephony.sip.rtpengine import (
    RtpengineFailed,
    RtpengineInUse,
    RtpengineMissing,
    free_port,
)
from tests.peers.rtpengine import audio_room

_FIRST = audio_room(300)
SETTINGS = RtpengineSettings(interface="127.0.0.1", first_port=_FIRST, last_port=_FIRST + 99)
# A node: says that its rtpengine answers, then lives until it is killed.
NODE = """
import asyncio, sys
from pathlib import Path
from acd.config.telephony import RtpengineSettings
from acd.telephony.sip.child import ChildRtpengine

async def main():
    ports = {"first_port": int(sys.argv[2]), "last_port": int(sys.argv[2]) + 99}
    engine = ChildRtpengine(RtpengineSettings(interface="127.0.0.1", **ports), Path(sys.argv[1]),
                            on_lost=lambda: None, on_back=lambda: None)
    await engine.start()
    print(engine.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""

pytestmark = pytest.mark.usefixtures("installed")


@pytest.fixture
def installed(peer: Callable[[str], Path]) -> None:
    peer("rtpengine")


def child(folder: Path, told: list[str], settings: RtpengineSettings = SETTINGS) -> ChildRtpengine:
    return ChildRtpengine(
        settings,
        folder,
        on_lost=lambda: told.append("lost"),
        on_back=lambda: told.append("back"),
    )


async def eventually(condition: Callable[[], bool], *, within_s: float = 10.0) -> None:
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 - a process outside has no event to wait for
            await asyncio.sleep(0.01)


def runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def left_by_a_killed_node(folder: Path) -> int:
    """The rtpengine of a node that was killed while it ran."""
    words = [sys.executable, "-c", NODE, str(folder), str(_FIRST)]
    node = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert node.stdout is not None
    with node:
        pid = int(node.stdout.readline())
        node.kill()
    return pid


async def test_it_answers_until_it_is_stopped(tmp_path: Path) -> None:
    engine = child(tmp_path, [])
    await engine.start()
    assert not engine.adopted
    assert engine.ng[1] != engine.dtmf[1]
    assert await answers(engine.ng, within_s=2)
    await engine.stop()
    assert engine.pid is None
    assert not await answers(engine.ng, within_s=0.05)
    assert not (tmp_path / "rtpengine.json").exists()


async def test_one_that_died_is_told_and_started_again_at_its_place(tmp_path: Path) -> None:
    told: list[str] = []
    engine = child(tmp_path, told)
    await engine.start()
    try:
        place, first = engine.ng, engine.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await eventually(lambda: told == ["lost", "back"])
        assert engine.pid not in {None, first}
        assert engine.ng == place
        assert await answers(place, within_s=2)
    finally:
        await engine.stop()


async def test_one_whose_log_cannot_be_written_is_started_once_it_can(tmp_path: Path) -> None:
    told: list[str] = []
    engine = child(tmp_path, told)
    await engine.start()
    try:
        assert engine.pid is not None
        log = tmp_path / "rtpengine.log"
        log.unlink()
        log.mkdir()
        with capture_logs() as logged:
            os.kill(engine.pid, signal.SIGKILL)
            await eventually(
                lambda: any(one["event"] == "rtpengine does not start" for one in logged)
            )
        log.rmdir()
        await eventually(lambda: told == ["lost", "back"])
    finally:
        await engine.stop()


async def test_one_that_ends_at_its_start_leaves_no_zombie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = tmp_path / "rtpengine-that-ends"
    ends.write_text("#!/bin/sh\nexit 1\n")
    ends.chmod(0o755)
    monkeypatch.setattr("acd.telephony.sip.child.find_rtpengine", lambda: ends)
    before = set(psutil.Process().children())
    for _ in range(2):
        with pytest.raises(RtpengineFailed):
            await child(tmp_path, []).start()
    assert set(psutil.Process().children()) == before


async def test_it_outlives_a_killed_node_and_is_taken_up_again(tmp_path: Path) -> None:
    orphan = left_by_a_killed_node(tmp_path)
    told: list[str] = []
    engine = child(tmp_path, told)
    await engine.start()
    try:
        assert engine.adopted
        assert engine.pid == orphan
        os.kill(orphan, signal.SIGKILL)
        await eventually(lambda: told == ["lost", "back"])
        assert engine.pid not in {None, orphan}
    finally:
        await engine.stop()


async def test_one_that_was_left_goes_on_and_is_taken_up_again(tmp_path: Path) -> None:
    told: list[str] = []
    engine = child(tmp_path, told)
    await engine.start()
    pid = engine.pid
    assert pid is not None
    await engine.leave()
    assert await answers(engine.ng, within_s=2)
    again = child(tmp_path, told)
    await again.start()
    assert (again.adopted, again.pid) == (True, pid)
    await again.stop()
    assert not runs(pid)
    assert told == []


async def test_one_with_other_flags_is_ended(tmp_path: Path) -> None:
    orphan = left_by_a_killed_node(tmp_path)
    other = SETTINGS.model_copy(update={"first_port": _FIRST + 100, "last_port": _FIRST + 199})
    engine = child(tmp_path, [], other)
    await engine.start()
    try:
        assert not engine.adopted
        assert engine.pid != orphan
        assert not runs(orphan)
    finally:
        await engine.stop()


async def test_a_number_that_another_process_got_is_left_alone(tmp_path: Path) -> None:
    orphan = left_by_a_killed_node(tmp_path)
    os.kill(orphan, signal.SIGKILL)
    note = tmp_path / "rtpengine.json"
    note.write_text(note.read_text().replace(f'"pid": {orphan}', f'"pid": {os.getpid()}'))
    engine = child(tmp_path, [])
    await engine.start()
    assert engine.pid not in {orphan, os.getpid()}
    await engine.stop()


async def test_a_second_node_on_the_same_data_is_refused(tmp_path: Path) -> None:
    engine = child(tmp_path, [])
    await engine.start()
    try:
        with pytest.raises(RtpengineInUse):
            await child(tmp_path, []).start()
        assert await answers(engine.ng, within_s=2)
    finally:
        await engine.stop()


async def test_ports_that_another_has_are_refused_until_it_is_gone(tmp_path: Path) -> None:
    orphan = left_by_a_killed_node(tmp_path / "one")
    over = SETTINGS.model_copy(update={"first_port": _FIRST + 99, "last_port": _FIRST + 199})
    two = child(tmp_path / "two", [], over)
    with pytest.raises(AudioPortsTaken, match="first_port"):
        await two.start()
    os.kill(orphan, signal.SIGKILL)
    await two.start()
    await two.stop()


async def test_ports_that_cannot_be_claimed_are_taken_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ports, "CLAIMS", (tmp_path / "nowhere" / "claims",))
    with capture_logs() as logged:
        assert await ports.claim_audio(1, 2) is None

        def unknown(*_: object) -> None:
            raise OSError(errno.EINVAL, "no such locks")

        monkeypatch.undo()
        monkeypatch.setattr("fcntl.fcntl", unknown)
        assert await ports.claim_audio(1, 2) is None
        monkeypatch.setattr(ports, "CLAIMS", ())
        engine = child(tmp_path, [])
        await engine.start()
    await engine.stop()
    assert [one["event"] for one in logged][:3] == ["audio ports not claimed"] * 3


async def test_one_that_cannot_start_says_why(tmp_path: Path) -> None:
    for interface, said in (("192.0.2.7", "assign requested"), ("nowhere0", "nowhere0")):
        wrong = SETTINGS.model_copy(update={"interface": interface})
        with pytest.raises(RtpengineFailed, match=said):
            await child(tmp_path, [], wrong).start()


async def test_a_missing_program_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    with pytest.raises(RtpengineMissing, match="rtpengine-daemon"):
        await child(tmp_path, []).start()


async def test_one_elsewhere_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("acd.telephony.sip.far.ASKED_EVERY_S", 0.05)
    near = child(tmp_path, [])
    await near.start()
    told: list[str] = []
    far = media_engine(
        RtpengineSettings(ng=f"127.0.0.1:{near.ng[1]}", dtmf_port=2299),
        SipSettings(host="127.0.0.2"),
        tmp_path,
        on_lost=lambda: told.append("lost"),
        on_back=lambda: told.append("back"),
    )
    try:
        assert isinstance(far, FarRtpengine)
        assert (far.dtmf, far.adopted) == (("127.0.0.2", 2299), True)
        await far.start()
        pid = near.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        await eventually(lambda: told == ["lost"])
        os.kill(pid, signal.SIGCONT)
        await eventually(lambda: told == ["lost", "back"])
    finally:
        await far.stop()
        await near.stop()
    monkeypatch.setattr("acd.telephony.sip.far.START_S", 0.05)
    nobody = FarRtpengine(
        ng=("127.0.0.1", free_port()),
        dtmf=("127.0.0.1", 0),
        on_lost=lambda: None,
        on_back=lambda: None,
    )
    with pytest.raises(RtpengineFailed, match="no rtpengine answers"):
        await nobody.start()
