"""What may be done how often on a node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from acd.realtime.allowance import LEASE
from acd.routing.limits import Rate
from acd.telephony import dialling

if TYPE_CHECKING:
    from acd.config import Config

ADDRESSES: Final = 3
"""How many addresses' sign-ins one account has, beside those of browsers that are known."""


def rates(config: Config) -> dict[str, Rate]:
    """The limits by the names the faces ask for."""
    said = config.limits
    return {
        "api": Rate(per_minute=said.requests_per_minute),
        "connect": Rate(per_minute=said.connects_per_minute),
        "public": Rate(per_minute=said.public_per_minute),
        "steering": Rate(per_minute=said.steering_per_minute),
        "chat_start": Rate(per_minute=said.chats_per_minute),
        "sign_in_browser": Rate(per_minute=said.sign_ins_per_minute),
        "sign_in_address": Rate(per_minute=said.sign_ins_per_minute),
        # more than one address has: alone, it keeps nobody out of an account
        "sign_in_account": Rate(per_minute=ADDRESSES * said.sign_ins_per_minute),
        # a token of these stands for several messages
        "visitor_message": Rate(per_minute=max(1, said.messages_per_minute // LEASE)),
        "visitor_signal": Rate(per_minute=max(1, said.signals_per_minute // LEASE)),
        "agent_message": Rate(per_minute=max(1, said.agent_messages_per_minute // LEASE)),
        **dialling.rates(config.telephony),
    }
