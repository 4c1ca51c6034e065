"""Two records that are perhaps one person or one household: found by a keyed hash, never by a number in the clear."""

import hashlib
import hmac
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import orjson

from gridserver.storage.engine import Connection, text
from gridserver.storage.merging import World
from gridserver.storage.rows import Key
from gridworker.records import KINDS
from gridworker.records.change import Change, Verb
from gridworker.records.conflicts import conflict_of
from gridworker.records.kinds.conflict import CONFLICT
from gridworker.records.merge import Clash, ClashType, Version, lay
from gridworker.records.row import Row

FEW = 200
"""Keys in one request up to which two requests wait for each other; an import of more is looked at as it comes."""


class _Mark(NamedTuple):
    """What a record is known by."""

    field: str
    """The field that says it."""
    key: bytes


MOST_ALIKE = 10
"""Records that may say the same before it is taken for what it is: no number, but a word like 无."""


@dataclass(frozen=True, slots=True)
class _Pair:
    one: Row
    """The record that was written now."""
    other: Row
    field: str
    key: bytes


class Register(Protocol):
    """By what records are known, as the centre has noted it."""

    def secret(self) -> bytes:
        """The key of the hashes."""

    def claim(self, marks: Sequence[tuple[bytes, str, str]]) -> Iterable[Row]:
        """Notes by what records are known (key, kind, id). Returns the older ones that stand and were noted by the
        same: of each key the first few, by their ids. Of two requests that note the same, the second waits."""

    def asked_about(self, conflicts: Sequence[str]) -> Iterable[str]:
        """Those of these conflicts that there are."""


def opened(conn: Connection, world: World, before: Mapping[Key, Row]) -> list[Change]:
    """``found``, by what stands in the database."""
    return found(_Tables(conn), world, before)


def found(register: Register, world: World, before: Mapping[Key, Row]) -> list[Change]:
    """Opens a conflict for every record that was written now and that says of itself what others say: they are the
    same, or one of them is wrong. Puts the conflicts into the world; returns what the centre wrote.
    """
    changed = {key: row for key in world.touched if (row := _named_anew(world.rows[key], before.get(key))) is not None}
    if not changed:
        return []
    secret = register.secret()
    marks = {key: list(_marks(secret, row)) for key, row in changed.items()}
    noted = register.claim([(mark.key, *key) for key, some in marks.items() for mark in some])
    rows = (world.rows.get((row.kind, row.id)) or row for row in noted)
    older = [row for row in rows if row.removed is None]
    pairs = {_pair_id(pair): pair for pair in _pairs(secret, older, changed, marks)}
    known = set(register.asked_about(list(pairs))) if pairs else set()
    return [_open(world, name, pairs[name]) for name in sorted(_to_ask(pairs, known, changed))]


def _to_ask(pairs: Mapping[str, _Pair], known: Container[str], changed: Container[Key]) -> Iterator[str]:
    """As few of the pairs as put each record beside all that say the same, by way of others. ``known``: those about
    which somebody was asked. Of what was not written now the same was seen to when it was."""
    top: dict[str, str] = {}

    def of(record: str) -> str:
        while record in top:
            record = top[record]
        return record

    def join(one: str, other: str) -> bool:
        one, other = of(one), of(other)
        if one != other:
            top[one] = other
        return one != other

    older: dict[bytes, str] = {}
    for name, pair in pairs.items():
        if name in known:
            join(pair.one.id, pair.other.id)
        if (pair.other.kind, pair.other.id) not in changed:
            join(pair.other.id, older.setdefault(pair.key, pair.other.id))
    for name, pair in pairs.items():
        if join(pair.one.id, pair.other.id):
            yield name


def _named_anew(row: Row, before: Row | None) -> Row | None:
    """The row, when it stands and is known by something by which it was not known before."""
    kind = KINDS.get(row.kind)
    if kind is None or not kind.alike or row.removed is not None:
        return None
    old = before.fields if before is not None and before.removed is None else {}
    anew = any((said := each.said(row.fields)) is not None and said != each.said(old) for each in kind.alike)
    return row if anew else None


def _marks(secret: bytes, row: Row) -> Iterator[_Mark]:
    for each in KINDS[row.kind].alike:
        if (said := each.said(row.fields)) is not None:
            words = "\0".join((row.kind, *each.fields, *map(str, said)))
            yield _Mark(each.fields[-1], hmac.digest(secret, words.encode(), "sha256")[:16])


