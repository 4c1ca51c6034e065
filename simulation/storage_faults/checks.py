"""What is looked at when a store is opened after a power cut."""

import contextlib
import hashlib
import itertools
import pickle
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gridworker.errors import GridworkerError, StoreError
from gridworker.ledger import Ledger, Me
from gridworker.records.row import Row
from gridworker.storage import buckets, outbox, project, tables
from gridworker.storage.cabinet import Cabinet, path_of
from gridworker.storage.connection import connect
from gridworker.storage.faults import FAULTS
from gridworker.storage.file import File
from gridworker.storage.keys import KeySlots
from gridworker.storage.store import Store
from gridworker.storage.whole_file import read_json
from simulation.district import COUNTY, MORNING, name_of
from simulation.storage_faults.county import WANG
from simulation.storage_faults.recorder import quick_folder
from simulation.storage_faults.worker import KEY, LET_GO, REMOVED, Key, Paper, Worker, rows_of, states_of

ABSENT = "absent"
"""In the place of what the paper does not speak of yet."""
SEARCHED = {"household": "head_name", "visit": "text", "matter": "title", "dispute": "title", "person": "name"}


class Found(Exception):
    """A promise is broken; ``str``: which, and where."""


STORES = ("store.db", "store.files")


def recovered(folder: Path) -> bytes:
    """Lets SQLite fold the logs in, and gives a mark of all bytes of the two files that lie there then. What lies
    beside them is not touched by that."""
    mark = hashlib.blake2b(digest_size=16)
    for path in (folder / name for name in STORES):
        if not path.exists():
            continue
        db = connect(path, KEY)
        with contextlib.suppress(FAULTS):
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        db.close()
        for lies in sorted(path.parent.glob(f"{path.name}*")):
            if lies.is_file() and lies.suffix not in (".part", ".new"):
                mark.update(f"{lies.name} {lies.stat().st_size}\n".encode())
                mark.update(lies.read_bytes())
    return mark.digest()


