"""A package, so that its browsers and servers end with the last of its stories."""
