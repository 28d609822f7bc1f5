"""docs/guides/sockets.md, made from the models of the wire: `python -m acd.realtime.guide`."""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Final

from acd.domain import errors
from acd.realtime.wire import agents, common, desk, visitors

if TYPE_CHECKING:
    from pydantic import BaseModel

_HEAD: Final = """\
# Sockets: the wire of visitors and agents

Socket.IO (protocol 5, Engine.IO 4) at `/socket.io`, WebSocket or long polling, in two namespaces:
`/visitor` for the widget and `/agent` for the console. Everything is JSON; times are milliseconds
since the epoch on the server's clock, and what a countdown is made from comes with `now`.

This page is made from `acd/realtime/wire/`; change it there and run
`python -m acd.realtime.guide > docs/guides/sockets.md`.

## Asking and answering

A client sends an event with one object and asks for an acknowledgement. The answer is
`{"ok": true, …}` or `{"ok": false, "error": {…}}`; an error has a stable `code`, a `message` that
names the remedy, `retryable` (the same event may succeed later, unchanged), and where they apply
`field` and `retry_after_s`. Whatever is refused has changed nothing. Unknown keys and wrong types
are `bad_request`. The events of one client are handled one after another, in the order it sent
them. A packet of more than 64 KiB ends the connection (WebSocket close 1009).

A refused connection is a `connect_error` with `data: {code, message}`.

## Losing and finding each other again

- A message is stored before it is acknowledged. A client keeps what is not acknowledged and sends
  it again with the same `client_id`: it is stored once, and answered as the first time.
- `seq` counts the messages of a conversation without gaps. A client that reconnects, or sees a
  `last_seq` beyond its own, asks for what comes after the last one it has (`chat.resume`,
  `conversation.open`). Live `message` events may come twice or out of order; `seq` orders them.
- The agent's page sends `heartbeat` every 5 s; its answer carries the last sequence number of each
  conversation on the desk. A console that falls silent loses its lease after 15 s.
- Several tabs of one visitor, and several consoles of one agent, hear the same. Whoever sent a
  message learns of it by the acknowledgement, the others by `message`.
- `service {ok: false, code: "store_unavailable"}` says that live state cannot change for now.
  Messages are still stored; what needs live state answers `store_unavailable`, retryable. With
  `service {ok: true}` agents get `resync` and visitors a fresh `chat`.
- `resync` means that an event was lost: send `console.open` again.
- `typing` is told at most every other second and expires after 6 s without another; a message ends
  it. Read marks only move forward.

## Limits

Per address: sockets opened and chats started. Per visitor and per agent: messages. The answer is
`rate_limited` with `retry_after_s`; see `[limits]` in config.toml.
"""

_CHAT_CODES: Final = (
    errors.BadRequest,
    errors.MessageEmpty,
    errors.MessageTooLong,
    errors.MessageControlCharacters,
    errors.MessageNotText,
    errors.NotSignedIn,
    errors.Forbidden,
    errors.OriginRefused,
    errors.NotFound,
    errors.NotYours,
    errors.ChatEnded,
    errors.NoPage,
    errors.NotConnected,
    errors.Conflict,
    errors.TooMany,
    errors.StoreUnavailable,
    errors.Overloaded,
    errors.AcdError,
)


def render() -> str:
    """The guide as Markdown."""
    parts = [
        _HEAD,
        "## Errors\n\n| code | retryable | meaning |\n|---|---|---|\n"
        + "".join(
            f"| `{error.code}` | {'yes' if error.retryable else 'no'} | {error.message()} |\n"
            for error in _CHAT_CODES
        ),
        "## /visitor\n\nThe page's origin must be one of the site's, or the server's own. The token"
        " from `chat.start` is the visitor's identity from then on; a visitor sees only their own"
        " conversation.\n\n" + _shape("connect (auth)", visitors.VisitorAuth),
        _asked(visitors.ASKED),
        _told("the visitor", visitors.TOLD),
        "## /agent\n\nSigned in by the cookie `acd_session` and the CSRF token of"
        " `GET /api/v1/session`, from the server's own origin. An agent acts on what is"
        " offered to or held by themselves, picks from lines that allow it, and reads conversations"
        " of their own departments; supervisors steer and read those of all.\n\n"
        + _shape("connect (auth)", agents.AgentAuth),
        _asked(agents.ASKED),
        _told("the agent", agents.TOLD),
        "## Shapes\n\n"
        + "\n".join(
            _shape(model.__name__, model)
            for model in (
                common.Message,
                common.ReadMarks,
                common.Estimate,
                desk.SkillNeed,
                desk.OfferCallback,
                desk.WaitingContact,
                desk.Colleague,
                desk.TargetQueue,
                desk.ChannelPresence,
                desk.ContactOut,
                desk.PastInteraction,
                common.Named,
                desk.OwnDepartment,
                desk.Me,
            )
        ),
    ]
    return "\n".join(parts)


def _asked(events: dict[str, tuple[type[common.Inbound], type[common.Outbound]]]) -> str:
    out = ["### Sent by the client\n"]
    for name, (asked, answered) in events.items():
        out += [
            f"#### `{name}`\n",
            f"{_said(asked)}\n",
            _table(asked) or "No fields.\n",
            f"Acknowledged: {_said(answered)}\n",
            _table(answered),
        ]
    return "\n".join(out)


def _told(whom: str, events: dict[str, type[common.Outbound]]) -> str:
    out = [f"### Sent to {whom}\n"]
    for name, model in events.items():
        out += [f"#### `{name}` ({model.__name__})\n", f"{_said(model)}\n", _table(model)]
    return "\n".join(out)


def _said(model: type[BaseModel]) -> str:
    return inspect.cleandoc(model.__doc__ or "")


def _shape(title: str, model: type[BaseModel]) -> str:
    return f"### {title}\n\n{_said(model)}\n\n{_table(model)}"


def _table(model: type[BaseModel]) -> str:
    fields = model.model_json_schema(by_alias=True).get("properties", {})
    if not fields:
        return ""
    required = model.model_json_schema(by_alias=True).get("required", [])
    rows = [
        f"| `{name}` | {_type(schema)} | {'yes' if name in required else 'no'} |"
        for name, schema in fields.items()
    ]
    return "| field | type | always |\n|---|---|---|\n" + "\n".join(rows) + "\n"


def _type(schema: dict[str, object]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    options = schema.get("anyOf")
    if isinstance(options, list):
        return " or ".join(_type(option) for option in options)
    if "const" in schema:
        return f"`{_json(schema['const'])}`"
    values = schema.get("enum")
    if isinstance(values, list):
        return ", ".join(f"`{_json(value)}`" for value in values)
    kind = str(schema.get("type", "any"))
    if kind == "array" and isinstance(schema.get("items"), dict):
        return f"array of {_type(schema['items'])}"  # type: ignore[arg-type]
    inner = schema.get("additionalProperties")
    if kind == "object" and isinstance(inner, dict):
        return f"object of {_type(inner)}"
    bounds = [
        f"{word} {schema[key]}"
        for key, word in (("minLength", "from"), ("maxLength", "to"))
        if key in schema
    ]
    return f"{kind} ({' '.join(bounds)} characters)" if bounds else kind


def _json(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


if __name__ == "__main__":
    sys.stdout.write(render())
