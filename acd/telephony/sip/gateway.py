"""Takes calls by SIP and makes them: the stack's face towards asyncio."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple

import structlog

from acd.domain.ids import InteractionId, new_id
from acd.telephony.sip.dialog import Dialog
from acd.telephony.sip.guard import Closed, Verdict
from acd.telephony.sip.ledger import ARRIVING, DIALOG
from acd.telephony.sip.message import Message, read
from acd.telephony.sip.sdp import audio
from acd.telephony.sip.thread import sip_thread
from acd.telephony.sip.write_ahead import WriteAhead

if TYPE_CHECKING:
    from collections.abc import Callable

    from acd.telephony.sip.events import DialogEvent
    from acd.telephony.sip.guard import Guard
    from acd.telephony.sip.lag import Lag
    from acd.telephony.sip.ledger import Ledger, Record
    from acd.telephony.sip.stack.front import Front

_log = structlog.get_logger(__name__)

_LOOK_S: Final = 0.01
COUNTED: Final = ("client_transactions", "server_transactions", "dialogs", "malformed")


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
    via: tuple[str, int] | None = None
    """The proxy on the way there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A dialog of a former life."""

    dialog: Dialog
    stage: str
    """As `ledger` names it; what was ended already is ended."""
    invite: Message | None
    """Theirs, when it is not answered."""


class Revived(NamedTuple):
    """What was written down in another life."""

    dialogs: dict[str, Kept]
    """By their keys."""
    records: dict[str, Record]
    """All others."""
    doubled: list[InteractionId]
    """Calls whose caller came here by themselves meanwhile, and is another call by now."""


def _nothing() -> None:
    """Nobody need be told, and nothing is to be done."""


class Gateway:
    """One address on which SIP is spoken."""

    def __init__(
        self,
        place: Place,
        *,
        guard: Guard,
        lag: Lag,
        arrived: Callable[[Dialog, Message], None],
        ledger: Ledger | None = None,
        lost: Callable[[], None] = _nothing,
    ) -> None:
        """Args: arrived is told of each INVITE, and says who listens to its dialog.

        lag says whether there is more to do than can be done.
        lost is called when another node has taken all dialogs: nothing is said any more, and this
        one is to be stopped.
        """
        self._lost = lost
        self._ledger = ledger
        self._ahead = WriteAhead(ledger)
        self._place = place
        self._guard = guard
        self._lag = lag
        self._arrived = arrived
        self._open = True
        self._loop = asyncio.get_running_loop()
        self._front: Front | None = None

    async def start(self, engine: str) -> Revived:
        """Listen. Answers what a former life left; it is taken up before anything new is heard.

        Args:
            engine: rtpengine's address.

        Raises:
            OSError: the port is taken.
        """
        sip_thread.start()
        self._front, revived = await sip_thread.do(self._listen, engine)
        return revived

    async def beat(self) -> dict[str, str]:
        """Say that this node lives. Answers which others do not, and what they said last."""
        return await sip_thread.do(self._ledger.beat) if self._ledger is not None else {}

    async def take_over(self, node: str, said: str, room: int) -> Revived:
        """What a node left that has said nothing since, as `Ledger.take` says."""
        return await sip_thread.do(self._take_over, node, said, room)

    async def stop(self, goodbye_s: float = 0.0) -> None:
        """Listen no more, once all was answered that was said, or after `goodbye_s`."""
        if self._front is None:
            return
        until = self._loop.time() + goodbye_s
        # the stack tells nobody when it is done
        while self._loop.time() < until and await sip_thread.do(self._front.is_talking):  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_S)
        await sip_thread.do(self._close, self._front)
        self._front = None

    async def leave(self) -> None:
        """Listen no more, and leave what is written to whoever comes first."""
        if self._front is not None:
            await sip_thread.do(self._close, self._front, True)
            self._front = None

    def refuse_calls(self, *, refuse: bool) -> None:
        """Whether new calls are refused with 503: the media engine is away, or we are ending."""
        self._open = not refuse

    def invite(
        self,
        call: InteractionId,
        to: Destination,
        sdp: str,
        listener: Callable[[DialogEvent], None],
    ) -> Dialog:
        """Call somebody, for that interaction. What comes of it is told to the listener."""
        dialog = Dialog(self._loop, call)
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
        sip_thread.post(self._ahead.write, name, lambda: record)

    async def measure(self) -> None:
        """How late the stack's thread and the loop are, until cancelled."""
        await self._lag.run(lambda: sip_thread.do(_nothing))

    async def counts(self) -> dict[str, int]:
        """What the stack holds, by kind: to see that nothing is left behind."""
        if self._front is None:
            return dict.fromkeys(COUNTED, 0)
        return await sip_thread.do(self._front.counts)

    # the stack's thread

    def _listen(self, engine: str) -> tuple[Front, Revived]:
        from acd.telephony.sip.stack.front import Front  # noqa: PLC0415 - it belongs there

        front = Front(self._place, self._judge, self._take, self._ledger, self._ahead)
        if self._ledger is None:
            return front, Revived({}, {}, [])

        def lost() -> None:
            front.mute()
            sip_thread.tell(self._loop, self._lost)

        try:
            return front, self._revive(front, self._ledger.begin(engine, lost), moved=False)
        except BaseException:
            front.mute()
            front.close()  # else the next try finds the port taken
            raise

    def _take_over(self, node: str, said: str, room: int) -> Revived:
        if self._ledger is None or self._front is None:
            return Revived({}, {}, [])
        return self._revive(self._front, self._ledger.take(node, said, room), moved=True)

    def _close(self, front: Front, leaves: bool = False) -> None:
        front.close()
        if self._ledger is not None:
            (self._ledger.leave if leaves else self._ledger.end)()

    def _revive(self, front: Front, records: dict[str, Record], *, moved: bool) -> Revived:
        """Make dialogs of the records of dialogs."""
        kept: dict[str, Kept] = {}
        doubled: list[InteractionId] = []
        for name in [name for name in records if name.startswith(DIALOG)]:
            key, record = name.removeprefix(DIALOG), records.pop(name)
            # who was not let in yet arrives anew, as who they were: they may stand in the line
            call = record.get("call", "")
            dialog = Dialog(self._loop, InteractionId(call), key)
            try:
                is_new = record["stage"] == ARRIVING and not record["answered"]
                if front.knows(record):
                    self.write(name, None)
                    if call:
                        doubled.append(dialog.call)
                    continue
                stage = front.take_up(key, record, dialog, moved=moved)
            except Exception:  # noqa: BLE001 - the others are taken up all the same
                _log.exception("sip.dialog_lost", stage=record.get("stage"))
                self.write(name, None)
                continue
            kept[key] = Kept(
                dialog=dialog,
                stage=stage,
                invite=self._heard(read(record["invite"].encode()), record["source"][0])
                if is_new
                else None,
            )
        return Revived(kept, records, doubled)

    def _judge(self, message: Message, source: str) -> Verdict | None:
        try:
            return self._guard.verdict(message, source, self._closed)
        except Exception:  # noqa: BLE001 - whatever a stranger wrote is answered
            _log.exception("sip.not_judged")
            return Verdict(400, "Bad Request")

    @property
    def _closed(self) -> Closed | None:
        if not self._open:
            return Closed.DOWN
        return Closed.OVERRUN if self._lag.is_overrun else None

    def _take(self, message: Message, source: str) -> Dialog:
        dialog = Dialog(self._loop, InteractionId(new_id("ix")))
        sip_thread.tell(self._loop, self._arrived, dialog, self._heard(message, source))
        return dialog

    def _heard(self, invite: Message, source: str) -> Message:
        """The same as far as it is believed, and its audio alone: all else is refused."""
        return replace(self._guard.believed(invite, source), body=audio(invite.body))
