"""What the environment says of a configuration, and where its secrets are read from."""

from __future__ import annotations

from pathlib import Path

import pytest

from acd.config import parse_config
from tests.unit.config.linting import parse, problems


class TestEnvironment:
    def test_overrides_the_file(self) -> None:
        config = parse(
            "[server]\nport = 1",
            ACD_SERVER__PORT="9000",
            ACD_TENANT="42",
            ACD_SERVER__TRUSTED_PROXIES='["::1"]',
            ACD_SECURITY__COOKIE_SECURE="true",
            ACD_CHANNELS__CHAT__MAX="3",
            ACD_CHANNELS__CHAT__WEIGHT="30",
        )
        assert config.server.port == 9000
        assert config.tenant == "42"
        assert config.server.trusted_proxies == ("::1",)
        assert config.security.cookie_secure is True
        assert config.channels.chat.max == 3

    def test_a_wrong_value_names_the_variable(self) -> None:
        assert problems("", ACD_SERVER__PORT="many") == [
            "environment variable ACD_SERVER__PORT: wrong_value: server.port: "
            'this should be a whole number. It is "many".'
        ]

    def test_an_unknown_variable_is_an_error(self) -> None:
        assert problems("", ACD_SERVER__PROT="1") == [
            "environment variable ACD_SERVER__PROT: unknown_key: there is no such setting. "
            "Did you mean `ACD_SERVER__PORT`?"
        ]

    def test_variables_read_elsewhere_or_named_as_secrets_are_left_alone(self) -> None:
        parse(
            '[redis]\nurl = "redis://r"\npassword_env = "ACD_REDIS_PASSWORD"',
            ACD_REDIS_SERVER="/usr/bin/valkey-server",
            ACD_REDIS_PASSWORD="x",
            HOME="/root",
        )

    def test_one_variable_is_no_whole_table(self) -> None:
        assert "ACD_REDIS__URL" in problems("redis = 5", ACD_REDIS="x")[-1]


class TestSecrets:
    @pytest.mark.parametrize(
        "text",
        [
            pytest.param('[redis]\nurl = "redis://user:secret@host"', id="in-redis-url"),
            pytest.param('[database]\nurl = "postgresql://u:p@host/acd"', id="in-database-url"),
            pytest.param('[redis]\nurl = "redis://user@host?password=x"', id="in-its-query"),
            pytest.param(
                '[[agents]]\nid = "a"\nname = "A"\nemail = "a@b"\npassword = "x"', id="password"
            ),
            pytest.param('[[api_keys]]\nid = "a"\nscopes = ["read"]\nsecret = "x"', id="secret"),
        ],
    )
    def test_in_clear_are_refused_and_not_repeated(self, text: str) -> None:
        found = problems(text)
        assert any("does not belong in this file" in line for line in found)
        assert not any("redis://user" in line or '"x"' in line for line in found)

    def test_may_stand_in_the_environments_url(self) -> None:
        assert parse("", ACD_REDIS__URL="redis://:pw@host").redis.url == "redis://:pw@host"

    def test_missing_ones_are_told(self, tmp_path: Path) -> None:
        found = problems(
            f"""\
[redis]
url = "redis://host"
password_env = "NOT_SET"
[database]
password_file = "{tmp_path}/none"
[[api_keys]]
id = "reporting"
scopes = ["read"]
"""
        )
        assert [line.split(": ", 2)[2] for line in found] == [
            "redis.password_env: the environment variable NOT_SET is not set. "
            "Set it, or correct the name.",
            f"database.password_file: {tmp_path}/none cannot be read: No such file or directory. "
            "Correct it.",
            "api_keys[0]: an API key needs its secret. "
            "Name a file in `secret_file` or an environment variable in `secret_env`.",
        ]

    def test_files_are_looked_up_beside_the_configuration(self, tmp_path: Path) -> None:
        (tmp_path / "anna.password").write_text("correct horse\n")
        config = parse_config(
            '[[agents]]\nid = "a"\nname = "A"\nemail = "a@b"\npassword_file = "anna.password"',
            source=tmp_path / "config.toml",
            env={},
        )
        assert config.agents[0].password_file == str(tmp_path / "anna.password")
