"""What is likely not meant is told, each thing under its code, at its line, with a remedy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from acd.config import ConfigProblems, Problem, check_config, codes
from acd.config.loader import check_text, packaged_config, with_secrets
from acd.demo import seed

SOURCE = Path("/etc/acd/config.toml")
HEAD = """\
[[skills]]
id = "french"
[[departments]]
id = "sales"
name = "Sales"
[[agents]]
id = "anna"
name = "Anna Novak"
email = "anna@example.com"
departments = ["support", "sales"]
skills = { french = 2 }
[[departments]]
id = "support"
name = "Support"
"""


def found(text: str) -> list[Problem]:
    """Everything said of a text, errors or warnings, each under a code of its kind."""
    try:
        problems = check_text(text, source=SOURCE, env={}).warnings
    except ConfigProblems as raised:
        problems = raised.problems
    for problem in problems:
        assert problem.code in (codes.WARNINGS if problem.warning else codes.ERRORS)
    return list(problems)


def one(text: str, code: str) -> Problem:
    problems = found(text)
    assert [problem.code for problem in problems] == [code]
    assert problems[0].remedy
    return problems[0]


def check_secrets(text: str) -> tuple[Problem, ...]:
    """What is wrong with a text, secrets included."""
    with pytest.raises(ConfigProblems) as raised:
        with_secrets(check_text(text, source=SOURCE, env={}))
    return raised.value.problems


def test_what_comes_with_the_product_is_clean() -> None:
    assert check_config(packaged_config(), {}).warnings == ()
    demo = Path(seed.__file__).with_name("demo.toml")
    assert check_config(demo, {}).warnings == ()


def test_what_stands_in_comments_may_be_uncommented() -> None:
    text = packaged_config().read_text(encoding="utf-8")
    start = text.index("# [[hours]]")
    text = (
        text[:start]
        + re.sub("^# ", "", text[start:].split("\n\n")[0], flags=re.M)
        + ("\n\n" + text[start:].split("\n\n", 1)[1])
    )
    for key in ("hours", "max_length", "max_wait_s", "on_[a-z_]+", "at_close", "pull"):
        text, changed = re.subn(f"^# ({key} = )", r"\1", text, flags=re.M)
        assert changed, key
    assert not found(text)


ERRORS = [
    pytest.param('on_full = "voicemail"', "diversion_impossible", "on_full", id="chat-voicemail"),
    pytest.param(
        '[departments.call]\nmax_length = 5\non_full = "form"',
        "diversion_impossible",
        "call.on_full",
        id="call-form",
    ),
    pytest.param(
        'max_length = 5\non_full = { to = "overflow", department = "suport" }',
        "unknown_department",
        "on_full.department",
        id="overflow-unknown",
    ),
    pytest.param(
        'on_nobody = { to = "overflow", department = "support" }',
        "overflow_self",
        "on_nobody.department",
        id="overflow-self",
    ),
    pytest.param(
        '[departments.call]\non_nobody = { to = "overflow", department = "sales" }',
        "overflow_channel",
        "call.on_nobody.department",
        id="overflow-channel",
    ),
    pytest.param('hours = "ofice"', "unknown_hours", "hours", id="hours-unknown"),
    pytest.param(
        "relax = [{ after_s = 20, level = 2 }, { after_s = 10, drop = true }]",
        "relax_order",
        "relax[1]",
        id="relax-earlier",
    ),
    pytest.param(
        "relax = [{ after_s = 20, level = 2 }, { after_s = 30, level = 2 }]",
        "relax_order",
        "relax[1]",
        id="relax-no-less",
    ),
    pytest.param("relax = [{ after_s = 20 }]", "relax_step", "relax[0]", id="relax-nothing"),
    pytest.param(
        "relax = [{ after_s = 20, level = 1, drop = true }]", "relax_step", "relax[0]",
        id="relax-both",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "code", "key"), ERRORS)
def test_errors_in_a_department(rule: str, code: str, key: str) -> None:
    problem = one(HEAD + rule, code)
    assert not problem.warning
    lines = (HEAD + rule).splitlines()
    assert str(problem).startswith(f"/etc/acd/config.toml:{len(lines)}: departments[1].{key}: ")


WARNINGS = [
    pytest.param('order = "strict"', "starvation", "order", id="strict"),
    pytest.param(
        "ring_time_s = 40\nmax_wait_s = 30", "ring_over_max_wait", "ring_time_s", id="ring"
    ),
    pytest.param("max_wait_s = 20", "ring_over_max_wait", "max_wait_s", id="ring-usual"),
    pytest.param(
        "max_wait_s = 60\nlast_agent = { wait_s = 60 }", "last_agent_over_max_wait", "last_agent",
        id="last-agent",
    ),
    pytest.param(
        "max_wait_s = 60\nrelax = [{ after_s = 90, drop = true }]", "relax_over_max_wait", "relax",
        id="relax-late",
    ),
    pytest.param(
        'max_length = 3\non_full = "wait"', "bound_without_effect", "max_length", id="wait"
    ),
    pytest.param('on_full = "reject"', "never_applies", "on_full", id="full-unbounded"),
    pytest.param('on_max_wait = "reject"', "never_applies", "on_max_wait", id="wait-unbounded"),
    pytest.param('at_close = "form"', "never_applies", "at_close", id="close-always-open"),
    pytest.param("[departments.call]\nidle_s = 60", "idle_not_chat", "call.idle_s", id="idle-call"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "code", "key"), WARNINGS)
def test_warnings_in_a_department(rule: str, code: str, key: str) -> None:
    problem = one(HEAD + rule, code)
    assert problem.warning
    assert re.match(rf"/etc/acd/config\.toml:\d+: warning: departments\[1\]\.{key}: ", str(problem))


def test_a_departments_rule_counts_once_and_applies_where_one_queue_uses_it() -> None:
    assert not found(HEAD + 'on_full = "callback"\n[departments.call]\nmax_length = 3\n')
    assert one(HEAD + 'order = "strict"\n[departments.call]\n', "starvation").warning


def test_strict_with_a_way_out_starves_nobody() -> None:
    assert not found(HEAD + 'order = "strict"\nmax_wait_s = 300\n')


class TestOverflow:
    def test_that_goes_round_is_told_once(self) -> None:
        text = (
            HEAD.replace(
                'name = "Sales"\n',
                'name = "Sales"\nmax_length = 2\n'
                'on_full = { to = "overflow", department = "support" }\n',
            )
            + 'max_length = 2\non_full = { to = "overflow", department = "sales" }\n'
        )
        problem = one(text, "overflow_loop")
        assert problem.warning
        assert "sales/chat → support/chat → sales/chat" in problem.message

    def test_that_goes_too_far_is_told_where_it_ends(self) -> None:
        chain = "".join(
            f'[[departments]]\nid = "d{n}"\nname = "D{n}"\nmax_length = 1\n'
            + (f'on_full = {{ to = "overflow", department = "d{n + 1}" }}\n' if n < 5 else "")
            for n in range(1, 6)
        )
        problem = one(chain, "overflow_far")
        assert problem.line == 20
        assert "number 4" in problem.message

    def test_to_who_is_closed_as_well(self) -> None:
        text = HEAD.replace('name = "Sales"\n', 'name = "Sales"\nhours = "office"\n') + (
            'hours = "office"\non_closed = { to = "overflow", department = "sales" }\n'
            '[[hours]]\nid = "office"\nzone = "UTC"\nweek = { mon = ["09:00-12:00"] }\n'
        )
        assert one(text, "overflow_closed").warning


def site(requires: str) -> str:
    return f'[[sites]]\nid = "shop"\nname = "Shop"\ndepartments = ["support"]\n{requires}\n'


class TestServing:
    def test_queues_without_agents(self) -> None:
        text = HEAD + "[departments.call]\n"
        assert not found(text)
        problem = one(text.replace('["support", "sales"]', '["support"]'), "nobody_serves")
        assert problem.line == 3
        for capacity in ("total = 10", "chat = { max = 0 }"):
            rest = HEAD.replace("french = 2 }", f"french = 2 }}\ncapacity = {{ {capacity} }}")
            assert {problem.code for problem in found(rest)} == {"nobody_serves"}
            assert len(found(rest)) == 2

    def test_a_file_without_agents_says_nothing_of_them(self) -> None:
        start, _, end = HEAD.partition("[[agents]]")
        text = start + end[end.index("[[departments]]") :]
        assert not found(text + site("requires = { french = 9 }"))

    def test_skills_of_nobody(self) -> None:
        assert one(HEAD + '[[skills]]\nid = "german"\n', "skill_of_nobody").line == 15

    def test_levels_nobody_reaches(self) -> None:
        problem = one(
            HEAD + site("requires_by_locale = { fr = { french = 3 } }"), "skill_unreached"
        )
        assert "the highest is 2" in problem.message
        assert problem.line == 19
        text = HEAD + site("requires = { german = 1 }") + '[[skills]]\nid = "german"\n'
        assert "nobody has it" in one(text, "skill_unreached").message

    def test_departments_where_nobody_meets_it(self) -> None:
        basile = (
            '[[agents]]\nid = "basile"\nname = "Basile Petit"\nemail = "basile@example.com"\n'
            'departments = ["sales"]\nskills = { french = 7 }\n'
        )
        needs = site("requires = { french = 5 }") + basile
        problem = one(HEAD + needs, "requirement_unmet")
        assert "nobody in `support/chat` has french ≥ 5, so it waits for ever" in problem.message
        relaxed = HEAD + "relax = [{ after_s = 15, level = 3 }, { after_s = 30, level = 2 }]\n"
        assert "waits 30 s for nobody" in one(relaxed + needs, "requirement_unmet").message

    def test_a_skill_that_does_not_exist(self) -> None:
        text = HEAD + site("requires = { frnch = 1 }")
        assert one(text, "unknown_skill").remedy == "Did you mean `french`?"
        text = HEAD + site("[sites.requires_by_locale]\nfr = { frnch = 1 }")
        assert one(text, "unknown_skill").line == 20

    def test_too_many_pools(self) -> None:
        skills = "".join(f'[[skills]]\nid = "s{n}"\n' for n in range(22))
        anna = ", ".join(f"s{n} = 10" for n in range(22))
        head = HEAD.replace("{ french = 2 }", f"{{ french = 2, {anna} }}") + (
            "relax = [{ after_s = 10, level = 8 }, { after_s = 20, level = 6 }]\n"
        )
        sites = [
            f'[[sites]]\nid = "x{n}"\nname = "X"\nrequires = {{ s{n} = 9 }}\n'
            'departments = ["support"]\n'
            for n in range(22)
        ]
        assert not found(head + skills + "".join(sites[:21]))
        problem = one(head + skills + "".join(sites), "too_many_pools")
        assert not problem.warning
        assert "66" in problem.message


OFFICE = '[[hours]]\nid = "office"\nzone = "Europe/Paris"\nweek = { mon-fri = ["09:00-17:00"] }\n'


class TestHours:
    def test_that_are_right_say_nothing(self) -> None:
        text = HEAD + 'hours = "office"\n' + OFFICE + 'holidays = "FR-57"\nclosed_days = [\n'
        text += "  2026-12-24,\n  { first = 2026-12-26, last = 2027-01-02 },\n]\n"
        text += 'open_days = [{ day = 2026-12-20, periods = ["10:00-16:00"] }]\n'
        assert not found(text)

    @pytest.mark.parametrize(
        ("wrong", "code", "said"),
        [
            pytest.param(
                ('"Europe/Paris"', '"Europe/Pariss"'), "unknown_zone", "`Europe/Paris`", id="zone"
            ),
            pytest.param(('"Europe/Paris"', '"Nowhere"'), "unknown_zone", "/Paris", id="none"),
            pytest.param(("week", 'holidays = "ZZ"\nweek'), "unknown_region", "`FR`", id="country"),
            pytest.param(
                ("week", 'holidays = "DE-QQ"\nweek'), "unknown_region", "`DE-BY`", id="region"
            ),
            pytest.param(("17:00", "09:00"), "period_empty", "00:00-24:00", id="empty"),
            pytest.param(("mon-fri", 'tue = ["08:00-09:00"], mon-fri'), "twice", "once", id="day"),
            pytest.param(('"office"', '"always"'), "hours_reserved", "another", id="always"),
            pytest.param(
                ("week", "closed_days = [{ first = 2026-02-02, last = 2026-02-01 }]\nweek"),
                "days_backwards", "Swap", id="backwards",
            ),
            pytest.param(
                ("week", 'open_days = [{ day = 2026-02-02, periods = ["01:00-01:00"] }]\nweek'),
                "period_empty", "00:00-24:00", id="open-day",
            ),
        ],
    )  # fmt: skip
    def test_that_are_broken(self, wrong: tuple[str, str], code: str, said: str) -> None:
        problem = one(HEAD + 'hours = "always"\n' + OFFICE.replace(*wrong), code)
        assert not problem.warning
        assert said in problem.remedy

    def test_of_a_wrong_form_are_told_with_an_example(self) -> None:
        text = OFFICE.replace("mon-fri", "monday").replace("09:00", "9:00")
        text += "closed_days = [20261224]\nholidays = 5\n"
        assert {problem.code for problem in found(text)} == {"wrong_value"}
        said = "\n".join(map(str, found(text)))
        assert "hours[0].week.monday: this should be a day such as `mon`" in said
        assert "hours[0].closed_days[0]: this should be" in said

    def test_never_open_or_of_no_use_or_overlapping(self) -> None:
        never = OFFICE.replace('mon-fri = ["09:00-17:00"]', "")
        assert one(HEAD + 'hours = "office"\n' + never, "hours_never_open").warning
        assert one(HEAD + OFFICE, "hours_unused").warning
        twice = OFFICE.replace('"09:00-17:00"', '"09:00-13:00", "12:15-17:00"')
        problem = one(HEAD + 'hours = "office"\n' + twice, "periods_overlap")
        assert "12:15" in problem.message


SIP = "[departments.call]\n[telephony.sip]\n"


class TestSip:
    def test_what_is_right_says_nothing(self) -> None:
        text = HEAD + SIP + 'numbers = { "+33123456789" = "support", "12" = "support" }\n'
        text += 'enabled = true\nhost = "0.0.0.0"\nallow = ["10.0.0.5/32", "2001:db8::/32"]\n'
        assert not found(text)
        assert not found(HEAD + SIP + 'enabled = false\nhost = "::"\nallow = ["0.0.0.0/0"]\n')

    def test_a_number_leads_to_a_department_that_takes_calls(self) -> None:
        problem = one(HEAD + SIP + 'numbers = { "+331" = "suport" }', "unknown_department")
        assert problem.remedy == "Did you mean `support`?"
        assert problem.path == ("telephony", "sip", "numbers", "+331")
        problem = one(HEAD + SIP + 'numbers = { "+331" = "sales" }', "number_without_calls")
        assert not problem.warning
        assert "[departments.call]" in problem.remedy

    @pytest.mark.parametrize("number", ["", "01 23", "+0123", "a@b", "+", "1\\n", "x" * 65])
    def test_what_nobody_can_dial(self, number: str) -> None:
        text = HEAD + SIP + f'numbers = {{ "{number}" = "support" }}'
        assert one(text, "wrong_value").message.startswith("this should be what is dialled")

    def test_calls_that_lead_nowhere(self) -> None:
        assert one(HEAD + SIP + "enabled = true", "no_numbers").warning
        assert not found(HEAD + SIP + 'enabled = "auto"')

    def test_who_may_call(self) -> None:
        assert one(HEAD + SIP + 'allow = ["0.0.0.0/0"]', "sip_open").line == 17
        assert one(HEAD + SIP + 'host = "10.0.0.2"', "sip_nobody").line == 17
        user = '[[telephony.sip.users]]\nname = "trunk"\nsecret_env = "TRUNK"\n'
        assert not found(HEAD + SIP + 'host = "10.0.0.2"\n' + user)
        problem = one(HEAD + SIP + 'allow = ["10.0.0.5/8"]', "wrong_value")
        assert "10.0.0.0/8" in problem.message

    def test_users_need_a_password_and_a_name_of_their_own(self) -> None:
        user = '[[telephony.sip.users]]\nname = "trunk"\n'
        assert "password" in one(HEAD + SIP + user, "invalid").message
        clear = user + 'password = "x"\n'
        assert any("does not belong" in problem.message for problem in found(HEAD + SIP + clear))
        user += 'secret_file = "/dev/null"\n'
        codes_told = {problem.code for problem in check_secrets(HEAD + SIP + user + user)}
        assert codes_told == {"twice", "secret_missing"}

    def test_a_trunk_with_a_user_needs_its_password(self) -> None:
        trunk = 'trunk = { proxy = "sip:pbx.example.com" }\n'
        assert not found(HEAD + SIP + trunk)
        assert one(HEAD + SIP + trunk.replace("sip:", "tel:"), "wrong_value").line == 17
        trunk = trunk.replace(" }", ', user = "acd" }')
        assert "trunk" in one(HEAD + SIP + trunk, "invalid").message

    def test_sounds_that_are_not_there(self) -> None:
        assert one(HEAD + SIP + 'music_file = "music.wav"', "sound_missing").line == 17
        problem = one(HEAD + SIP + 'sounds_dir = "/nowhere"', "sound_missing")
        assert "/nowhere" in problem.message

    def test_ports(self) -> None:
        text = HEAD + "[telephony.rtpengine]\nlast_port = 29999\n"
        assert not one(text, "ports_backwards").warning


class TestDevices:
    TRUNK = '[telephony]\nregion = "FR"\nsip = { trunk = { proxy = "sip:pbx.example.com" } }\n'

    def told(self, devices: str, rest: str = TRUNK) -> str:
        return HEAD.replace("skills =", f"devices = [{devices}]\nskills =") + rest

    def test_that_are_right_say_nothing(self) -> None:
        desk = '{ id = "desk", address = "sip:101@10.0.0.5", hours = "office" }'
        mobile = '{ id = "mobile", address = "+33639981234", closed_console = true }'
        console = '{ id = "browser", place = 2 }'
        assert not found(self.told(f"{desk}, {mobile}, {console}", self.TRUNK + OFFICE))

    @pytest.mark.parametrize(
        ("device", "code"),
        [
            pytest.param('{ id = "desk" }', "device_address", id="no-address"),
            pytest.param(
                '{ id = "browser", address = "sip:1@x" }', "device_address", id="console"
            ),
            pytest.param('{ id = "desk", address = "0639981234" }', "wrong_value", id="national"),
            pytest.param('{ id = "desk", address = "+3363" }', "wrong_value", id="short"),
            pytest.param('{ id = "desk", address = "sip:x" }', "wrong_value", id="no-user"),
            pytest.param(
                '{ id = "desk", address = "sip:1@x", hours = "ofice" }', "unknown_hours", id="hours"
            ),
            pytest.param(
                '{ id = "a", address = "sip:1@x" }, { id = "a", address = "sip:2@x" }', "twice",
                id="twice",
            ),
        ],
    )  # fmt: skip
    def test_that_cannot_be(self, device: str, code: str) -> None:
        problem = one(self.told(device), code)
        assert not problem.warning
        assert problem.line == 11

    def test_that_hardly_ring(self) -> None:
        mobile = '{ id = "mobile", address = "+33639981234" }'
        call = "[departments.call]\nring_time_s = 10\n"
        assert one(self.told(mobile, call + self.TRUNK), "ring_short").warning
        desk = mobile.replace("+33639981234", "sip:101@10.0.0.5")
        assert not found(self.told(desk, call + self.TRUNK))
        assert not found(self.told(mobile, call.replace("10", "25") + self.TRUNK))

    def test_that_cannot_be_called(self) -> None:
        mobile = '{ id = "mobile", address = "+3224000000" }'
        assert "country" in one(self.told(mobile), "device_unreachable").message
        assert "no trunk" in one(self.told(mobile, ""), "device_unreachable").message
        allowed = self.TRUNK.replace('"FR"\n', '"FR"\ndialling = { countries = ["BE"] }\n')
        assert not found(self.told(mobile, allowed))


class TestAllInOneRun:
    def test_references_are_told_beside_wrong_types(self) -> None:
        text = """\
