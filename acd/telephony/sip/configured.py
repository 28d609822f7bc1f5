"""How the configuration becomes what SIP is run with: its options, the dial plan, the ledger."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from acd.config.secrets import secret
from acd.config.telephony import CHILD
from acd.domain.ids import DepartmentId
from acd.flow.calls import CallRule, DialPlan
from acd.routing import keys
from acd.telephony.sip import prompts
from acd.telephony.sip.gateway import Place
from acd.telephony.sip.options import SipOptions, Trunk, destination
from acd.telephony.sip.redis_ledger import RedisLedger

if TYPE_CHECKING:
    from acd.config.telephony import SipSettings, TelephonySettings, TrunkSettings
    from acd.telephony.sip.engine import MediaEngine
    from acd.telephony.sip.sound_files import SoundFiles


def sip_ledger(redis_url: str, tenant: str, sip: SipSettings) -> RedisLedger | None:
    """Where the calls of this address are kept for whoever goes on with them.

    None for a port that the next process does not have. An address such as 127.0.0.1 may be that of
    several machines.
    """
    if not sip.port:
        return None
    place = f"{socket.gethostname()}/{sip.host}:{sip.port}"
    return RedisLedger(redis_url, keys.prefix(tenant), place)


def dial_plan(settings: TelephonySettings) -> DialPlan:
    """Which numbers and names lead to which department."""
    sip = settings.sip
    numbers = {number.lower(): DepartmentId(said) for number, said in sip.numbers.items()}
    rules = tuple(
        CallRule(
            header=rule.header,
            value=rule.value,
            department=DepartmentId(rule.department) if rule.department else None,
            level=rule.level,
            requires=rule.requires,
        )
        for rule in sip.rules
    )
    return DialPlan(numbers=numbers, region=settings.region, locale=sip.locale, rules=rules)


def sip_options(settings: TelephonySettings, sounds: SoundFiles, engine: MediaEngine) -> SipOptions:
    """What the gateway is told, with every secret read; the engine has been started."""
    sip = settings.sip
    return SipOptions(
        place=Place(
            host=sip.host,
            port=sip.port,
            advertise=sip.advertise,
            session_s=sip.session_timer_s,
        ),
        engine=engine.ng,
        engine_is_ours=settings.rtpengine.ng == CHILD,
        keys=engine.dtmf,
        music=str(sounds.music),
        prompt=str(sounds.said(prompts.Prompt.ONE_TO_TAKE)),
        networks=sip.allow,
        users={user.name: secret(user) or "" for user in sip.users},
        region=settings.region,
        x_headers=_kept(sip),
        max_calls=sip.max_calls,
        late_s=sip.late_s,
        trunk=_trunk(sip.trunk),
    )


def _kept(sip: SipSettings) -> tuple[str, ...]:
    """The headers of calls that are kept, and those that rules ask for; `Diversion` always is."""
    asked = (rule.header for rule in sip.rules if rule.header != "Diversion")
    return tuple(dict.fromkeys((*sip.x_headers, *asked)))


def _trunk(said: TrunkSettings) -> Trunk | None:
    where, via = destination(said.proxy), destination(said.via)
    if where is None:
        return None
    return Trunk(
        host=where.host,
        port=where.port,
        name=said.user,
        secret=secret(said) or "",
        caller_id=said.caller_id,
        via=(via.host, via.port) if via is not None else None,
    )
