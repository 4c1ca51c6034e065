"""A worker and the desk before him: each act goes through the real ledger, and is written down when he was told of it.

What is written down is the *paper*: by what it is about (a record, a change, a draft, a file, a password) what must be
found there from that moment on. A power cut between two acts must find the paper of the first; one within an act may
find the paper before it or behind it, whole.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from gridworker.errors import DeviceRevoked
from gridworker.ledger import Ledger, Me
from gridworker.ledger.ground import Saved
from gridworker.records.kind import Kind
from gridworker.records.row import Row
from gridworker.storage.cabinet import Cabinet
from gridworker.storage.store import Store
from gridworker.sync.driver import sync_once
from simulation.district import COUNTY, GRIDS
from simulation.storage_faults.county import WANG, County, LineCut

KEY = bytes(range(1, 33))
"""Raw, as a worker's key is when it comes out of its slot: no derivation stands between an image and its check."""
Key = tuple[str, ...]
Paper = dict[Key, Any]
REMOVED = "removed"
LET_GO = "let go"
_SEEN = ("household", "visit", "matter", "person", "dispute")
"""Kinds of which a sync brings new records before his eyes."""


@dataclass(frozen=True, slots=True)
class Told:
    """The paper from one moment on. ``steps``: the act that led to it was several transactions, and may be found at
    any of them."""

    paper: Paper
    steps: bool
    what: str
    firm: bool = True
    """It is promised to outlive a power cut. What comes from the centre is not: it would come again."""


