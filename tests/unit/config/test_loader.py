"""config.toml: what is accepted, and that everything wrong is told at once with its remedy."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from acd.config import Config, ConfigProblems, load_config
from acd.config.loader import packaged_config
from tests.unit.config.linting import parse, problems


def test_an_empty_file_is_a_configuration() -> None:
    config = parse("")
    assert config.server.port == 8080
    assert config.redis.url == ""
    assert config.channels.call.interrupts


def test_the_file_that_comes_with_the_product_is_right() -> None:
    config = load_config(packaged_config(), {})
    assert {department.id for department in config.departments} == {"support", "sales"}
    assert config.redis.url == config.database.url == ""


def test_the_file_that_comes_with_the_product_shows_every_key_of_the_servers_sections() -> None:
    text = packaged_config().read_text(encoding="utf-8")
    for section in ("server", "redis", "database", "security", "limits", "routing", "channels"):
        for key in type(getattr(Config(), section)).model_fields:
            assert f"\n{key} = " in text or f"\n# {key} = " in text, f"{section}.{key}"


def test_an_origin_is_kept_as_browsers_say_it() -> None:
    site = '[[sites]]\nid = "shop"\nname = "Shop"\norigins = '
    config = parse(site + '["https://Shop.example:443", "http://127.0.0.1:8000", "*"]')
    assert config.sites[0].origins == ("https://shop.example", "http://127.0.0.1:8000", "*")
    for bad in ("https://shop.example/", "https://a;b", "https://shop.example\\n", "shop"):
        assert problems(f'{site}["{bad}"]')


def test_every_problem_is_told_at_once_with_its_line_and_remedy() -> None:
    found = problems(
        """\
tenent = "x"
[server]
port = "80"
hots = "0.0.0.0"
[[departments]]
id = "support"
[[agents]]
id = "anna"
name = "Anna"
email = "anna"
departments = [{ department = "support", priority = 101 }]
"""
    )
    assert found == [
        "/etc/acd/config.toml:1:1: unknown_key: tenent: there is no such key. Did you mean "
        "`tenant`?",
        "/etc/acd/config.toml:3:1: wrong_value: server.port: this should be a whole number. It "
        'is "80".',
        "/etc/acd/config.toml:4:1: unknown_key: server.hots: there is no such key. Did you mean "
        "`host`?",
        "/etc/acd/config.toml:5:1: missing_key: departments[0].name: this key is missing. Add it.",
        "/etc/acd/config.toml:10:1: wrong_value: agents[0].email: this should be an e-mail "
        'address. It is "anna".',
        "/etc/acd/config.toml:11:1: wrong_value: agents[0].departments[0].priority: this should "
        "be at most 100."
        " It is 101.",
    ]


def test_references_that_lead_nowhere() -> None:
    found = problems(
        """\
