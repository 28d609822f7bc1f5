"""What the configuration becomes."""

from __future__ import annotations

from acd.config.telephony import SipSettings, TelephonySettings
from acd.telephony.sip.configured import dial_plan, sip_ledger

REDIS = "redis://127.0.0.1:6379/0"


def test_names_of_the_dial_plan_are_found_however_they_are_written() -> None:
    sip = SipSettings(numbers={"Support": "help", "+33199000600": "sales"}, locale="fr")
    plan = dial_plan(TelephonySettings(region="FR", sip=sip))
    assert plan.numbers == {"support": "help", "+33199000600": "sales"}
    assert (plan.region, plan.locale) == ("FR", "fr")


def test_calls_are_kept_where_the_next_process_has_the_same_port() -> None:
    assert sip_ledger(REDIS, "acd", SipSettings(port=0)) is None
    assert sip_ledger(REDIS, "acd", SipSettings(port=5060)) is not None
