"""The calls of a former life, or of a node that died, go on here."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import structlog

from acd.domain.ids import InteractionId
from acd.telephony import port
from acd.telephony.sip import continuing
from acd.telephony.sip.caller import Caller
from acd.telephony.sip.ledger import ARRIVING, CALL, CALLING, UP

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping

    from acd.telephony.sip.call import SipCall
    from acd.telephony.sip.dialog import Dialog
    from acd.telephony.sip.gateway import Kept, Revived
    from acd.telephony.sip.house import House
    from acd.telephony.sip.kept import KeptCall
    from acd.telephony.sip.ledger import Record
    from acd.telephony.sip.message import Message

_log = structlog.get_logger(__name__)


class _Dialogs:
    """Those that were taken up, each claimed by its call."""

    def __init__(self, kept: Mapping[str, Kept]) -> None:
        self._kept = kept
        self._loose = dict(kept)
        self.claimed: list[Dialog] = []
        """By the call that is being taken up."""
        for one in kept.values():
            if one.stage != ARRIVING:
                one.dialog.go_on(up=one.stage == UP)

    def claim(self, key: str) -> Dialog | None:
        found = self._loose.get(key)
        if found is None or found.dialog.is_over:
            return None
        del self._loose[key]
        self.claimed.append(found.dialog)
        return found.dialog

    def hang_up_claimed(self) -> None:
        """Their call cannot be taken up."""
        for dialog in self.claimed:
            dialog.hang_up()

    def was_up(self, key: str) -> bool:
        """Whether somebody was there, who hung up meanwhile; whom we only called was not."""
        found = self._kept.get(key)
        return bool(key) and (found is None or found.stage != CALLING)

    @property
    def loose(self) -> Iterator[Kept]:
        """Which nobody claimed."""
        return iter(self._loose.values())


def revive(
    house: House,
    revived: Revived,
    there: Container[str],
    *,
    moved: bool,
    begin: Callable[[InteractionId, Caller], SipCall],
    arrived: Callable[[Dialog, Message], None],
) -> list[SipCall]:
    """Go on with calls; what belongs to none of them ends.

    Args:
        house: what they share.
        revived: what was written down of them.
        there: the pairings that rtpengine has.
        moved: whether another node had them: the other ends are told where they are now.
        begin: makes a call of its caller.
        arrived: is told of who called and was not let in yet.
    """
    dialogs = _Dialogs(revived.dialogs)
    calls: list[SipCall] = []
    ended: dict[InteractionId, Record] = {call: {} for call in revived.doubled}
    """What the core has not ended; it says when nothing need be known of it any more."""

    def take_up(identity: InteractionId, record: Record) -> None:
        caller = record["caller"]
        was_let_in = caller["how"] or caller["answered"]
        dialog = dialogs.claim(caller["dialog"]) if was_let_in else None
        if dialog is None:
            if was_let_in and dialogs.was_up(caller["dialog"]):
                ended[identity] = record
            else:
                house.gateway.write(f"{CALL}{identity}", None)
            return
        call = begin(identity, Caller.revived(house.engine, identity, caller, dialog))
        try:
            dialog.listen(call.heard_caller)
            continuing.take_up(call, cast("KeptCall", record), dialogs.claim, there, moved=moved)
        except Exception:
            call.end("internal")
            raise
        calls.append(call)

    for name, record in revived.records.items():
        if not name.startswith(CALL):
            continue
        identity = InteractionId(name.removeprefix(CALL))
        try:
            take_up(identity, record)
        except Exception:  # noqa: BLE001 - the others go on all the same
            _log.exception("sip.call_lost", call=identity)
            dialogs.hang_up_claimed()
            ended[identity] = record
        dialogs.claimed.clear()
    for identity, record in ended.items():
        _tell_end(house, identity, record)
    _part_with_loose(dialogs, arrived)
    return calls


def _part_with_loose(dialogs: _Dialogs, arrived: Callable[[Dialog, Message], None]) -> None:
    for one in dialogs.loose:
        if one.invite is not None:
            arrived(one.dialog, one.invite)
        else:
            one.dialog.hang_up()


def _tell_end(house: House, call: InteractionId, kept: Record) -> None:
    """The core has not heard that they are gone, and this node perhaps nothing of the call."""
    caller = kept.get("caller", {})
    standing = port.Standing(
        call=call, caller=caller.get("number", ""), called=caller.get("called", ""),
        epoch=kept.get("epoch", 0),
    )  # fmt: skip
    house.emit(port.CallStands(call=call, standing=standing))
    house.emit(port.CallerEnded(call=call, cause="gone"))
