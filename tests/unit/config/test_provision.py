"""What the configuration says, as the directory takes it."""

from __future__ import annotations

from pathlib import Path

from acd.config import parse_config
from acd.config.provision import provision
from acd.config.secrets import with_password, without_password
from acd.domain.directory import Provision, Role
from acd.domain.interaction import Channel
from acd.domain.queue import LineOrder

TEXT = """\
[routing]
grace_s = 7
[channels]
chat = { weight = 10, max = 4 }
[[sites]]
id = "shop"
name = "Maison Perrin"
[[skills]]
id = "french"
[[departments]]
id = "support"
name = { en = "Support", fr = "Assistance" }
strategy = "priority"
ring_time_s = 30
wrap_up_s = 10
[departments.chat]
wrap_up_s = 20
[departments.call]
strategy = ["ring_all"]
order = "strict"
[[departments]]
id = "sales"
name = "Sales"
[[agents]]
id = "anna"
name = "Anna Novak"
email = "anna@example.com"
role = "supervisor"
departments = [{ department = "support", priority = 3, rank = 1, channels = ["chat"] }, "sales"]
skills = { french = 4 }
capacity = { total = 80, chat = { max = 2 } }
password_env = "ANNA"
[[api_keys]]
id = "reporting"
scopes = ["read"]
secret_env = "KEY"
"""


def provisioned() -> Provision:
    env = {"ANNA": "correct horse", "KEY": "acd_k"}
    return provision(parse_config(TEXT, source=Path("config.toml"), env=env), env)


def test_a_queue_has_the_departments_rules_unless_its_own_table_differs() -> None:
    queues = {queue.queue: queue for queue in provisioned().queues}
    assert set(queues) == {"support/chat", "support/call", "sales/chat"}
    chat, call = queues["support/chat"], queues["support/call"]  # type: ignore[index]
    assert (chat.strategy, chat.ring_time_s, chat.wrap_up_s) == (("priority",), 30, 20)
    assert (call.strategy, call.ring_time_s, call.wrap_up_s) == (("ring_all",), 30, 10)
    assert call.order is LineOrder.STRICT
    assert chat.grace_s == 7


def test_agents_carry_places_capacity_and_first_password() -> None:
    [anna] = provisioned().agents
    assert anna.first_password == "correct horse"
    assert "correct" not in repr(anna)
    agent = anna.agent
    assert agent.role is Role.SUPERVISOR
    assert [(m.department, m.priority, m.rank, m.channels) for m in agent.memberships] == [
        ("support", 3, 1, (Channel.CHAT,)),
        ("sales", 50, None, ()),
    ]
    assert agent.total == 80
    assert agent.channels[Channel.CHAT].max == 2
    assert agent.channels[Channel.CHAT].weight is None


def test_a_site_without_departments_offers_all_of_them() -> None:
    result = provisioned()
    assert result.sites[0].departments == ("support", "sales")
    assert result.departments[1].names == {"en": "Sales", "fr": "Sales"}
    assert result.skills[0].name == "french"
    assert result.channels[Channel.CHAT].weight == 10
    assert result.api_keys[0].secret == "acd_k"


def test_a_password_is_put_into_an_address_and_taken_out_again() -> None:
    full = with_password("postgresql://acd@db:5432/acd", "p@ss/word")
    assert full == "postgresql://acd:p%40ss%2Fword@db:5432/acd"
    assert without_password(full) == "postgresql://acd@db:5432/acd"
    assert with_password("redis://host:6379/0", "x") == "redis://:x@host:6379/0"
    assert without_password("redis://:x@host:6379/0") == "redis://host:6379/0"
    assert with_password("", "x") == ""
    for plain in ("sqlite:////var/lib/acd/acd.db", "unix:///run/redis.sock", "redis://a:1,b:2/m/0"):
        assert without_password(plain) == plain
