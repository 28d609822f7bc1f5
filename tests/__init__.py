"""A package, since sippy installs one of this name, which would stand before a mere folder."""
