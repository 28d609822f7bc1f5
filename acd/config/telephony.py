"""How calls travel."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from acd.config.base import STUN_URL, TURN_URL, EnvironmentName, Section
from acd.domain.phone import has_plan

StunUrl = Annotated[str, StringConstraints(pattern=STUN_URL)]
TurnUrl = Annotated[str, StringConstraints(pattern=TURN_URL)]


def _with_plan(region: str) -> str:
    if region and not has_plan(region):
        raise ValueError("a country with telephone numbers, such as `FR` or `GB`")
    return region


class WebrtcSettings(Section):
    """Calls from a website's page to an agent's. On one network they need nothing of this."""

    stun: tuple[StunUrl, ...] = ()
    """STUN servers, such as `stun:stun.example.com:3478`: pages learn their public address."""
    turn: tuple[TurnUrl, ...] = ()
    """TURN servers, such as `turns:turn.example.com:443?transport=tcp`: they carry the audio where
    pages cannot reach each other. Ours is coturn with `use-auth-secret`."""
    secret_env: EnvironmentName = ""
    """Environment variable that holds the secret shared with the TURN servers."""
    secret_file: str = ""
    """File that holds it."""
    credential_s: Annotated[int, Field(ge=60, le=86_400)] = 3600
    """How long a page may use the TURN servers, in seconds."""


class TelephonySettings(Section):
    """Calls."""

    region: Annotated[str, AfterValidator(_with_plan)] = ""
    """The country, such as `FR`, whose national numbers are understood without `+` and its code."""
    webrtc: WebrtcSettings = WebrtcSettings()
    """Calls from page to page."""
