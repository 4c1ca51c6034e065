"""The whole database as a stream, in one picture of it, and back again in one transaction."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gridserver.storage import epochs, files, meta
from gridserver.storage.engine import Engine, snapshot, text
from gridserver.storage.meta import Mark
from gridserver.storage.program import Program, start_program

_HEAD_LINES = 60
"""So many lines of a script may hold settings that an older server does not know."""
_NEWER_SETTINGS = (b"SET transaction_timeout",)


@dataclass(frozen=True)
class Dump:
    """A database that is being read."""

    covered: Sequence[Mark]
    """How far each device had come in the picture that is written."""
    files: int
    """The number of the last attached file in it."""
    pieces: Iterator[bytes]
    """pg_dump's custom format."""


@contextmanager
def dump(engine: Engine, url: str, programs: Path) -> Iterator[Dump]:
    """Reads the database with pg_dump while others write on. Raises ``CommandFailed``, also after the last piece."""
    with snapshot(engine) as conn:
        picture = str(conn.scalar(text("SELECT pg_export_snapshot()")))
        options = ["--format=custom", "--no-owner", "--no-privileges", "--exclude-table-data=access_token"]
        reading = start_program(programs, "pg_dump", [*options, f"--snapshot={picture}"], url)
        try:
            yield Dump(meta.marks(conn), files.last_n(conn), _all_of(reading))
        finally:
            reading.kill()


@dataclass(frozen=True)
class Rebirth:
    """What is to be different after a restore."""

    epoch: str
    """A new one: desks that come with the old one hand in again what the dump lacks."""
    made_at: int
    """When the dump was made, ms UTC: what is in it is covered by it."""


def restore(url: str, programs: Path, pieces: Iterable[bytes], after: Rebirth, *, lock_seconds: int = 60) -> None:
    """Puts a dump in the place of everything in one transaction. Raises ``CommandFailed``; then nothing was changed.
    ``lock_seconds``: how long to wait for those who are at work in it.
    """
    script = start_program(programs, "pg_restore", ["--no-owner", "--no-privileges", "--file=-"])
    options = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--file=-"]
    writing = start_program(programs, "psql", options, url)
    feeder = _Feeder(script, pieces)
    try:
        feeder.start()
        writing.tell(_BEFORE.format(seconds=lock_seconds).encode())
        for place, line in enumerate(script.lines()):
            if place > _HEAD_LINES or not line.startswith(_NEWER_SETTINGS):
                writing.tell(line)
        feeder.join()
        if feeder.error is not None:
            raise feeder.error
        script.expect_success()
        writing.tell(_after(after).encode())
        writing.expect_success()
    finally:  # psql commits when its input ends in good order: it is killed before that
        script.kill()
        writing.kill()


_BEFORE = "SET lock_timeout = '{seconds}s'; DROP SCHEMA public CASCADE; CREATE SCHEMA public;\n"
_AFTER = """
SET search_path = public;
DO $$ BEGIN
    -- A backup of an older program has no such table: then every desk hands in again all that it still has.
    IF to_regclass('epoch_left') IS NOT NULL THEN
        {leave};
    END IF;
END $$;
UPDATE meta SET epoch = '{epoch}', system_id = (SELECT system_identifier::text FROM pg_control_system()),
    timeline = (SELECT timeline_id FROM pg_control_checkpoint()), backup_at = greatest(backup_at, {made_at});
UPDATE device SET durable_n = {covered};
"""


def _after(after: Rebirth) -> str:
    return _AFTER.format(epoch=after.epoch, made_at=after.made_at, covered=meta.COVERED, leave=epochs.LEAVE.strip())


def _all_of(reading: Program) -> Iterator[bytes]:
    """What it writes, to its good end: half a dump is none."""
    yield from reading.pieces()
    reading.expect_success()


class _Feeder(threading.Thread):
    """Hands the pieces to pg_restore while its script is read."""

    def __init__(self, script: Program, pieces: Iterable[bytes]) -> None:
        super().__init__(daemon=True)
        self._script = script
        self._pieces = pieces
        self.error: Exception | None = None

    def run(self) -> None:
        """Until the last piece, or the first that is damaged."""
        try:
            for piece in self._pieces:
                self._script.tell(piece)
        except Exception as error:
            self.error = error
        self._script.end_input()
