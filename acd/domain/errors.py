"""Every error the product raises on purpose: one tree, each with a stable code.

A class's docstring is the message a person reads; it names the remedy. The faces (HTTP, sockets,
command line) translate these and nothing else does. `retryable` says whether the same command may
succeed later unchanged.
"""

from __future__ import annotations

from typing import ClassVar


class AcdError(Exception):
    """Something went wrong; the log of the server says more."""

    code: ClassVar[str] = "internal"
    retryable: ClassVar[bool] = False

    def __init__(self, detail: str = "", *, field: str | None = None) -> None:
        """Args: detail completes the class's message; field names the input at fault."""
        super().__init__(detail or self.message())
        self.detail = detail or self.message()
        self.field = field

    @classmethod
    def message(cls) -> str:
        """The first paragraph of the docstring, on one line."""
        return " ".join((cls.__doc__ or "").split("\n\n")[0].split())


def with_cause(error: AcdError) -> str:
    """What it says, and what a store answered: for whoever runs the server, and nobody else."""
    said, cause = str(error), error.__cause__ if isinstance(error, StoreUnavailable) else None
    while cause is not None and cause.__cause__ is not None:
        cause = cause.__cause__
    words = str(cause).strip().split("\n", 1)[0] if cause is not None else ""
    return f"{said} ({words})" if words and words not in said else said


class BadRequest(AcdError):
    """The request is malformed; see `field` and the API description."""

    code = "bad_request"


class NotSignedIn(AcdError):
    """Sign in first, or send a valid API key or visitor token."""

    code = "not_signed_in"


class Forbidden(AcdError):
    """This identity may not do that; ask an administrator for the role or the department."""

    code = "forbidden"


class NotFound(AcdError):
    """There is no such thing here, or it is not yours to see."""

    code = "not_found"


class Conflict(AcdError):
    """The thing changed meanwhile; read it again and decide anew."""

    code = "conflict"


class TooMany(AcdError):
    """Too many requests; wait `retry_after_s` seconds."""

    code = "rate_limited"
    retryable = True

    def __init__(self, detail: str = "", *, retry_after_s: float = 1.0) -> None:
        """Args: retry_after_s is when the next request of this kind will be let through."""
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class StoreUnavailable(AcdError):
    """A store (Redis or the database) does not answer; nothing was lost, try again shortly."""

    code = "store_unavailable"
    retryable = True


class Overloaded(AcdError):
    """The event log is full because nothing records it; start a node that reaches the database."""

    code = "overloaded"
    retryable = True


class ConfigInvalid(AcdError):
    """The configuration cannot be used; correct the named key and start again."""

    code = "config_invalid"


class InvalidInput(BadRequest):
    """One or more fields are wrong; `errors` names each with the reason."""

    code = "invalid_input"

    def __init__(self, detail: str = "", *, errors: tuple[dict[str, str], ...] = ()) -> None:
        """Args: errors holds {"field", "code", "message"} for each wrong field."""
        super().__init__(detail, field=errors[0]["field"] if errors else None)
        self.errors = errors


class SignInFailed(AcdError):
    """The e-mail address or the password is wrong; try again or ask an administrator."""

    code = "sign_in_failed"


class MessageEmpty(BadRequest):
    """The message is empty; write something first."""

    code = "message_empty"


class MessageTooLong(BadRequest):
    """The message is too long; shorten it, or send it in parts."""

    code = "message_too_long"


class MessageControlCharacters(BadRequest):
    """The message holds control characters other than new line and tab; remove them."""

    code = "message_control_characters"


class MessageNotText(BadRequest):
    """The message holds half of a surrogate pair, which is no character; send valid Unicode."""

    code = "message_not_text"


class NotYours(AcdError):
    """You hold no open chat of this conversation; accept it first, or ask whoever holds it."""

    code = "not_yours"


class NoPage(AcdError):
    """Who calls from a telephone has no page to read on; say it to them."""

    code = "no_page"


class NotConnected(AcdError):
    """Nobody has taken this call, or no longer; wait for it to ring again."""

    code = "not_connected"


class NotHere(AcdError):
    """No console of theirs is open, and no telephone of theirs is known; they sign in first."""

    code = "not_here"


class ChatEnded(AcdError):
    """This chat has ended; start a new one."""

    code = "chat_ended"


class PhoneNumberInvalid(BadRequest):
    """This is no telephone number; write it with its country, such as +33 1 99 00 12 34."""

    code = "phone_number_invalid"


class NumberRefused(Forbidden):
    """This number may not be called from here."""

    code = "number_refused"


class NumberCountryRefused(NumberRefused):
    """This number is of a country that may not be called; `telephony.dialling.countries` says."""

    code = "number_country_refused"


class NumberCostly(NumberRefused):
    """This number costs more than a call (premium rate, shared cost) and may not be called."""

    code = "number_costly"


class DiallingTooOften(TooMany):
    """Too many calls out; wait `retry_after_s` seconds."""

    code = "dialling_too_often"


class TelephonyOff(AcdError):
    """Nobody can be called from this server: it has no trunk, or its media engine is away."""

    code = "telephony_off"
    retryable = True


class CallbackNotOffered(Forbidden):
    """Nobody is called back from this line; its queue's `callback` would allow it."""

    code = "callback_not_offered"


class OriginRefused(AcdError):
    """This page's address is not in the site's list of origins; add it to the site."""

    code = "origin_refused"


class IllegalTransition(AcdError):
    """The interaction cannot make that step from where it is; report this defect, please."""

    code = "illegal_transition"


class QueueUnknown(NotFound):
    """No such queue is configured; check the department and the channel."""

    code = "queue_unknown"


class AgentUnknown(NotFound):
    """No such agent is configured; add them to the directory first."""

    code = "agent_unknown"


class SkillUnknown(BadRequest):
    """No such skill is declared; declare it in the directory, or do not require it."""

    code = "skill_unknown"


class StrategyUnknown(ConfigInvalid):
    """No strategy has that name; see the list, or install the package that brings it."""

    code = "strategy_unknown"


class EventUnreadable(AcdError):
    """An entry of the event log is no event; the recorder keeps it aside, see its log line."""

    code = "event_unreadable"

    def __init__(self, *, position: str, raw: str) -> None:
        """Args: position is the entry's place in the log; raw is what stands there."""
        super().__init__()
        self.position = position
        self.raw = raw
