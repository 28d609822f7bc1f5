"""What the configuration says, as the directory takes it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from acd.config import parse_config
from acd.config.provision import provision
from acd.config.secrets import with_password, without_password
from acd.domain.calendar import DaySpan, parse_period
from acd.domain.directory import Provision, Role
from acd.domain.ids import QueueId
from acd.domain.interaction import Channel
from acd.domain.queue import Diversion, Divert, LastAgent, LineOrder, RelaxStep

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
    assert without_password("redis://h/0?password=s&db=1") == "redis://h/0?password=…&db=1"
    assert without_password("postgresql://h/a?sslpassword=s") == "postgresql://h/a?sslpassword=…"
    assert with_password("", "x") == ""
    for plain in ("sqlite:////var/lib/acd/acd.db", "unix:///run/redis.sock", "redis://a:1,b:2/m/0"):
        assert without_password(plain) == plain


RULES = """\
[[sites]]
id = "shop"
name = "Shop"
requires = { english = 1, french = 4 }
requires_by_locale = { fr = { french = 2, german = 3 } }
[[skills]]
id = "english"
[[skills]]
id = "french"
[[skills]]
id = "german"
[[hours]]
id = "office"
zone = "Europe/Paris"
week = { fri-mon = ["09:00-12:30", "22:00-02:00"], wed = ["00:00-24:00"] }
holidays = "FR"
closed_days = [2026-12-24, { first = 2026-12-27, last = 2026-12-31 }]
open_days = [{ day = 2026-12-20, periods = ["10:00-16:00"] }]
[[departments]]
id = "support"
name = "Support"
hours = "office"
relax = [{ after_s = 20, level = 2 }, { after_s = 60, drop = true }]
last_agent = { wait_s = 30 }
max_length = 12
max_wait_s = 300
on_full = { to = "overflow", department = "sales" }
idle_s = 600
[departments.chat]
at_close = "form"
pull = true
[departments.call]
on_max_wait = "voicemail"
callback_tries = 5
[departments.ticket]
[[departments]]
id = "sales"
name = "Sales"
last_agent = "prefer"
[departments.call]
[departments.ticket]
"""


def test_the_rules_arrive_with_each_channels_usual_diversions() -> None:
    said = provision(parse_config(RULES, source=Path("config.toml"), env={}), {})
    queues = {str(queue.queue): queue for queue in said.queues}
    chat, call, ticket = (queues[f"support/{name}"] for name in ("chat", "call", "ticket"))
    assert chat.relax == (RelaxStep(after_s=20, level=2), RelaxStep(after_s=60))
    assert (chat.last_agent, chat.last_agent_wait_s) == (LastAgent.WAIT, 30)
    assert (chat.max_length, chat.max_wait_s, chat.idle_s, chat.pull) == (12, 300, 600, True)
    assert chat.on_full == Divert(to=Diversion.OVERFLOW, queue=QueueId("sales/chat"))
    assert call.on_full == Divert(to=Diversion.OVERFLOW, queue=QueueId("sales/call"))
    assert (chat.on_max_wait, chat.on_closed) == (Divert(to=Diversion.FORM),) * 2
    assert (call.on_max_wait, call.on_closed) == (
        Divert(to=Diversion.VOICEMAIL),
        Divert(to=Diversion.REJECT),
    )
    assert (ticket.on_max_wait, ticket.on_closed, ticket.at_close) == (None, None, None)
    assert (ticket.max_length, ticket.max_wait_s) == (12, 0), "where it may wait there is no bound"
    assert chat.at_close == Divert(to=Diversion.FORM)
    assert chat.on_nobody is None
    assert (call.callback_tries, chat.callback_tries) == (5, 3)
    assert queues["sales/chat"].last_agent is LastAgent.PREFER
    assert said.queue_hours == {"support/chat": "office", "support/call": "office"}


def test_the_hours_arrive_as_a_calendar() -> None:
    said = provision(parse_config(RULES, source=Path("config.toml"), env={}), {})
    [office] = said.hours
    long = (parse_period("09:00-12:30"), parse_period("22:00-02:00"))
    whole = (parse_period("00:00-24:00"),)
    assert office.week == (long, (), whole, (), long, long, long)
    assert (office.zone, office.holidays) == ("Europe/Paris", "FR")
    assert office.closed_days == (
        DaySpan(first=date(2026, 12, 24), last=date(2026, 12, 24)),
        DaySpan(first=date(2026, 12, 27), last=date(2026, 12, 31)),
    )
    assert office.open_days == {date(2026, 12, 20): (parse_period("10:00-16:00"),)}


def test_a_visitor_needs_what_the_site_and_their_language_ask_for() -> None:
    [shop] = provision(parse_config(RULES, source=Path("config.toml"), env={}), {}).sites
    assert shop.requirement("en") == {"english": 1, "french": 4}
    assert shop.requirement("fr") == {"english": 1, "french": 4, "german": 3}
