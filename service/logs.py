"""Logs: one event a line on stderr, never a body, an address or a secret."""

import logging
import sys
from typing import Any

import structlog


def configure(level: str, form: str) -> None:
    """Write events of at least ``level`` to stderr, as JSON objects (``form`` "json") or as text for people."""
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=True)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
