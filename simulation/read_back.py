"""What stands in a real database and in real stores when all is at rest, in the words that the oracle reads."""

from collections import defaultdict
from collections.abc import Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import orjson

from gridserver.storage import feed, handed, meta
from gridserver.storage.engine import Connection, text
from gridserver.storage.handed import Known
from gridworker.protocol.sync import BucketInfo, Group
from gridworker.records.change import Change
from gridworker.records.kinds.conflict import CONFLICT
from gridworker.records.row import Row
from gridworker.storage.store import Store
from simulation.centre import Account, Books, Device, Mark, PutAside
from simulation.desk_outbox import Entry
from simulation.desk_store import Aside, DeskStore, Held, Place
from simulation.oracle import Oracle, Violation
from simulation.totals import Totals

if TYPE_CHECKING:
    from simulation.world import World


class AtRest:
    """What the oracle looks at: ``desks`` have a number, a device and a store."""

    gentle = True
    ages = False

    def __init__(self, books: Books, desks: Sequence[Any]) -> None:
        self.centre = SimpleNamespace(books=books)
        self.desks = desks
        self.totals = Totals()


def look(oracle: Oracle, books: Books, desks: Sequence[Any]) -> None:
    """Everything that must hold. Raises ``Violation``."""
    oracle.check(cast("World", AtRest(books, desks)))


def books_of(conn: Connection, *, beside_tables: bool = False) -> Books:
    """All that the centre's database holds. ``beside_tables``: to be compared with what ``desk_of`` reads."""
    known = meta.read(conn)
    assert known is not None
    books = Books(epoch=known.epoch, author=known.author, backup=known.backup_at is not None)
    _read_people(conn, books)
    _read_rows(conn, books)
    if beside_tables:
        books.rows = {key: _without_empty_lists(row) for key, row in books.rows.items()}
    for row in conn.execute(text(_LEDGER)):
        mark = Known(*row[:10])
        books.ledger[row.id] = Mark(mark, row.kind, row.record or "", row.body.encode(), row.arrived, row.n)
    for row in conn.execute(text("SELECT device, tx, code, reason, conflicts FROM group_answer")):
        books.answers[row.device, row.tx] = (row.code, row.reason, tuple(row.conflicts))
    for row in conn.execute(text("SELECT device, person, digest, body, verdict, code, reason FROM quarantine")):
        group = handed.read_again(Group.model_validate(orjson.loads(row.body)))
        kept = PutAside(row.device, row.person, group, row.verdict, row.code, row.reason)
        books.aside[row.device, bytes(row.digest)] = kept
    return books


def _read_people(conn: Connection, books: Books) -> None:
    grants: dict[str, list[tuple[str, int, int | None]]] = defaultdict(list)
    for row in conn.execute(text("SELECT account, bucket, from_version, until_version FROM bucket_grant")):
        grants[row.account].append((row.bucket, row.from_version, row.until_version))
    for row in conn.execute(text("SELECT id, role, scope_version FROM account")):
        books.accounts[row.id] = Account(row.role, row.scope_version, tuple(grants[row.id]))
    for row in conn.execute(text("SELECT id, account, status, incarnation, last_n, durable_n FROM device")):
        books.devices[row.id] = Device(*row[1:])


def _read_rows(conn: Connection, books: Books) -> None:
    for row in conn.execute(text("SELECT bucket, seq, kind, id, about, wire FROM record")):
        key = (row.kind, row.id)
        books.rows[key] = Row.from_wire(orjson.loads(row.wire), row.bucket)
        books.seqs[key] = row.seq
        books.by_id[row.id] = (*books.by_id.get(row.id, ()), key)
        if row.kind == CONFLICT.name:
            books.about[row.about] = (*books.about.get(row.about, ()), key)
    for row in conn.execute(text("SELECT bucket, seq, floor_seq, entries, set_hash FROM bucket_head")):
        books.heads[row.bucket] = feed.Head(*row)


def check_numbers(conn: Connection) -> None:
    """The book is consistent in itself: no place in a feed twice or beyond its end, no number of a device missing."""
    for row in conn.execute(text(_FEEDS)):
        if row.lines != row.places or row.lines != row.entries or row.last != row.seq:
            raise Violation("I7", f"the feed of {row.bucket}: {row._asdict()}")
    for row in conn.execute(text(_NUMBERS)):
        if (row.first, row.last, row.found) != (1, row.last_n, row.last_n):
            raise Violation("I7", f"the numbers of {row.id}: {row._asdict()}")


def desk_of(store: Store) -> DeskStore:
    """All that a desk's encrypted file holds."""
    desk = DeskStore(store.kinds)
    names = {}
    for row_id, name in store._file.db.execute("SELECT _row, id FROM bucket"):
        names[row_id] = name
    for each in store.buckets():
        info = BucketInfo(id=each.id, bucket_class=each.bucket_class, region=each.region, record=each.record)
        desk.places[each.id] = Place(info, each.state, each.cursor, each.naming, int(each.hash, 16))
    for entry in entries_of(store):
        desk.outbox.add(entry)
    for kind, table in store._file.tables.items():
        for line in store._file.db.execute(table.select):
            row = _without_empty_lists(table.row(line, names[line[2]]))
            desk.rows[kind, row.id] = Held(row.bucket, line[7], row)
    for asides, table_name in ((desk.unknown, "unknown_row"), (desk.quarantined, "pull_quarantine")):
        lines = store._file.db.execute(f"SELECT kind, id, _bucket, ver, mark, body FROM {table_name}")
        for kind, record, bucket, ver, mark, body in lines:
            asides[kind, record] = Aside(names[bucket], ver, mark, orjson.loads(body))
    return desk


def _without_empty_lists(row: Row) -> Row:
    """A table holds no empty list: a field without entries is as one that never had any."""
    row.fields = {name: value for name, value in row.fields.items() if value not in ({}, [])}
    return row


def entries_of(store: Store, *, last: bool = False) -> list[Entry]:
    """The outbox in the order of the acts; ``last``: only what was kept last."""
    order = "DESC LIMIT 1" if last else ""
    return [_entry(line) for line in store._file.db.execute(f"{_OUTBOX} ORDER BY _row {order}")]


def _entry(line: Any) -> Entry:
    incarnation, body, n, tx, act, author, before, state, laid, seq, code, reason, settled_at = line
    change = Change.kept(orjson.loads(body), n, tx, act)
    stood = None if before is None else orjson.loads(before)
    return Entry(incarnation, change, author, stood, state, bool(laid), seq, code, reason, settled_at)


_LEDGER = """
    SELECT device, incarnation, person, tx, verdict, late, sha, bucket, seq, at, id, kind, record, body, arrived, n
    FROM change
"""
_FEEDS = """
    SELECT head.bucket, head.seq, head.entries, count(line.seq) AS lines, count(DISTINCT line.seq) AS places,
        coalesce(max(line.seq), 0) AS last
    FROM bucket_head AS head LEFT JOIN (
        SELECT bucket, seq FROM record UNION ALL SELECT bucket, seq FROM departure
    ) AS line ON line.bucket = head.bucket
    GROUP BY head.bucket, head.seq, head.entries
"""
_NUMBERS = """
    SELECT device.id, device.last_n, min(change.n) AS first, max(change.n) AS last, count(*) AS found
    FROM device JOIN change ON change.device = device.id AND change.incarnation = device.incarnation AND change.n > 0
    GROUP BY device.id, device.last_n
"""
_OUTBOX = """
    SELECT incarnation, body, n, tx, act, author, before, state, laid, seq, code, reason, settled_at FROM outbox
"""
