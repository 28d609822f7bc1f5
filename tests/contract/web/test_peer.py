"""The address and the scheme behind trusted proxies, and only behind them."""

from unittest import mock

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from acd.web.peer import Peer, TrustedProxies, same_origin

TRUSTED = TrustedProxies.parse(["10.0.0.0/8", "127.0.0.1"])


def asked(headers: dict[str, str], *, peer: object = ("10.1.1.1", 5000)) -> web.Request:
    transport = mock.Mock()
    transport.get_extra_info = lambda name, default=None: {"peername": peer}.get(name, default)
    return make_mocked_request("GET", "/", headers=headers, transport=transport)


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        (("10.1.1.1", 1), "203.0.113.7", "203.0.113.7"),
        (("10.1.1.1", 1), "198.51.100.9, 203.0.113.7", "203.0.113.7"),  # the client's own lie
        (("10.1.1.1", 1), "203.0.113.7, 10.2.2.2", "203.0.113.7"),
        (("10.1.1.1", 1), "nonsense", "10.1.1.1"),
        (("203.0.113.1", 1), "198.51.100.9", "203.0.113.1"),
        ("", "198.51.100.9", "local"),
        (("2001:db8::1", 1, 0, 0), "", "2001:db8::1"),
    ],
)
def test_the_nearest_address_that_is_no_proxy(peer: object, forwarded: str, address: str) -> None:
    request = asked({"X-Forwarded-For": forwarded}, peer=peer)
    assert TRUSTED.peer(request).address == address


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("local", "local"),
    ],
)
def test_limits_count_by_subscriber(address: str, counted: str) -> None:
    assert Peer(address=address, https=False).subscriber == counted


def test_https_is_believed_of_a_proxy_alone() -> None:
    headers = {"X-Forwarded-Proto": "https"}
    assert TRUSTED.peer(asked(headers)).https
    assert not TRUSTED.peer(asked(headers, peer=("203.0.113.1", 1))).https


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({}, True),
        ({"Origin": "http://shop.example"}, False),
        ({"Origin": "http://acd.example"}, True),
        ({"Origin": "https://public.example"}, True),
        ({"Origin": "null"}, False),
        ({"Origin": "http://[broken"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-origin"}, True),
    ],
)
def test_same_origin(headers: dict[str, str], *, ours: bool) -> None:
    request = asked({"Host": "acd.example", **headers})
    assert same_origin(request, "https://public.example") is ours