def _pairs(
    secret: bytes, older: Iterable[Row], changed: Mapping[Key, Row], marks: Mapping[Key, Sequence[_Mark]]
) -> Iterator[_Pair]:
    by_key: dict[bytes, list[Row]] = {}
    for other in older:
        for mark in _marks(secret, other):
            by_key.setdefault(mark.key, []).append(other)
    for key, row in changed.items():
        for mark in marks[key]:
            alike = by_key.setdefault(mark.key, [])
            others = [each for each in alike if each.id != row.id]
            if len(others) < MOST_ALIKE:
                yield from (_Pair(row, other, mark.field, mark.key) for other in others)
            if len(others) == len(alike):
                alike.append(row)


def _open(world: World, name: str, pair: _Pair) -> Change:
    one, other = (
        Version(row.id, row.author, row.writer(pair.field).hlc, row.writer(pair.field).change)
        for row in (pair.one, pair.other)
    )
    clash = Clash(ClashType.DUPLICATE, pair.field, one, other)
    note = Change(
        id=_derived(name, "note"),
        verb=Verb.CREATE,
        kind=CONFLICT.name,
        record=name,
        bucket=pair.one.bucket,
        hlc=world.now << 16,
        at=world.now,
        value=conflict_of(clash, pair.one.kind, pair.one.id, None, _derived(name, "version")),
        tx=name,
        act=name,
    )
    world.rows[CONFLICT.name, name] = lay(CONFLICT, None, note, world.centre)
    world.touched[CONFLICT.name, name] = None
    world.about.setdefault(pair.one.id, []).append((CONFLICT.name, name))
    return note


def _pair_id(pair: _Pair) -> str:
    """The same two records are asked about once, whoever of them was written last."""
    first, second = sorted((pair.one.id, pair.other.id))
    return _derived(second, first)


def _derived(name: str, other: str) -> str:
    """A UUIDv7 of the same time as ``name``."""
    digest = hashlib.sha256(f"{name}\0{other}".encode()).hexdigest()
    return f"{name[:13]}-7{digest[:3]}-{'89ab'[int(digest[3], 16) % 4]}{digest[4:7]}-{digest[7:19]}"


@dataclass(frozen=True, slots=True)
class _Tables:
    """The register in the database."""

    conn: Connection

    def secret(self) -> bytes:
        return bytes(self.conn.scalar(_SECRET))

    def claim(self, marks: Sequence[tuple[bytes, str, str]]) -> Iterable[Row]:
        if len(marks) <= FEW:
            locks = sorted({int.from_bytes(key[:8], "big", signed=True) for key, _, _ in marks})
            self.conn.execute(_WAIT, {"locks": locks})
        told = [{"key": key.hex(), "kind": kind, "record": record} for key, kind, record in marks]
        rows = self.conn.execute(_CLAIM, {"marks": orjson.dumps(told).decode(), "most": MOST_ALIKE + 1})
        return [Row.from_wire(orjson.loads(row.wire), row.bucket) for row in rows]

    def asked_about(self, conflicts: Sequence[str]) -> Iterable[str]:
        return self.conn.scalars(_KNOWN, {"ids": list(conflicts)})


_SECRET = text("SELECT twin_key FROM meta")
_WAIT = text("SELECT pg_advisory_xact_lock(lock) FROM unnest(CAST(:locks AS bigint[])) AS asked (lock)")
_CLAIM = text("""
    WITH asked AS (
        SELECT decode(said.key, 'hex') AS key, kind, record
        FROM json_to_recordset(CAST(:marks AS json)) AS said (key text, kind text, record uuid)
    ),
    noted AS (INSERT INTO natural_key (key, kind, record) SELECT * FROM asked ON CONFLICT DO NOTHING)
    SELECT found.* FROM (SELECT DISTINCT key FROM asked) AS each, LATERAL (
        SELECT record.id, record.kind, record.bucket, record.wire
        FROM natural_key JOIN record ON record.id = natural_key.record AND record.kind = natural_key.kind
        WHERE natural_key.key = each.key AND NOT record.removed
        ORDER BY record.id LIMIT :most
    ) AS found
""")
_KNOWN = text("SELECT id FROM record WHERE kind = 'conflict' AND id = ANY(CAST(:ids AS uuid[]))")
