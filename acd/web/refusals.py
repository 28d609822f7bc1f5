"""What HTTP alone can refuse; the other errors are those of acd/domain/errors.py."""

from __future__ import annotations

from acd.domain.errors import AcdError, BadRequest, Forbidden


class NotJson(BadRequest):
    """The body is not JSON; send one UTF-8 JSON object."""

    code = "not_json"


class UnsupportedMedia(AcdError):
    """The body's type is not understood; send Content-Type: application/json."""

    code = "unsupported_media_type"


class TooLarge(AcdError):
    """The request is larger than accepted; send less at a time."""

    code = "too_large"


class NoSuchRoute(AcdError):
    """There is nothing at this address; see /api/docs for what there is."""

    code = "no_such_route"


class MethodNotAllowed(AcdError):
    """This address does not take that method; `Allow` names those it takes."""

    code = "method_not_allowed"


class CsrfFailed(AcdError):
    """The CSRF token is missing or wrong; send the one of GET /api/v1/session as X-CSRF-Token."""

    code = "csrf_failed"


class ScopeMissing(Forbidden):
    """The API key lacks the scope for this; ask an administrator for a key that has it."""

    code = "scope_missing"
