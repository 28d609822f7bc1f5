"""The configuration: config.toml, typed, with overrides from the environment."""

from acd.config.loader import load_config, parse_config
from acd.config.model import Config
from acd.config.problems import ConfigProblems, Problem

__all__ = ["Config", "ConfigProblems", "Problem", "load_config", "parse_config"]
