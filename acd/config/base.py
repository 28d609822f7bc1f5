"""What every section of the configuration has in common."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

# \Z and not $, which lets a new line follow: an origin is copied into a header.
SLUG = r"^[a-z0-9][a-z0-9_-]{0,63}\Z"
LOCALE = r"^(en|fr)\Z"
VARIABLE = r"^([A-Z][A-Z0-9_]*)?\Z"
ORIGIN = r"^(https?://[A-Za-z0-9._:\[\]-]+|\*)\Z"
SITE_URL = r"^(https?://[A-Za-z0-9._:\[\]-]+)?\Z"
REDIS_URL = r"^((redis|rediss|unix|redis\+sentinel|redis\+cluster|rediss\+cluster)://.+)?$"
DATABASE_URL = r"^((postgresql(\+asyncpg)?|sqlite)://.+)?$"
EMAIL = r"^[^@\s]+@[^@\s]+\Z"
DAYS = r"^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?\Z"
PERIOD = r"^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)\Z"
REGION = r"^([A-Z]{2}(-[A-Z0-9]{1,8})?)?\Z"
STUN_URL = r"^stuns?:[A-Za-z0-9._:\[\]-]+\Z"
TURN_URL = r"^turns?:[A-Za-z0-9._:\[\]-]+(\?transport=(udp|tcp))?\Z"
E164 = r"^(\+[1-9][0-9]{4,14})?\Z"
DIALLED = r"^(\+[1-9][0-9]{1,14}|[A-Za-z0-9._*#-]{1,64})\Z"
# UDP alone: the nodes speak nothing else, and would send the rest of it unprotected
SIP_URI = r"^(sip:[A-Za-z0-9._:\[\]-]+(;transport=udp)?)?\Z"
SIP_ADDRESS = r"^sip:[A-Za-z0-9._+*#-]{1,64}@[A-Za-z0-9._:\[\]-]+\Z"
SIP_NAME = r"^[A-Za-z0-9._+-]{0,64}\Z"
X_HEADER = r"^X-[A-Za-z0-9-]{1,62}\Z"
HOST = r"^([A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9a-fA-F:]*:[0-9a-fA-F:.]*)?\Z"
HOST_PORT = r"^(child|([A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\]):[0-9]{1,5})\Z"
EMAIL_CHARS = 254
NAME_CHARS = 80
_DEFAULT_PORTS = (("http://", ":80"), ("https://", ":443"))


def as_browsers_say(origin: str) -> str:
    """The origin in lower case and without its scheme's own port."""
    origin = origin.lower()
    for scheme, port in _DEFAULT_PORTS:
        if origin.startswith(scheme):
            return origin.removesuffix(port)
    return origin


Slug = Annotated[str, StringConstraints(pattern=SLUG)]
"""An id that may stand in an address: lower-case letters, digits, `-` and `_`."""

Locale = Annotated[str, StringConstraints(pattern=LOCALE)]
"""A language the screens speak."""

EnvironmentName = Annotated[str, StringConstraints(pattern=VARIABLE)]
"""The name of an environment variable that holds a secret; empty for none."""

Origin = Annotated[str, StringConstraints(pattern=ORIGIN), AfterValidator(as_browsers_say)]
"""Scheme and host of a website, with a port where it has one; or `*`."""

Email = Annotated[str, StringConstraints(pattern=EMAIL, max_length=EMAIL_CHARS)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=NAME_CHARS)]
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
