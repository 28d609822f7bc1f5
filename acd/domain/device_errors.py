"""What is refused, or does not succeed, with an agent's own telephones. Of the tree of `errors`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.domain.errors import BadRequest, Conflict, Forbidden

if TYPE_CHECKING:
    from typing import ClassVar


class SipAddressRefused(BadRequest):
    """No such desk phone may be added; `telephony.dialling` names exchanges and extensions."""

    code = "sip_address_refused"


class SipAddressInvalid(SipAddressRefused):
    """This is no desk phone; write its extension and its exchange, such as `sip:101@10.0.0.5`."""

    code = "sip_address_invalid"


class DeskPhonesOff(SipAddressRefused):
    """No desk phones may be added here; `telephony.dialling.desk_hosts` would name exchanges."""

    code = "desk_phones_off"


class DeskHostRefused(SipAddressRefused):
    """Of this exchange no desk phones may be added; `telephony.dialling.desk_hosts` names those."""

    code = "desk_host_refused"


class DeskUserRefused(SipAddressRefused):
    """This extension may not be added; `telephony.dialling.desk_users` says which may."""

    code = "desk_user_refused"


class DeviceNeedsNoCode(Conflict):
    """This device is verified already, or is none that can be called."""

    code = "device_needs_no_code"


class CodeWrong(Forbidden):
    """This is not the code that was said; listen again."""

    code = "code_wrong"


class CodeExpired(Conflict):
    """This code is too old, or was tried too often; ask for another call."""

    code = "code_expired"


class TelephoneNotReached(Conflict):
    """The telephone was called in vain; try again."""

    code = "telephone_not_reached"
    retryable: ClassVar[bool] = True

    def __init__(self, detail: str = "", *, rang: bool = False) -> None:
        """Args: rang says whether it did, which somebody may have heard."""
        super().__init__(detail)
        self.rang = rang


class TelephoneBusy(TelephoneNotReached):
    """The telephone is busy, or declined the call; try again later."""

    code = "telephone_busy"


class TelephoneUnanswered(TelephoneNotReached):
    """Nobody picked the telephone up, or it is switched off; try again."""

    code = "telephone_unanswered"


class TelephoneRefused(TelephoneNotReached):
    """The provider or exchange refused the call; the log has its SIP status (`code not said`)."""

    code = "telephone_refused"


class WayOutClosed(TelephoneNotReached):
    """No call went out: the trunk or exchange is silent, or takes none; see `acd doctor`."""

    code = "way_out_closed"
