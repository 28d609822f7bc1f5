"""Addresses: what happens to one agent or one contact, heard by the nodes that hold their sockets.

An address is `agent:<id>` or `contact:<id>`. A publish may be lost with a connection: every payload
carries the address's own `seq`, and a gap or a reconnect means: take a snapshot.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING, Any, Final

import structlog
from pydantic_core import to_json
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from acd.domain.errors import StoreUnavailable
from acd.routing.keys import channel
from acd.routing.redis_link import AWAY, BACK_OFF_S
from acd.routing.wire import Wire, packed
from acd.tasks import stay_cancelled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from acd.routing.redis_link import RedisLink

CONFIRM_TIMEOUT_S: Final = 5.0
LINGER_S: Final = 0.05
"""How long what is not wanted any more may be heard: then several are given up in one write."""

log = structlog.get_logger(__name__)


class Addresses:
    """Subscriptions to one tenant's addresses, with one reader task behind them."""

    def __init__(self, link: RedisLink, tenant: str) -> None:
        self._link = link
        self._tenant = tenant
        self._cut = len(channel(tenant, ""))
        self._counts: dict[str, int] = {}
        self._confirmed: set[str] = set()
        self._waiters: dict[str, list[asyncio.Future[None]]] = {}
        self._undone: dict[str, int] = {}
        self._echo: str | None = None
        self._messages: list[Callable[[str, Mapping[str, Any]], None]] = []
        self._reconnects: list[Callable[[list[str]], None]] = []
        self._wire: Wire | None = None
        self._unsaid: list[bytes] = []
        self._saying: asyncio.TimerHandle | None = None
        self._wanted = asyncio.Event()
        self._reader: asyncio.Task[None] | None = None

    def on_message(self, handler: Callable[[str, Mapping[str, Any]], None]) -> Callable[[], None]:
        """Call `handler(address, payload)` for everything heard; it must not block.

        Returns the undoing.
        """
        self._messages.append(handler)
        return lambda: self._messages.remove(handler)

    def skip_echo(self, ending: str) -> None:
        """Pass over texts that end so, unread: what this node itself publishes comes back to it."""
        self._echo = ending

    def on_reconnect(self, handler: Callable[[list[str]], None]) -> Callable[[], None]:
        """Call `handler(addresses)` once subscriptions are back after a break: take snapshots."""
        self._reconnects.append(handler)
        return lambda: self._reconnects.remove(handler)

    async def subscribe(self, address: str) -> None:
        """Hear the address; confirmed by the server when this returns. Subscriptions are counted.

        Raises:
            StoreUnavailable: the server did not confirm it in time. Nothing is subscribed.
        """
        if self._reader is None:
            self._reader = asyncio.create_task(self._read_forever(), name="addresses")
        self._counts[address] = self._counts.get(address, 0) + 1
        if address in self._confirmed:
            return
        confirmed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.setdefault(address, []).append(confirmed)
        try:
            self._wanted.set()
            if self._wire is not None:
                self._unsaid.append(self._asking("SSUBSCRIBE", address))
                self._say()
            await asyncio.wait_for(confirmed, CONFIRM_TIMEOUT_S)
        except (*AWAY, RedisError) as error:
            await self.unsubscribe(address)
            raise StoreUnavailable("Redis did not confirm a subscription") from error
        except asyncio.CancelledError:
            await self.unsubscribe(address)
            raise
        finally:
            waiters = self._waiters.get(address, [])
            if confirmed in waiters:
                waiters.remove(confirmed)

    async def unsubscribe(self, address: str) -> None:
        """Undo one `subscribe`."""
        left = self._counts.get(address, 0) - 1
        if left > 0:
            self._counts[address] = left
            return
        if self._counts.pop(address, None) is None:
            return
        self._confirmed.discard(address)
        if self._wire is not None:
            self._undone[address] = self._undone.get(address, 0) + 1
            self._unsaid.append(self._asking("SUNSUBSCRIBE", address))
            if self._saying is None:
                loop = asyncio.get_running_loop()
                self._saying = loop.call_later(LINGER_S, self._say)

    async def publish_many(self, said: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        """Tell several in one exchange, in their order; lost where nobody listens.

        Raises:
            StoreUnavailable: the server is away.
        """
        await self._link.publish(
            [(channel(self._tenant, address), to_json(payload)) for address, payload in said]
        )

    async def close(self) -> None:
        """Stop the reader."""
        if self._saying is not None:
            self._saying.cancel()
            self._saying = None
        if self._reader:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader
            self._reader = None
        self._counts.clear()
        self._confirmed.clear()

    async def _read_forever(self) -> None:
        tries, first = 0, True
        while True:
            stay_cancelled()
            await self._wanted.wait()
            try:
                await self._read(first=first)
            except Exception as error:  # whatever it was, this node must not become deaf
                if not isinstance(error, (*AWAY, RedisError)):
                    log.exception("addresses read anew")
                first = False
                self._confirmed.clear()
                await asyncio.sleep(BACK_OFF_S[min(tries, len(BACK_OFF_S) - 1)])
                tries += 1
            else:
                tries = 0

    async def _read(self, *, first: bool) -> None:
        """Subscribe to all that is wanted and hear it until the connection breaks."""
        client = await self._link.dedicated()
        wire = Wire(client)
        try:
            await wire.connect()
            again = list(self._counts)
            if not again:
                self._wanted.clear()
                return
            wire.write(self._asking("SSUBSCRIBE", *again))
            self._wire = wire
            missing = set() if first else set(again)
            while True:
                for reply in await wire.hear():
                    if isinstance(reply, Exception):
                        raise reply
                    self._heard(reply, missing)
        finally:
            self._wire = None
            self._undone.clear()
            self._unsaid.clear()
            await wire.disconnect(at_once=True)
            await client.aclose()

    def _heard(self, reply: list[Any], missing: set[str]) -> None:
        kind, address = reply[0], reply[1][self._cut :]
        if kind == "smessage":
            self._tell(address, reply[2])
        elif kind == "ssubscribe":
            self._confirm(address, missing)
        elif kind == "sunsubscribe":
            self._undo(address)

    def _asking(self, command: str, *addresses: str) -> bytes:
        return packed(command, *(channel(self._tenant, address) for address in addresses))

    def _say(self) -> None:
        """What was asked of the server, in its order."""
        if self._saying is not None:
            self._saying.cancel()
            self._saying = None
        said, self._unsaid = self._unsaid, []
        if self._wire is not None and said:
            self._wire.write(b"".join(said))

    def _tell(self, address: str, text: str) -> None:
        if address not in self._counts or (self._echo is not None and text.endswith(self._echo)):
            return
        # whatever was published or goes wrong with it, this node must not become deaf
        try:
            said = json.loads(text)
        except ValueError:
            log.warning("publish unreadable", address=address)
            return
        # a script says all it has to say to an address at once
        for payload in said if isinstance(said, list) else (said,):
            for handler in list(self._messages):
                try:
                    handler(address, payload)
                except Exception:
                    log.exception("listener failed", address=address)

    def _undo(self, address: str) -> None:
        """The server ended a subscription: because it was told to, or the slot has moved away."""
        asked = self._undone.pop(address, 0)
        if not asked:
            raise RedisConnectionError("the tenant's slot has moved")
        if asked > 1:
            self._undone[address] = asked - 1

    def _confirm(self, address: str, missing: set[str]) -> None:
        if address in self._counts:
            self._confirmed.add(address)
        for waiter in self._waiters.pop(address, []):
            if not waiter.done():
                waiter.set_result(None)
        if address in missing:
            missing.discard(address)
            if not missing:
                for handler in list(self._reconnects):
                    handler(list(self._counts))
