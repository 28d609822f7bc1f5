"""What the HTTP face is given: the running services, put together in acd/node/assembly.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from acd.web.peer import TrustedProxies

if TYPE_CHECKING:
    from acd.chat.callbacks import Callbacks
    from acd.chat.outreach import Outreach
    from acd.chat.people import People
    from acd.chat.presence import Presence
    from acd.chat.sessions import ChatService
    from acd.chat.steering import Steering
    from acd.config import Config
    from acd.flow.intake import Intake
    from acd.records.accounts import Accounts
    from acd.records.contacts import Contacts
    from acd.records.conversations import Conversations
    from acd.records.devices import Devices
    from acd.records.directory import Directory
    from acd.records.history import History
    from acd.reporting.metrics import Metrics
    from acd.routing.limits import Limits
    from acd.routing.router import Router
    from acd.telephony.verification import Verification
    from acd.web.health import Health


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The services of one node. `demo` opens the demo page.

    `limits` must know `api`, `sign_in_browser`, `sign_in_address`, `sign_in_account` and
    `public`.
    """

    config: Config
    router: Router
    directory: Directory
    devices: Devices
    verification: Verification
    accounts: Accounts
    contacts: Contacts
    conversations: Conversations
    history: History
    intake: Intake
    limits: Limits
    metrics: Metrics
    health: Health
    chat: ChatService
    steering: Steering
    presence: Presence
    callbacks: Callbacks
    outreach: Outreach
    people: People
    demo: bool = False


SERVICES = web.AppKey("services", Services)
PROXIES = web.AppKey("proxies", TrustedProxies)
