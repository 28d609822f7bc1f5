"""Why a telephone that was to be told something did not answer."""

from __future__ import annotations

import pytest

from acd.domain.device_errors import TelephoneNotReached
from acd.domain.ids import InteractionId
from acd.telephony import port
from acd.telephony.saying import why_not

CALL = InteractionId("sc_1")


@pytest.mark.parametrize(
    ("code", "called", "why"),
    [
        (486, True, "telephone_busy"),
        (603, True, "telephone_busy"),
        (408, True, "telephone_unanswered"),
        (480, True, "telephone_unanswered"),
        (404, True, "telephone_refused"),
        (403, True, "telephone_refused"),
        (408, False, "way_out_closed"),
        (503, False, "way_out_closed"),
        (503, True, "telephone_refused"),
        (0, False, "telephony_off"),
    ],
)
def test_what_the_way_out_answered_is_told_for_people(code: int, called: bool, why: str) -> None:
    assert why_not(port.Dialled(call=CALL, ok=False, code=code, called=called)).code == why


@pytest.mark.parametrize("rang", [True, False])
def test_whether_it_rang_is_told(rang: bool) -> None:
    why = why_not(port.Dialled(call=CALL, ok=False, code=486, rang=rang))
    assert isinstance(why, TelephoneNotReached)
    assert why.rang is rang
