"""The configuration: config.toml, typed, with overrides from the environment."""

from acd.config.loader import Checked, check_config, load_config, parse_config, with_secrets
from acd.config.model import Config
from acd.config.problems import ConfigProblems, Problem

__all__ = [
    "Checked",
    "Config",
    "ConfigProblems",
    "Problem",
    "check_config",
    "load_config",
    "parse_config",
    "with_secrets",
]
