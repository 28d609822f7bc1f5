"""Calls that come from and go to a PBX or a trunk: SIP by sippy, audio by rtpengine."""
