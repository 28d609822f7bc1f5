"""What is likely not meant of queues: their rules, where they overflow to, who serves them."""

from __future__ import annotations

import re

import pytest

from tests.unit.config.linting import HEAD, found, one, site

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
    assert str(problem).startswith(
        f"/etc/acd/config.toml:{len(lines)}:1: {problem.code}: departments[1].{key}: "
    )


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
    assert re.match(
        rf"/etc/acd/config\.toml:\d+:1: \w+: warning: departments\[1\]\.{key}: ", str(problem)
    )


def test_a_bound_behind_which_one_waits_is_no_bound() -> None:
    for rule in ("ring_time_s = 40", "last_agent = { wait_s = 60 }",
                 "relax = [{ after_s = 90, drop = true }]"):  # fmt: skip
        text = HEAD + f'max_wait_s = 30\non_max_wait = "wait"\n{rule}\n'
        assert one(text, "bound_without_effect").warning


def test_a_ring_that_ends_before_it_has_to_be_confirmed() -> None:
    routing = "[routing]\ndelivery_s = 15\n"
    problem = one(HEAD + "ring_time_s = 15\n" + routing, "delivery_over_ring")
    assert (problem.warning, problem.line) == (True, 15)
    assert not found(HEAD + "ring_time_s = 16\n" + routing)
    everywhere = found(HEAD + routing.replace("15", "20"))  # as long as a queue usually rings
    assert [(each.code, each.line) for each in everywhere] == [("delivery_over_ring", 16)]


class TestRanks:
    AGENT = (
        '[[agents]]\nid = "{0}"\nname = "{0}"\nemail = "{0}@example.com"\n'
        "departments = [{1}]\nskills = {{ french = 2 }}\n"
    )
    FIRST = '{ department = "support", rank = 1 }'

    def told(self, *places: str) -> list[str]:
        agents = "".join(self.AGENT.format(f"a{n}", place) for n, place in enumerate(places))
        start, _, end = HEAD.partition("[[agents]]")
        return [each.code for each in found(start + end[end.index("[[departments]]") :] + agents)]

    def test_all_of_whom_serve_another_queue_first_starve_it(self) -> None:
        assert self.told(f'{self.FIRST}, "sales"') == ["starvation"]
        behind = '{ department = "sales", rank = 2 }'
        assert self.told(f'{self.FIRST}, "sales"', f"{self.FIRST}, {behind}") == ["starvation"]

    def test_one_of_whom_serves_it_as_soon_as_any_do_not(self) -> None:
        same = '{ department = "sales", rank = 1 }'
        for other in ('"sales"', '"support", "sales"', f"{self.FIRST}, {same}"):
            assert self.told(f'{self.FIRST}, "sales"', other) == []

    def test_another_channel_is_no_line_before_it(self) -> None:
        calls = '{ department = "support", rank = 1, channels = ["call"] }'
        assert self.told(f'{calls}, "sales"', '"support"') == []


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

    def test_to_who_is_open_at_no_time_beyond(self) -> None:
        text = HEAD.replace('name = "Sales"\n', 'name = "Sales"\nhours = "less"\n') + (
            'hours = "office"\non_closed = { to = "overflow", department = "sales" }\n'
            '[[hours]]\nid = "office"\nzone = "UTC"\nweek = { mon-fri = ["09:00-17:00"] }\n'
            '[[hours]]\nid = "less"\nzone = "UTC"\nweek = { mon-thu = ["10:00-17:00"] }\n'
        )
        assert one(text, "overflow_closed").warning
        assert not found(text.replace("mon-thu", "mon-sat"))
        assert not found(text.replace("10:00-17:00", "10:00-17:01"))
        broken = text.replace("10:00-17:00", "10:00-10:00")
        assert one(broken, "period_empty").line == 25


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

    def test_queues_it_overflows_to_and_calls_count_too(self) -> None:
        basile = (
            '[[agents]]\nid = "basile"\nname = "Basile Petit"\nemail = "basile@example.com"\n'
            'departments = ["sales"]\n'
        )
        text = HEAD.replace('"support", "sales"]', '"support"]') + (
            'max_length = 2\non_full = { to = "overflow", department = "sales" }\n'
        )
        needs = site("requires = { french = 2 }") + basile
        problem = one(text + needs, "requirement_unmet")
        assert "nobody in `sales/chat`, to which `support/chat` hands on, has" in problem.message
        assert not found(
            text
            + needs.replace(
                'basile@example.com"\n', 'basile@example.com"\nskills = { french = 2 }\n'
            )
        )
        calls = HEAD.replace(
            '"support", "sales"]', '{ department = "support", channels = ["chat"] }, "sales"]'
        )
        calls += "[departments.call]\n" + needs.replace('["sales"]', '["support", "sales"]')
        assert "`support/call`" in one(calls, "requirement_unmet").message

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
