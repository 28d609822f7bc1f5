"""What is likely not meant of calls: SIP, and the telephones of agents."""

from __future__ import annotations

import pytest

from tests.unit.config.linting import HEAD, OFFICE, check_secrets, found, one

SIP = "[departments.call]\n[telephony.sip]\n"


class TestSip:
    def test_what_is_right_says_nothing(self) -> None:
        text = HEAD + SIP + 'numbers = { "+33123456789" = "support", "12" = "support" }\n'
        text += 'enabled = true\nhost = "0.0.0.0"\nadvertise = "10.0.0.2"\n'
        text += 'allow = ["10.0.0.5/32", "2001:db8::/32"]\n'
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
        assert "password" in one(HEAD + SIP + user, "missing_key").message
        clear = user + 'password = "x"\n'
        assert any("does not belong" in problem.message for problem in found(HEAD + SIP + clear))
        user += 'secret_file = "/dev/null"\n'
        codes_told = {problem.code for problem in check_secrets(HEAD + SIP + user + user)}
        assert codes_told == {"twice", "secret_missing"}

    def test_a_trunk_with_a_user_needs_its_password(self) -> None:
        trunk = 'trunk = { proxy = "sip:pbx.example.com" }\n'
        assert one(HEAD + SIP + trunk, "nobody_dialled").line == 17
        assert not found(HEAD + SIP + trunk + '[telephony]\nregion = "FR"\n')
        assert one(HEAD + SIP + trunk.replace("sip:", "tel:"), "wrong_value").line == 17
        trunk = trunk.replace(" }", ', user = "acd" }')
        assert "trunk" in one(HEAD + SIP + trunk, "missing_key").message

    def test_sounds_that_are_not_there(self) -> None:
        assert one(HEAD + SIP + 'music_file = "music.wav"', "sound_missing").line == 17
        problem = one(HEAD + SIP + 'sounds_dir = "/nowhere"', "sound_missing")
        assert "/nowhere" in problem.message

    @pytest.mark.parametrize("proxy", ["sips:pbx.example.com", "sip:pbx.example.com;transport=tls"])
    def test_a_trunk_over_anything_but_udp(self, proxy: str) -> None:
        text = HEAD + SIP + f'trunk = {{ proxy = "{proxy}" }}\n'
        assert one(text, "wrong_value").message.startswith("this should be an address over UDP")

    def test_ports(self) -> None:
        text = HEAD + "[telephony.rtpengine]\nlast_port = 29999\n"
        assert not one(text, "ports_backwards").warning

    @pytest.mark.parametrize(
        ("sip", "rest", "code"),
        [
            (
                'numbers = { "0199001234" = "support", "+33199001234" = "support" }',
                "",
                "number_twice",
            ),
            ('trunk = { proxy = "sip:127.0.0.1" }', "", "trunk_is_itself"),
            ('trunk = { proxy = "sip:[fd00::5]" }', "", "trunk_of_another_kind"),
            (
                'host = "::1"\ntrunk = { proxy = "sip:pbx.example", via = "sip:10.0.0.5" }',
                "",
                "trunk_of_another_kind",
            ),
            (
                'trunk = { proxy = "sip:10.0.0.5:5080" }',
                'dialling = { desk_hosts = ["10.0.0.5"] }',
                "desk_host_dials",
            ),
            ('host = "0.0.0.0"\nallow = ["10.0.0.5/32"]', "", "address_unsaid"),
            ("max_calls = 3000", "", "ports_few"),
            ("", 'rtpengine = { ng = "10.0.0.3:2223", dtmf_port = 2299 }', "keys_unheard"),
            (
                'host = "10.0.0.2"\nallow = ["10.0.0.5/32"]',
                'rtpengine = { ng = "10.0.0.3:2223" }',
                "keys_unheard",
            ),
        ],
    )
    def test_what_goes_nowhere(self, sip: str, rest: str, code: str) -> None:
        head = HEAD.replace('name = "Sales"\n', 'name = "Sales"\n[departments.call]\n')
        text = (
            f'{head}[departments.call]\n[telephony]\nregion = "FR"\n{rest}\n[telephony.sip]\n{sip}'
        )
        assert one(text, code).warning

    def test_one_number_leads_to_one_department(self) -> None:
        calls = '[departments.call]\n[telephony]\nregion = "FR"\n[telephony.sip]\n'
        twice = 'numbers = { "0199001234" = "support", "+33199001234" = "sales" }'
        head = HEAD.replace('name = "Sales"\n', 'name = "Sales"\n[departments.call]\n')
        problem = one(head + calls + twice, "number_of_two")
        assert not problem.warning
        assert "`0199001234`, which leads to `support`" in problem.message

    def test_what_is_narrow_enough(self) -> None:
        text = (
            '[departments.call]\n[telephony]\nregion = "FR"\n'
            'dialling = { desk_hosts = ["10.0.0.5"], desk_users = "10[0-9]" }\n'
            '[telephony.sip]\ntrunk = { proxy = "sip:10.0.0.5" }\n'
        )
        assert not found(HEAD + text)
        assert one(HEAD + text.replace("10[0-9]", "10["), "wrong_value").line == 18


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