[[sites]]
id = "shop"
name = "Shop"
departments = ["suport"]
[[departments]]
id = "support"
name = "Support"
strategy = "prioritty"
[departments.chat]
strategy = ["longest_idle", "nearest"]
[[agents]]
id = "anna"
name = "Anna"
email = "anna@example.com"
departments = ["support", "sales", "support"]
skills = { french = 3 }
[[agents]]
id = "anna"
name = "Anna again"
email = "ANNA@example.com"
"""
    )
    assert [line.removeprefix("/etc/acd/config.toml:") for line in found] == [
        "4:1: unknown_department: sites[0].departments[0]: there is no department `suport`. Did "
        "you mean `support`?",
        "8:1: unknown_strategy: departments[0].strategy: there is no strategy `prioritty`. Did "
        "you mean `priority`?",
        "10:1: unknown_strategy: departments[0].chat.strategy: there is no strategy `nearest`. "
        "Known: `average_utilization`, `longest_idle`, `max_utilization`, `priority`, `random`, "
        "`ring_all`, `round_robin`.",
        "15:1: unknown_department: agents[0].departments[1]: there is no department `sales`. "
        "Known: `support`.",
        "15:1: twice: agents[0].departments[2]: department `support` is named twice. Keep one.",
        "16:1: unknown_skill: agents[0].skills.french: there is no skill `french`. There are "
        "none yet.",
        "18:1: twice: agents[1].id: `anna` is already agents[0]. Give each its own id.",
        "20:1: twice: agents[1].email: `anna@example.com` is already agents[0]. Give each its "
        "own email.",
    ]


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        pytest.param("[server\nport = 1", ":1:8", "expected ']'", id="on a line"),
        pytest.param("a = 1\nb = [", ":2:6", "", id="at the end"),
        pytest.param("a = " + 5000 * "9", "", "exceeds the limit", id="beyond all bounds"),
    ],
)
def test_what_is_no_toml_is_told_with_its_place(text: str, place: str, said: str) -> None:
    [found] = problems(text)
    assert found.startswith(f"/etc/acd/config.toml{place}: not_toml: this is not TOML: {said}")
    assert "(at" not in found


def test_a_key_further_in_is_told_with_its_column() -> None:
    [found] = problems("[server]\n    prot = 1\n")
    assert found.startswith("/etc/acd/config.toml:2:5: unknown_key: ")


def test_the_mark_that_some_editors_put_first_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('tenant = "mine"', encoding="utf-8-sig")
    assert load_config(tmp_path / "config.toml", {}).tenant == "mine"


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigProblems, match="cannot be read: No such file"):
        load_config(tmp_path / "none.toml", {})


def test_a_folder_that_may_not_be_looked_into_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_path: Path, *_: object, **__: object) -> bool:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Path, "is_file", refused)
    monkeypatch.setattr(Path, "read_text", refused)
    with pytest.raises(ConfigProblems, match=r"^config\.toml: unreadable: .* Permission denied"):
        load_config(env={})


def test_the_file_named_by_the_environment_is_used(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('tenant = "mine"')
    assert load_config(env={"ACD_CONFIG": str(file)}).tenant == "mine"


def test_a_value_of_several_types_names_them_all() -> None:
    found = problems(
        '[[departments]]\nid = "a"\nname = { en = "A" }\n[[departments]]\nid = "b"\nname = 5'
    )
    assert [line.split(": ", 2)[2] for line in found] == [
        "departments[0].name.fr: this key is missing. Add it.",
        "departments[1].name: this should be a table or text. It is 5.",
    ]


def test_a_text_of_a_wrong_form_is_told_with_an_example() -> None:
    [stun, turn] = problems('[telephony.webrtc]\nstun = ["x"]\nturn = ["turn:host/x"]\n')
    assert "this should be an address such as `stun:stun.example.com:3478`" in stun
    assert "this should be an address such as `turns:turn.example.com:443?transport=tcp`" in turn


def test_a_country_is_one_with_telephone_numbers() -> None:
    assert parse('[telephony]\nregion = "GB"').telephony.region == "GB"
    assert problems('[telephony]\nregion = "UK"') == [
        "/etc/acd/config.toml:2:1: wrong_value: telephony.region: this should be a country with "
        "telephone numbers,"
        ' such as `FR` or `GB`. It is "UK".'
    ]


@pytest.mark.parametrize(
    ("strategy", "said"),
    [
        pytest.param('["longest_idle", "priority"]', "can only stand last", id="no ties"),
        pytest.param(
            '["max_utilization", "average_utilization"]', "rank by the same thing", id="same key"
        ),
        pytest.param("[]", "at least one strategy", id="none"),
    ],
)
def test_strategies_that_do_not_combine(strategy: str, said: str) -> None:
    [found] = problems(f'[[departments]]\nid = "a"\nname = "A"\nstrategy = {strategy}')
    assert said in found
    assert "config.toml:4:1: strategies_clash: departments[0].strategy: " in found
