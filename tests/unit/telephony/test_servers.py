"""Which STUN and TURN servers a page is told of."""

from __future__ import annotations

from acd.telephony.webrtc.servers import IceServers


def test_pages_on_one_network_need_none() -> None:
    assert IceServers().told("anna", 0) == []


def test_turn_credentials_expire_and_are_signed() -> None:
    """The example was computed with `openssl dgst -sha1 -hmac north -binary | base64`."""
    servers = IceServers(
        stun=("stun:a.example",), turn=("turn:b.example",), secret="north", lasts_s=600
    )
    assert servers.told("anna", 1_800_000_000_999) == [
        {"urls": ["stun:a.example"]},
        {
            "urls": ["turn:b.example"],
            "username": "1800000600:anna",
            "credential": "FxU7sS4x/NIAJP+0J2+c3YvBOkA=",
        },
    ]
    assert "north" not in repr(servers)
