"""What holds of a call whatever is heard, in whatever order."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from acd.telephony import port, words
from acd.telephony.calls import step
from acd.telephony.port import LegFault
from acd.telephony.state import Call, CallPhase
from acd.telephony.words import Heard
from tests.unit.telephony.heard import (
    ANNA,
    BEN,
    DESK,
    IX,
    PAGE,
    PHONE,
    given_back,
    leg,
    offered,
    won,
)

NUMBERS = st.integers(1, 4)
DEVICES = st.sampled_from(["browser", "desk", "mobile"])
TARGETS = st.lists(st.sampled_from([PAGE, DESK, PHONE]), max_size=3, unique=True).map(tuple)
HEARD: st.SearchStrategy[Heard] = st.one_of(
    st.builds(lambda n, who, t, turn: replace(offered(n, who, *t), in_turn=turn), NUMBERS,
              st.sampled_from([ANNA, BEN]), TARGETS, st.booleans()),
    st.builds(lambda n: words.OfferOver(offer=f"{IX}.{n}", reason="expired"), NUMBERS),
    st.builds(lambda n, e: won(n, ANNA, e), NUMBERS, st.integers(0, 9)),
    st.builds(given_back, st.sampled_from([ANNA, BEN]), st.just("lost"), st.integers(0, 9)),
    st.builds(
        lambda c: words.TransferAsked(agent=ANNA, number="+33199001234", command=c),
        st.sampled_from(["c1", "c2"]),
    ),
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
    st.just(words.LineLost()),
)  # fmt: skip


@given(st.lists(HEARD, max_size=40), st.booleans())
def test_whatever_is_heard(heard: list[Heard], calls_back: bool) -> None:
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
