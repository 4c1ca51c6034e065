"""One worker's encrypted file: everything that is kept on this desk goes in and comes out here."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from gridworker.records import KINDS
from gridworker.records.change import Change
from gridworker.records.kind import Kind
from gridworker.storage import (
    backup,
    bare,
    buckets,
    drafts,
    laying,
    migrations,
    outbox,
    owed,
    project,
    search,
    snapshot,
    sync_log,
    tables,
    unindexed,
)
from gridworker.storage.connection import connect, prepare, reading
from gridworker.storage.drafts import Draft
from gridworker.storage.exchange import Exchange
from gridworker.storage.faults import at_the_border
from gridworker.storage.file import File

T = TypeVar("T")


@at_the_border
class Store(Exchange):
    """One worker's file, opened by one thread and used by that thread alone.

    Every method raises ``StoreError`` (busy, disk full, damaged) for faults of the file.
    """

    @classmethod
    def open(cls, path: Path, key: bytes, *, kinds: Mapping[str, Kind] = KINDS, backups: Path | None = None) -> "Store":
        """The store at ``path``, made when there is none. ``key``: 32 raw bytes.

        Raises ``StoreDamaged`` when the file is no store or the key is not its key, ``StoreTooNew``,
        ``StoreBusy``. Before a migration a copy is put into ``backups`` (beside the store by default).
        """
        db = connect(path, key)
        try:
            migrations.refuse_newer(db)
            prepare(db)
            if migrations.pending(db):
                if not migrations.is_new(db):
                    backup.before_migration(db, path, backups or backup.folder_of(path))
                migrations.apply(db)
            file = File(path, db, tables.tables_of(kinds))
            _make_ready(file, kinds)
        except BaseException:
            db.close()
            raise
        return cls(file)

    def close(self) -> None:
        """Let go of the file; the last one to do so folds the write-ahead log into it."""
        self._file.db.close()

    # ------------------------------------------------------------------ notes

    def set_meta(self, key: str, value: Any) -> None:
        """Note ``value`` (whatever JSON can hold) under ``key``."""
        with self._file.writing():
            self._file.note(key, value)

    def set_metas(self, values: Mapping[str, Any]) -> None:
        """Note several values, all or none."""
        with self._file.writing():
            for key, value in values.items():
                self._file.note(key, value)

    # ------------------------------------------------------------------ writing

    def in_one(self, act: Callable[[], T]) -> T:
        """What ``act`` reads and keeps, in one transaction: nobody else writes in between, and all of it is undone
        when it raises."""
        with self._file.writing():
            return act()

    def keep(self, changes: Sequence[Change], *, by: str, drop_drafts: Iterable[str] = ()) -> list[Change]:
        """One act of ``by`` (a person's id), all of it or nothing: outbox, rows, counts, search, drafts.

        Numbers and hybrid times are given here; the changes come back with them. Raises ``NotFound`` when the
        desk does not hold a bucket.
        """
        with self._file.joining():
            numbered = project.keep(self._file, changes, by)
            drafts.drop(self._file, drop_drafts)
        return numbered

    # ------------------------------------------------------------------ drafts

    def keep_draft(self, key: str, form: str, title: str, fields: Mapping[str, Any], at: int) -> None:
        """Keep what stands in a form now. ``at``: ms UTC."""
        drafts.keep(self._file, key, form, title, fields, at)

    def drafts(self) -> list[Draft]:
        """All drafts, the latest first."""
        return drafts.every(self._file)

    def draft(self, key: str) -> Draft | None:
        """The draft of this key."""
        return drafts.one(self._file, key)

    def drop_draft(self, key: str) -> None:
        """Forget a draft."""
        with self._file.writing():
            drafts.drop(self._file, [key])

    # ------------------------------------------------------------------ care

    def index_backlog(self, limit_ms: int) -> bool:
        """Index rows that came in large pages, for about ``limit_ms``; True while some are left."""
        return unindexed.index_backlog(self._file, limit_ms)

    def tidy(self) -> bool:
        """Housekeeping for the local lane, about 50 ms a call; True: call again soon.

        Merges the search index, folds the log into the file, and wipes what was dropped out of the store's own
        copies. Whoever lets a store grow without it is felt at the next save.
        """
        for bucket in buckets.dropping(self._file):
            self.drop_bucket(bucket)
        snapshot.clear_away(self._file)
        with self._file.writing():
            more = search.tidy(self._file.db)
            buckets.forget_left(self._file)
            buckets.forget_dropped(self._file)
        if self._file.meta("scrub", False) and self._wipe_log():
            backup.renew(self._file.db, self._file.path)
            self.set_meta("scrub", False)
        self._file.db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        return more

    def forgets_before(self, now: int) -> int:
        """What was handed in before this moment (ms UTC) no restore of the centre could ask for."""
        return outbox.forgets_before(self._file, now)

    def prune(self, now: int) -> int:
        """Forget own history that no restore of the centre could ask for; how many changes. ``now``: ms UTC."""
        with self._file.writing():
            owed.prune(self._file, outbox.forgets_before(self._file, now), now)
            return outbox.prune(self._file, now)

    def log_sync(self, at: int, entry: Mapping[str, Any]) -> None:
        """Note how a sync went: counts and codes, never content. ``at``: ms UTC."""
        with self._file.writing():
            sync_log.add(self._file, at, entry)

    def sync_log(self, limit: int = 50) -> list[dict[str, Any]]:
        """How the last syncs went, newest first; each with ``at``."""
        return sync_log.latest(self._file, limit)

    def backup_to(self, path: Path, key: bytes) -> None:
        """A whole, encrypted copy under the same key, opened and looked at. Raises ``DiskFull``, ``StoreDamaged``."""
        backup.copy(self._file.db, path, key)

    def carry_over(self, path: Path, key: bytes) -> int:
        """Take over what the store at ``path`` has not handed in, as far as it can be read; how many changes."""
        return backup.carry_over(self._file, backup.unsent_of(path, key))

    def check(self) -> bool:
        """Whether every page of the file is as it was written."""
        return backup.is_sound(self._file.db)


def _make_ready(file: File, kinds: Mapping[str, Kind]) -> None:
    """Tables for what is declared now, and a second chance for what could not be read."""
    grown = tables.create(file.db, file.tables)
    if grown:
        with file.writing():
            for bucket in buckets.held(file):
                if bucket.state not in ("loading", "dropping"):
                    project.count_again(file, file.held_bucket(bucket.id))
    with reading(file.db):
        for kind in search.create(file.db, kinds.values()):
            unindexed.put_off_all(file, kind)
    if grown:  # what waits was written by a former program, and may be called otherwise now
        with file.writing():
            project.tell_all_again(file, outbox.laid_records(file))
    bare.dress(file)
    laying.retry(file)
