"""The link to Redis that carries the verbs.

The calls of one loop tick go out as one pipeline; while it is under way the next ones gather. An
unpipelined call would cost the server more in system calls than the script itself. What is
published travels with them.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Final, Self

import structlog
from redis.exceptions import (
    ConnectionError as RedisConnectionError,
)
from redis.exceptions import (
    RedisError,
    ResponseError,
)
from redis.exceptions import (
    TimeoutError as RedisTimeoutError,
)

from acd.domain.errors import AcdError, StoreUnavailable
from acd.routing.admission import UNSURE, Admissions
from acd.routing.exchange import Pipe, knows_no_library, serves_nobody
from acd.routing.outbox import SENDERS, Outbox
from acd.routing.redis_url import REPLY_TIMEOUT_S, connect, parse_redis_url
from acd.routing.scripts import load_library
from acd.routing.wire import packed
from acd.tasks import stay_cancelled

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Sequence

    from redis.asyncio import Redis

    from acd.routing.outbox import Call

BACK_OFF_S: Final = (0.05, 0.1, 0.2, 0.4, 0.8, 1.0)

AWAY: Final = (OSError, EOFError, asyncio.TimeoutError, RedisConnectionError, RedisTimeoutError)
"""The server does not answer; whether it did what was asked is not known."""

log = structlog.get_logger(__name__)


class ScriptFailed(AcdError):
    """A script of the routing core failed; this is a defect, please report it with the log."""

    code = "script_failed"


class RedisLink:
    """One connected server for one process: `call` runs a verb, `client` is for all else."""

    def __init__(self, url: str, *, slot_of: str = "") -> None:
        """Args: slot_of is any key of the tenant; a cluster is asked for its owner."""
        self._url = parse_redis_url(url)
        self._slot_of = slot_of
        self._library = load_library()
        self._client: Redis | None = None
        self._pipes: list[Pipe] = []
        """One a sender."""
        self._available = False
        self._handlers: list[Callable[[bool], None]] = []
        self._outbox = Outbox()
        self._lost = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._waiting = Admissions(self)

    @property
    def url(self) -> str:
        """Where Redis is, as it was said: with its password."""
        return self._url.text

    @classmethod
    async def open(cls, url: str, *, slot_of: str = "") -> Self:
        """Connect and load the scripts.

        Raises:
            StoreUnavailable: the server does not answer.
            ConfigInvalid: the URL has no known form.
        """
        link = cls(url, slot_of=slot_of)
        try:
            await link._connect()
        except (*AWAY, RedisError) as error:
            await link.close()
            raise StoreUnavailable(f"Redis does not answer: {error}") from error
        link._start(link._keep_connected(), "redis-link")
        for number in range(SENDERS):
            link._start(link._send_forever(number), f"redis-link-sender-{number}")
        return link

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._tasks.append(asyncio.create_task(work, name=name))

    async def close(self) -> None:
        """Stop, and fail whatever still waits."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._tasks.clear()
        self._available = False
        fail(self._outbox.empty())
        await self._waiting.close()
        if self._client is not None:
            await self._close(self._client, self._pipes)
            self._client = None

    @property
    def available(self) -> bool:
        """Whether the last exchange with the server succeeded."""
        return self._available

    def on_change(self, handler: Callable[[bool], None]) -> Callable[[], None]:
        """Call `handler(available)` whenever the server goes or comes back; returns the undoing."""
        self._handlers.append(handler)
        return lambda: self._handlers.remove(handler)

    @property
    def client(self) -> Redis:
        """The client for commands that are no verb; its errors are redis-py's.

        Raises:
            StoreUnavailable: the server is away.
        """
        if self._client is None or not self._available:
            raise StoreUnavailable
        return self._client

    async def dedicated(self, *, reply_timeout_s: float | None = None) -> Redis:
        """A client of its own, for what blocks or listens; the caller closes it."""
        return await connect(
            self._url, self._slot_of, reply_timeout_s=reply_timeout_s, name=self._library.name
        )

    def admit_by(self, prefix: str, admit: Callable[[], Awaitable[None]]) -> None:
        """Say who makes sure of a server that has not served the tenant: see `Tenant.admit_by`."""
        self._waiting.admit_by(prefix, admit)

    def call(self, name: str, prefix: str, *arguments: Any, token: str = "") -> asyncio.Future[Any]:
        """Run a verb with the tenant's prefix as its key; with the reconciler's token, as such.

        Raises:
            StoreUnavailable: the server is away. Nothing was sent, or the outcome is unknown: verbs
                are idempotent, so send it again.
            ScriptFailed: a defect.
        """
        if not self._available:
            raise StoreUnavailable
        names = (prefix, token) if token else (prefix,)
        command = packed("FCALL", self._library.functions[name], len(names), *names, *arguments)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        one = (name, names, command, future)
        if token or not self._waiting.holds(one):
            self.send([one])
        return future

    def send(self, calls: list[Call]) -> None:
        """Send calls that were held back, or new ones."""
        self._outbox.put(calls)

    async def _send_forever(self, number: int) -> None:
        while True:
            stay_cancelled()
            batch = await self._outbox.batch(number)
            try:
                await self._send(batch, number)
            except asyncio.CancelledError:
                fail(batch)
                raise
            except Exception as error:  # whatever it was, the next ones shall travel
                log.exception("commands failed", count=len(batch))
                fail(batch, error)

    async def _send(self, batch: list[Call], number: int) -> None:
        client = self._client
        if client is None or not self._available:
            fail(batch)
            return
        try:
            pipe = self._pipes[number]
            replies = await pipe.exchange([command for _, _, command, _ in batch])
            strangers = [at for at, reply in enumerate(replies) if knows_no_library(reply)]
            if strangers:
                await self._load(client)
                again = await pipe.exchange([batch[at][2] for at in strangers])
                for at, reply in zip(strangers, again, strict=True):
                    replies[at] = reply
        except (*AWAY, RedisError) as error:
            self._went_away(client)
            fail(batch, error)
            return
        for call, reply in zip(batch, replies, strict=True):
            verb, *_, future = call
            if future.done():
                continue
            if not isinstance(reply, Exception):
                future.set_result(reply)
            elif str(reply).startswith(UNSURE):
                self._waiting.hold(call)
            elif serves_nobody(reply):
                self._went_away(client)
                future.set_exception(StoreUnavailable(f"Redis refuses: {reply}"))
            else:
                future.set_exception(ScriptFailed(f"{verb}: {self._library.locate(str(reply))}"))

    async def publish(self, said: Sequence[tuple[str, bytes]]) -> None:
        """Publish each text in its shard channel: in their order, and after what was said before.

        Raises:
            StoreUnavailable: the server is away.
            ScriptFailed: it lets nobody publish.
        """
        if not self._available:
            raise StoreUnavailable
        loop = asyncio.get_running_loop()
        calls: list[Call] = [
            ("publish", (), packed("SPUBLISH", *each), loop.create_future()) for each in said
        ]
        self._outbox.say(calls)
        await asyncio.gather(*(published for *_, published in calls))

    async def _load(self, client: Redis) -> None:
        """Load the library unless it is there: loading it again would cost all that it keeps."""
        name = self._library.name
        if not await client.function_list(library=name):
            await client.function_load(self._library.source, replace=True)

    async def _connect(self) -> None:
        client = await connect(self._url, self._slot_of, name=self._library.name)
        try:
            await self._load(client)
            carrier = await self.dedicated()
        except BaseException:
            await client.aclose()
            raise
        pipes = [Pipe(carrier, REPLY_TIMEOUT_S) for _ in range(SENDERS)]
        (self._client, self._pipes), old = (client, pipes), (self._client, self._pipes)
        if old[0] is not None:
            await self._close(*old)
        self._tell(available=True)

    @staticmethod
    async def _close(client: Redis, pipes: list[Pipe]) -> None:
        for pipe in pipes:
            await pipe.close()
        await client.aclose()

    def _went_away(self, client: Redis) -> None:
        if client is self._client and self._available:
            self._tell(available=False)
            self._lost.set()

    def _tell(self, *, available: bool) -> None:
        if available != self._available:
            self._available = available
            for handler in list(self._handlers):
                handler(available)

    async def _keep_connected(self) -> None:
        """Reconnect for ever, with back-off."""
        while True:
            await self._lost.wait()
            self._lost.clear()
            tries = 0
            while not self._available:
                stay_cancelled()
                await asyncio.sleep(BACK_OFF_S[min(tries, len(BACK_OFF_S) - 1)])
                tries += 1
                with contextlib.suppress(*AWAY, RedisError, ResponseError):
                    await self._connect()


def fail(calls: list[Call], error: Exception | None = None) -> None:
    """Answer calls with StoreUnavailable, or the subclass of it that is given."""
    for *_, future in calls:
        if not future.done():
            failure = error
            if not isinstance(failure, StoreUnavailable):
                failure = StoreUnavailable(f"Redis does not answer: {error}" if error else "")
                failure.__cause__ = error
            future.set_exception(failure)
            future.exception()  # a caller who is gone shall not be missed
