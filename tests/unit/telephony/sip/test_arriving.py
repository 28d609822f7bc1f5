"""Who calls, as an INVITE says it."""

from __future__ import annotations

import pytest

from acd.domain.ids import InteractionId
from acd.telephony.port import CallArrived
from acd.telephony.sip.arriving import arrived
from acd.telephony.sip.gateway import Place
from acd.telephony.sip.message import Message
from acd.telephony.sip.options import SipOptions

OPTIONS = SipOptions(
    place=Place(host="127.0.0.1", port=5060), engine=("127.0.0.1", 2223),
    keys=("127.0.0.1", 2299), music="music.wav", region="FR", x_headers=("X-Customer",),
)  # fmt: skip


def event(**headers: str) -> CallArrived:
    given = {"from": '"Camille" <sip:0199001234@pbx>;tag=1'} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    message = Message("INVITE sip:support@acd SIP/2.0", tuple(given.items()), "")
    return arrived(InteractionId("ix_1"), message, OPTIONS)


def test_a_national_number_becomes_one_of_the_world() -> None:
    assert (event().caller, event().display, event().called) == (
        "+33199001234",
        "Camille",
        "support",
    )


def test_who_the_exchange_vouches_for_counts_for_more() -> None:
    found = event(p_asserted_identity='"Zoé" <sip:+33199005678@pbx>')
    assert (found.caller, found.display) == ("+33199005678", "Zoé")


@pytest.mark.parametrize(
    "headers",
    [{"privacy": "id"}, {"from": "<sip:Anonymous@anonymous.invalid>;tag=1"}],
    ids=["privacy", "anonymous"],
)
def test_who_withholds_the_number_has_none(headers: dict[str, str]) -> None:
    assert (event(**headers).caller, event(**headers).display) == ("", "")


def test_a_name_is_no_number() -> None:
    assert event(**{"from": "<sip:anna@pbx>;tag=1"}).caller == ""


def test_what_was_dialled_first_and_configured_headers_are_kept() -> None:
    found = event(diversion="<sip:+33199000001@pbx>;reason=busy", x_customer="42", x_other="no")
    assert dict(found.headers) == {"diversion": "+33199000001", "x-customer": "42"}


def test_what_turns_the_direction_of_a_text_is_not_kept() -> None:
    assert event(x_customer="4\u202e2\x1b[31m").headers["x-customer"] == "42[31m"


def test_no_header_is_kept_at_any_length() -> None:
    assert len(event(x_customer="x" * 5000).headers["x-customer"]) == 200