@dataclass(slots=True)
class Worker:
    """One person, his store, and what he was told."""

    path: Path
    county: County
    mark: Callable[[str], None]
    told: list[Told] = field(default_factory=list)
    paper: Paper = field(default_factory=dict)
    acts: int = 0
    tokens: int = 0
    counts_from: int = 0
    """The mark from which on the power is cut."""
    store: Store = field(init=False)
    ledger: Ledger = field(init=False)
    cabinet: Cabinet | None = None
    is_up: bool = True
    """He has left his desk."""

    @property
    def now(self) -> int:
        """The time on the wall."""
        return self.county.now

    def sits_down(self) -> None:
        """He opens his store."""
        self.store = Store.open(self.path, KEY)
        self.is_up = False
        me = Me(WANG.id, "wang", "王芳", WANG.role, WANG.grids, COUNTY)
        self.ledger = Ledger(
            self.store, me, clock=lambda: self.county.now, new_id=self.county.new_id, cabinet=self.open_cabinet
        )

    def open_cabinet(self) -> Cabinet:
        """His cabinet of files."""
        self.cabinet = Cabinet.open(self.path, KEY)
        return self.cabinet

    def open_files(self) -> Cabinet:
        """The cabinet that is open, or another look at it."""
        return self.cabinet or self.open_cabinet()

    def gets_up(self) -> None:
        """He closes everything."""
        if self.ledger.files is not None:
            self.ledger.files.close()
        self.cabinet, self.is_up = None, True
        self.store.close()

    def enrols(self) -> None:
        """What the centre told this desk on its first day."""
        standing = self.county.standing()
        self.store.set_metas({"epoch": self.county.centre.books.epoch, "scope": 1, "standing": standing})

    def begins(self) -> None:
        """What is written down so far is how it stood at the beginning."""
        self.told = [Told(dict(self.paper), False, "begins")]

    def now_it_counts(self) -> None:
        """What was done before only set the scene."""
        self.counts_from = len(self.told) - 1

    @property
    def houses(self) -> list[str]:
        """The households of his first grid that were there in the morning."""
        return sorted(key[2] for key, fields in self.told[0].paper.items() if _is_house(key, fields))

    def chance(self, size: int) -> bytes:
        """Bytes that look like chance and are the same in each run."""
        self.tokens += 1
        return hashlib.shake_128(f"chance {self.tokens}".encode()).digest(size)

    def is_told(self, what: str, *, steps: bool = False, firm: bool = True) -> None:
        """The act is done, as far as he knows."""
        self.acts += 1
        self.told.append(Told(dict(self.paper), steps, what, firm))
        self.mark(str(len(self.told) - 1))
        self.county.now += 61_000

    def token(self) -> str:
        """A word that nobody typed before; two of them have no piece in common."""
        self.tokens += 1
        return f"字{hashlib.sha256(str(self.tokens).encode()).hexdigest()[:10]}"

    # ------------------------------------------------------------------ records

    def makes(self, kind: str, fields: Mapping[str, Any] | None = None, *, draft: str | None = None) -> str:
        """A new record; its id."""
        given = {**first_fields(self, kind), **(fields or {})}
        saved = self.ledger.save(kind, given, draft=draft)
        self._note(saved, {(kind, saved.id): given})
        if draft is not None:
            self.paper[("draft", draft)] = None
        self.is_told(f"makes a {kind}")
        return saved.id

    def edits(self, kind: str, record: str, fields: Mapping[str, Any], *, seen: Any = None) -> None:
        """Some fields of a record get other values."""
        saved = self.ledger.save(kind, fields, record, seen=seen)
        self._note(saved, {(kind, record): fields})
        self.is_told(f"edits a {kind}")

    def removes(self, kind: str, record: str) -> None:
        """A record is taken out."""
        saved = self.ledger.remove(kind, record)
        self._note(saved, {(kind, record): REMOVED})
        self.is_told(f"removes a {kind}")

    def restores(self, kind: str, record: str, fields: Mapping[str, Any]) -> None:
        """A removed record is brought back."""
        saved = self.ledger.restore(kind, record)
        self._note(saved, {(kind, record): fields})
        self.is_told(f"restores a {kind}")

    def undoes(self, act: str, after: Mapping[tuple[str, str], Any]) -> None:
        """An act is taken back; ``after``: what stands then."""
        self._note(self.ledger.undo(act), after)
        self.is_told("undoes an act")

    def visits(self, household: str, matters: int = 1) -> tuple[str, ...]:
        """A visit with what was heard on it, in one act; their ids."""
        visit = {"household": household, "visited_at": self.now, "text": self.token()}
        heard = [{"title": self.token(), "household": household} for _ in range(matters)]
        saved = self.ledger.save_visit(visit, matters=heard)
        kinds = ("visit", *("matter" for _ in heard))
        self._note(saved, dict(zip(zip(kinds, saved.ids, strict=True), (visit, *heard), strict=True)))
        self.is_told("makes a visit")
        return saved.ids

    def moves(self, kind: str, record: str, target: str, fields: Mapping[str, Any] | None = None) -> None:
        """A record goes on in its course."""
        saved = self.ledger.move(kind, record, target, fields)
        self._note(saved, {(kind, record): {**(fields or {}), "state": target}})
        self.is_told(f"moves a {kind}")

    def does(self, what: str, act: Callable[[], Saved], after: Mapping[tuple[str, str], Any]) -> Saved:
        """Another act of the ledger; ``after``: what stands then."""
        saved = act()
        self._note(saved, after)
        self.is_told(what)
        return saved

    def _note(self, saved: Saved, after: Mapping[tuple[str, str], Any]) -> None:
        for (kind, record), fields in after.items():
            key = ("record", kind, record)
            before = self.paper.get(key)
            old = before if isinstance(before, dict) else {}
            self.paper[key] = fields if fields == REMOVED else {**old, **_plain(fields)}
        for change in self.store.act(saved.act) if saved.act else ():
            self.paper["change", change.id] = change.state

    # ------------------------------------------------------------------ beside the records

    def drafts(self, key: str, fields: Mapping[str, Any]) -> None:
        """He types, and has not saved."""
        self.ledger.keep_draft(key, "household", "新住户", fields)
        self.paper["draft", key] = dict(fields)
        self.is_told("types")

    def attaches(self, body: bytes) -> dict[str, Any]:
        """A photo is put into the cabinet; what a record says of it."""
        assert self.ledger.files is not None
        entry = self.ledger.files.keep(body, "image/webp", b"thumb", caption="门口")
        self.paper["file", entry["sha256"]] = len(body)
        self.is_told("attaches a photo")
        return entry

    # ------------------------------------------------------------------ with the centre

    def syncs(self, requests: int = -1) -> None:
        """He hands in and hears what is new; after so many requests the line is cut."""
        self.county.requests_left = requests
        try:
            sync_once(self.store, self.county, self.county.clock)
        except (LineCut, DeviceRevoked):
            pass
        finally:
            self.county.requests_left = -1
        self.looks_again()
        self.is_told("syncs", steps=True)

    def finds_what_is_there(self) -> None:
        """After a power cut he goes on from what his store says: that it says all that he was told was looked at."""
        for told in self.told[-2:]:
            self.paper.update({key: each for key, each in told.paper.items() if key not in self.paper})
        self.looks_again()
        for key in list(self.paper):
            if key[0] == "draft":
                draft = self.store.draft(key[1])
                self.paper[key] = None if draft is None else draft.fields
            elif key[0] == "file":
                kept = self.open_files().about(key[1])
                if kept is None:
                    del self.paper[key]
            elif key[0] == "copy" and not (self.path.parent / key[1]).exists():
                del self.paper[key]

    def tidies(self) -> None:
        """The local lane does its housekeeping."""
        while self.store.index_backlog(50):
            pass
        while self.store.tidy():
            pass
        self.looks_again()  # what is durable of a bucket that was let go is forgotten
        self.is_told("tidies", steps=True)

    def looks_again(self) -> None:
        """What stands in the store now is what he sees, also of what others wrote."""
        states, paper = states_of(self.store), self.paper
        buckets = {each.id: each.state for each in self.store.buckets()}
        shown = {kind: rows_of(self.store, kind) for kind in self.store.kinds}
        for key in list(paper):
            what = key[0]
            if what == "record":
                paper[key] = _as_shown(shown[key[1]].get(key[2]))
            elif what == "change" and (state := states.get(key[1])) is not None:
                paper[key] = state
            elif what == "change":
                del paper[key]
            elif what == "bucket":
                paper[key] = buckets.get(key[1], "absent")
        held = {name for name, state in buckets.items() if state not in ("loading", "dropping")}
        for kind in _SEEN:
            for record, row in shown[kind].items():
                if row.removed is None and row.bucket in held and ("record", kind, record) not in paper:
                    paper["record", kind, record] = row.fields


