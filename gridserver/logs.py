"""What the centre's log says: what happened and where, never what people typed."""

import logging
import sys
import traceback
from types import TracebackType
from typing import TextIO

OURS = ("gridserver", "uvicorn.error", "alembic")

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Discreet(logging.Formatter):
    """Tells of an exception its class and the places it came through; its words may hold somebody's name."""

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - the library's name
        """The lines of code, without a value."""
        kind, error, trace = ei
        lines = ["".join(traceback.format_tb(trace)).rstrip(), kind.__name__ if kind else ""]
        state = getattr(getattr(error, "orig", None), "sqlstate", None)
        return "\n".join(line for line in [*lines, f"sqlstate {state}" if state else ""] if line)


def start(stream: TextIO | None = None) -> None:
    """From here on what the centre has to say goes to ``stream`` (standard error)."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Discreet("%(asctime)s %(levelname)s %(name)s %(message)s"))
    for name in OURS:
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(logging.INFO if name == "gridserver" else logging.WARNING)
