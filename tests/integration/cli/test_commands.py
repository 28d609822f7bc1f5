"""The `acd` command as a person meets it: messages, exit codes, and what changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner, Result

from acd.cli.main import app
from acd.config import Config
from acd.config.docs import reference

CONFIG = """\
[[departments]]
id = "support"
name = "Support"
[[agents]]
id = "anna"
name = "Anna Novak"
email = "anna@example.com"
departments = ["support"]
"""

Acd = Callable[..., Result]


@pytest.fixture
def acd(tmp_path: Path) -> Acd:
    """`acd("config", "check")` in a folder of its own, with the small configuration above."""
    file = tmp_path / "config.toml"
    file.write_text(CONFIG)
    env = {
        "ACD_CONFIG": str(file),
        "ACD_SERVER__DATA_DIR": str(tmp_path / "data"),
        "ACD_SERVER__PORT": "0",
        "ACD_REDIS_SERVER": None,
    }

    def run(*words: str, stdin: str | None = None) -> Result:
        return CliRunner(env=env).invoke(app, words, input=stdin)

    return run


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
    assert last == "2 problems; nothing was done."


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
        assert acd(*TestAgents.ADD, stdin="").exit_code == 0
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


class TestAgents:
    ADD = ("agents", "add", "claire", "--name", "Claire Dubois", "--email", "Claire@example.com")

    def test_an_agent_is_added_with_a_made_password(self, acd: Acd) -> None:
        result = acd(*self.ADD, "--role", "supervisor", stdin="")
        assert result.exit_code == 0, result.output
        assert "Claire Dubois (claire) is added and signs in with claire@example.com." in (
            result.stdout
        )
        assert "Password: " in result.stdout
        assert (
            "claire  Claire Dubois  claire@example.com  supervisor" in acd("agents", "list").stdout
        )

    def test_a_password_may_come_from_a_file_or_standard_input(
        self, acd: Acd, tmp_path: Path
    ) -> None:
        (tmp_path / "password").write_text("correct horse battery\n")
        result = acd(*self.ADD, "--password-file", str(tmp_path / "password"))
        assert result.exit_code == 0, result.output
        assert "Password:" not in result.stdout
        result = acd("agents", "passwd", "claire", "--password-file", "-", stdin="another horse\n")
        assert result.exit_code == 0, result.output
        assert "open consoles are signed out" in result.stdout

    @pytest.mark.parametrize(
        ("words", "code", "said"),
        [
            pytest.param((*ADD, "--email", "claire"), 2, "is no e-mail address", id="e-mail"),
            pytest.param((*ADD, "--name", ""), 2, "A name has 1 to 80 characters", id="name"),
            pytest.param((*ADD, "--locale", "de"), 2, "is no language of ours", id="locale"),
            pytest.param(
                (*ADD, "--department", "support", "--department", "support:1"),
                2,
                "`support` is named twice",
                id="department-twice",
            ),
            pytest.param(
                (*ADD, "--department", "suport"), 1, "Did you mean `support`?", id="department"
            ),
            pytest.param((*ADD, "--department", "support:0"), 2, "is no priority", id="priority"),
            pytest.param(("agents", "passwd", "nobody"), 1, "no such agent", id="unknown"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_is_done(
        self, acd: Acd, words: tuple[str, ...], code: int, said: str
    ) -> None:
        result = acd(*words, stdin="")
        assert result.exit_code == code, result.output
        assert said in result.stderr
        assert "claire" not in acd("agents", "list").stdout

    def test_a_short_password_is_refused(self, acd: Acd) -> None:
        result = acd(*self.ADD, "--password-file", "-", stdin="short\n")
        assert result.exit_code == 2
        assert "it needs 10 characters" in result.stderr

    @pytest.mark.parametrize(
        ("typed", "code", "said"),
        [
            pytest.param([""], 0, "Password: ", id="nothing"),
            pytest.param(["correct horse", "correct horse"], 0, "Claire Dubois", id="twice"),
            pytest.param(["correct horse", "correct house"], 2, "not the same", id="differently"),
        ],
    )
    def test_a_terminal_is_asked_for_the_password(
        self, acd: Acd, monkeypatch: pytest.MonkeyPatch, typed: list[str], code: int, said: str
    ) -> None:
        answers = iter(typed)
        monkeypatch.setattr("acd.cli.agents.on_terminal", lambda: True)
        monkeypatch.setattr("getpass.getpass", lambda _prompt: next(answers))
        result = acd(*self.ADD)
        assert result.exit_code == code, result.output
        assert said in result.output

    def test_an_id_twice_is_a_conflict(self, acd: Acd) -> None:
        assert acd(*self.ADD, stdin="").exit_code == 0
        result = acd(*self.ADD, stdin="")
        assert result.exit_code == 1
        assert "exists" in result.stderr


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
    result = acd("explain", "ix_1")
    assert (result.exit_code, result.stderr.startswith("acd: not_found: ")) == (1, True)
    assert not (tmp_path / "data").exists()


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
