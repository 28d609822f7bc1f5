"""The whole configuration."""

from acd.config.base import Section, Slug
from acd.config.directory import (
    AgentSettings,
    ApiKeySettings,
    DepartmentSettings,
    SiteSettings,
    SkillSettings,
)
from acd.config.hours import HoursSettings
from acd.config.server import (
    ChannelsSettings,
    DatabaseSettings,
    LimitsSettings,
    RedisSettings,
    RoutingSettings,
    SecuritySettings,
    ServerSettings,
)
from acd.config.telephony import TelephonySettings


class Config(Section):
    """config.toml, typed and frozen; made by `acd.config.load_config`."""

    tenant: Slug = "main"
    """The organisation; it names the keys in Redis. Keep it for ever."""
    server: ServerSettings = ServerSettings()
    redis: RedisSettings = RedisSettings()
    database: DatabaseSettings = DatabaseSettings()
    security: SecuritySettings = SecuritySettings()
    limits: LimitsSettings = LimitsSettings()
    routing: RoutingSettings = RoutingSettings()
    channels: ChannelsSettings = ChannelsSettings()
    telephony: TelephonySettings = TelephonySettings()
    sites: tuple[SiteSettings, ...] = ()
    skills: tuple[SkillSettings, ...] = ()
    hours: tuple[HoursSettings, ...] = ()
    departments: tuple[DepartmentSettings, ...] = ()
    agents: tuple[AgentSettings, ...] = ()
    api_keys: tuple[ApiKeySettings, ...] = ()
