"""What keeps a worker's work on a bad disk, taken away one defence at a time: each has to be found out.

The mechanism is that of ``simulation.mutants``; ``days`` are those in which a mutant must show.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from simulation.mutants import Cut
from simulation.storage_faults import days

_BETWEEN = 'file.db.execute("COMMIT"); file.db.execute("BEGIN IMMEDIATE")'


@dataclass(frozen=True, slots=True)
class Mutant:
    """One defence taken away. ``promise``: what is broken by that."""

    name: str
    promise: str
    cuts: Sequence[Cut]
    days: Sequence[days.Day]
    share: float = 8.0
    """Per cent of the points that are tried."""
    seed: int = 1
    """The first of a few; chosen where a defence is needed at few points."""
    plights: Sequence[str] = ()
    """Acts on a disk that fails, in which it must show."""


def _one(
    name: str, promise: str, where: str, old: str, new: str, *days: days.Day, share: float = 8.0, seed: int = 1
) -> Mutant:
    return Mutant(name, promise, [Cut(f"gridworker.storage.{where}", old, new)], days, share, seed)


ALL: Sequence[Mutant] = (
    _one(
        "synchronous_off",
        "what was told is on the disk",
        "connection:prepare",
        'f"PRAGMA {pragma}"',
        'f"PRAGMA {pragma}".replace("FULL", "OFF")',
        days.he_edits_twice,
    ),
    _one(
        "synchronous_normal",
        "each act waits for the disk, not only each checkpoint",
        "connection:prepare",
        'f"PRAGMA {pragma}"',
        'f"PRAGMA {pragma}".replace("FULL", "NORMAL")',
        days.he_edits_twice,
    ),
    _one(
        "journal_in_memory",
        "a torn page is mended",
        "connection:prepare",
        'f"PRAGMA {pragma}"',
        'f"PRAGMA {pragma}".replace("WAL", "MEMORY")',
        days.he_saves_much_in_one_act,
        days.he_starts_for_the_first_time,
    ),
    _one(
        "unhurried_for_ever",
        "a save waits for the disk also behind a feed",
        "feed:unhurried",
        '"PRAGMA synchronous = FULL"',
        '"PRAGMA synchronous = NORMAL"',
        days.others_write_a_page,
    ),
    _one(
        "told_before_it_is_kept",
        "an act is told when its transaction has ended",
        "store:Store.in_one",
        "with self._file.writing():",
        'self._file.db.in_transaction and self._file.db.execute("COMMIT")\n'
        '    self._file.db.execute("BEGIN IMMEDIATE")\n'
        "    if True:",
        days.he_edits_twice,
    ),
    _one(
        "row_and_outbox_apart",
        "a record and its outbox line are one transaction",
        "project:_keep_row",
        "write(file, file.tables[kind], here, row, bucket, LOCAL)",
        f"{_BETWEEN}; write(file, file.tables[kind], here, row, bucket, LOCAL)",
        days.he_edits_twice,
    ),
    _one(
        "group_apart",
        "the records of one act are one transaction",
        "project:keep",
        "mine, author, incarnation)\n",
        f"mine, author, incarnation); {_BETWEEN}\n",
        days.he_visits_and_hears_two_matters,
    ),
    _one(
        "counts_apart",
        "the counts are those of the rows",
        "project:write",
        "summaries.shift(file, table, before, after)",
        f"{_BETWEEN}; summaries.shift(file, table, before, after)",
        days.he_saves_a_household,
    ),
    _one(
        "tags_apart",
        "tags and lists beside a row are those of the row",
        "project:write_beside",
        "drop_children(",
        f"{_BETWEEN}; drop_children(",
        days.he_edits_twice,
    ),
    _one(
        "draft_apart",
        "a draft goes with the saving",
        "store:Store.keep",
        "drafts.drop(self._file, drop_drafts)",
        f"{_BETWEEN.replace('file.', 'self._file.')}; drafts.drop(self._file, drop_drafts)",
        days.he_types_and_saves,
    ),
    _one(
        "words_apart",
        "the search finds what is shown",
        "project:write",
        "fresh.tell(file, table, row_id, row.id, None if row.removed else row.fields)",
        f"{_BETWEEN}; fresh.tell(file, table, row_id, row.id, None if row.removed else row.fields)",
        days.he_renames_a_household,
    ),
    _one(
        "sum_apart",
        "a bucket's sum is that of its rows",
        "feed:_receive",
        "buckets.add_to_hash(file, work.deltas)",
        f"{_BETWEEN}; buckets.add_to_hash(file, work.deltas)",
        days.others_write_a_page,
    ),
    _one(
        "drop_in_one_look",
        "a bucket that is being let go is not shown by half",
        "buckets:drop",
        "\"UPDATE bucket SET state = 'dropping' WHERE id = ?\"",
        '"UPDATE bucket SET state = state WHERE id = ?"',
        days.a_grid_leaves_him,
    ),
    _one(
        "cabinet_without_sync",
        "a photo that was put in is on the disk",
        "cabinet:Cabinet.open",
        "prepare(db)",
        'prepare(db); db.execute("PRAGMA synchronous = OFF")',
        days.he_attaches_a_photo,
    ),
    _one(
        "photo_in_pieces",
        "a photo is put in whole",
        "cabinet:Cabinet.put",
        "digest.update(body)",
        'digest.update(body); self._db.execute("COMMIT"); self._db.execute("BEGIN IMMEDIATE")',
        days.he_attaches_a_photo,
    ),
    _one(
        "migrates_without_a_copy",
        "a store of an older program is copied before it is changed",
        "store:Store.open",
        "if not migrations.is_new(db):",
        "if False:",
        days.a_new_program_migrates_the_store,
    ),
    _one(
        "name_of_copy_not_synced",
        "a backup that was told of has its name",
        "backup:copy",
        "sync_folder(path.parent)",
        "pass",
        days.he_makes_a_backup,
        days.a_new_program_migrates_the_store,
    ),
    _one(
        "exchange_in_two_steps",
        "one of two stores is there when a backup is put back",
        "restore:_exchange",
        "_keep(path, aside / path.name)",
        "os.replace(path, aside / path.name)",
        days.he_puts_a_backup_back,
        share=3.0,
    ),
    _one(
        "exchange_not_synced",
        "a backup that was put back stays",
        "restore:_exchange",
        "sync_folder(path.parent)",
        "pass",
        days.he_puts_a_backup_back,
        share=3.0,
        seed=18,
    ),
    _one(
        "written_in_place",
        "a small file is there whole, old or new",
        "whole_file:write",
        'path.with_name(f"{path.name}.{os.getpid()}.new")',
        "path",
        days.the_settings_are_kept,
        share=100.0,
    ),
    _one(
        "content_not_synced",
        "a small file's bytes are there before its name",
        "whole_file:write",
        "os.fsync(file.fileno())",
        "pass",
        days.the_settings_are_kept,
        share=100.0,
    ),
    _one(
        "name_not_synced",
        "a small file's name is there when that was told",
        "whole_file:write",
        "sync_folder(path.parent)",
        "pass",
        days.the_settings_are_kept,
        share=100.0,
    ),
    _one(
        "slots_before_stay",
        "no password opens a store that was wiped",
        "keys:KeySlots.destroy",
        "(self._before, self._path)",
        "(self._path,)",
        days.his_store_is_wiped,
        share=100.0,
    ),
    Mutant(
        "wiped_not_synced",
        "what was wiped is wiped when that was told",
        [
            Cut(
                "gridworker.storage.whole_file:shred",
                "os.fsync(file.fileno())\n    except FileNotFoundError:\n        return\n    path.unlink()\n"
                "    sync_folder(path.parent)",
                "pass\n    except FileNotFoundError:\n        return\n    path.unlink()",
            ),
        ],
        [days.his_store_is_wiped],
        100.0,
    ),
    Mutant(
        "no_rollback",
        "after a failed act the next one can be saved",
        [Cut("gridworker.storage.connection:writing", 'db.execute("ROLLBACK")', "pass")],
        [],
        plights=["makes"],
    ),
    Mutant(
        "fault_without_words",
        "a fault of the store is told in words",
        [Cut("gridworker.storage.faults:store_error", "if not isinstance(error, FAULTS):", "if True:")],
        [],
        plights=["makes"],
    ),
    Mutant(
        "fault_beside_without_words",
        "a fault of a file beside the store is told in words",
        [Cut("gridworker.errors:of_the_system", "_ADVICE.get(fault.errno or 0)", "None")],
        [],
        plights=["backs_up"],
    ),
)
