"""Secrets come from a file or from the environment, never from config.toml in clear."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import quote

from acd.config.problems import KeyPath, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from acd.config.model import Config
    from acd.config.telephony import SipSettings

SECRET_MISSING: Final = "secret_missing"  # noqa: S105 - a code, not a password
"""What a secret that is named and not there is called."""
_NEEDS: Final = {
    "api_keys": "an API key needs its secret",
    "webrtc": "TURN servers need the secret they share",
    "users": "who calls with a password needs one",
    "trunk": "a trunk with a user needs its password",
}
_IN_QUERY = re.compile(r"([?&](?:ssl)?password=)[^&#]+", re.IGNORECASE)
_CLEAR = re.compile(r"^(password|secret|token|api_?key|private_?key)$", re.IGNORECASE)


class HasPassword(Protocol):
    """A section with `password_env` and `password_file`."""

    @property
    def password_env(self) -> str: ...
    @property
    def password_file(self) -> str: ...


def password(section: HasPassword, env: Mapping[str, str] | None = None) -> str | None:
    """The section's password, or None when it names none."""
    return _read(section.password_env, section.password_file, env)


def secret(section: Any, env: Mapping[str, str] | None = None) -> str | None:
    """The same for `secret_env` and `secret_file`."""
    return _read(section.secret_env, section.secret_file, env)


def _read(variable: str, file: str, env: Mapping[str, str] | None) -> str | None:
    if variable:
        return (os.environ if env is None else env)[variable]
    if file:
        return Path(file).read_text(encoding="utf-8").strip()
    return None


def with_password(url: str, secret_text: str | None) -> str:
    """The address with its password, for opening a connection; never log it."""
    if not url or secret_text is None:
        return url
    scheme, mark, rest = url.partition("://")
    before, slash, path = rest.partition("/")
    user, _, host = before.rpartition("@")
    name = user.split(":", 1)[0]
    return f"{scheme}{mark}{name}:{quote(secret_text, safe='')}@{host}{slash}{path}"


def without_password(url: str) -> str:
    """The address as it may be shown."""
    scheme, mark, rest = url.partition("://")
    before, slash, path = rest.partition("/")
    user, at, host = before.rpartition("@")
    name = user.split(":", 1)[0]
    return _IN_QUERY.sub(r"\1…", f"{scheme}{mark}{name}{at if name else ''}{host}{slash}{path}")


def clear_secrets(value: Any, path: KeyPath = ()) -> Iterator[Problem]:
    """Secrets written into the file itself."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, str) and _CLEAR.match(key):
                kind = "password" if key.lower() == "password" else "secret"
                yield Problem(
                    path=(*path, key),
                    message="a secret does not belong in this file",
                    remedy=f"Name a file in `{kind}_file` or a variable in `{kind}_env`.",
                    code="secret_in_clear",
                )
            elif key == "url" and isinstance(inner, str) and _has_password(inner):
                yield Problem(
                    path=(*path, key),
                    message="the address holds a password, which does not belong in this file",
                    remedy="Take it out and name a file in `password_file` or an environment "
                    "variable in `password_env`.",
                    code="secret_in_clear",
                )
            else:
                yield from clear_secrets(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from clear_secrets(inner, (*path, index))


def _has_password(url: str) -> bool:
    return re.search(r"://[^/?#]*:[^/?#@]*@", url) is not None or bool(_IN_QUERY.search(url))


def _holders(config: Config) -> Iterator[tuple[KeyPath, str, Any]]:
    yield ("redis",), "password", config.redis
    yield ("database",), "password", config.database
    if config.telephony.webrtc.turn:
        yield ("telephony", "webrtc"), "secret", config.telephony.webrtc
    yield from _sip_holders(config.telephony.sip)
    for index, agent in enumerate(config.agents):
        yield ("agents", index), "password", agent
    for index, key in enumerate(config.api_keys):
        yield ("api_keys", index), "secret", key


def _sip_holders(sip: SipSettings) -> Iterator[tuple[KeyPath, str, Any]]:
    path = ("telephony", "sip")
    if sip.enabled is False:
        return
    for index, user in enumerate(sip.users):
        yield (*path, "users", index), "secret", user
    if sip.trunk.user:
        yield (*path, "trunk"), "secret", sip.trunk


def missing_secrets(config: Config, env: Mapping[str, str]) -> Iterator[Problem]:
    """Secrets that are named and not there, or named twice, or not named where one is needed."""
    for path, kind, section in _holders(config):
        variable, file = getattr(section, f"{kind}_env"), getattr(section, f"{kind}_file")
        if variable and file:
            yield Problem(
                path=(*path, f"{kind}_file"),
                message=f"both `{kind}_env` and `{kind}_file` are set",
                remedy="Keep one.",
                code="twice",
            )
        elif variable and not env.get(variable):
            yield Problem(
                path=(*path, f"{kind}_env"),
                message=f"the environment variable {variable} is not set",
                remedy="Set it, or correct the name.",
                code=SECRET_MISSING,
            )
        elif file:
            if problem := _unreadable(file):
                yield Problem(
                    path=(*path, f"{kind}_file"),
                    message=problem,
                    remedy="Correct it.",
                    code=SECRET_MISSING,
                )
        elif kind == "secret" and not variable:
            yield Problem(
                path=path,
                message=next(words for part, words in _NEEDS.items() if part in path),
                remedy="Name a file in `secret_file` or an environment variable in `secret_env`.",
                code="missing_key",
            )


def _unreadable(file: str) -> str:
    try:
        text = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        return f"{file} cannot be read: {reason}"
    return "" if text else f"{file} is empty"
