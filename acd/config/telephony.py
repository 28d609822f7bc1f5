"""How calls travel."""

import re
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, IPvAnyNetwork, StringConstraints

from acd.config.base import (
    DIALLED,
    E164,
    HOST,
    HOST_PORT,
    SIP_NAME,
    SIP_URI,
    STUN_URL,
    TURN_URL,
    X_HEADER,
    EnvironmentName,
    Locale,
    Section,
    Slug,
)
from acd.config.rules import Level
from acd.domain.interaction import DEFAULT_LEVEL
from acd.domain.phone import has_plan

StunUrl = Annotated[str, StringConstraints(pattern=STUN_URL)]
TurnUrl = Annotated[str, StringConstraints(pattern=TURN_URL)]
DialledNumber = Annotated[str, StringConstraints(pattern=DIALLED)]
SipName = Annotated[str, StringConstraints(pattern=SIP_NAME)]
XHeader = Annotated[str, StringConstraints(pattern=X_HEADER)]
Port = Annotated[int, Field(ge=1, le=65_535)]

CHILD = "child"
"""rtpengine is run by the node itself."""


DESK_USERS = r"[1-9][0-9]{1,5}|[A-Za-z][A-Za-z0-9._-]*"

Host = Annotated[str, StringConstraints(pattern=HOST, min_length=1)]


def _with_plan(region: str) -> str:
    if region and not has_plan(region):
        raise ValueError("a country with telephone numbers, such as `FR` or `GB`")
    return region


def _expression(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"a regular expression ({error})") from None
    return text


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


class SipUserSettings(Section):
    """Who may call from anywhere, with a password (digest authentication)."""

    name: Annotated[SipName, Field(min_length=1)]
    """The user name."""
    secret_env: EnvironmentName = ""
    """Environment variable that holds the password."""
    secret_file: str = ""
    """File that holds it."""


class TrunkSettings(Section):
    """The way out: agents' own phones and callbacks are dialled through it."""

    proxy: Annotated[str, Field(pattern=SIP_URI)] = ""
    """Where calls are sent, such as `sip:pbx.example.com:5060`. Empty: nobody is dialled."""
    via: Annotated[str, Field(pattern=SIP_URI)] = ""
    """The proxy on the way there, such as the Kamailio of `deploy/`: `sip:10.0.0.10:5060`. Empty:
    none."""
    user: SipName = ""
    """The user name it asks for; empty where it knows this server by its address."""
    secret_env: EnvironmentName = ""
    """Environment variable that holds the password of `user`."""
    secret_file: str = ""
    """File that holds it."""
    caller_id: Annotated[str, Field(pattern=E164)] = ""
    """The number that is shown, such as `+33123456789`; empty: what the trunk puts there."""


class CallRuleSettings(Section):
    """What a header of a call means to the line. Of several rules the first that fits counts."""

    header: XHeader | Literal["Diversion"]
    """The header, such as `X-Customer`, or `Diversion`: the number that was dialled first."""
    value: Annotated[str, StringConstraints(max_length=200)] = ""
    """What it must say, in upper or lower case; empty: whatever it says."""
    department: Slug | Literal[""] = ""
    """The department it leads to, in place of that of the number; it needs a `call` table."""
    level: Annotated[int, Field(ge=1, le=9)] = DEFAULT_LEVEL
    """The place in the line: 1 is the most urgent."""
    requires: dict[Slug, Level] = Field(default_factory=dict)
    """Skills that whoever takes the call needs, each with its least level."""


