"""The one reader of ``config.toml``: typed, complete, and quick to say everything that is wrong with it."""

from service.settings.loading import load, load_or_default
from service.settings.model import Settings

__all__ = ["Settings", "load", "load_or_default"]