def _as_shown(row: Row | None) -> Any:
    """What the paper says of a row."""
    if row is None:
        return None
    return row.fields if row.removed is None else REMOVED


def states_of(store: Store) -> dict[str, str]:
    """By id: how each own change stands."""
    return dict(store._file.db.execute("SELECT id, state FROM outbox").fetchall())


class _Read(NamedTuple):
    kind: Kind
    bucket: str
    line: tuple[Any, ...]
    row: Row


_read: dict[tuple[str, str], _Read] = {}
"""By kind and id: each record as it was read last. Most lines are the same in the next image and after the next sync;
a line that is another by one byte is read anew."""


def rows_of(store: Store, kind: str) -> dict[str, Row]:
    """By id: every record of a kind, as it is shown. Nobody changes what is in them: they are handed out again."""
    file = store._file
    names = dict(file.db.execute("SELECT _row, id FROM bucket").fetchall())
    table, found = file.tables[kind], {}
    for line in file.db.execute(table.select).fetchall():
        record, bucket = line[1], names[line[2]]
        known = _read.get((kind, record))
        if known is None or known.line != line or known.bucket != bucket or known.kind is not table.kind:
            known = _read[kind, record] = _Read(table.kind, bucket, line, table.row(line, bucket))
        found[record] = known.row
    return found


def first_fields(worker: Worker, kind: str) -> dict[str, Any]:
    """What a new record of a kind has at least."""
    if kind == "household":
        return {"head_name": worker.token(), "address": "马村 3 号", "grid": GRIDS[0]}
    if kind == "dispute":
        parties = [{"name": worker.token()}, {"name": worker.token()}]
        return {"title": worker.token(), "grid": GRIDS[0], "dispute_type": "03", "parties": parties}
    if kind == "person":
        return {"name": worker.token(), "grid": GRIDS[0]}
    return {"title": worker.token()}


def _is_house(key: Key, fields: Any) -> bool:
    return key[:2] == ("record", "household") and isinstance(fields, dict) and fields.get("grid") == GRIDS[0]


def _plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Lists get their entries' ids from the ledger: only that they are there is known here."""
    return {
        name: value
        for name, value in orjson.loads(orjson.dumps(dict(fields))).items()
        if not (isinstance(value, list) and value and isinstance(value[0], dict))
    }
