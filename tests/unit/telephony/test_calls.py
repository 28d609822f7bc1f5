"""The call's state machine: what each thing heard makes of it, and what holds whatever is heard."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.telephony import port, words
from acd.telephony.calls import step
from acd.telephony.port import LegFault, Target, TargetKind
from acd.telephony.state import Call, CallPhase
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


def told(*heard: Heard) -> tuple[Call, list[Action]]:
    """A call after all that, and what the last of it led to."""
    call, actions = Call(id=IX), list[Action]()
    for one in heard:
        call, done = step(call, one)
        actions = list(done)
    return call, actions


def test_every_device_of_an_offer_rings() -> None:
    call, actions = told(offered(1, ANNA, PAGE, DESK))
    assert [(a.target.device, a.timeout_ms) for a in actions] == [  # type: ignore[union-attr]
        ("browser", 20_000),
        ("desk", 20_000),
    ]
    assert call.phase is CallPhase.WAITING


def test_who_wins_is_bridged_and_the_others_are_withdrawn() -> None:
    call, actions = told(offered(1, ANNA), offered(2, BEN, PAGE, DESK), won(2, BEN))
    assert call.phase is CallPhase.CONNECTING
    assert [(type(a).__name__, a.offer, a.device) for a in actions] == [  # type: ignore[union-attr]
        ("Withdraw", "ix_1.1", "browser"),
        ("Withdraw", "ix_1.2", "desk"),
        ("Bridge", "ix_1.2", "browser"),
    ]


def test_the_device_that_claimed_is_the_one_bridged() -> None:
    _, actions = told(offered(1, ANNA, PAGE, DESK), leg(port.LegAnswered, 1, "desk"), won(1, ANNA))
    assert actions[-1] == port.Bridge(call=IX, epoch=1, offer="ix_1.1", device="desk")


def test_a_call_is_active_only_when_media_flows() -> None:
    call, actions = told(offered(1, ANNA), won(1, ANNA), port.Bridged(call=IX, offer="ix_1.1"))
    assert call.phase is CallPhase.TALKING
    assert actions == [words.Connected(offer="ix_1.1", agent=ANNA)]


def test_a_phone_claims_at_the_digit_not_when_it_is_picked_up() -> None:
    picked_up = (offered(1, ANNA, PHONE), leg(port.LegAnswered, 1, "mobile"))
    assert told(*picked_up)[1] == [words.Confirming(offer="ix_1.1", agent=ANNA)]
    assert told(*picked_up, leg(port.LegConfirmed, 1, "mobile"))[1] == [
        words.Claim(offer="ix_1.1", agent=ANNA)
    ]


def test_a_voicemail_that_never_presses_fails_the_offer() -> None:
    _, actions = told(
        offered(1, ANNA, PHONE),
        leg(port.LegAnswered, 1, "mobile"),
        leg(port.LegFailed, 1, "mobile", fault=LegFault.UNCONFIRMED),
    )
    assert actions == [words.Fail(offer="ix_1.1", agent=ANNA, cause="unconfirmed")]


def test_an_offer_fails_with_its_last_device() -> None:
    busy = leg(port.LegFailed, 1, "desk", fault=LegFault.BUSY)
    assert told(offered(1, ANNA, PAGE, DESK), busy)[1] == []
    gone = leg(port.LegFailed, 1, "browser", fault=LegFault.UNREACHABLE)
    assert told(offered(1, ANNA, PAGE, DESK), busy, gone)[1] == [
        words.Fail(offer="ix_1.1", agent=ANNA, cause="unreachable")
    ]


def test_a_device_that_declines_declines_the_offer() -> None:
    _, actions = told(
        offered(1, ANNA, PAGE, DESK), leg(port.LegFailed, 1, "desk", fault=LegFault.DECLINED)
    )
    assert actions == [
        port.Withdraw(call=IX, epoch=0, offer="ix_1.1", device="browser", reason="declined"),
        words.Decline(offer="ix_1.1", agent=ANNA),
    ]


def test_devices_ring_in_turn() -> None:
    desk = replace(DESK, ring_ms=8000)
    both = replace(offered(1, ANNA, desk, PHONE), in_turn=True)
    call, actions = told(both)
    assert [(a.target.device, a.timeout_ms) for a in actions] == [("desk", 8000)]  # type: ignore[union-attr]
    call, done = step(call, leg(port.LegFailed, 1, "desk", fault=LegFault.NO_ANSWER))
    assert [(a.target.device, a.timeout_ms) for a in done] == [("mobile", 20_000)]  # type: ignore[union-attr]
    call, done = step(call, leg(port.LegFailed, 1, "mobile", fault=LegFault.BUSY))
    assert done == (words.Fail(offer="ix_1.1", agent=ANNA, cause="busy"),)
    assert not call.later


@pytest.mark.parametrize(
    "ended",
    [
        words.OfferOver(offer="ix_1.1", reason="expired"),
        leg(port.LegFailed, 1, "desk", fault=LegFault.DECLINED),
        won(1, ANNA),
    ],
)
def test_no_device_has_its_turn_after_the_offer(ended: Heard) -> None:
    call, actions = told(replace(offered(1, ANNA, DESK, PHONE), in_turn=True), ended)
    assert not call.later
    assert not any(isinstance(action, port.Ring) for action in actions)


def test_a_device_nobody_answers_is_left_to_the_offers_deadline() -> None:
    call, actions = told(
        offered(1, ANNA, DESK), leg(port.LegFailed, 1, "desk", fault=LegFault.NO_ANSWER)
    )
    assert (actions, dict(call.legs)) == ([], {})


def test_a_bridge_that_fails_gives_the_call_back() -> None:
    call, actions = told(
        offered(1, ANNA), won(1, ANNA), leg(port.LegFailed, 1, fault=LegFault.UNREACHABLE)
    )
    assert call.phase is CallPhase.WAITING
    assert actions == [words.Fail(offer="ix_1.1", agent=ANNA, cause="connect_failed")]
    call, _ = step(call, offered(2, BEN))
    call, done = step(call, won(2, BEN, epoch=3))
    assert call.phase is CallPhase.CONNECTING
    assert isinstance(done[-1], port.Bridge)


def test_routing_gives_up_on_a_bridge_that_takes_too_long() -> None:
    call, actions = told(offered(1, ANNA), won(1, ANNA), given_back(ANNA, "connect_timeout"))
    assert (call.phase, call.winner) == (CallPhase.WAITING, None)
    assert actions == [
        port.Withdraw(call=IX, epoch=2, offer="ix_1.1", device="browser", reason="connect_timeout")
    ]


def test_who_lost_it_before_loses_it_no_more() -> None:
    call, actions = told(*TALKING, given_back(BEN))
    assert (call.phase, actions) == (CallPhase.TALKING, [])


def test_a_call_that_talks_goes_to_the_agent_it_is_transferred_to() -> None:
    call, actions = told(*TALKING, offered(2, BEN), won(2, BEN, epoch=2))
    assert (call.phase, call.winner) == (CallPhase.CONNECTING, ("ix_1.2", "browser"))
    assert actions == [
        port.Withdraw(call=IX, epoch=2, offer="ix_1.1", device="browser", reason="transferred"),
        port.Bridge(call=IX, epoch=2, offer="ix_1.2", device="browser"),
    ]
    call, late = step(call, leg(port.LegEnded, 1))
    assert (call.phase, late) == (CallPhase.CONNECTING, ())


def test_a_phone_may_claim_a_call_that_talks_elsewhere() -> None:
    _, actions = told(*TALKING, offered(2, BEN, DESK), leg(port.LegAnswered, 2, "desk"))
    assert actions == [words.Claim(offer="ix_1.2", agent=BEN)]


def test_a_call_sent_to_another_line_hears_music_again() -> None:
    call, actions = told(*TALKING, given_back(ANNA, "transferred"))
    assert call.phase is CallPhase.WAITING
    assert [type(a) for a in actions] == [port.Withdraw]


def test_a_number_takes_the_call_or_not() -> None:
    asked = words.TransferAsked(agent=ANNA, number="+33199001234")
    assert told(*TALKING, words.TransferAsked(agent=BEN, number="+33199001234"))[1] == []
    assert told(*TALKING, asked)[1] == [port.Transfer(call=IX, epoch=1, number="+33199001234")]
    busy = port.TransferResult(call=IX, ok=False, code=486)
    call, actions = told(*TALKING, asked, busy)
    assert (call.phase, actions) == (
        CallPhase.TALKING,
        [words.NotTransferred(agent=ANNA, code=486)],
    )
    call, actions = told(*TALKING, asked, port.TransferResult(call=IX, ok=True))
    assert call.phase is CallPhase.ENDED
    assert actions == [words.HungUp(side=words.Side.AGENT, agent=ANNA)]


def test_an_offer_won_after_its_devices_went_is_given_back() -> None:
    _, actions = told(
        offered(1, ANNA, DESK),
        leg(port.LegFailed, 1, "desk", fault=LegFault.NO_ANSWER),
        won(1, ANNA),
    )
    assert actions == [words.Fail(offer="ix_1.1", agent=ANNA, cause="connect_failed")]


@pytest.mark.parametrize(
    "heard", [port.CallerEnded(call=IX, cause="bye"), words.Finished(outcome="handled")]
)
def test_the_end_hangs_up_all(heard: Heard) -> None:
    call, actions = told(offered(1, ANNA), won(1, ANNA), heard)
    assert call.phase is CallPhase.ENDED
    assert isinstance(actions[0], port.HangUp)
    assert step(call, heard) == (call, ())


def test_the_agent_hangs_up() -> None:
    _, actions = told(
        offered(1, ANNA), won(1, ANNA), port.Bridged(call=IX, offer="ix_1.1"), leg(port.LegEnded, 1)
    )
    assert actions[1:] == [words.HungUp(side=words.Side.AGENT, agent=ANNA)]


@pytest.mark.parametrize("held", [False, True])
def test_whose_agent_is_not_heard_any_more_waits_again(*, held: bool) -> None:
    on = (port.Held(call=IX),) if held else ()
    gone = leg(port.LegEnded, 1, cause="media_lost")
    call, actions = told(*TALKING, *on, gone)
    assert (call.phase, call.winner, dict(call.legs)) == (CallPhase.WAITING, None, {})
    assert actions == [words.Lost(offer=f"{IX}.1", agent=ANNA)]
    assert told(*TALKING, gone, gone)[1] == []
    call, _ = told(*TALKING, gone, offered(2, BEN), won(2, BEN, 3))
    assert call.winner == (f"{IX}.2", "browser")


def test_hold_and_back() -> None:
    assert told(*TALKING, words.HoldAsked(on=False))[1] == []
    assert told(*TALKING, words.HoldAsked(on=True))[1] == [port.Hold(call=IX, epoch=1)]
    call, actions = told(*TALKING, port.Held(call=IX), words.HoldAsked(on=False))
    assert (call.phase, actions) == (CallPhase.HELD, [port.Resume(call=IX, epoch=1)])


def called_back(*heard: Heard) -> tuple[Call, list[Action]]:
    call, actions = Call(id=IX, calls_back="+33199001234"), list[Action]()
    for one in heard:
        call, done = step(call, one)
        actions = list(done)
    return call, actions


CONNECTED = (offered(1, ANNA), won(1, ANNA), port.Bridged(call=IX, offer="ix_1.1"))


def test_a_callback_reaches_the_agent_first() -> None:
    _, actions = called_back(offered(1, ANNA))
    assert [one.outgoing for one in actions if isinstance(one, port.Ring)] == [True]
    call, actions = called_back(*CONNECTED)
    assert call.phase is CallPhase.DIALLING
    assert [type(one) for one in actions] == [port.Dial]
    call, actions = called_back(*CONNECTED, port.Dialled(call=IX, ok=True))
    assert (call.phase, call.calls_back) == (CallPhase.TALKING, "")
    assert actions == [words.Connected(offer="ix_1.1", agent=ANNA)]


def test_a_customer_who_does_not_answer_frees_the_agent() -> None:
    call, actions = called_back(*CONNECTED, port.Dialled(call=IX, ok=False, code=486))
    assert (call.phase, call.winner, dict(call.legs)) == (CallPhase.WAITING, None, {})
    assert [type(one) for one in actions] == [port.HangUp, words.NotReached]


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
    before = CONNECTED if not isinstance(heard, words.OfferOver) else CONNECTED[:1]
    call, actions = called_back(*before, heard)
    assert (call.phase, call.winner, dict(call.legs)) == (CallPhase.WAITING, None, {})
    commands = [one for one in actions if isinstance(one, port.Command)]
    assert list(actions[: len(commands)]) == commands, "the line ends before routing is asked"
    assert isinstance(commands[-1], port.HangUp)
    assert not any(isinstance(one, words.HungUp) for one in actions)


NUMBERS = st.integers(1, 4)
DEVICES = st.sampled_from(["browser", "desk", "mobile"])
TARGETS = st.lists(st.sampled_from([PAGE, DESK, PHONE]), max_size=3, unique=True).map(tuple)
HEARD: st.SearchStrategy[Heard] = st.one_of(
    st.builds(lambda n, who, t, turn: replace(offered(n, who, *t), in_turn=turn), NUMBERS,
              st.sampled_from([ANNA, BEN]), TARGETS, st.booleans()),
    st.builds(lambda n: words.OfferOver(offer=f"{IX}.{n}", reason="expired"), NUMBERS),
    st.builds(lambda n, e: won(n, ANNA, e), NUMBERS, st.integers(0, 9)),
    st.builds(given_back, st.sampled_from([ANNA, BEN]), st.just("lost"), st.integers(0, 9)),
    st.builds(lambda: words.TransferAsked(agent=ANNA, number="+33199001234")),
    st.builds(lambda ok: port.TransferResult(call=IX, ok=ok), st.booleans()),
    st.builds(
        leg,
        st.sampled_from([port.LegRinging, port.LegAnswered, port.LegConfirmed, port.LegEnded]),
        NUMBERS,
        DEVICES,
    ),
    st.builds(lambda n, d: leg(port.LegEnded, n, d, cause="media_lost"), NUMBERS, DEVICES),
    st.builds(
        lambda n, d, f: leg(port.LegFailed, n, d, fault=f),
        NUMBERS, DEVICES, st.sampled_from(LegFault),
    ),
    st.builds(lambda n: port.Bridged(call=IX, offer=f"{IX}.{n}"), NUMBERS),
    st.builds(lambda on: words.HoldAsked(on=on), st.booleans()),
    st.just(port.Held(call=IX)),
    st.just(port.Resumed(call=IX)),
    st.builds(lambda ok: port.Dialled(call=IX, ok=ok), st.booleans()),
    st.just(port.CallerEnded(call=IX, cause="bye")),
    st.just(words.Finished(outcome="handled")),
)  # fmt: skip


@given(st.lists(HEARD, max_size=40), st.sampled_from(["", "+33199001234"]))
def test_whatever_is_heard(heard: list[Heard], calls_back: str) -> None:
    """No device rings twice or for ever, one is bridged at a time, and the end is the end."""
    call = Call(id=IX, calls_back=calls_back)
    up: set[tuple[str, str]] = set()
    for one in heard:
        before = call
        call, actions = step(call, one)
        if isinstance(one, (port.LegFailed, port.LegEnded)):
            up.discard((one.offer, one.device))
        for action in actions:
            match action:
                case port.Ring():
                    assert (action.offer, action.target.device) not in up
                    up.add((action.offer, action.target.device))
                case port.Withdraw():
                    assert (action.offer, action.device) in up
                    up.discard((action.offer, action.device))
                case port.Bridge():
                    assert before.winner not in up, "one at a time"
                    assert (action.offer, action.device) in up
                case port.HangUp():
                    up.clear()
                case words.Claim() | words.Delivered() | words.Confirming():
                    assert before.winner is None or before.winner[0] != action.offer
                case _:
                    pass
        # a call that was given away is the adapter's
        assert up == set(call.legs) or call.phase is CallPhase.ENDED
        assert (call.winner is not None) == (call.phase not in {CallPhase.WAITING, CallPhase.ENDED})
        if before.phase is CallPhase.ENDED:
            assert (call, actions) == (before, ())
