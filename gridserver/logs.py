"""What the centre's log says: what happened and where, never what people typed."""

import json
import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO

OURS = ("gridserver", "uvicorn.error", "alembic")

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

_REQUEST: ContextVar[dict[str, Any] | None] = ContextVar("request", default=None)
"""What is known of the request under way; every line that is said meanwhile carries its id."""


@contextmanager
def request(number: str) -> Iterator[dict[str, Any]]:
    """A request begins; what ``note`` adds meanwhile, in this thread or in one that it starts, is in the dictionary."""
    told: dict[str, Any] = {"request": number}
    token = _REQUEST.set(told)
    try:
        yield told
    finally:
        _REQUEST.reset(token)


def note(**facts: str | int) -> None:
    """Ids, codes and counts of the request under way; nothing outside of one."""
    told = _REQUEST.get()
    if told is not None:
        told.update(facts)


class Discreet(logging.Formatter):
    """Tells of an exception its class and the places it came through; its words may hold somebody's name."""

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - the library's name
        """The lines of code, without a value."""
        kind, error, trace = ei
        lines = ["".join(traceback.format_tb(trace)).rstrip(), kind.__name__ if kind else ""]
        state = getattr(getattr(error, "orig", None), "sqlstate", None)
        return "\n".join(line for line in [*lines, f"sqlstate {state}" if state else ""] if line)


class Structured(Discreet):
    """One JSON object a line: ``t``, ``level``, ``logger``, ``event``, and the facts of the record or its request."""

    def format(self, record: logging.LogRecord) -> str:
        """As one line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told = {"t": at, "level": record.levelname, "logger": record.name, "event": record.getMessage()}
        known = _REQUEST.get() or {}
        told |= getattr(record, "facts", None) or ({"request": known["request"]} if known else {})
        if record.exc_info:
            told["trace"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


def start(stream: TextIO | None = None, *, structured: bool = False) -> None:
    """From here on what the centre has to say goes to ``stream`` (standard error). ``structured``: as JSON."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Structured() if structured else Discreet("%(asctime)s %(levelname)s %(name)s %(message)s"))
    for name in OURS:
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(logging.INFO if name == "gridserver" else logging.WARNING)
