"""Many calls: every strategy, and phones picked up in the same moment. Each call has one winner."""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter
from collections.abc import Coroutine
from typing import Any

import pytest

from acd.telephony import port
from tests.contract.telephony.fake_call import FakeCall
from tests.contract.telephony.rig import until
from tests.integration.telephony.exchange import BROWSER, DESK, Exchange, Exchanges

STRATEGIES = (
    "ring_all", "priority", "max_utilization", "average_utilization", "random", "round_robin",
    "longest_idle",
)  # fmt: skip
AGENTS = ("anna", "bruno")
CALLS, RACES = 8, 1000


async def answer(exchange: Exchange, live: FakeCall, dice: random.Random) -> None:
    """Somebody it rings takes it, at the page or the desk phone, the other device busy or not."""
    await until(lambda: bool(live.legs))
    offer, device = dice.choice(list(live.legs))
    agent = live.legs[offer, device].ring.agent
    if dice.random() < 0.2:
        await exchange.phones.refuse(offer, "desk", port.LegFault.BUSY)
    elif device == "desk":
        await exchange.phones.pick_up(offer, "desk")
        return
    await exchange.router.accept(offer, agent)


@pytest.mark.parametrize("strategy", STRATEGIES)
async def test_every_strategy_serves_calls(exchanges: Exchanges, strategy: str) -> None:
    exchange = await exchanges(strategy=(strategy,))
    for agent in AGENTS:
        await exchange.has(agent, BROWSER, DESK)
    await exchange.sign_in(*AGENTS)
    dice, outcomes = random.Random(strategy), Counter[str]()
    for number in range(CALLS):
        call = await exchange.phones.arrive()
        if number % 4:
            await answer(exchange, exchange.at(call), dice)
            await exchange.state(call, "active")
        if number % 2:
            await exchange.phones.put_down(*next(iter(exchange.at(call).legs)))
            await exchange.over(call)
        else:
            await exchange.phones.hang_up(call)
        outcomes[await exchange.outcome(call)] += 1
    assert outcomes == {"handled": CALLS * 3 // 4, "abandoned": CALLS // 4}


WAYS = (("desk",), ("browser",), ("desk", "browser"))


async def race(exchange: Exchange, dice: random.Random) -> tuple[str, int]:
    """Every agent answers at once, at one device or both; who got it where, how many did not."""
    call = await exchange.phones.arrive()
    live, told = exchange.at(call), exchange.phones.told
    before = len(told)
    await until(lambda: len(live.legs) == 2 * len(AGENTS))
    agents = {offer: leg.ring.agent for (offer, _), leg in live.legs.items()}
    answers: list[Coroutine[Any, Any, object]] = [
        exchange.phones.pick_up(offer, "desk")
        if device == "desk"
        else exchange.router.accept(offer, agent)
        for offer, agent in agents.items()
        for device in dice.choice(WAYS)
    ]
    dice.shuffle(answers)
    await asyncio.gather(*answers)
    await exchange.state(call, "active")
    assert live.bridged is not None
    assert list(live.legs) == [live.bridged]
    offer, device = live.bridged
    bridges = [one for one in told[before:] if isinstance(one, port.Bridge)]
    assert [(one.offer, one.device) for one in bridges] == [live.bridged]
    withdrawn = sum(isinstance(one, port.Withdraw) for one in told[before:])
    await exchange.phones.hang_up(call)
    await until(lambda: call not in exchange.board)
    return f"{agents[offer]} {device}", withdrawn


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_a_thousand_races(exchanges: Exchanges, capsys: pytest.CaptureFixture[str]) -> None:
    """Both agents answer in the same moment, each somewhere: one of four devices wins each time."""
    exchange = await exchanges(strategy=("ring_all",))
    for agent in AGENTS:
        await exchange.has(agent, BROWSER, DESK)
    await exchange.sign_in(*AGENTS)
    dice, winners, withdrawn = random.Random("races"), Counter[str](), 0
    for _ in range(RACES):
        winner, losers = await race(exchange, dice)
        winners[winner] += 1
        withdrawn += losers
    outcomes = Counter([await exchange.outcome(call) for call in exchange.phones.calls_there])
    with capsys.disabled():
        sys.stdout.write(
            f"\n{RACES} races: won by {dict(winners)}; {withdrawn} devices withdrawn; "
            f"outcomes {dict(outcomes)}\n"
        )
    assert (winners.total(), withdrawn) == (RACES, 3 * RACES)
    assert len(winners) == 2 * len(AGENTS), "each device wins now and then"
    assert outcomes == {"handled": RACES}
