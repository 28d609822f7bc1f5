"""A call that nobody is on yet: the agent is connected first, then the customer is dialled."""

from __future__ import annotations

import pytest

from acd.telephony import port, words
from acd.telephony.state import Call, CallPhase
from acd.telephony.words import Action, Heard
from tests.unit.telephony.heard import ANNA, IX, TALKING, given_back, leg, offered, told


def called_back(*heard: Heard) -> tuple[Call, list[Action]]:
    return told(*heard, calls_back=True)


def test_a_callback_reaches_the_agent_first() -> None:
    _, actions = called_back(offered(1, ANNA))
    assert [one.outgoing for one in actions if isinstance(one, port.Ring)] == [True]
    call, actions = called_back(*TALKING)
    assert call.phase is CallPhase.DIALLING
    assert actions == [words.CallBack(epoch=1)]
    call, actions = called_back(*TALKING, port.Dialled(call=IX, ok=True))
    assert (call.phase, call.calls_back) == (CallPhase.TALKING, False)
    assert actions == [words.Connected(offer="ix_1.1", agent=ANNA, told=False)]


def test_a_customer_who_does_not_answer_frees_the_agent() -> None:
    for called in (True, False):
        refused = port.Dialled(call=IX, ok=False, code=486, called=called)
        call, (ended, over) = called_back(*TALKING, refused)
        assert (call.phase, call.winner, dict(call.legs)) == (CallPhase.WAITING, None, {})
        assert isinstance(ended, port.HangUp)
        assert over == words.NotReached(offer="ix_1.1", agent=ANNA, called=called)


@pytest.mark.parametrize(
    "heard",
    [
        leg(port.LegEnded, 1),
        port.CallerEnded(call=IX, cause="stopped"),
        given_back(ANNA, "no_answer"),
        words.OfferOver(offer="ix_1.1", reason="expired"),
    ],
)
def test_an_attempt_that_ends_is_not_the_end_of_the_callback(heard: Heard) -> None:
    before = TALKING if not isinstance(heard, words.OfferOver) else TALKING[:1]
    call, actions = called_back(*before, heard)
    assert (call.phase, call.winner, dict(call.legs)) == (CallPhase.WAITING, None, {})
    commands = [one for one in actions if isinstance(one, port.Command)]
    assert list(actions[: len(commands)]) == commands, "the line ends before routing is asked"
    assert isinstance(commands[-1], port.HangUp)
    assert not any(isinstance(one, words.HungUp) for one in actions)
