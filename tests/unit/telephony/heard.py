"""What a call may hear, in short words."""

from __future__ import annotations

from typing import Any

from acd.telephony import port, words
from acd.telephony.calls import step
from acd.telephony.port import Target, TargetKind
from acd.telephony.state import Call
from acd.telephony.words import Action, Heard

IX = "ix_1"
ANNA, BEN = "anna", "ben"
PAGE = Target(device="browser", kind=TargetKind.BROWSER)
DESK = Target(device="desk", kind=TargetKind.SIP, address="sip:anna@pbx")
PHONE = Target(device="mobile", kind=TargetKind.PHONE, address="+33199001234")


def offered(number: int, agent: str, *targets: Target) -> words.Offered:
    return words.Offered(
        offer=f"{IX}.{number}", agent=agent, targets=targets or (PAGE,), timeout_ms=20_000
    )


def won(number: int, agent: str, epoch: int = 1) -> words.Won:
    return words.Won(offer=f"{IX}.{number}", agent=agent, epoch=epoch)


def given_back(agent: str, reason: str = "lost", epoch: int = 2) -> words.GivenBack:
    return words.GivenBack(agent=agent, epoch=epoch, reason=reason)


def leg(kind: type, number: int, device: str = "browser", **more: Any) -> Any:
    return kind(call=IX, offer=f"{IX}.{number}", device=device, **more)


TALKING = (offered(1, ANNA), won(1, ANNA), port.Bridged(call=IX, offer=f"{IX}.1"))


def told(*heard: Heard, calls_back: bool = False) -> tuple[Call, list[Action]]:
    """A call after all that, and what the last of it led to."""
    call, actions = Call(id=IX, calls_back=calls_back), list[Action]()
    for one in heard:
        call, done = step(call, one)
        actions = list(done)
    return call, actions
