"""Calls out that go nowhere, or where they cost money; audio that does not come along."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from acd.config.lint.view import warning
from acd.config.problems import Problem
from acd.config.telephony import CHILD, DESK_USERS
from acd.domain.errors import PhoneNumberInvalid
from acd.domain.phone import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acd.config.model import Config
    from acd.config.problems import KeyPath

_SIP: Final[KeyPath] = ("telephony", "sip")
_TRUNK: Final[KeyPath] = (*_SIP, "trunk", "proxy")
_PORTS_A_CALL: Final = 4
_HOST: Final = re.compile(r"sip:(\[[^\]]+\]|[^:;]+)(?::(\d+))?")
_SIP_PORT: Final = 5060


def findings(config: Config) -> Iterator[Problem]:
    """What the way out, the numbers and rtpengine say without meaning it."""
    if config.telephony.sip.enabled is False:
        return
    yield from _numbers(config)
    yield from _trunk(config)
    yield from _audio(config)


def _numbers(config: Config) -> Iterator[Problem]:
    said = config.telephony
    seen: dict[str, str] = {}
    for number, queue in said.sip.numbers.items():
        try:
            one = str(parse(number, said.region))
        except PhoneNumberInvalid:
            one = number.lower()
        if one in seen:
            other = said.sip.numbers[seen[one]]
            yield Problem(
                path=(*_SIP, "numbers", number),
                code="number_twice" if queue == other else "number_of_two",
                message=f"it is the same number as `{seen[one]}`, which leads to `{other}`",
                remedy="Leave one of them.",
                warning=queue == other,
            )
        seen.setdefault(one, number)


def _trunk(config: Config) -> Iterator[Problem]:
    said = config.telephony
    found = _HOST.match(said.sip.trunk.proxy)
    if found is None:
        return
    host, port = found[1].strip("[]").lower(), int(found[2] or _SIP_PORT)
    if not said.region and not said.dialling.countries:
        yield warning(
            _TRUNK,
            "nobody_dialled",
            "no country's numbers may be called, so nobody is",
            "Set `telephony.region` or name countries in `telephony.dialling.countries`.",
        )
    if (host, port) == (said.sip.host, said.sip.port):
        yield warning(
            _TRUNK,
            "trunk_is_itself",
            "that is this server's own address: its calls would come back to it",
            "Name the exchange or the trunk.",
        )
    hop = _HOST.match(said.sip.trunk.via) or found
    if {_version(hop[1]), _version(said.sip.host)} == {4, 6}:
        yield warning(
            (*_SIP, "trunk", "via" if said.sip.trunk.via else "proxy"),
            "trunk_of_another_kind",
            f"{hop[1]} and {said.sip.host}, the node's own address, do not reach each other",
            "Let both be IPv4, or both IPv6; Kamailio may stand between.",
        )
    dialling = said.dialling
    if host in dialling.desk_hosts and dialling.desk_users == DESK_USERS:
        yield warning(
            ("telephony", "dialling", "desk_hosts"),
            "desk_host_dials",
            f"{host} is also the way out: short numbers that are no extension may cost money",
            "Name its extensions in `desk_users`, such as `10[0-9]`.",
        )


def _audio(config: Config) -> Iterator[Problem]:
    sip, engine = config.telephony.sip, config.telephony.rtpengine
    if _is(sip.host, "is_unspecified") and not sip.advertise:
        yield warning(
            (*_SIP, "host"),
            "address_unsaid",
            f"others would be told {sip.host}, where nobody is reached",
            "Say the address in `advertise`, or listen on it.",
        )
    if engine.ng != CHILD and (engine.dtmf_port == 0 or _is(sip.host, "is_loopback")):
        yield warning(
            ("telephony", "rtpengine", "dtmf_port"),
            "keys_unheard",
            "an rtpengine elsewhere cannot tell which keys are pressed, so nobody can press 1",
            "Set `dtmf_port`, and `sip.host` to an address it reaches.",
        )
    ports = engine.last_port - engine.first_port + 1
    if engine.ng == CHILD and 0 < ports < _PORTS_A_CALL * sip.max_calls:
        yield warning(
            ("telephony", "rtpengine", "last_port"),
            "ports_few",
            f"{ports} ports carry {ports // _PORTS_A_CALL} calls, and `max_calls` is "
            f"{sip.max_calls}",
            "Open more ports, or lower `telephony.sip.max_calls`.",
        )


def _version(host: str) -> int:
    """Of an IP address; 0 of a name."""
    try:
        return ip_address(host.strip("[]")).version
    except ValueError:
        return 0


def _is(host: str, what: str) -> bool:
    try:
        return bool(getattr(ip_address(host), what))
    except ValueError:
        return False
