"""The call's state machine: what each thing heard makes of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acd.telephony import port, words
from acd.telephony.calls import step
from acd.telephony.port import LegFault
from acd.telephony.state import CallPhase
from acd.telephony.words import Heard
from tests.unit.telephony.heard import (
    ANNA,
    BEN,
    DESK,
    IX,
    PAGE,
    PHONE,
    TALKING,
    given_back,
    leg,
    offered,
    told,
    won,
)


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


@pytest.mark.parametrize(("device", "by_page"), [(PAGE, True), (DESK, False)])
def test_a_call_is_active_only_when_media_flows(device: port.Target, by_page: bool) -> None:
    flows = port.Bridged(call=IX, offer="ix_1.1")
    call, actions = told(offered(1, ANNA, device), won(1, ANNA), flows)
    assert call.phase is CallPhase.TALKING
    assert actions == [words.Connected(offer="ix_1.1", agent=ANNA, told=by_page)]


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
    both = replace(offered(1, ANNA, desk, replace(PHONE, ring_ms=5000)), in_turn=True)
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
    asked = words.TransferAsked(agent=ANNA, number="+33199001234", command="c1")
    assert told(*TALKING, replace(asked, agent=BEN))[1] == []
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


def test_a_number_is_rung_once_for_one_command() -> None:
    asked = words.TransferAsked(agent=ANNA, number="+33199001234", command="c1")
    busy = port.TransferResult(call=IX, ok=False, code=486)
    assert told(*TALKING, asked, asked)[1] == []
    refused = [words.NotTransferred(agent=ANNA, code=486)]
    assert told(*TALKING, asked, busy, asked)[1] == refused
    rings = [port.Transfer(call=IX, epoch=1, number="+33199001234")]
    again = replace(asked, command="c2")
    assert told(*TALKING, asked, busy, again)[1] == rings
    assert told(*TALKING, asked, busy, again, again)[1] == []


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


def test_a_connection_made_anew_ends_a_hold() -> None:
    held = (*TALKING, port.Held(call=IX))
    assert told(*held, port.Bridged(call=IX, offer=f"{IX}.2"))[0].phase is CallPhase.HELD
    again = (*held, port.Bridged(call=IX, offer=f"{IX}.1"))
    assert told(*again)[0].phase is CallPhase.TALKING
    assert told(*again)[1] == []
    assert told(*again, words.HoldAsked(on=True))[1] == [port.Hold(call=IX, epoch=1)]
