"""What agents do with what they hold: end it, hand it over, bring in a colleague."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.domain.errors import NotYours
from acd.domain.ids import AgentId, DepartmentId, InteractionId, QueueId

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from acd.chat.threads import Threads
    from acd.realtime.console import Console
    from acd.realtime.desk import Desk
    from acd.realtime.held import HeldChat
    from acd.realtime.namespaces import Ack, Connection
    from acd.realtime.relay import Relay
    from acd.realtime.wire import agents as wire
    from acd.routing.results import Changed


class Work:
    """Verbs on the agent's own desk; routing checks once more whose it is."""

    def __init__(self, relay: Relay, threads: Threads) -> None:
        self._relay = relay
        self._threads = threads
        self.handlers: dict[str, Callable[..., Awaitable[Ack]]] = {
            "interaction.finish": self._finish,
            "wrap_up.end": self._wrap_up_end,
            "wrap_up.extend": self._wrap_up_extend,
            "interaction.transfer": self._transfer,
            "interaction.transfer_cancel": self._transfer_cancel,
            "interaction.consult": self._consult,
            "interaction.consult_complete": self._consult_complete,
            "interaction.consult_cancel": self._consult_cancel,
            "interaction.invite": self._invite,
            "interaction.leave": self._leave,
        }

    # its end

    async def _finish(self, connection: Connection[Console], asked: wire.InteractionName) -> Ack:
        desk, relay = connection.who.desk, self._relay
        interaction = InteractionId(asked.interaction)
        chat = await held(desk, interaction)
        finished = await relay.router.finish(interaction, by="agent", agent=desk.agent.id)
        if finished.reason == "not_owner":
            raise NotYours(field="interaction")
        if finished.changed:
            relay.chores.start(
                relay.chat.note_ended(
                    chat.contact, chat.conversation, interaction, desk.agent.name
                ),
                "ended",
            )
        return await changed(desk, chat)

    async def _wrap_up_end(self, connection: Connection[Console], asked: wire.WrapUpEnd) -> Ack:
        desk = connection.who.desk
        interaction = InteractionId(asked.interaction)
        chat = await held(desk, interaction)
        if chat.role in {"guest", "consult"}:  # what is noted is the owner's word
            raise NotYours(field="interaction")
        if asked.disposition or asked.note:
            await self._threads.note(
                interaction, desk.agent.id, asked.disposition or "", asked.note or ""
            )
        await self._relay.router.wrap_up_end(interaction, desk.agent.id)
        return await changed(desk, chat)

    async def _wrap_up_extend(
        self, connection: Connection[Console], asked: wire.InteractionName
    ) -> Ack:
        desk = connection.who.desk
        interaction = InteractionId(asked.interaction)
        chat = await held(desk, interaction)
        await self._relay.router.wrap_up_extend(interaction, desk.agent.id)
        return await changed(desk, chat)

    # to somebody else

    async def _transfer(self, connection: Connection[Console], asked: wire.Transfer) -> Ack:
        desk, router = connection.who.desk, self._relay.router
        interaction = InteractionId(asked.interaction)
        chat = await found(desk, interaction)  # None: said again, and theirs no more
        mine = desk.agent.id
        if asked.agent is not None:
            answer = await router.transfer_to_agent(
                interaction, mine, AgentId(asked.agent), command=asked.command
            )
        elif asked.queue is not None:
            answer = await router.transfer_to_queue(
                interaction, mine, QueueId(asked.queue), command=asked.command
            )
        else:
            department = DepartmentId(asked.department or "")
            answer = await router.transfer_to_department(
                interaction, mine, department, command=asked.command
            )
        if answer.changed and asked.agent is None and chat is not None:
            self._note_left(chat, desk, asked.command)
        return await steered(desk, chat, answer)

    async def _transfer_cancel(
        self, connection: Connection[Console], asked: wire.InteractionName
    ) -> Ack:
        desk = connection.who.desk
        interaction = InteractionId(asked.interaction)
        chat = await held(desk, interaction)
        answer = await self._relay.router.transfer_cancel(interaction, desk.agent.id)
        return await steered(desk, chat, answer)

    async def _consult(self, connection: Connection[Console], asked: wire.WithAgent) -> Ack:
        desk = connection.who.desk
        interaction = InteractionId(asked.interaction)
        chat = await held(desk, interaction)
        answer = await self._relay.router.consult(
            interaction, desk.agent.id, AgentId(asked.agent), command=asked.command
        )
        return await steered(desk, chat, answer)

    async def _consult_complete(
        self, connection: Connection[Console], asked: wire.ConsultComplete
    ) -> Ack:
        desk, relay = connection.who.desk, self._relay
        interaction = InteractionId(asked.interaction)
        chat = await found(desk, interaction)  # None: said again, and theirs no more
        to = chat.consulted if chat is not None else None
        answer = await relay.router.consult_complete(
            interaction, desk.agent.id, stay=asked.stay, command=asked.command
        )
        if answer.changed and chat is not None and to is not None:
            name = relay.people.agent_name(to)
            relay.chores.start(
                relay.chat.note_joined(chat.contact, chat.conversation, asked.command, name),
                "joined",
            )
        return await steered(desk, chat, answer)

    async def _consult_cancel(
        self, connection: Connection[Console], asked: wire.InteractionName
    ) -> Ack:
        desk = connection.who.desk
        interaction = InteractionId(asked.interaction)
        chat = await held(desk, interaction)
        answer = await self._relay.router.consult_cancel(interaction, desk.agent.id)
        return await steered(desk, chat, answer)

    async def _invite(self, connection: Connection[Console], asked: wire.WithAgent) -> Ack:
        desk, relay = connection.who.desk, self._relay
        interaction, guest = InteractionId(asked.interaction), AgentId(asked.agent)
        chat = await held(desk, interaction)
        answer = await relay.router.invite(interaction, desk.agent.id, guest, command=asked.command)
        if answer.changed:
            name = relay.people.agent_name(guest)
            relay.chores.start(
                relay.chat.note_joined(chat.contact, chat.conversation, asked.command, name),
                "joined",
            )
        return await steered(desk, chat, answer)

    async def _leave(self, connection: Connection[Console], asked: wire.InteractionName) -> Ack:
        desk = connection.who.desk
        interaction = InteractionId(asked.interaction)
        chat = await held(desk, interaction)
        answer = await self._relay.router.leave(interaction, desk.agent.id)
        return await steered(desk, chat, answer)

    def _note_left(self, chat: HeldChat, desk: Desk, command: str) -> None:
        relay = self._relay
        relay.chores.start(
            relay.chat.note_left(chat.contact, chat.conversation, command, desk.agent.name), "left"
        )


