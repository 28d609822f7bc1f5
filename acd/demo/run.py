"""`acd demo`: one node on its own data, with a crowd; clearing it begins the next run."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import structlog

from acd.app import Node, running_node, settle, stop_signals
from acd.config.places import make_data_dir
from acd.demo.audio import audio_note
from acd.demo.crowd import Crowd
from acd.demo.desk_phone import place_of_desk_phones, with_desk_phones
from acd.demo.folder import forget, keep, your_password
from acd.demo.routes import demo_routes
from acd.demo.seed import YOU
from acd.demo.telephone import calls_told
from acd.domain.ids import AgentId
from acd.embedded.data import DataInUse
from acd.web.listener import PortTaken

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aiohttp import web

    from acd.config import Config

log = structlog.get_logger(__name__)


async def serve_demo(config: Config, say: Callable[[str], None]) -> None:
    """Serve the demonstration until SIGTERM or SIGINT.

    Args:
        config: made by `demo_config`.
        say: shows lines to whoever started it, again only where they differ.

    Raises:
        PortTaken: somebody listens on its port; the message names the option that sets another.
        DataInUse: another demonstration runs on its folder, likewise.
        AcdError: it cannot start, with the remedy in the message.
    """
    config = with_desk_phones(config)
    password = your_password(make_data_dir(config))
    with stop_signals() as stop:
        said = ""
        while not stop.is_set():
            cleared = asyncio.Event()

            def tell(lines: str) -> None:
                nonlocal said
                if lines != said:
                    said = lines
                    say(lines)

            try:
                await _one_run(config, password, tell, stop, cleared)
            except PortTaken:
                raise PortTaken(_port_taken(config.server.host, config.server.port)) from None
            except DataInUse:
                raise DataInUse(_folder_taken(config.server.data_dir, config.server.port)) from None
            if cleared.is_set():
                # The stores have ended: what they kept goes, and the next run seeds anew.
                await asyncio.to_thread(forget, config.server.data_dir)
                log.info("demonstration cleared")


def _port_taken(host: str, port: int) -> str:
    """The remedy is an option: the demonstration has no file in which to set `server.port`."""
    return (
        f"Port {port} on {host} is taken. Stop the program that listens there, or take another "
        f"port: {_with_options(f'--port {port + 1}')}."
    )


def _folder_taken(folder: Path, port: int) -> str:
    options = f"--port {port} --data-dir {folder}-2"
    return (
        f"Another demonstration runs on {folder}. Stop it, or give this one a folder of its own: "
        f"{_with_options(options)}."
    )


def _with_options(options: str) -> str:
    return f'`acd demo {options}`, in a checkout `make run ARGS="{options}"`'


async def _one_run(
    config: Config,
    password: str,
    say: Callable[[str], None],
    stop: asyncio.Event,
    cleared: asyncio.Event,
) -> None:
    crowds: list[Crowd] = []

    def extend(app: web.Application, node: Node) -> None:
        crowds.append(Crowd(node))
        app.add_subapp("/demo/", demo_routes(node.services, crowds[0], cleared.set))

    async with running_node(config, demo=True, extend=extend) as node:
        notes = {"desk_phones": place_of_desk_phones(config), **audio_note(config)}
        keep(config.server.data_dir, **notes)  # now that the folder is ours
        directory = node.services.directory
        you = await directory.agent(AgentId(YOU))
        if you is not None and not you.has_password:
            await directory.set_password(AgentId(YOU), password)
        settle()
        work = asyncio.create_task(crowds[0].run(), name="crowd")
        try:
            if you is not None:
                up = await crowds[0].telephone.up(stop)
                say(
                    f"{calls_told(config, up=up)}\n"
                    f"To sign in yourself, at {node.url}/console/: {you.email}, {password}\n"
                    f"The demo is at {node.url}/demo"
                )
            await _first_of(stop, cleared, work)
        finally:
            work.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await work


async def _first_of(stop: asyncio.Event, cleared: asyncio.Event, work: asyncio.Task[None]) -> None:
    """Waits for either event; a crowd that fails ends the run with its error."""
    waits = [asyncio.create_task(event.wait()) for event in (stop, cleared)]
    try:
        await asyncio.wait([*waits, work], return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
