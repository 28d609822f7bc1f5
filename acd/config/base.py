"""What every section of the configuration has in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
"""An id that may stand in an address: lower-case letters, digits, `-` and `_`."""

Locale = Annotated[str, StringConstraints(pattern=r"^(en|fr)$")]
"""A language the screens speak."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=80)]

EnvironmentName = Annotated[str, StringConstraints(pattern=r"^([A-Z][A-Z0-9_]*)?$")]
"""The name of an environment variable that holds a secret; empty for none."""

Priority = Annotated[int, Field(ge=1, le=100)]


class Section(BaseModel):
    """A frozen table of config.toml; a docstring under a field is its documentation."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        regex_engine="python-re",
        validate_default=False,
    )
