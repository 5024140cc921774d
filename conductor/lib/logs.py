"""Structured logs: one set-up for every process, ids of run, task, attempt and correlation on every line, no secrets.

Logs go to stderr, so that stdout stays free for answers. Must not be used to record what the product must remember.
"""

import contextlib
import logging
import sys
from collections.abc import Iterator, MutableMapping
from typing import Any

import structlog

from conductor.lib.redact import redact_structure

Processor = structlog.typing.Processor


@contextlib.contextmanager
def context(**ids: object) -> Iterator[None]:
    """Every line logged inside carries these ids, e.g. run=, task=, attempt=, correlation=."""
    with structlog.contextvars.bound_contextvars(**{name: str(said) for name, said in ids.items() if said is not None}):
        yield


def correlation() -> str:
    """The id of the request, command or sweep that caused what happens now; empty where none was set."""
    return str(structlog.contextvars.get_contextvars().get("correlation", ""))


def logger(name: str) -> structlog.stdlib.BoundLogger:
    made: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return made


def configure(level: str, form: str) -> None:
    """Send structlog and the standard library's logs through one chain; `form` is `json` or `console`."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _without_secrets,
                _one_line,
                renderer,
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for noisy in ("daphne", "django.channels.server", "rq", "asyncio", "httpx2", "httpcore2", "google_genai"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level.upper()]))


def _without_secrets(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    cleaned: MutableMapping[str, Any] = redact_structure(dict(event))
    return cleaned


def _one_line(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Text from outside cannot forge a second log line; a traceback keeps its lines."""
    for name, said in event.items():
        if name != "exception" and isinstance(said, str) and not said.isprintable():
            event[name] = "".join(char if char.isprintable() else repr(char)[1:-1] for char in said)
    return event
