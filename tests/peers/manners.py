"""What a telephone does when it is called; set before."""

from __future__ import annotations


class Manners:
    """Those of a tolerant PBX, unless a test says otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self.tones: dict[str, int] = {}
        """Who answers with another tone, by the number that was called."""
        self.picks_up: set[str] = set()
        """Numbers that answer at once."""
        self.refuses: int | None = None
        """Answer each call with this status."""
        self.is_mute = False
        """New calls say nothing: many at a time are cheap."""
        self.contact = ""
        """Where its requests say that it is reached; empty for the truth."""
        self.withholds_ack = False
        """Do not acknowledge a 200 but by `acknowledge`."""
        self.says_late: str | None = None
        """What answers an offer that comes only with a 200; None for our own SDP."""
        self.challenge = ""
        """Ask for a password with this before a BYE is taken."""
        self.hears_cancel = True
        """Whether it stops ringing when it is told to."""
        self.is_silent = False
        """Say nothing at all."""