class SipSettings(Section):
    """Calls from a telephone exchange or a trunk. Facing the internet, put Kamailio before it."""

    enabled: bool | Literal["auto"] = "auto"
    """`auto`: where `numbers` lead to a department and rtpengine is there."""
    host: Annotated[str, Field(pattern=HOST, min_length=1)] = "127.0.0.1"
    """Address to listen on, over UDP; the exchange sends its calls here."""
    port: Annotated[int, Field(ge=0, le=65_535)] = 5060
    """UDP port; 0 takes a free one and logs it."""
    advertise: Annotated[str, Field(pattern=HOST)] = ""
    """The address others are told, where it is not `host`, as behind a router."""
    allow: tuple[IPvAnyNetwork, ...] = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))
    """Networks whose calls are taken without a password, such as `["10.0.0.5/32"]`. They alone are
    believed about who calls (`P-Asserted-Identity`, `Diversion`, `x_headers`)."""
    users: tuple[SipUserSettings, ...] = ()
    """Who is taken from any other address, with a password; empty: nobody. After ten wrong ones
    from an address, nothing is taken from there for a minute."""
    numbers: dict[DialledNumber, Slug] = Field(default_factory=dict)
    """What is dialled, and the department it leads to, which needs a `call` table: a number with
    its country (`"+33123456789" = "support"`), a short one, or a name (`support = "support"`)."""
    answer: Literal["music", "ringing", "progress"] = "music"
    """What a waiting caller hears: `music` (the call is taken, 200), `ringing` (it only rings, 180)
    or `progress` (music before the call is taken, 183, where the exchange lets it through)."""
    locale: Locale = "en"
    """Language of what callers are told."""
    music_file: str = ""
    """Music, as WAV or MP3, relative to the configuration file; empty: ours."""
    sounds_dir: str = ""
    """Folder with announcements that replace ours, each under the same name
    (`fr/you-are-number.wav`), relative to the configuration file."""
    announce_s: Annotated[int, Field(ge=0, le=600)] = 45
    """How often a waiting caller is told the place in the line, in seconds; 0 for never."""
    x_headers: tuple[XHeader, ...] = ()
    """Headers of a call that are kept with it, such as `["X-Customer"]`; those of `rules` are."""
    rules: tuple[CallRuleSettings, ...] = ()
    """What headers mean: another department, a better place in the line, skills."""
    session_timer_s: Literal[0] | Annotated[int, Field(ge=90, le=86_400)] = 1800
    """How often the other side is asked whether the call still is (RFC 4028), in seconds; 0 for
    never."""
    max_calls: Annotated[int, Field(ge=1, le=10_000)] = 400
    """The most calls at a time on one node; beyond it they are refused with 503."""
    late_s: Annotated[float, Field(ge=0.05, le=60)] = 0.5
    """How long messages may wait for their turn before new calls are refused with 503, in
    seconds."""
    trunk: TrunkSettings = TrunkSettings()
    """The way out."""


class RtpengineSettings(Section):
    """The program that carries the audio of calls over SIP."""

    ng: Annotated[str, Field(pattern=HOST_PORT)] = CHILD
    """`child`: a node runs its own. Or the control address of one that runs elsewhere, such as
    `10.0.0.3:2223`; the keys below are then its own affair."""
    interface: Annotated[str, Field(pattern=HOST)] = ""
    """Address for audio; empty: the one this machine reaches its network with."""
    advertise: Annotated[str, Field(pattern=HOST)] = ""
    """The address others send audio to, where it is not `interface`, as behind a router."""
    first_port: Port = 30_000
    """Lowest UDP port for audio."""
    last_port: Port = 39_999
    """Highest; a call takes four while it rings somewhere."""
    dtmf_port: Annotated[int, Field(ge=0, le=65_535)] = 0
    """UDP port of `sip.host` where a node hears the digits that one elsewhere writes
    (`--dtmf-log-dest`); 0 with a child, for a free one."""


class DiallingSettings(Section):
    """Calls out: to agents' own phones, callbacks, and transfers to a number."""

    countries: tuple[Annotated[str, AfterValidator(_with_plan)], ...] = ()
    """Countries whose numbers may be called, such as `["FR", "BE"]`; empty: `region` alone."""
    costly: bool = False
    """Whether numbers of premium rate or shared cost may be called."""
    per_minute: Annotated[int, Field(ge=1, le=100_000)] = 120
    """Calls out of all nodes."""
    agent_per_minute: Annotated[int, Field(ge=1, le=1000)] = 12
    """Calls out for one agent."""
    number_per_minute: Annotated[int, Field(ge=1, le=1000)] = 6
    """Calls to one number."""
    desk_hosts: tuple[Host, ...] = ()
    """Exchanges whose desk phones agents may add themselves (`sip:101@10.0.0.5`), such as
    `["10.0.0.5"]`. Those in this file may be anywhere."""
    desk_users: Annotated[str, AfterValidator(_expression)] = DESK_USERS
    """Which extensions there, as a regular expression for the whole of one. By default two to six
    digits without a leading 0, or a name: an exchange sends a longer one to its trunk, where it
    costs money. Narrower is better: `10[0-9]`."""


class TelephonySettings(Section):
    """Calls."""

    region: Annotated[str, AfterValidator(_with_plan)] = ""
    """The country, such as `FR`, whose national numbers are understood without `+` and its code."""
    webrtc: WebrtcSettings = WebrtcSettings()
    """Calls from page to page."""
    sip: SipSettings = SipSettings()
    """Calls over SIP."""
    rtpengine: RtpengineSettings = RtpengineSettings()
    """What carries the audio of calls over SIP."""
    dialling: DiallingSettings = DiallingSettings()
    """Calls out."""
