"""The server's own settings: where it listens, where it keeps things, what it allows."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from acd.config.base import (
    DATABASE_URL,
    REDIS_URL,
    SITE_URL,
    EnvironmentName,
    Section,
    as_browsers_say,
)


class ServerSettings(Section):
    """Where the server listens and writes."""

    host: str = "127.0.0.1"
    """Address to listen on; `0.0.0.0` for every IPv4 address. Put a TLS proxy in front of it."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    """TCP port; 0 takes a free one and logs it."""
    public_url: Annotated[
        str,
        Field(pattern=SITE_URL),
        AfterValidator(as_browsers_say),
    ] = ""
    """The address people use, without a path, such as `https://chat.example.com`. Empty: the
    address of each request. Its origin may always open the widget and the console."""
    data_dir: Path = Path("data")
    """Folder of the embedded stores, relative to the working directory; made when missing."""
    log_format: Literal["auto", "console", "json"] = "auto"
    """`json` for a log collector, `console` for people; `auto` is `console` on a terminal."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least serious line that is written."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed, such as
    `["127.0.0.1", "10.0.0.0/8"]`."""
    stop_s: Annotated[float, Field(gt=0, le=300)] = 10
    """The longest a stop may take before what is left is cut, in seconds."""


class RedisSettings(Section):
    """The store of what is true now."""

    url: Annotated[str, Field(pattern=REDIS_URL)] = ""
    """`redis://`, `rediss://`, `unix://`, `redis+sentinel://host:26379,host:26379/name/0` or
    `redis+cluster://`. Empty: a private Valkey server is run in `server.data_dir`."""
    password_env: EnvironmentName = ""
    """Environment variable that holds the password."""
    password_file: str = ""
    """File that holds the password."""


class DatabaseSettings(Section):
    """The store of people and history."""

    url: Annotated[str, Field(pattern=DATABASE_URL)] = ""
    """`postgresql://user@host/acd`. Empty: a SQLite file in `server.data_dir`, for one node."""
    password_env: EnvironmentName = ""
    """Environment variable that holds the password."""
    password_file: str = ""
    """File that holds the password."""


class SecuritySettings(Section):
    """Signing in."""

    session_hours: Annotated[int, Field(ge=1, le=720)] = 12
    """How long an agent stays signed in, in hours."""
    cookie_secure: bool | Literal["auto"] = "auto"
    """Whether the cookie travels over https only; `auto`: when the page came over https."""
    visitor_days: Annotated[int, Field(ge=1, le=730)] = 180
    """How long a visitor's browser finds its conversation again, in days."""
    password_chars: Annotated[int, Field(ge=8, le=128)] = 10
    """The shortest password an agent may have, in characters."""


class LimitsSettings(Section):
    """What one person or address may ask for; beyond it the answer says when to come back."""

    message_chars: Annotated[int, Field(ge=1, le=20_000)] = 4000
    """The longest message, in characters."""
    messages_per_minute: Annotated[int, Field(ge=1)] = 60
    """Messages of one visitor."""
    signals_per_minute: Annotated[int, Field(ge=1)] = 300
    """What one visitor's page says to set up a call."""
    agent_messages_per_minute: Annotated[int, Field(ge=1)] = 240
    """Messages of one agent, over all chats."""
    chats_per_minute: Annotated[int, Field(ge=1)] = 20
    """Chats started from one address."""
    connects_per_minute: Annotated[int, Field(ge=1)] = 120
    """Sockets opened from one address."""
    public_per_minute: Annotated[int, Field(ge=1)] = 600
    """What one address asks without signing in: what the widget shows, and `/metrics`."""
    sign_ins_per_minute: Annotated[int, Field(ge=1)] = 10
    """Sign-ins tried from one address, or by one browser that has signed in before. For one
    account, by browsers that have not: three times as many."""
    steering_per_minute: Annotated[int, Field(ge=1)] = 240
    """What one person or API key does with work: hands over, consults, assigns, moves, ends it, or
    says who is available."""
    requests_per_minute: Annotated[int, Field(ge=1)] = 1200
    """API requests of one session or key."""


class RoutingSettings(Section):
    """Times that hold for every queue."""

    credit_s: Annotated[int, Field(ge=0, le=3600)] = 120
    """What one priority level is worth in the order `aging`, in seconds of waiting."""
    lease_s: Annotated[int, Field(ge=6, le=120)] = 15
    """How long a console counts as here after its last sign of life, in seconds."""
    grace_s: Annotated[int, Field(ge=0, le=300)] = 20
    """After that: how long nothing new is offered before the agent's offers move on, in seconds."""
    chat_grace_s: Annotated[int, Field(ge=0, le=3600)] = 60
    """How long an agent who vanished keeps running chats, in seconds."""
    contact_grace_s: Annotated[int, Field(ge=0, le=3600)] = 60
    """How long a visitor who vanished keeps the place in the line, in seconds."""
    caller_grace_s: Annotated[int, Field(ge=0, le=3600)] = 15
    """The same for who calls from a website and left the page: so long a call rings on whom nobody
    would hear, in seconds. A reload takes two or three. Where the page's node died, nobody saw it
    left, and `contact_grace_s` counts."""
    delivery_s: Annotated[int, Field(ge=1, le=30)] = 4
    """How soon a console must confirm a ring before the next agent is tried, in seconds."""


class ChannelSettings(Section):
    """What one interaction of a channel takes of an agent."""

    weight: Annotated[int, Field(ge=0, le=1000)]
    """Share of the agent's total capacity (100 unless set) one interaction takes."""
    max: Annotated[int, Field(ge=0, le=100)]
    """The most at a time."""
    interrupts: bool = False
    """Whether one may arrive although the total is used up."""


class ChannelsSettings(Section):
    """The channels, and what they take; agents may differ."""

    chat: ChannelSettings = ChannelSettings(weight=20, max=5)
    """Chats."""
    call: ChannelSettings = ChannelSettings(weight=100, max=1, interrupts=True)
    """Calls."""
    ticket: ChannelSettings = ChannelSettings(weight=5, max=20)
    """Tickets."""
