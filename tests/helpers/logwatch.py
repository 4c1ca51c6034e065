"""Our own warnings are news: a test sees them coming, or fails."""

import logging
from types import TracebackType

import pytest

OURS = ("gridworker", "gridserver")


class LogWatch(logging.Handler):
    """Collects what our loggers say at WARNING or above while it is open."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []
        self._expected: list[str] = []

    def expect(self, words: str) -> None:
        """Say that a warning holding ``words`` will come. One that does not come fails as well."""
        self._expected.append(words)

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname} {record.name}: {self.format(record)}")

    def verdict(self) -> None:
        """Fail the test for each warning that it did not expect, and each that never came."""
        unseen = [line for line in self.lines if not any(words in line for words in self._expected)]
        if unseen:
            pytest.fail("Logged, and not expected:\n" + "\n".join(unseen), pytrace=False)
        missed = [words for words in self._expected if not any(words in line for line in self.lines)]
        if missed:
            pytest.fail("Expected in the log, and not there: " + "; ".join(missed), pytrace=False)

    def __enter__(self) -> "LogWatch":
        for name in OURS:
            logging.getLogger(name).addHandler(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for name in OURS:
            logging.getLogger(name).removeHandler(self)
