"""Calls from page to page: audio goes directly between browsers, the server passes signals on."""
