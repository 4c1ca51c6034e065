"""Archives the log while the centre serves: what was accepted is safe as soon as its place in the log is archived."""

import logging
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gridserver.archive import Archive, oldest_in, system_of
from gridserver.backup import Secret
from gridserver.copies import Copies
from gridserver.errors import CommandFailed, Refused
from gridserver.keys import Keys
from gridserver.settings import DAY, MINUTE
from gridserver.storage import chores, embedded, files, idle_files, meta, migrate, wal
from gridserver.storage.engine import Engine, transaction
from gridserver.storage.stacks import Stacks
from gridserver.storage.threads import beside
from gridserver.storage.wal import Place

_log = logging.getLogger(__name__)

EVERY = 10.0
"""Seconds between two looks."""
BASE_EVERY = 7 * DAY
BASE_AFTER = 8 << 30
"""Bytes of log after which a new base copy is made, however young the last one is."""
QUIET = 5 * MINUTE
"""ms after which the log is archived though no desk waits for it."""
_PIECE = 4 << 20
"""Bytes of the log that are read at once."""


class Archivist:
    """One centre's archive. ``round`` may be broken off anywhere and made again."""

    def __init__(
        self,
        engine: Engine,
        url: str,
        folder: Path,
        secret: Secret,
        keys: Keys,
        now: Callable[[], int],
        stacks: Stacks | None = None,
    ) -> None:
        self._engine, self._url, self._keys, self._now = engine, url, keys, now
        with transaction(engine) as conn:
            self._place: Place = wal.place(conn)
        line = f"{self._place.system}-{self._place.timeline}"
        self.archive = Archive(folder / line, secret, secrets.token_bytes)
        self._folder = folder
        self._copies = Copies.beside(folder, secret, secrets.token_bytes)
        self._stacks = stacks
        self._files = 0
        self._at = 0
        self._last = 0

    def round(self) -> bool:
        """Archives what is new, when somebody waits for it or it is time; whether something was."""
        start = wal.slot_begin(self._engine, self._place)
        self._at = max(self._at, self.archive.end(start))
        if self._needs_base():
            self._make_base()
        elif not self._wanted():
            return False
        covered = wal.covered(self._engine)
        end = wal.flushed(self._engine)
        self._copy_files(covered.files)
        self._archive(end)
        self._let_go()
        safe = end >= covered.lsn and self._is_whole()
        with transaction(self._engine) as conn:
            if safe:
                meta.mark_backup(conn, covered.marks, self._now())
                files.mark_durable(conn, covered.files)
            bases = self.archive.bases()
            told = {"covered": self._last, "until": self._at, "bases": len(bases)}
            told |= {"since": bases[0].made_at} if bases else {}
            chores.note(conn, "archive", now=self._now(), ok=safe, told=told)
        return True

    def try_round(self) -> None:
        """The same; what goes wrong is told loudly, and tried again the next time."""
        try:
            self.round()
        except (CommandFailed, OSError) as failed:
            self._fail(type(failed).__name__ if isinstance(failed, OSError) else str(failed))
        except Refused:
            _log.info("the archive waits for the database")

    def _fail(self, why: str) -> None:
        """The server keeps the log meanwhile, and nothing is called safe."""
        _log.error("the log is not being archived: %s", why)
        with transaction(self._engine) as conn:
            before = chores.last(conn).get("archive")
            told = dict(before.told) if before is not None else {}
            chores.note(conn, "archive", now=self._now(), ok=False, told=told)

    def _copy_files(self, last: int) -> None:
        """The bytes of attached files are not in the log."""
        if last <= self._files or self._stacks is None:
            return
        with transaction(self._engine) as conn:
            new = [each for each in files.all_of(conn, self._files) if each.n <= last]
        self._copies.add(new, self._stacks, self._now())
        self._files = last

    # ------------------------------------------------------------------ the log

    def _wanted(self) -> bool:
        if self._now() - self._last > QUIET:
            return True
        with transaction(self._engine) as conn:
            return meta.somebody_waits(conn) or wal.written(conn) - self._at > _PIECE

    def _archive(self, end: int) -> None:
        now = self._now()
        while self._at < end:
            border = self._place.begin(self._at) + self._place.segment
            upto = min(end, border, self._at + _PIECE)
            with transaction(self._engine) as conn:
                content = wal.read(conn, self._place, self._at, upto)
            self.archive.put_log(self._at, content, now)
            self._at = upto
            if upto == border:
                self._merge(border)
        self._last = now

    def _merge(self, border: int) -> None:
        """A segment is complete: one piece holds it from now on."""
        begin = border - self._place.segment
        if self.archive.end(begin) < border:
            return
        with transaction(self._engine) as conn:
            content = wal.read(conn, self._place, begin, border)
        self.archive.merged(self.archive.put_log(begin, content, self._now()))

    def _let_go(self) -> None:
        """The server keeps the segment that is being written, so that it can be read again when it is complete."""
        begin = self._place.begin(self._at)
        with transaction(self._engine) as conn:
            wal.let_go(conn, begin)

    # ------------------------------------------------------------------ base copies

    def _is_whole(self) -> bool:
        """Whether there is a base copy from which the log leads without a gap to where it is archived."""
        return any(self.archive.end(base.start) >= max(base.end, self._at) for base in self.archive.bases())

    def _needs_base(self) -> bool:
        bases = self.archive.bases()
        if not bases or self.archive.end(bases[-1].start) < min(self._at, bases[-1].end):
            return True
        newest = bases[-1]
        if self._now() - newest.made_at > BASE_EVERY or self._at - newest.start > BASE_AFTER:
            return True
        return self.archive.end(newest.start) < self._at  # a gap: the slot was lost

    def _make_base(self) -> None:
        now = self._now()
        with transaction(self._engine) as conn:
            first = self._place.begin(wal.written(conn))
        copying = wal.base(self._url, embedded.programs())

        def end() -> int:
            copying.expect_success()
            with transaction(self._engine) as conn:
                return wal.written(conn)

        place = self._place
        told = {"schema": migrate.steps()[0], "major": place.major, "user": place.user, "database": place.database}
        told |= {"segment": place.segment, "timeline": place.timeline, "system": system_of(place.version)}
        try:
            self.archive.put_base(copying.pieces(), end, first, now, self._keys, told)
        finally:
            copying.kill()
        self.archive.prune()
        oldest = oldest_in(self._folder)
        if oldest is not None:
            with transaction(self._engine) as conn:
                gone = idle_files.gone(conn, oldest - MINUTE)
            self._copies.let_go(gone)


@contextmanager
def archiving(archivist: Archivist) -> Iterator[None]:
    """Rounds are made in a thread of their own for as long as the block lasts; the last one at its end."""

    def walk(over: threading.Event) -> None:
        last = False
        while not last:
            last = over.wait(EVERY)
            archivist.try_round()

    with beside("archive", walk, patience=60):
        yield
