"""Simulated agents: they sign in as anybody does, answer most rings, chat, finish and wrap up."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any, Final

import structlog

from acd.demo.client import Gone, Line, Refused
from acd.demo.phrases import AGENTS
from acd.domain.directory import Agent
from acd.domain.errors import StoreUnavailable
from acd.domain.ids import AgentId, new_id
from acd.records.accounts import SESSION_COOKIE

if TYPE_CHECKING:
    from acd.config.directory import AgentSettings
    from acd.records.accounts import Accounts

log = structlog.get_logger(__name__)

HEARTBEAT_S: Final = 5.0
SESSION_HOURS: Final = 24
DECLINES: Final = 0.06
MISSES: Final = 0.06
UNANSWERED: Final = 0.2
SILENCE_S: Final = 75.0


class SimulatedAgent:
    """One colleague, from sign-in to the end of the demonstration."""

    def __init__(self, settings: AgentSettings, base_url: str, accounts: Accounts) -> None:
        self.settings = settings
        self.here = False
        self._base_url = base_url
        self._accounts = accounts
        self._me = Agent(id=AgentId(settings.id), name=settings.name, email=settings.email)
        self._dice = random.Random(settings.id)
        self._line: Line
        self._group: asyncio.TaskGroup
        self._talks: dict[str, asyncio.Queue[dict[str, Any]]] = {}

    async def run(self) -> None:
        """Works until cancelled; comes back after every disconnection."""
        while True:
            try:
                await self._shift()
            except* (Gone, Refused, StoreUnavailable) as errors:
                log.debug("simulated agent left", agent=self.settings.id, reason=repr(errors))
            finally:
                self.here = False
            await asyncio.sleep(self._dice.uniform(1, 3))

    async def _shift(self) -> None:
        # A session without a password: simulated people have none that anybody could find out.
        session = await self._accounts.sign_in(self._me, hours=SESSION_HOURS)
        async with Line(self._base_url, "/agent") as line:
            cookie = {"Cookie": f"{SESSION_COOKIE}={session.token}"}
            self._line = await line.open({"csrf": session.csrf}, cookie)
            self._talks = {}
            async with asyncio.TaskGroup() as self._group:
                opened = await line.call("console.open")
                await line.call("presence.set", channel=None, availability="available", reason="")
                self.here = True
                self._group.create_task(self._keep_alive(), name=f"heartbeat-{self.settings.id}")
                for offer in opened["offers"]:
                    self._begin(self._answer(offer))
                for chat in opened["chats"]:
                    self._follow(chat)
                while True:
                    self._react(*await line.next_event())

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            await self._line.call("heartbeat")

    def _begin(self, work: Any) -> None:
        self._group.create_task(self._tolerate(work), name=f"simulated-{self.settings.id}")

    async def _tolerate(self, work: Any) -> None:
        """A refusal ends one piece of work, not the shift."""
        try:
            await work
        except Refused as error:
            log.debug("simulated agent refused", agent=self.settings.id, reason=error.reason)

    def _react(self, event: str, data: dict[str, Any]) -> None:
        match event:
            case "offer":
                self._begin(self._answer(data))
            case "chat":
                self._follow(data)
            case "message" if data.get("from") == "visitor":
                if talk := self._talks.get(data["conversation"]):
                    talk.put_nowait(data)
            case "presence":
                if any(each["availability"] == "away" for each in data["channels"].values()):
                    self._begin(self._return())
            case _:
                pass

    async def _return(self) -> None:
        await asyncio.sleep(self._dice.uniform(6, 12))
        await self._line.call("presence.set", channel=None, availability="available", reason="")

    async def _answer(self, offer: dict[str, Any]) -> None:
        if offer["channel"] == "call":
            return  # it rings on their telephone, which picks up by itself
        await self._line.call("offer.delivered", offer=offer["offer"])
        chance = self._dice.random()
        await asyncio.sleep(self._dice.uniform(1.5, 5))
        if chance < DECLINES:
            await self._line.call("offer.decline", offer=offer["offer"], reason="")
        elif chance > DECLINES + MISSES:
            answer = await self._line.call("offer.accept", offer=offer["offer"])
            if answer["outcome"] == "accepted" and answer.get("chat"):
                self._follow(answer["chat"])

    def _follow(self, chat: dict[str, Any]) -> None:
        """Starts a talk when a chat appears, ends it when the chat does."""
        conversation, state = chat["conversation"], chat["state"]
        if chat["channel"] == "call":
            self._follow_call(chat)
            return
        if state in {"active", "idle"}:
            if conversation not in self._talks:
                self._talks[conversation] = asyncio.Queue()
                self._begin(self._talk(chat))
            return
        if talk := self._talks.pop(conversation, None):
            talk.put_nowait({})  # nobody listens any more
        if state == "connecting" and chat["callback"]:
            self._begin(self._call_back(chat["interaction"]))
        if state == "wrap_up":
            self._begin(self._wrap_up(chat["interaction"]))

    def _follow_call(self, chat: dict[str, Any]) -> None:
        """Their telephone talks for them; asked about somebody else's call, they decline."""
        if chat["state"] == "wrap_up":
            self._begin(self._wrap_up(chat["interaction"]))
        elif chat["role"] == "consult":
            self._begin(self._leave(chat["interaction"]))

    async def _leave(self, interaction: str) -> None:
        await asyncio.sleep(self._dice.uniform(2, 4))
        await self._line.call("interaction.leave", interaction=interaction)

    async def _wrap_up(self, interaction: str) -> None:
        await asyncio.sleep(self._dice.uniform(2, 6))
        await self._line.call("wrap_up.end", interaction=interaction)

    async def _call_back(self, interaction: str) -> None:
        await asyncio.sleep(self._dice.uniform(4, 9))
        answered = self._dice.random() > UNANSWERED
        await self._line.call("callback.dialled", interaction=interaction, answered=answered)

    async def _talk(self, chat: dict[str, Any]) -> None:
        conversation = chat["conversation"]
        inbox = self._talks[conversation]
        opened = await self._line.call("conversation.open", conversation=conversation, after_seq=0)
        contact = opened["contact"]
        phrases = AGENTS.get(contact.get("locale") or self.settings.locale, AGENTS["en"])
        names = {"name": contact["name"] or "", "me": self.settings.name.split()[0]}
        if not any(message["from"] == "agent" for message in opened["messages"]):
            await self._say(conversation, phrases.greeting.format(**names))
        for reply in phrases.replies:
            try:
                async with asyncio.timeout(SILENCE_S):
                    message = await inbox.get()
            except TimeoutError:
                break
            if not message:
                return
            await self._line.call("messages.read", conversation=conversation, seq=message["seq"])
            await self._say(conversation, reply)
        if conversation in self._talks:
            await self._say(conversation, phrases.goodbye.format(**names))
            await asyncio.sleep(self._dice.uniform(3, 8))
        if conversation in self._talks:
            await self._line.call("interaction.finish", interaction=chat["interaction"])

    async def _say(self, conversation: str, text: str) -> None:
        await self._line.call("typing", conversation=conversation, on=True)
        await asyncio.sleep(self._dice.uniform(1.5, 4))
        await self._line.call("typing", conversation=conversation, on=False)
        if conversation in self._talks:
            await self._line.call(
                "message.send", conversation=conversation, client_id=new_id("demo"), text=text
            )
