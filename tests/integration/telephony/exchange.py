"""The switchboard on real stores, a telephone system in memory, agents at their desks."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from acd.chat.delivery import Delivery, to_agent
from acd.domain.agent import Availability
from acd.domain.device import Device, DeviceKind, RingMode
from acd.domain.directory import Provision
from acd.domain.ids import AgentId, InteractionId, SessionId
from acd.flow.compiler import Compiler
from acd.flow.intake import Intake
from acd.flow.recorder import Recorder
from acd.records.callers import Callers
from acd.records.contacts import Contacts
from acd.records.devices import Devices
from acd.records.directory import Directory
from acd.records.engine import Database, open_database
from acd.records.history import History
from acd.records.intakes import Intakes
from acd.routing.lines import Lines
from acd.routing.router import Router
from acd.routing.timers import run_timers_forever
from acd.telephony.announcing import Announcements
from acd.telephony.port import AnswerHow, Target, TargetKind
from acd.telephony.returning import Returning
from acd.telephony.sip.prompts import Prompt
from acd.telephony.sip.sound_files import SoundFiles
from acd.telephony.switchboard import Switchboard
from tests.contract.telephony.fake import FakeTelephony
from tests.contract.telephony.fake_call import FakeCall
from tests.contract.telephony.rig import eventually, until
from tests.integration.realtime.nodes import provision
from tests.integration.telephony.means import means_of

BEAT_S = 4.0
BROWSER = Target(device="browser", kind=TargetKind.BROWSER)
DESK = Target(device="desk", kind=TargetKind.SIP, address="sip:anna@pbx.example")
MOBILE = Target(device="mobile", kind=TargetKind.PHONE, address="+33199005678")


class Page:
    """What is said to an agent's consoles."""

    def __init__(self) -> None:
        self.said: list[Mapping[str, Any]] = []

    def heard(self, _address: str, payload: Mapping[str, Any]) -> None:
        self.said.append(payload)

    def missed(self, _address: str) -> None: ...


