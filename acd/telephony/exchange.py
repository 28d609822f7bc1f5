"""The telephony of a node: rtpengine, SIP gateway and switchboard, begun and ended in order."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import structlog

from acd.domain.errors import TelephonyOff
from acd.telephony.announcing import Announcements
from acd.telephony.port import AnswerHow
from acd.telephony.sip import prompts
from acd.telephony.sip.adapter import SipAdapter
from acd.telephony.sip.configured import sip_options
from acd.telephony.sip.engine import media_engine
from acd.telephony.sip.figures import nobody
from acd.telephony.sip.lag import Lag
from acd.telephony.sip.ports import check_sip
from acd.telephony.sip.sound_files import SoundFiles
from acd.telephony.switchboard import Switchboard

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from acd.config.telephony import TelephonySettings
    from acd.domain.device import Device
    from acd.domain.ids import InteractionId, QueueId
    from acd.telephony.means import Means
    from acd.telephony.port import TelephonyAdapter
    from acd.telephony.returning import Returning
    from acd.telephony.sip.engine import MediaEngine
    from acd.telephony.sip.figures import Observe
    from acd.telephony.sip.ledger import Ledger

log = structlog.get_logger(__name__)

SOUNDS: Final = "sounds"


class Exchange:
    """Calls over SIP, as they are configured. Also the `CodeCaller` of a node."""

    def __init__(
        self,
        settings: TelephonySettings,
        data_dir: Path,
        means: Callable[[TelephonyAdapter], Means],
        returning: Returning,
        calls_back: Callable[[QueueId], bool],
        *,
        ledger: Ledger | None = None,
        observe: Observe = nobody,
    ) -> None:
        """`means` is what calls work with, given the adapter; `returning` finds callbacks.

        `calls_back` says whether who waits in a line may ask for one. `ledger` keeps the calls for
        the next process, `observe` is told what SIP holds.
        """
        self._ledger = ledger
        self._observe = observe
        self._settings = settings
        self._data_dir = data_dir
        self._means = means
        self._returning = returning
        self._calls_back = calls_back
        self._sounds: SoundFiles | None = None
        self._lag = Lag()
        """Of the board there is."""
        self._hands_over = True
        """Unless it is told to end: a fault of ours ends no call, since all of it begins anew."""
        self._left = 0
        """How many calls the last board left."""
        self._before: frozenset[InteractionId] = frozenset()
        """What the last board had when it ended."""
        self._kept = False
        """Whether calls may wait in rtpengine for whoever begins next."""
        self._leaving = asyncio.Event()
        self._running = asyncio.Lock()
        self.board: Switchboard | None = None
        """While calls are taken."""

    @property
    def up(self) -> bool:
        """Whether calls are made and taken now."""
        return self.board is not None and self.board.up

    async def run(self) -> None:
        """Take calls until cancelled, or told to stop."""
        async with self._running:
            if not self._leaving.is_set():
                await self._run()

    async def _run(self) -> None:
        await check_sip(self._settings.sip.host, self._settings.sip.port)
        engine = media_engine(
            self._settings.rtpengine,
            self._settings.sip,
            self._data_dir,
            on_lost=lambda: log.error("rtpengine is gone"),
            on_back=lambda: log.info("rtpengine is back"),
        )
        await engine.start()
        try:
            await self._serve(engine)
        finally:
            self._kept = self._has_calls(engine)
            await (engine.leave() if self._kept else engine.stop())

    def _has_calls(self, engine: MediaEngine) -> bool:
        """Whether calls wait in it: those we leave, or were left before where we failed."""
        before = self._kept or engine.adopted
        return self._left > 0 or (before and not self._leaving.is_set())

    async def _serve(self, engine: MediaEngine) -> None:
        self._left = 0
        sip = self._settings.sip
        self._sounds = await asyncio.to_thread(SoundFiles, sip, self._data_dir / SOUNDS)
        options = sip_options(self._settings, self._sounds, engine)
        adapter = SipAdapter(options, self._ledger, self._observe)
        means, self._lag = self._means(adapter), adapter.lag
        how = AnswerHow(sip.answer)
        if how is not AnswerHow.RINGING:
            means = replace(means, announcements=self._announcements(means, self._sounds))
        self.board = board = Switchboard(means, how=how)
        try:
            async with asyncio.TaskGroup() as group:
                callbacks = group.create_task(self._call_back(board), name="callbacks")
                await board.run(self._leaving, hands_over=lambda: self._hands_over)
                callbacks.cancel()
        finally:
            self.board, self._left = None, board.left
            self._before = board.had or self._before

    def _announcements(self, means: Means, sounds: SoundFiles) -> Announcements:
        sip = self._settings.sip
        return Announcements(
            sounds,
            means.router,
            every_s=sip.announce_s,
            calls_back=lambda queue: bool(sip.trunk.proxy) and self._calls_back(queue),
        )

    async def _call_back(self, board: Switchboard) -> None:
        if self._settings.sip.trunk.proxy:
            await self._returning.run(board)

    async def say_code(self, device: Device, code: str, locale: str) -> None:
        """Call an agent's device and say the code; returns once it was picked up.

        Raises:
            TelephoneNotReached: it was not.
            TelephonyOff: no call can be made now, or what is to be said cannot be written.
        """
        board, sounds = self.board, self._sounds
        if board is None or sounds is None:
            raise TelephonyOff
        said = prompts.code(code)
        try:
            file = await asyncio.to_thread(sounds.said, *said, locale=locale)
        except OSError as error:
            log.error("code not said", reason=error.strerror)
            raise TelephonyOff from error
        try:
            await board.say(device.address, str(file))
        except TelephonyOff:
            file.unlink(missing_ok=True)  # it says a secret
            raise

    def anchors(self, call: InteractionId) -> bool:
        """Whether the audio of a website's call goes through here: what does stays.

        After a fault of ours, too, until calls are taken anew. Any other goes from page to page
        meanwhile, while rtpengine is away, or where there are more calls than can be served.
        """
        board = self.board
        if board is None or not board.up:
            return call in self._before or (board is not None and call in board)
        has_room = board.calls < self._settings.sip.max_calls and not self._lag.is_overrun
        return call in board or has_room

    async def hear_visitor(self, call: InteractionId, payload: Mapping[str, Any]) -> bool:
        """What the page of a website's caller says; whether anybody here heard it.

        Raises:
            StoreUnavailable: the database is away.
        """
        if self.board is None or not self.anchors(call):
            return False
        return await self.board.hear_visitor(call, payload)

    async def stop(self, *, hands_over: bool) -> None:
        """Take no more calls, and end those there are; returns when all have ended.

        With `hands_over` they are left to the next process on this address or to another node,
        and the sound with them.
        """
        self._hands_over = hands_over
        self._leaving.set()
        async with self._running:
            if self._kept and not hands_over:  # a fault left them, and it has not begun anew
                try:
                    await self._run()
                except Exception:  # what else stops has to stop all the same
                    log.exception("calls that a fault left have not ended")
