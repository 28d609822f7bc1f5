"""The SIP stack, sippy, mended. Nothing else imports sippy.

Everything here runs in the stack's own thread, and is imported there: sippy's loop wakes the thread
that imported it.
"""