class Exchange:
    def __init__(self, router: Router, database: Database) -> None:
        self.router = router
        self.contacts, self.history = Contacts(database), History(database)
        self.callers = Callers(database)
        self.directory = Directory(database)
        self.intakes = Intakes(database)
        self.intake = Intake(router, self.directory, self.intakes)
        self.delivery = Delivery(router)
        self.phones = FakeTelephony()
        self.dial_s = 30.0
        self.devices = Devices(database)
        self.joined: list[tuple[str, str, str]] = []
        """Whom the conversation was told of."""
        self.board = self.make_board()
        self.returning = self.make_returning("nd_1")
        self.leaving, self.hands_over = asyncio.Event(), False
        self.kept: set[str] = set()
        """Callbacks that have not had their turn when the test ends."""
        self.agents: set[str] = set()
        self.tasks: list[asyncio.Task[None]] = []

    def make_board(self, how: AnswerHow = AnswerHow.MUSIC) -> Switchboard:
        return Switchboard(means_of(self), how=how)

    async def run_board(self) -> None:
        await self.board.run(self.leaving, hands_over=lambda: self.hands_over)

    def announce(self, sounds: SoundFiles) -> None:
        """From the next call on, who waits is told the place all the time, and why they may not."""
        self.sounds = sounds
        announcements = Announcements(
            sounds, self.router, every_s=0.1, calls_back=lambda _queue: True
        )
        self.board._means = replace(self.board._means, announcements=announcements)

    def says(self, prompt: Prompt) -> str:
        """The file that says this."""
        return str(self.sounds.said(prompt))

    def make_returning(self, node: str) -> Returning:
        lines = Lines(self.router.link, self.router.tenant, node)
        return Returning(
            history=self.history, intakes=self.intakes, contacts=self.contacts, lines=lines,
            router=self.router,
        )  # fmt: skip

    async def begin(self, configured: Provision) -> None:
        await self.directory.apply(configured)
        await Compiler(self.directory, self.router).compile_all()
        recorder = Recorder(self.router, self.history)
        for name, work in {
            "delivery": self.delivery.run(),
            "recorder": recorder.run(),
            "timers": run_timers_forever(self.router, asyncio.Event()),
            "consoles": self._beat(),
            "switchboard": self.run_board(),
        }.items():
            self.tasks.append(asyncio.create_task(work, name=name))
        await until(lambda: self.board.up)

    async def end(self) -> None:
        """The switchboard first, so that every call has ended; then what records it."""
        board, rest = self.tasks.pop(), self.tasks
        self.leaving.set()
        await board
        entered = [
            call.id for call in self.phones.calls_there.values()
            if not call.over.startswith(("404", "503")) and call.id not in self.kept
        ]  # fmt: skip
        for call in entered:
            await self.outcome(call)
        ends = await self.ends()
        assert set(ends.values()) <= {1}
        assert set(entered) <= set(ends) <= {*entered, *self.kept}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    # agents

    async def sign_in(self, *agents: str) -> None:
        for name in agents:
            agent = AgentId(name)
            self.agents.add(name)
            await self.router.open_session(agent, f"ss_{name}")
            await self.router.set_presence(
                agent, channel=None, availability=Availability.AVAILABLE, reason=""
            )

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            if self.agents:
                held = [(AgentId(name), SessionId(f"ss_{name}")) for name in self.agents]
                await self.router.heartbeat(held, [])

    async def has(self, agent: str, *targets: Target, in_turn: bool = False) -> None:
        """These are the agent's devices, each proved to be theirs."""
        for place, target in enumerate(targets, 1):
            device = Device(
                id=target.device, agent=agent, kind=DeviceKind(target.kind.value),
                address=target.address, place=place, closed_console=True,
            )  # fmt: skip
            if target is not BROWSER:
                await self.devices.add(device)
                await self.devices.expect_code(device, "123456")
                await self.devices.answer_code(agent, target.device, "123456")
        if BROWSER not in targets:
            console = Device(id="browser", agent=agent, kind=DeviceKind.BROWSER, enabled=False)
            await self.devices.change(console)
        await self.devices.set_mode(agent, RingMode.IN_TURN if in_turn else RingMode.ALL)

    async def page(self, agent: str) -> Page:
        page = Page()
        await self.delivery.listen(to_agent(AgentId(agent)), page)
        return page

    async def offers(self, call: str, *agents: str) -> dict[str, str]:
        """The offers of these agents, Anna's alone if none is named, once it rings them and nobody
        else, here too; their pages say so.
        """
        found: dict[str, str] = {}

        async def rung() -> bool:
            seen = await self.router.interaction(InteractionId(call))
            found.clear()
            found.update({one.agent: one.offer for one in seen.offers} if seen else {})
            return set(found) == set(agents or ("anna",))

        await eventually(rung)
        await until(lambda: {offer for offer, _ in self.at(call).legs} >= set(found.values()))
        for agent, offer in found.items():
            await self.router.delivered(offer, agent)
        return found

    async def talk(self, agent: str = "anna") -> tuple[str, str]:
        """A call that talks with the agent's page, and its offer."""
        await self.sign_in(agent)
        call = await self.phones.arrive()
        offer = (await self.offers(call))[agent]
        await self.router.accept(offer, agent)
        await self.state(call, "active")
        return call, offer

    async def heard(self, page: Page, kind: str, **fields: object) -> Mapping[str, Any]:
        """The first thing of that type and these fields that was said to an agent."""
        found: list[Mapping[str, Any]] = []

        def there() -> bool:
            found[:] = [
                one for one in page.said
                if one["type"] == kind and all(one.get(k) == v for k, v in fields.items())
            ]  # fmt: skip
            return bool(found)

        await until(there)
        return found[0]

    def at(self, call: str) -> FakeCall:
        return self.phones.calls_there[call]

    async def hears(self, call: str, what: object) -> None:
        """What the caller hears, at once or soon."""
        await until(lambda: self.at(call).hears == what)

    async def over(self, call: str) -> str:
        await until(lambda: bool(self.at(call).over))
        return self.at(call).over

    async def state(self, call: str, state: str) -> None:
        async def reached() -> bool:
            seen = await self.router.interaction(InteractionId(call))
            return seen is not None and seen.state == state

        await eventually(reached)

    async def ends(self) -> Mapping[str, int]:
        """How often each interaction ended, by the history."""
        found, position = Counter[str](), "0-0"
        while page := await self.history.events_after(position):
            position = page[-1].id
            found.update(str(one.interaction) for one in page if one.type == "interaction.ended")
        return found

    async def outcome(self, call: str) -> str:
        """How it ended, by the history."""

        async def ended() -> bool:
            past = await self.history.interaction(InteractionId(call))
            return past is not None and past.outcome is not None

        await eventually(ended)
        past = await self.history.interaction(InteractionId(call))
        assert past is not None
        assert past.outcome is not None
        return past.outcome.value


@contextlib.asynccontextmanager
async def running_exchange(
    redis_url: str, tenant: str, folder: Path, **rules: Any
) -> AsyncIterator[Exchange]:
    router = await Router.open(redis_url, tenant)
    database = await open_database(f"sqlite:///{folder / 'acd.db'}")
    exchange = Exchange(router, database)
    try:
        await exchange.begin(provision(calls=True, **rules))
        yield exchange
        await exchange.end()
        assert exchange.phones.faults == []
        found = await router.check()
        assert not found, found
        for name in exchange.agents:
            seen = await router.agent(AgentId(name))
            assert seen is not None
            assert {c.count for c in seen.channels.values()} == {0}, name
    finally:
        for task in exchange.tasks:
            task.cancel()
        await asyncio.gather(*exchange.tasks, return_exceptions=True)
        await router.close()
        await database.close()


Exchanges = Callable[..., Awaitable[Exchange]]