class Opened:
    """A worker's folder, opened after a power cut. Raises ``Found`` when it cannot be."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._cabinet: Cabinet | None = None
        self._rows: dict[str, dict[str, Row]] = {}
        self._states: dict[str, str] | None = None
        try:
            self.store = Store.open(path, KEY)
        except StoreError as error:
            raise Found(f"the store does not open: {type(error).__name__} {error.detail}") from None

    @classmethod
    def of(cls, worker: Worker) -> "Opened":
        """A desk that is open."""
        here = cls.__new__(cls)
        here.path, here.store, here._states, here._rows = worker.path, worker.store, None, {}
        here._cabinet = worker.open_files()
        return here

    @property
    def file(self) -> File:
        """The tables."""
        return self.store._file

    @property
    def cabinet(self) -> Cabinet:
        """The photos and papers."""
        if self._cabinet is None:
            try:
                self._cabinet = Cabinet.open(self.path, KEY)
            except StoreError as error:
                raise Found(f"the cabinet does not open: {type(error).__name__} {error.detail}") from None
        return self._cabinet

    @property
    def states(self) -> Mapping[str, str]:
        """By id: how each own change stands."""
        if self._states is None:
            self._states = states_of(self.store)
        return self._states

    def row(self, kind: str, record: str) -> Row | None:
        """A record as it is shown; read once."""
        if kind not in self._rows:
            self._rows[kind] = rows_of(self.store, kind)
        return self._rows[kind].get(record)

    def close(self) -> None:
        """Everything."""
        if self._cabinet is not None:
            self._cabinet.close()
        self.store.close()

    # ------------------------------------------------------------------ the disk's part

    def pages(self) -> None:
        """Every page bears its seal, and the tables agree with their indexes."""
        files = [("store", self.file.db)]
        if path_of(self.path).exists():
            files.append(("cabinet", self.cabinet._db))
        for name, db in files:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            if seals := db.execute("PRAGMA cipher_integrity_check").fetchall():
                raise Found(f"{name}: {len(seals)} pages without their seal")
            said = db.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if said != "ok":
                raise Found(f"{name}: {str(said)[:80]}")

    def check_cabinet(self) -> None:
        """Every page of the cabinet, and the sizes of what it holds."""
        for kept in self.cabinet.all():
            if kept.whole and len(self.cabinet.content(kept.sha256)) != kept.size:
                raise Found("a photo has lost bytes")

    def state(self) -> str:
        """A mark of all that lies in the tables: equal for equal contents."""
        mark = hashlib.blake2b(digest_size=16)
        files = [self.file.db]
        if path_of(self.path).exists():
            files.append(self.cabinet._db)
        for db in files:
            for name in _tables(db):
                if lines := db.execute(f'SELECT * FROM "{name}"').fetchall():
                    mark.update(name.encode())
                    mark.update(pickle.dumps(lines, pickle.HIGHEST_PROTOCOL))
        return mark.hexdigest()

    # ------------------------------------------------------------------ the promises

    def tables_agree(self) -> None:
        """Rows, outbox, counts and sums say the same."""
        self._numbers()
        self._shown()
        self._sums()
        self._counts()
        self._beside()

    def _numbers(self) -> None:
        lines = self.file.db.execute("SELECT incarnation, n FROM outbox WHERE n > 0 ORDER BY _row").fetchall()
        lives: dict[int, list[int]] = {}
        for life, n in lines:
            lives.setdefault(life, []).append(n)
        for life, numbers in lives.items():
            # Those of a bucket that was let go are missing.
            if len(set(numbers)) != len(numbers):
                raise Found(f"two changes have one number in the life {life} of the store")

    def _shown(self) -> None:
        for kind, record in self.file.db.execute("SELECT DISTINCT kind, record FROM outbox WHERE laid").fetchall():
            here = project.held(self.file, kind, record)
            base = project.centre_row(self.file, kind, record, here)
            told = project.shown(self.file, kind, base, outbox.laid_over(self.file, record))
            shown = None if here is None else here.row
            if (told is None) != (shown is None):
                raise Found(f"{kind}: row and outbox disagree on whether it is there")
            if told and shown and (told.fields, told.removed) != (shown.fields, shown.removed):
                raise Found(f"{kind}: the row does not say what its outbox lines say")
        query = "SELECT count(*) FROM base_row WHERE id NOT IN (SELECT record FROM outbox WHERE laid)"
        if self.file.db.execute(query).fetchone()[0]:
            raise Found("a centre's row lies beside a record that nothing is laid over")

    def _sums(self) -> None:
        for row_id, total, state in self.file.db.execute("SELECT _row, hash, state FROM bucket").fetchall():
            if state != "dropping" and (total or f"{0:032x}") != buckets.recount(self.file, row_id):
                raise Found("a bucket's sum is not that of its rows")

    def _counts(self) -> None:
        query = "SELECT * FROM summary ORDER BY 1, 2, 3"
        kept = self.file.db.execute(query).fetchall()
        with contextlib.suppress(_Undone), self.file.writing():
            for bucket in self.store.buckets():
                if bucket.state not in ("loading", "dropping", "absent"):
                    project.count_again(self.file, self.file.held_bucket(bucket.id))
            again = self.file.db.execute(query).fetchall()
            raise _Undone
        if kept != again:
            raise Found("the counts are not those of the rows")

    def _beside(self) -> None:
        """Tags and lists beside a row are those of the row."""
        for table in self.file.tables.values():
            children = [table.child(field.name) for field in (*table.tags, *table.lists)]
            if not children:
                continue
            kept = [self.file.db.execute(f"SELECT * FROM {child}").fetchall() for child in children]
            with contextlib.suppress(_Undone), self.file.writing():
                for child in children:
                    self.file.db.execute(f"DELETE FROM {child}")
                for line in self.file.db.execute(f"{table.select} WHERE _removed IS NULL").fetchall():
                    tables.put_children(self.file.db, table, line[0], table.unpacked(line[10:], line[9]))
                again = [self.file.db.execute(f"SELECT * FROM {child}").fetchall() for child in children]
                raise _Undone
            if kept != again:
                raise Found(f"{table.kind.name}: the tags and lists beside the rows are not theirs")

    def goes_on(self) -> None:
        """He saves something more, and puts a photo in, as if nothing had been."""
        grid = next((b for b in self.store.buckets() if b.bucket_class == "grid" and b.state == "live"), None)
        if grid is None:
            return
        me = Me(WANG.id, "wang", "王芳", WANG.role, WANG.grids, COUNTY)
        ids = (name_of(0xEE, number) for number in itertools.count())
        ledger = Ledger(self.store, me, clock=lambda: MORNING, new_id=lambda: next(ids))
        waits = self.store.waiting_count().get("new", 0)
        try:
            house = ledger.save("household", {"head_name": "后来", "address": "马村", "grid": grid.region}).id
            self.cabinet.put([b"a photo"], "image/webp", None, MORNING)
        except (GridworkerError, FAULTS) as error:
            raise Found(f"work does not go on: {type(error).__name__} {error}") from None
        if ledger.get("household", house) is None or self.store.waiting_count()["new"] != waits + 1:
            raise Found("what is saved afterwards is not there")

    def is_found(self, key: Key) -> str:
        """Empty when a record that is shown answers the search for its name; otherwise what is wrong."""
        if key[0] != "record" or (row := self.row(key[1], key[2])) is None or row.removed is not None:
            return ""
        return self._is_found(key[1], key[2], row.fields, row.bucket)

    def holds(self, key: Key, wanted: Any) -> str:
        """ "" when what the paper says of this is so; otherwise what is instead."""
        look = getattr(self, f"_holds_{key[0]}")
        return str(look(wanted, *key[1:]))

    def _holds_record(self, wanted: Any, kind: str, record: str) -> str:
        row = self.row(kind, record)
        if wanted in (None, ABSENT):
            return "" if row is None else f"a {kind} is there that nobody was told of"
        if row is None:
            return f"a {kind} is gone"
        if wanted == REMOVED:
            return "" if row.removed is not None else f"a removed {kind} is back"
        if row.removed is not None:
            return f"a {kind} is removed"
        if wanted is row.fields:  # as it was read (``rows_of``)
            return ""
        for name, value in wanted.items():
            if not _same(row.fields.get(name), value):
                return f"a {kind} has another {name}"
        return ""

    def _is_found(self, kind: str, record: str, fields: Mapping[str, Any], bucket: str) -> str:
        word = str(fields.get(SEARCHED.get(kind, ""), "") or "")
        if not word.startswith("字"):
            return ""
        held = self.file.bucket(bucket)
        if held is None or held.state in ("loading", "dropping"):
            return ""
        hits = {hit.id for hit in self.store.search(word, [kind])}
        return "" if record in hits else f"the search does not find a {kind}"

    def _holds_change(self, wanted: str, change: str) -> str:
        state = self.states.get(change, ABSENT)
        return "" if state == wanted else f"a change is {state}, not {wanted}"

    def _holds_draft(self, wanted: Any, key: str) -> str:
        draft = self.store.draft(key)
        there = None if draft is None else draft.fields
        return "" if there == (None if wanted == ABSENT else wanted) else "a draft is not what was typed"

    def _holds_file(self, wanted: Any, sha256: str) -> str:
        if not path_of(self.path).exists():
            return "" if wanted == ABSENT else "there is no cabinet"
        kept = self.cabinet.about(sha256)
        if wanted == ABSENT:
            return "" if kept is None else "a photo is there that nobody was told of"
        if kept is not None and wanted == LET_GO:
            return "a photo that was let go is here" if kept.whole else ""
        if kept is None or not kept.whole:
            return "a photo is gone"
        same = hashlib.sha256(self.cabinet.content(sha256)).hexdigest() == sha256
        return "" if same else "a photo has other bytes"

    def _holds_note(self, wanted: Any, name: str) -> str:
        there = self.store.meta(name)
        same = there == (None if wanted == ABSENT else wanted)
        return "" if same else f"the note {name} is {there!r}, not {wanted!r}"

    def _holds_bucket(self, wanted: Any, bucket: str) -> str:
        states = {each.id: each.state for each in self.store.buckets()}
        there = states.get(bucket, ABSENT)
        return "" if there == wanted else f"a bucket is {there}, not {wanted}"

    def _holds_carried(self, wanted: Any, name: str) -> str:
        found = {each.name: "receipt" if each.receipt else "waits" for each in self.store.carried()}
        there = found.get(name, ABSENT)
        return "" if there == wanted else f"a carried package is {there}, not {wanted}"

    def _holds_password(self, wanted: Any, word: str) -> str:
        slots = KeySlots(self.path.with_name(self.path.name + ".keys"))
        try:
            opens = slots.unlock(word, None, 0) == KEY
        except GridworkerError as error:
            return "" if wanted == ABSENT else f"a password opens nothing: {type(error).__name__}"
        return "" if opens and wanted != ABSENT else "an old password opens the store"

    def _holds_copy(self, wanted: Any, name: str) -> str:
        path = self.path.parent / name
        if wanted == ABSENT:
            return ""
        if not path.exists() or not path.stat().st_size:
            return "a backup is gone"
        return _whole(path)

    def _holds_kept(self, wanted: Any, name: str) -> str:
        """A small file beside the store that is there whole, in one of its versions."""
        path = self.path.parent / name
        there = read_json(path) if path.exists() else ABSENT
        return "" if there == wanted else f"{name} is not what was written"


def _same(there: Any, wanted: Any) -> bool:
    """Nothing, and an empty set, are the same to who typed it; a set has no order."""
    if isinstance(wanted, list):
        return sorted(there or []) == sorted(wanted)
    return bool(there == wanted) or (not there and wanted in (None, ""))


def agrees(opened: Opened, before: Paper, after: Paper, steps: bool) -> None:
    """What is there is the paper before or the paper after, whole; in an act of several transactions each thing for
    itself. Raises ``Found``."""
    differing, same = [], []
    for key in dict.fromkeys((*before, *after)):
        old, new = before.get(key, ABSENT), after.get(key, ABSENT)
        if old == new:
            said = opened.holds(key, old)
            if said and not (steps and _is_on_its_way(opened, key)):
                raise Found(said)
            same.append(key)
        else:
            differing.append((key, opened.holds(key, old), opened.holds(key, new)))
    # A search costs more than all else: a few are looked for of what stayed the same, and some of what is new.
    for key in (*_some([key for key, _, _ in differing], _LOOKED_FOR_NEW), *_some(same, _LOOKED_FOR)):
        if said := opened.is_found(key):
            raise Found(said)
    if steps:
        for key, old_said, new_said in differing:
            if old_said and new_said and not _is_on_its_way(opened, key):
                raise Found(f"{old_said}; {new_said}")
    elif any(old for _, old, _ in differing) and any(new for _, _, new in differing):
        old_said = next(old for _, old, _ in differing if old)
        new_said = next(new for _, _, new in differing if new)
        raise Found(f"half an act: {old_said}; {new_said}")


def is_after(opened: Opened, before: Paper, after: Paper) -> bool:
    """Whether what is there is the paper after."""
    return all(not opened.holds(key, new) for key, new in after.items() if before.get(key, ABSENT) != new)


_LOOKED_FOR, _LOOKED_FOR_NEW = 10, 40


def _some(keys: Sequence[Key], most: int) -> Sequence[Key]:
    return keys[:: max(1, len(keys) // most)]


_ORDER = ("new", "held", "accepted", "durable")


def _is_on_its_way(opened: Opened, key: Key) -> bool:
    """A change may stand between its state before a sync and that behind it; a record may be shown half-way."""
    if key[0] == "change":
        return opened.states.get(key[1], ABSENT) in _ORDER
    if key[0] == "record":
        return opened.row(key[1], key[2]) is not None
    return key[0] == "bucket"


_WHOLE: set[bytes] = set()
"""Backups that were opened once and found sound."""


def _whole(path: Path) -> str:
    mark = hashlib.blake2b(path.read_bytes(), digest_size=16).digest()
    if mark in _WHOLE:
        return ""
    with tempfile.TemporaryDirectory(dir=quick_folder()) as folder:  # opening it writes beside it
        said = _opened(Path(shutil.copy(path, folder)))
    if not said:
        _WHOLE.add(mark)
    return said


def _opened(path: Path) -> str:
    try:
        store = Store.open(path, KEY)
    except StoreError as error:
        return f"a backup does not open: {type(error).__name__}"
    try:
        return "" if store.check() else "a backup is not sound"
    finally:
        store.close()


class _Undone(Exception):
    """What was counted is not to be kept."""


def _tables(db: Any) -> Iterator[str]:
    query = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    query += " AND name <> '_sqlite_migrations' ORDER BY name"  # which tells the time
    for (name,) in db.execute(query).fetchall():
        yield name
