"""The desk's log: enough to find a fault by, and nothing about any person."""

import logging
import logging.handlers
import re
from pathlib import Path

FOLDER = "logs"
FILE = "gridworker.log"
_BYTES = 1_000_000
_KEPT = 3

_CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_ID_OR_DIGITS = re.compile(r"(\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)|\d{5,}[Xx]?")


class CarefulFormatter(logging.Formatter):
    """Writes no Chinese text and no long numbers: a net under the rule that nobody logs such things.

    Of an exception it keeps the way through our code and the type; its text may quote what was
    typed and is masked like everything else. Numbers of up to four digits, and ids, are kept.
    """

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


def masked(text: str) -> str:
    """``text`` without Chinese words and without numbers that could be a telephone or an id."""
    return _ID_OR_DIGITS.sub(lambda found: found[1] or "#", _CHINESE.sub("▢", text))


def start(home: Path, *, level: int = logging.INFO) -> logging.Handler:
    """From here on what our own code says goes to ``home/logs``; 3 MB at most. Give the handler to ``stop``."""
    folder = home / FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handler = logging.handlers.RotatingFileHandler(
        folder / FILE, maxBytes=_BYTES, backupCount=_KEPT - 1, encoding="utf-8", delay=True
    )
    handler.setFormatter(CarefulFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    ours = logging.getLogger("gridworker")
    ours.setLevel(level)
    ours.addHandler(handler)
    return handler


def stop(handler: logging.Handler) -> None:
    """Closes what ``start`` opened."""
    logging.getLogger("gridworker").removeHandler(handler)
    handler.close()