[server]
port = "80"
[[departments]]
id = "support"
name = 5
strategy = "prioritty"
[[agents]]
id = "anna"
email = "anna@example.com"
departments = ["suport", { department = "sales", priority = 999 }]
skills = { frnch = "much" }
[[hours]]
id = "office"
zone = "Europe/Pariss"
"""
        assert [(problem.line, problem.code) for problem in found(text)] == [
            (2, "wrong_value"),
            (5, "wrong_value"),
            (6, "unknown_strategy"),
            (7, "missing_key"),
            (10, "wrong_value"),
            (10, "unknown_department"),
            (10, "unknown_department"),
            (11, "wrong_value"),
            (14, "unknown_zone"),
        ]

    def test_a_name_that_may_be_the_one_that_is_wrong_proves_nothing(self) -> None:
        text = """\
[[departments]]
id = "Support"
name = "Support"
[[agents]]
id = "anna"
name = "Anna"
email = "anna@example.com"
departments = ["support"]
skills = { french = 3 }
"""
        assert [problem.code for problem in found(text)] == ["wrong_value", "unknown_skill"]

    @pytest.mark.parametrize(
        "text",
        [
            "departments = 5",
            "departments = [5]",
            "[[departments]]",
            "[[departments]]\nid = 5\nname = { en = 1 }\non_full = { to = 1 }\nrelax = [1, {}]",
            "[[hours]]\nweek = { x = 1 }\nopen_days = [{}]\nclosed_days = [{}]",
            "[channels]\nchat = { wait = 1 }\ncall = 5",
            "server = 1\nsites = [[]]",
        ],
        ids=str,
    )
    def test_nothing_is_too_wrong_to_be_told(self, text: str) -> None:
        problems = found(text)
        assert problems
        assert {problem.code for problem in problems} <= {
            "wrong_value", "missing_key", "unknown_key",
        }  # fmt: skip
