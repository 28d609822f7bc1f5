"""Takes calls by SIP and makes them: the stack's face towards asyncio."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import structlog

from acd.telephony.sip.dialog import Dialog
from acd.telephony.sip.ledger import ARRIVING, DIALOG
from acd.telephony.sip.message import Message, read
from acd.telephony.sip.thread import sip_thread

if TYPE_CHECKING:
    from collections.abc import Callable

    from acd.telephony.sip.events import DialogEvent
    from acd.telephony.sip.guard import Guard, Verdict
    from acd.telephony.sip.ledger import Ledger, Record
    from acd.telephony.sip.stack.front import Front

_log = structlog.get_logger(__name__)

_LOOK_S: Final = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where SIP is spoken, and how."""

    host: str
    port: int
    advertise: str = ""
    """The address others are told, if it is another."""
    session_s: int = 0
    """The session timer that is preferred; 0: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Whom to call, through which next hop, and who is said to call."""

    user: str = field(repr=False)
    host: str
    port: int
    caller: str = field(default="", repr=False)
    display: str = field(default="", repr=False)
    name: str = ""
    """With `secret`: what the next hop asks for (digest)."""
    secret: str = field(default="", repr=False)
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A dialog of a former life."""

    dialog: Dialog
    stage: str
    """As `ledger` names it; what was ended already is ended."""
    invite: Message | None
    """Theirs, when it is not answered."""


class Gateway:
    """One address on which SIP is spoken."""

    def __init__(
        self,
        place: Place,
        *,
        guard: Guard,
        arrived: Callable[[Dialog, Message], None],
        ledger: Ledger | None = None,
    ) -> None:
        """Args: arrived is told of each INVITE, and says who listens to its dialog."""
        self._ledger = ledger
        self._place = place
        self._guard = guard
        self._arrived = arrived
        self._open = True
        self._loop = asyncio.get_running_loop()
        self._front: Front | None = None

    async def start(self) -> tuple[dict[str, Kept], dict[str, Record]]:
        """Listen. Answers the dialogs of a former life by their keys, and all other records.

        They are taken up before anything new is heard.

        Raises:
            OSError: the port is taken.
        """
        sip_thread.start()
        self._front, kept, records = await sip_thread.do(self._listen)
        return kept, records

    async def stop(self, goodbye_s: float = 0.0) -> None:
        """Listen no more, once all was answered that was said, or after `goodbye_s`."""
        if self._front is None:
            return
        until = self._loop.time() + goodbye_s
        # the stack tells nobody when it is done
        while self._loop.time() < until and await sip_thread.do(self._front.is_talking):  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_S)
        await sip_thread.do(self._front.close)
        self._front = None

    def refuse_calls(self, *, refuse: bool) -> None:
        """Whether new calls are refused with 503: the media engine is away, or we are ending."""
        self._open = not refuse

    def invite(self, to: Destination, sdp: str, listener: Callable[[DialogEvent], None]) -> Dialog:
        """Call somebody. What comes of it is told to the listener."""
        dialog = Dialog(self._loop)
        dialog.listen(listener)
        assert self._front is not None  # noqa: S101 - it was started
        sip_thread.post(self._front.invite, dialog, to, sdp)
        return dialog

    @property
    def keeps(self) -> bool:
        """Whether records are written down."""
        return self._ledger is not None

    def write(self, name: str, record: Record | None) -> None:
        """Write a record before all that is asked of the stack from now on, or drop it."""
        if self._ledger is None:
            return
        if record is None:
            sip_thread.post(self._ledger.drop, name)
        else:
            sip_thread.post(self._ledger.write, name, record)

    async def counts(self) -> dict[str, int]:
        """What the stack holds, by kind: to see that nothing is left behind."""
        assert self._front is not None  # noqa: S101 - it was started
        return await sip_thread.do(self._front.counts)

    # the stack's thread

    def _listen(self) -> tuple[Front, dict[str, Kept], dict[str, Record]]:
        from acd.telephony.sip.stack.front import Front  # noqa: PLC0415 - it belongs there

        records = self._ledger.read() if self._ledger is not None else {}
        front = Front(self._place, self._judge, self._take, self._ledger)
        kept = {}
        for name in [name for name in records if name.startswith(DIALOG)]:
            key, record = name.removeprefix(DIALOG), records.pop(name)
            dialog = Dialog(self._loop, key)
            try:
                front.take_up(key, record, dialog)
            except Exception:  # noqa: BLE001 - the others are taken up all the same
                _log.exception("sip.dialog_lost", stage=record.get("stage"))
                if self._ledger is not None:
                    self._ledger.drop(name)
                continue
            is_new = record["stage"] == ARRIVING and not record["answered"]
            kept[key] = Kept(
                dialog=dialog,
                stage=record["stage"],
                invite=read(record["invite"].encode()) if is_new else None,
            )
        return front, kept, records

    def _judge(self, message: Message, source: str) -> Verdict | None:
        return self._guard.verdict(message, source, is_open=self._open)

    def _take(self, message: Message) -> Dialog:
        dialog = Dialog(self._loop)
        self._loop.call_soon_threadsafe(self._arrived, dialog, message)
        return dialog
