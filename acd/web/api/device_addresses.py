"""What an agent typed as the address of a telephone of theirs: a number, or a desk phone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from acd.config.base import SIP_ADDRESS
from acd.domain import device_errors, errors
from acd.domain.device import DeviceKind
from acd.domain.phone import is_emergency, parse
from acd.telephony.dialling import DiallingRules, check

if TYPE_CHECKING:
    from acd.config.telephony import TelephonySettings


def address_of(telephony: TelephonySettings, text: str) -> tuple[DeviceKind, str]:
    """What was typed, as it is kept; each refusal names the field.

    Raises:
        PhoneNumberInvalid: neither an address nor a number.
        NumberRefused: a number that may not be called.
        SipAddressRefused: of an exchange where agents may add no phones, or no extension of it.
    """
    try:
        if "@" in text or text.lower().startswith(("sip:", "sips:")):
            return DeviceKind.SIP, _desk_phone(telephony, text)
        number = parse(text, telephony.region)
        check(number, DiallingRules.of(telephony))
    except errors.AcdError as error:
        error.field = "address"
        raise
    return DeviceKind.PHONE, number


def _desk_phone(telephony: TelephonySettings, text: str) -> str:
    dialling = telephony.dialling
    if not dialling.desk_hosts:
        raise device_errors.DeskPhonesOff
    if not re.match(SIP_ADDRESS, text):
        raise device_errors.SipAddressInvalid
    user, _, there = text.removeprefix("sip:").rpartition("@")
    if re.sub(r":\d+\Z", "", there).lower() not in dialling.desk_hosts:
        raise device_errors.DeskHostRefused
    if not re.fullmatch(dialling.desk_users, user) or is_emergency(user, telephony.region):
        raise device_errors.DeskUserRefused
    return text
