"""What a page costs its visitor, gzipped: the budgets of the launcher, the chat and the console."""

from __future__ import annotations

from bench import sizes

LAUNCHER_MAX = 2_048
CHAT_MAX = 30_720
WHOLE_MAX = 43_008
CONSOLE_MAX = 61_440


def test_the_launcher_is_tiny_and_stands_alone() -> None:
    assert sizes.launcher() <= LAUNCHER_MAX
    text = (sizes.STATIC / "widget" / "widget.js").read_text()
    assert "import" not in text.split("{", 1)[0]


def test_the_chat_is_small_and_so_is_what_it_loads_later() -> None:
    assert sizes.widget_app() <= CHAT_MAX
    assert sizes.widget_whole() <= WHOLE_MAX


def test_the_console_opens_quickly() -> None:
    assert sizes.console_shell() <= CONSOLE_MAX