async def found(desk: Desk, interaction: InteractionId) -> HeldChat | None:
    """The interaction on the desk, looked for in Redis if the desk does not know it (yet)."""
    if interaction not in desk.chats:
        await desk.refresh()
    return desk.chats.get(interaction)


async def held(desk: Desk, interaction: InteractionId) -> HeldChat:
    """The interaction that is on the desk.

    Raises:
        NotYours: somebody else holds it, or nobody, or there is no such interaction.
    """
    chat = await found(desk, interaction)
    if chat is None:
        raise NotYours(field="interaction")
    return chat


async def changed(desk: Desk, chat: HeldChat) -> Ack:
    """The acknowledgement of what changed a chat of the desk: the chat as it is now."""
    await desk.refresh()
    if chat.interaction not in desk.chats:
        chat.state = "ended"
    return {"ok": True, "chat": desk.described(chat)}


async def steered(desk: Desk, chat: HeldChat | None, answer: Changed) -> Ack:
    """The same with what came of it; what was refused for a reason changed nothing.

    Raises:
        NotYours: it belongs to somebody else by now.
    """
    check_owned(answer)
    told = await changed(desk, chat) if chat is not None else {"ok": True, "chat": None}
    return {**told, "outcome": answer.reason}


def check_owned(answer: Changed) -> None:
    """Let pass what was not refused for being somebody else's.

    Raises:
        NotYours: it was.
    """
    if answer.reason in {"not_owner", "not_guest"}:
        raise NotYours(field="interaction")
