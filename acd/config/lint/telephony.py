"""Calls over SIP that lead nowhere, or that anybody may make."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Final

from acd.config.lint.view import warning
from acd.config.problems import KeyPath, Problem
from acd.domain.phone import E164, country

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acd.config.model import Config
    from acd.config.telephony import SipSettings

_SIP: Final[KeyPath] = ("telephony", "sip")
_WIDEST: Final = 8
"""A network with a shorter prefix is nobody's own."""


def findings(config: Config) -> Iterator[Problem]:
    """What `[telephony.sip]` and `[telephony.rtpengine]` say without meaning it."""
    sip, engine = config.telephony.sip, config.telephony.rtpengine
    yield from _numbers(config)
    if engine.last_port <= engine.first_port:
        yield Problem(
            path=("telephony", "rtpengine", "last_port"),
            code="ports_backwards",
            message=f"the last port {engine.last_port} is not behind the first, "
            f"{engine.first_port}",
            remedy="Swap them.",
        )
    yield from _devices(config)
    if sip.enabled is not False:
        yield from _callers(sip)
        yield from _sounds(sip)


def _numbers(config: Config) -> Iterator[Problem]:
    sip = config.telephony.sip
    by_id = {department.id: department for department in config.departments}
    for number, name in sip.numbers.items():
        if name in by_id and by_id[name].call is None:
            yield Problem(
                path=(*_SIP, "numbers", number),
                code="number_without_calls",
                message=f"department `{name}` takes no calls",
                remedy="Give it a table `[departments.call]`.",
            )
    for index, rule in enumerate(sip.rules):
        if rule.department in by_id and by_id[rule.department].call is None:
            yield Problem(
                path=(*_SIP, "rules", index, "department"),
                code="number_without_calls",
                message=f"department `{rule.department}` takes no calls",
                remedy="Give it a table `[departments.call]`.",
            )
    if sip.enabled is True and not sip.numbers:
        yield warning(
            (*_SIP, "enabled"),
            "no_numbers",
            "no number leads to a department, so every call is refused",
            'Add one, such as `numbers = { "+33123456789" = "support" }`.',
        )


def _devices(config: Config) -> Iterator[Problem]:
    said = config.telephony
    countries = said.dialling.countries or (said.region,)
    for index, agent in enumerate(config.agents):
        for at, device in enumerate(agent.devices):
            path: KeyPath = ("agents", index, "devices", at, "address")
            if not device.address.startswith("+"):
                continue
            if not said.sip.trunk.proxy:
                yield warning(
                    path,
                    "device_unreachable",
                    "there is no trunk by which this number could be called",
                    "Name one in `telephony.sip.trunk.proxy`.",
                )
            elif country(E164(device.address)) not in countries:
                yield warning(
                    path,
                    "device_unreachable",
                    "this number's country may not be called",
                    "Name it in `telephony.dialling.countries`, or set `telephony.region`.",
                )


def _callers(sip: SipSettings) -> Iterator[Problem]:
    for index, network in enumerate(sip.allow):
        if network.prefixlen < _WIDEST:
            yield warning(
                (*_SIP, "allow", index),
                "sip_open",
                f"{network} lets anybody call without a password",
                "Name the addresses of your exchange or trunk, or use `users`.",
            )
    everywhere = not _is_loopback(sip.host)
    if everywhere and not sip.users and all(network.is_loopback for network in sip.allow):
        yield warning(
            (*_SIP, "host"),
            "sip_nobody",
            f"it listens on {sip.host}, and takes calls from this machine alone",
            "Name your exchange in `allow`.",
        )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _sounds(sip: SipSettings) -> Iterator[Problem]:
    for key, there in (("music_file", Path.is_file), ("sounds_dir", Path.is_dir)):
        path = getattr(sip, key)
        if path and not there(Path(path)):
            yield warning(
                (*_SIP, key),
                "sound_missing",
                f"{path} is not there, so ours is played",
                "Correct it.",
            )
