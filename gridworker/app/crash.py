"""When something goes wrong that nobody foresaw: it is noted without a word of anybody's, and said plainly."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Qt, Signal, qVersion

from gridworker.errors import GridworkerError

if TYPE_CHECKING:
    from typing import Self

LOG = logging.getLogger(__name__)
OURS: Final = Path(__file__).resolve().parents[1]
MOST_KEPT: Final = 50
LAST_LINES: Final = 300
"""Lines of the log that go into what is saved for whoever mends it."""


@dataclass(frozen=True)
class Fall:
    """One crash: what sort of error, and its way through our own code. Never a value, a text or a path of a person."""

    lines: tuple[str, ...]
    again: bool = False
    """The same has happened before, since the window was opened."""
    error: GridworkerError | None = None
    """Something that the worker can act on, though no page caught it: it is said in its own words."""


class Crashes(QObject):
    """Takes the interpreter's place while the window is open, for whatever nobody caught in any thread.

    ``fell`` is told on the window's thread, after the event that failed is over. A hand on the
    keyboard of the terminal (Ctrl+C) is no crash: ``stopped``.
    """

    fell = Signal(object)
    stopped = Signal()
    _home = Signal(object)

    def __init__(self, before: Callable[[], object] = lambda: None, parent: QObject | None = None) -> None:
        """*before* is called before the first line is logged: it may open the log."""
        super().__init__(parent)
        self._before = before
        self._known: list[tuple[str, ...]] = []
        self._count = 0
        self._home.connect(self.fell, Qt.ConnectionType.QueuedConnection)
        self._hooks: tuple[Any, Any, Any] | None = None

    @property
    def count(self) -> int:
        """How many there were."""
        return self._count

    def __enter__(self) -> Self:
        self._hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
        sys.excepthook = self.caught
        threading.excepthook = lambda args: self.caught(args.exc_type, args.exc_value, args.exc_traceback)
        sys.unraisablehook = lambda args: self.caught(args.exc_type, args.exc_value, args.exc_traceback)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._hooks is not None:
            sys.excepthook, threading.excepthook, sys.unraisablehook = self._hooks
            self._hooks = None

    def caught(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        """Note it and let the window know."""
        if issubclass(kind, KeyboardInterrupt):
            self.stopped.emit()
            return
        self._count += 1
        lines = tuple(described(error if error is not None else kind()))
        again = lines in self._known
        if not again:
            self._known = [*self._known, lines][-MOST_KEPT:]
            self._before()
            LOG.error("crash\n%s", "\n".join(lines))
        self._home.emit(Fall(lines, again, error if isinstance(error, GridworkerError) else None))

    def save(self, path: Path, version: str, log: Path) -> Path:
        """Write to *path* what whoever mends it needs, as text that the worker may read before he hands it on."""
        import platform

        known = (line for lines in self._known for line in (*lines, ""))
        text = (
            "民情日记 诊断信息",
            "只有程序自己的记录：没有姓名、电话、地址和您写的内容。",
            "",
            f"program {version}",
            f"python {platform.python_version()} qt {qVersion()}",
            f"system {platform.system()} {platform.release()} {platform.machine()}",
            "",
            *known,
            "log:",
            *_tail(log),
            "",
        )
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text("\n".join(text), "utf-8")
        return path


def described(error: BaseException) -> Iterator[str]:
    """The types of an error and of what led to it, and the places of our own code that they went through.

    No message of an error, as it may quote what somebody typed; no path outside the program.
    """
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield f"{type(link).__module__}.{type(link).__qualname__}"
        yield from _places(link.__traceback__)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)


def _places(trace: TracebackType | None) -> Iterator[str]:
    elsewhere = False
    while trace is not None:
        code = trace.tb_frame.f_code
        path = Path(code.co_filename)
        if path.is_relative_to(OURS):
            yield f"  {path.relative_to(OURS.parent).as_posix()}:{trace.tb_lineno} {code.co_qualname}"
        elif not elsewhere:
            yield "  …"
        elsewhere = not path.is_relative_to(OURS)
        trace = trace.tb_next


def _tail(log: Path) -> list[str]:
    try:
        return log.read_text("utf-8", errors="replace").splitlines()[-LAST_LINES:]
    except OSError:
        return []
