"""An empty house, and one in which somebody is served."""

from __future__ import annotations

import pytest

from tests.unit.routing.model.house import CHAT, SALES, House


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def name(house: House) -> str:
    """Anna's chat; Bruno is free for another."""
    house.queue(wrap_up_s=5)
    house.agent("anna")
    name = house.served()
    house.agent("bruno", CHAT, SALES, chat=1)
    return name
