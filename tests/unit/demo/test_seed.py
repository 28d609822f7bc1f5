"""The demonstration's shop: consistent, bilingual, and careful with what it deletes."""

from __future__ import annotations

from pathlib import Path

import pytest

from acd.config import ConfigProblems
from acd.demo.folder import forget, your_password
from acd.demo.phrases import AGENTS, THANKS, VISITORS
from acd.demo.seed import SITE, YOU, demo_config, simulated


def test_the_configuration_is_right_and_has_you_first_in_support() -> None:
    config = demo_config({})
    assert [site.id for site in config.sites] == [SITE]
    you = next(agent for agent in config.agents if agent.id == YOU)
    assert next(m for m in you.memberships if m.department == "support").priority == 1
    others = [m for agent in simulated(config) for m in agent.memberships]
    assert all(m.priority > 1 for m in others)
    assert YOU not in {agent.id for agent in simulated(config)}
    assert all(set(department.names) == {"en", "fr"} for department in config.departments)


def test_options_and_environment_change_it(tmp_path: Path) -> None:
    config = demo_config({"ACD_SERVER__HOST": "::1"}, port=9000, data_dir=tmp_path)
    assert (config.server.host, config.server.port) == ("::1", 9000)
    assert config.server.data_dir == tmp_path


@pytest.mark.parametrize("variable", ["ACD_REDIS__URL", "ACD_DATABASE__URL"])
def test_it_never_uses_stores_of_somebody_else(variable: str) -> None:
    url = "redis://host" if "REDIS" in variable else "postgresql://host/acd"
    with pytest.raises(ConfigProblems, match="keeps its own stores"):
        demo_config({variable: url})


def test_everybody_speaks_both_languages() -> None:
    departments = {department.id for department in demo_config({}).departments}
    assert set(AGENTS) == set(THANKS) == {visitor.locale for visitor in VISITORS} == {"en", "fr"}
    assert {visitor.department for visitor in VISITORS} == departments
    assert len(AGENTS["en"].replies) == len(AGENTS["fr"].replies)
    assert len({visitor.name for visitor in VISITORS}) == len(VISITORS)


def test_your_password_is_made_once(tmp_path: Path) -> None:
    first = your_password(tmp_path / "demo")
    assert len(first) >= 12
    assert your_password(tmp_path / "demo") == first
    assert (tmp_path / "demo" / "demo.json").stat().st_mode & 0o777 == 0o600


def test_clearing_removes_its_own_data_alone(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign"
    (foreign / "redis").mkdir(parents=True)
    forget(foreign)
    assert (foreign / "redis").is_dir()

    own = tmp_path / "demo"
    password = your_password(own)
    (own / "redis").mkdir()
    (own / "acd.db").touch()
    (own / "link").symlink_to(foreign)
    forget(own)
    assert [entry.name for entry in own.iterdir()] == ["demo.json"]
    assert your_password(own) == password
    assert (foreign / "redis").is_dir()
