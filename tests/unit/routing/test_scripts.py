"""The headers of the Lua verbs say what is so."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from acd.domain.events import EventType
from acd.domain.interaction import Channel
from acd.domain.queue import QueueSettings
from acd.routing import limits, reads, redis_url, router
from acd.routing.compiled import compile_queue
from acd.routing.scripts import load_library, parse_header

LUA = Path(router.__file__).parent / "lua"
LIBRARY = load_library()
VERBS = sorted(LIBRARY.headers)
COMMON = ("now_ms", "seed")
CALLERS = sorted((LUA.parent / "verbs").glob("*.py")) + [
    Path(module.__file__) for module in (router, reads, limits)
]


def calls() -> dict[str, list[ast.Call]]:
    """Every place in the wrappers that runs a verb."""
    found: dict[str, list[ast.Call]] = {}
    for file in CALLERS:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and first.value in LIBRARY.headers:
                    found.setdefault(first.value, []).append(node)
    return found


CALLS = calls()


@pytest.mark.parametrize("verb", VERBS)
def test_the_wrapper_sends_what_the_header_names(verb: str) -> None:
    arguments = LIBRARY.headers[verb].arguments
    if verb == "check":  # called by pages, in checking.py
        return
    for call in CALLS[verb]:
        assert isinstance(call.func, ast.Attribute)
        kind = call.func.attr
        given = [a for a in call.args[1:] if not isinstance(a, ast.Starred)]
        starred = len(call.args) - 1 - len(given)
        if kind in ("_change", "_command"):  # adds the seed after now_ms
            expected, sent = len(arguments), len(given) + 1
            assert arguments[:2] == COMMON, verb
        elif kind == "_ask":
            expected, sent = len(arguments), len(given)
        else:
            expected, sent = len(arguments), len(given) - 1  # the prefix is a key
        many = sum("…" in name for name in arguments) if starred else 0
        assert sent == expected - many, (verb, arguments)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_called_and_its_head_is_true(verb: str) -> None:
    header = LIBRARY.headers[verb]
    assert verb == "check" or verb in CALLS
    assert header.keys == "1 tenant prefix"
    assert header.summary.endswith(".")
    source = (LUA / f"{verb}.lua").read_text(encoding="utf-8")
    highest = max((int(n) for n in re.findall(r"ARGV\[(\d+)\]", source)), default=0)
    assert highest <= len(header.arguments), "no argument is read that the header does not name"
    known = set(EventType)
    assert set(header.events) <= known
    emitted = set(re.findall(r"emit\('([a-z_.]+)'", source))
    assert emitted <= set(header.events), "what the file itself emits is named"


def test_every_event_is_emitted_and_every_emitted_one_is_in_the_catalogue() -> None:
    emitted = {
        kind
        for file in LUA.rglob("*.lua")
        for kind in re.findall(r"emit\('([a-z_.]+)'", file.read_text(encoding="utf-8"))
    }
    assert emitted == set(EventType)


def test_keys_are_built_in_one_place() -> None:
    """A key is `key(…)`; only channels and the helper itself name the prefix."""
    for file in LUA.rglob("*.lua"):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            code = line.split("--")[0]
            if re.search(r"\bP\b", code) and file.name != "base.lua":
                assert "'to:" in code, f"{file.name}:{number}"
            assert "math.random" not in code
            assert "ZRANDMEMBER" not in code


def test_a_header_without_its_parts_is_refused() -> None:
    with pytest.raises(ValueError, match="RETURNS"):
        parse_header("-- A verb.\n-- KEYS    1 tenant prefix\n-- ARGV    a\n-- EVENTS  none\n")


def test_an_error_is_traced_to_its_file_and_line() -> None:
    at = next(
        n for n, (file, line) in enumerate(LIBRARY.origin) if (file, line) == ("check.lua", 9)
    )
    assert LIBRARY.locate(f"x user_function:{at + 1}: boom") == "x check.lua:9: boom"
    assert LIBRARY.locate("user_function:999999: boom") == "user_function:999999: boom"


def test_lua_reads_as_many_settings_as_python_packs() -> None:
    compiled = compile_queue(
        QueueSettings(queue="a/chat", version=1, channel=Channel.CHAT, department="a")
    )
    pattern = (LUA / "_lib/queue.lua").read_text(encoding="utf-8")
    assert compiled.settings.count(";") == pattern.count("([^;]*);")


@pytest.mark.parametrize(
    ("text", "kind", "nodes", "service"),
    [
        ("unix:///run/redis.sock", "plain", (), ""),
        ("redis://:secret@host:1/0", "plain", (), ""),
        ("redis+sentinel://:p%40ss@a:1,b/acd/2", "sentinel", (("a", 1), ("b", 26379)), "acd"),
        ("rediss+cluster://u:p@a,[::1]:7", "cluster", (("a", 6379), ("::1", 7)), ""),
    ],
    ids=["unix", "redis", "sentinel", "cluster"],
)
def test_urls(text: str, kind: str, nodes: tuple[tuple[str, int], ...], service: str) -> None:
    url = redis_url.parse_redis_url(text)
    assert (url.kind, url.nodes, url.service) == (kind, nodes, service)
    if kind == "sentinel":
        assert (url.password, url.database) == ("p@ss", 2)
    assert url.tls == text.startswith("rediss+")
