"""`acd agents`: who can sign in."""

from __future__ import annotations

import getpass
import re
import secrets
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from acd.cli.running import (
    STORES,
    ConfigOption,
    commands,
    misuse,
    read_checked,
    redis_beside,
    run,
    show_table,
)
from acd.config import ConfigProblems
from acd.config.base import EMAIL, EMAIL_CHARS, NAME_CHARS, SLUG
from acd.config.places import database_url, make_data_dir
from acd.config.problems import did_you_mean
from acd.config.provision import provision
from acd.domain.directory import Agent, DepartmentMembership, Role
from acd.domain.errors import NotFound, StoreUnavailable
from acd.domain.ids import AgentId, DepartmentId
from acd.records.accounts import Accounts
from acd.records.directory import Directory
from acd.records.engine import open_database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from acd.config import Checked, Config

app = commands("Add agents, list them, set their passwords.")

PasswordFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Read the password from this file; - for standard input."),
]


@app.command("add")
def add(
    agent: Annotated[str, typer.Argument(help="The id, such as anna: it stays for ever.")],
    name: Annotated[str, typer.Option(help="What visitors and colleagues read.")],
    email: Annotated[str, typer.Option(help="What they sign in with.")],
    department: Annotated[
        list[str] | None,
        typer.Option(help="Department, or department:priority (1 first, 100 last). Repeatable."),
    ] = None,
    role: Annotated[Role, typer.Option(help="What they may do.")] = Role.AGENT,
    locale: Annotated[str, typer.Option(help="Language of their console: en or fr.")] = "en",
    password_file: PasswordFile = None,
    config: ConfigOption = None,
) -> None:
    """Add an agent. The password is asked for, or made and shown."""
    if not re.match(SLUG, agent):
        misuse(f"`{agent}` is no id: use lower-case letters, digits, - and _.")
    if not 0 < len(name.strip()) <= NAME_CHARS:
        misuse(f"A name has 1 to {NAME_CHARS} characters.")
    if not re.match(EMAIL, email) or len(email) > EMAIL_CHARS:
        misuse(f"`{email}` is no e-mail address.")
    if locale not in {"en", "fr"}:
        misuse(f"`{locale}` is no language of ours: use en or fr.")
    checked = read_checked(config, *STORES)
    places = tuple(_membership(text) for text in department or ())
    named = [place.department for place in places]
    if twice := [one for one in named if named.count(one) > 1]:
        misuse(f"Department `{twice[0]}` is named twice: keep one.")
    password, made = _new_password(checked.config, password_file)
    new = Agent(
        id=AgentId(agent), name=name, email=email.strip().lower(), role=role, locale=locale,
        memberships=places,
    )  # fmt: skip
    run(_add(checked, new, password))
    typer.echo(f"{name} ({agent}) is added and signs in with {new.email}.")
    if made:
        typer.echo(f"Password: {password}")


@app.command("list")
def list_agents(config: ConfigOption = None) -> None:
    """List the agents with their departments and whether they can sign in."""
    found = run(_agents(read_checked(config, *STORES)))
    rows = [("id", "name", "e-mail", "role", "departments", "from", "signs in")]
    for agent in found:
        places = ", ".join(f"{place.department}:{place.priority}" for place in agent.memberships)
        origin = "config.toml" if agent.provisioned else "directory"
        enters = "yes" if agent.has_password else "no password"
        rows.append(
            (agent.id, agent.name, agent.email, agent.role.value, places, origin,
             enters if agent.active else "no: inactive")
        )  # fmt: skip
    show_table(rows)


@app.command("passwd")
def passwd(
    agent: Annotated[str, typer.Argument(help="The agent's id.")],
    password_file: PasswordFile = None,
    config: ConfigOption = None,
) -> None:
    """Set an agent's password and sign them out everywhere.

    It is asked for, or made and shown: on a terminal, when nothing is typed.
    """
    checked = read_checked(config, *STORES)
    password, made = _new_password(checked.config, password_file)
    run(_set_password(checked, AgentId(agent), password))
    typer.echo(f"The password of {agent} is set; open consoles are signed out.")
    if made:
        typer.echo(f"Password: {password}")


@asynccontextmanager
async def _directory(checked: Checked) -> AsyncIterator[tuple[Directory, Accounts]]:
    """The directory with config.toml applied, as a start of a node would leave it.

    Where a secret is not to be had here, the directory is taken as it is; a new one cannot be made.
    """
    config = checked.config
    make_data_dir(config)
    database = await open_database(database_url(config))
    try:
        directory = Directory(database)
        if not checked.missing:
            await directory.apply(provision(config))
        elif not await directory.version():
            raise ConfigProblems(checked.missing)
        yield directory, Accounts(database)
    finally:
        await database.close()


async def _add(checked: Checked, agent: Agent, password: str) -> None:
    async with _directory(checked) as (directory, _):
        known = [department.id for department in await directory.departments()]
        for place in agent.memberships:
            if place.department not in known:
                raise NotFound(
                    f"There is no department `{place.department}`. "
                    f"{did_you_mean(place.department, known)}"
                )
        await directory.create_agent(agent, password)
        await _tell_routing(checked.config, directory)


async def _tell_routing(config: Config, directory: Directory) -> None:
    """Makes the change count at once where a node runs; others compile it when they start."""
    from acd.flow.compiler import Compiler  # noqa: PLC0415
    from acd.routing.admission import refuse  # noqa: PLC0415
    from acd.routing.router import Router  # noqa: PLC0415

    url = redis_beside(config)
    if url is None:
        return
    try:
        router = await Router.open(url, config.tenant)
        router.admit_by(refuse)
        try:
            await Compiler(directory, router).compile_all()
        finally:
            await router.close()
    except StoreUnavailable:
        typer.echo("Redis does not answer: the next start of a node makes it count.", err=True)


async def _agents(checked: Checked) -> list[Agent]:
    async with _directory(checked) as (directory, _):
        return await directory.agents(inactive=True)


async def _set_password(checked: Checked, agent: AgentId, password: str) -> None:
    async with _directory(checked) as (directory, accounts):
        await directory.set_password(agent, password)
        await accounts.sign_out_everywhere(agent)


def _membership(text: str) -> DepartmentMembership:
    department, colon, priority = text.partition(":")
    if colon and not (priority.isdigit() and 1 <= int(priority) <= 100):  # noqa: PLR2004
        misuse(f"`{priority}` in `{text}` is no priority: use 1 (first) to 100 (last).")
    return DepartmentMembership(
        department=DepartmentId(department), priority=int(priority) if colon else 50
    )


def on_terminal() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin.isatty()


def _new_password(config: Config, file: Path | None) -> tuple[str, bool]:
    """The password, and whether it was made here."""
    if file is None and not on_terminal():
        return secrets.token_urlsafe(12), True
    if file is None:
        password = getpass.getpass("Password (nothing: one is made and shown): ")
        if not password:
            return secrets.token_urlsafe(12), True
        if getpass.getpass("Once more: ") != password:
            misuse("The two are not the same.")
    else:
        try:
            text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
        except OSError as error:
            misuse(f"{file} cannot be read: {error.strerror}.")
        password = text.rstrip("\r\n")
    least = config.security.password_chars
    if len(password) < least:
        misuse(f"The password is too short: it needs {least} characters.")
    return password, False
