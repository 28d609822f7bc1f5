"""The `acd` command as a person meets it: messages, exit codes, and what changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from acd.config import Config
from acd.config.docs import reference
from tests.integration.cli.conftest import ADD, CONFIG, Acd


def test_help_names_every_command(acd: Acd) -> None:
    said = acd("--help").stdout
    for command in ("serve", "demo", "config", "agents", "doctor", "explain"):
        assert command in said


def test_config_check_says_what_is_there(acd: Acd) -> None:
    result = acd("config", "check")
    assert result.exit_code == 0
    assert result.stdout == "The configuration is right: 0 sites, 1 department, 1 queue, 1 agent.\n"


def test_config_check_says_everything_that_is_wrong(acd: Acd, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[server]\nprot = 1\n[redis]\nurl = "host:6379"\n')
    result = acd("config", "check")
    assert result.exit_code == 2
    first, second, last = result.stderr.splitlines()
    assert first.endswith(
        "config.toml:2:1: unknown_key: server.prot: there is no such key. Did you mean `port`?"
    )
    assert "config.toml:4:1: wrong_value: redis.url: this should be" in second
    assert last == "2 problems. Warnings are told when it can be read."


WARNED = CONFIG.replace('name = "Support"\n', 'name = "Support"\norder = "strict"\n', 1)


def test_config_check_warns_of_what_is_likely_not_meant(acd: Acd, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(WARNED)
    result = acd("config", "check")
    assert result.exit_code == 0
    assert "config.toml:4:1: starvation: warning: departments[0].order: " in result.stderr
    assert result.stdout.endswith(" 1 agent. 1 warning.\n")
    assert acd("config", "check", "--strict").exit_code == 2


def test_a_node_starts_with_its_warnings_in_the_log(
    acd: Acd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.toml").write_text(WARNED)

    async def serve(_config: Config) -> None:
        pass

    monkeypatch.setattr("acd.app.serve", serve)
    monkeypatch.setattr("acd.logs.set_up_logs", lambda *_: None)
    with capture_logs() as logged:
        assert acd("serve").exit_code == 0
    begins, line = logged
    assert begins["event"] == "starting"
    assert begins["config"] == str(tmp_path / "config.toml")
    assert begins["redis"] == f"embedded in {tmp_path / 'data' / 'redis'}"
    assert begins["database"] == f"sqlite:///{tmp_path / 'data' / 'acd.db'}"
    assert (line["log_level"], line["code"]) == ("warning", "starvation")
    assert "config.toml:4" in line["said"]


class TestSecretsThatAreNotHere:
    """A node has the environment; the person beside it may not."""

    KEY = '[[api_keys]]\nid = "reporting"\nscopes = ["read"]\nsecret_env = "REPORTING_KEY"\n'

    @pytest.fixture(autouse=True)
    def config(self, acd: Acd, tmp_path: Path) -> None:
        (tmp_path / "config.toml").write_text(CONFIG + self.KEY)

    def test_are_a_warning_of_the_check(self, acd: Acd) -> None:
        result = acd("config", "check")
        assert result.exit_code == 0
        assert (
            "secret_missing: warning: api_keys[0].secret_env: "
            "the environment variable REPORTING_KEY" in result.stderr
        )
        assert acd("config", "check", "--strict").exit_code == 2

    def test_stop_a_node(self, acd: Acd) -> None:
        result = acd("serve")
        assert result.exit_code == 2
        assert "REPORTING_KEY is not set" in result.stderr

    def test_are_not_needed_beside_a_directory_that_is_there(
        self, acd: Acd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        new = acd("agents", "list")
        assert new.exit_code == 2
        assert "REPORTING_KEY is not set" in new.stderr
        monkeypatch.setenv("REPORTING_KEY", "acd_k")
        assert acd("agents", "list").exit_code == 0
        monkeypatch.delenv("REPORTING_KEY")
        (tmp_path / "config.toml").write_text(CONFIG.replace("anna", "basile") + self.KEY)
        assert acd(*ADD, stdin="").exit_code == 0
        listed = acd("agents", "list").stdout
        assert "claire" in listed
        assert "basile" not in listed, "the file is applied by who has the secrets"
        assert acd("agents", "passwd", "anna", stdin="").exit_code == 0
        doctor = acd("doctor")
        assert doctor.exit_code == 3, doctor.output
        assert "cannot be compared, since api_keys[0].secret_env" in doctor.stdout

    def test_of_the_stores_are_needed_where_the_stores_are(self, acd: Acd, tmp_path: Path) -> None:
        (tmp_path / "config.toml").write_text(
            CONFIG + '[redis]\nurl = "redis://host"\npassword_env = "REDIS_PASSWORD"\n'
        )
        for words in (("doctor",), ("agents", "list")):
            result = acd(*words)
            assert result.exit_code == 2
            assert "REDIS_PASSWORD is not set" in result.stderr
        assert acd("config", "check").exit_code == 0


def test_config_docs_prints_the_reference(acd: Acd) -> None:
    assert acd("config", "docs").stdout == reference()


def test_serve_refuses_a_wrong_configuration(acd: Acd, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[server]\nstop_s = 70000\n")
    result = acd("serve")
    assert result.exit_code == 2
    assert "server.stop_s: this should be at most 300. It is 70000." in result.stderr


def test_demo_refuses_stores_of_somebody_else(
    acd: Acd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACD_REDIS__URL", "redis://production")
    result = acd("demo", "--data-dir", str(tmp_path / "demo"))
    assert result.exit_code == 2
    assert "the demonstration keeps its own stores" in result.stderr
    assert not (tmp_path / "demo").exists()


def test_a_folder_that_cannot_be_used_is_told_with_its_code(acd: Acd, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    result = acd("agents", "list")
    assert result.exit_code == 1
    assert result.stderr.startswith("acd: data_dir_unusable: ")
    assert result.stderr.endswith(f"({tmp_path / 'data'}: File exists)\n")


def test_a_store_that_is_away_is_told_with_what_it_answered(
    acd: Acd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.toml").write_text(CONFIG)
    acd("agents", "list")
    monkeypatch.setenv("ACD_REDIS__URL", "redis://127.0.0.1:1")
    result = acd("explain", "ix_1")
    assert result.exit_code == 1
    assert result.stderr.startswith("acd: store_unavailable: ")
    assert result.stderr.count("Connection refused") == 1


def test_explain_makes_nothing_where_nothing_ever_ran(acd: Acd, tmp_path: Path) -> None:
    for words in (("explain", "ix_1"), ("explain",)):
        result = acd(*words)
        assert (result.exit_code, result.stderr.startswith("acd: not_found: ")) == (1, True)
    assert not (tmp_path / "data").exists()


def test_explain_without_an_id_says_that_nobody_came(acd: Acd) -> None:
    acd("agents", "list")
    result = acd("explain")
    assert (result.exit_code, result.stdout.startswith("Nobody has come yet")) == (0, True)


def test_doctor_examines_the_demonstration(acd: Acd, tmp_path: Path) -> None:
    result = acd("doctor", "--demo")
    assert result.exit_code == 3, result.output
    assert str(tmp_path / "data") in result.stdout
    assert acd("doctor", "--demo", "--config", str(tmp_path / "config.toml")).exit_code == 2


class TestDoctorOfCalls:
    CALLS = CONFIG.replace("[[agents]]", "[departments.call]\n[[agents]]")
    NUMBERS = '[telephony.sip]\nnumbers = { support = "support" }\n'

    def test_says_nothing_where_no_number_leads_anywhere(self, acd: Acd) -> None:
        assert "audio of calls" not in acd("doctor").stdout

    def test_names_the_program_that_is_installed(
        self, acd: Acd, tmp_path: Path, peer: Callable[[str], Path]
    ) -> None:
        peer("rtpengine")
        (tmp_path / "config.toml").write_text(self.CALLS + self.NUMBERS)
        assert re.search(r"ok +audio of calls +rtpengine \d+\.\d+", acd("doctor").stdout)

    def test_says_what_to_install(
        self, acd: Acd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("acd.cli.call_checks.find_rtpengine", lambda: None)
        (tmp_path / "config.toml").write_text(self.CALLS + self.NUMBERS)
        result = acd("doctor")
        assert (result.exit_code, "rtpengine-daemon" in result.stdout) == (3, True)
        insists = self.NUMBERS + "enabled = true\n"
        (tmp_path / "config.toml").write_text(self.CALLS + insists)
        assert acd("doctor").exit_code == 1

    def test_asks_one_elsewhere(self, acd: Acd, tmp_path: Path) -> None:
        far = '[telephony.rtpengine]\nng = "127.0.0.1:9"\n'
        (tmp_path / "config.toml").write_text(self.CALLS + self.NUMBERS + far)
        result = acd("doctor")
        assert result.exit_code == 1
        assert "rtpengine at 127.0.0.1:9 does not answer" in result.stdout

    def test_an_address_of_another_machine_is_wrong(
        self, acd: Acd, tmp_path: Path, peer: Callable[[str], Path]
    ) -> None:
        peer("rtpengine")
        wrong = '[telephony.rtpengine]\ninterface = "192.0.2.7"\n'
        (tmp_path / "config.toml").write_text(self.CALLS + self.NUMBERS + wrong)
        result = acd("doctor")
        assert result.exit_code == 1
        assert "192.0.2.7" in result.stdout
