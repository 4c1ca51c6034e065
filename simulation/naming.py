"""Cases for named people: who restricts and lifts them, what the stand-ins do then, and what must hold of them."""

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gridserver.author import Author
from gridserver.storage.restricted import Lies
from gridserver.storage.scope import bucket_id
from gridserver.sync.restricting import written_by_the_centre
from gridworker.ledger.ground import NewRecord
from gridworker.protocol.codec import NotReadable
from gridworker.protocol.sync import BucketInfo, Group, GroupResult
from gridworker.records import KINDS
from gridworker.records.kind import BucketClass, Role
from gridworker.records.row import Row
from simulation.dice import Dice
from simulation.snapshots import unpacked

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulation.centre import Books, Centre
    from simulation.desk_outbox import Entry
    from simulation.desk_store import DeskStore

CASE, SESSION = "mediation_case", "mediation_session"
MEDIATE = (Role.MEDIATOR, Role.SUPERVISOR)
LEFT = "left"
Key = tuple[str, str]

# ---------------------------------------------------------------------- what people do


def beside(
    rows: Sequence[Row], grids: Sequence[str], towns: Mapping[str, str], dice: Dice, token: "Callable[[], str]"
) -> NewRecord:
    """A session of a case that somebody sees; a case of a dispute; a dispute, where there is none."""
    cases = [row for row in rows if row.kind == CASE and row.removed is None]
    if not cases or dice.percent(15):
        disputes = [row for row in rows if row.kind == "dispute" and row.removed is None]
        if not disputes:
            return NewRecord("dispute", {"title": token(), "grid": dice.one(grids), "dispute_type": "03"})
        dispute = dice.one(disputes)
        town = towns[str(dispute.fields["grid"])]
        given = {"title": token(), "dispute": dispute.id, "town": town, "accepted_on": "2026-03-02"}
        return NewRecord(CASE, given)
    case = dice.one(cases)
    told = {name: case.fields[name] for name in ("dispute", "town")}
    return NewRecord(SESSION, {**told, "case": case.id, "process": f"{token()}。", "result": "not_agreed"})


def chosen(books: "Books", people: Sequence[str], dice: Dice) -> tuple[str, list[str]] | None:
    """A case, and whom somebody ticks for it: one of them at least may mediate."""
    cases = [row.id for row in books.rows.values() if row.kind == CASE and row.removed is None]
    named = [each for each in people if dice.percent(40)]
    if not cases or not any(books.accounts[each].role in MEDIATE for each in named):
        return None
    return dice.one(cases), named


# ---------------------------------------------------------------------- the centre without a database


def restrict(
    centre: "Centre", case: str, people: Sequence[str], now: int, new_id: "Callable[[], str]"
) -> list[GroupResult]:
    """``restricting.restrict``; nobody named: it is lifted."""
    books = centre.books
    row = books.rows[CASE, case]
    town = str(row.fields["town"])
    own, common = bucket_id(BucketClass.CASE, town, case), bucket_id(BucketClass.CASE, town)
    books.own[case] = BucketInfo(id=own, bucket_class=BucketClass.CASE, region=town, record=case)
    along = lies_with(books, row)
    before = books.readers.get(own, frozenset())
    books.readers[own] = frozenset(people)
    for person in sorted(before ^ books.readers[own]):
        centre.grant_named(person)
    there, where = (own, case) if people else (common, town)
    author = Author(None, now, new_id)  # type: ignore[arg-type]
    written = written_by_the_centre(author, row, along, people, there, where)
    numbered = [each._replace(hlc=(now << 16) + place) for place, each in enumerate(written)]
    act = new_id() if written else ""
    groups = [Group(tx=new_id(), act=act, changes=[each.to_wire() for each in numbered])] if written else []
    results = centre.write(groups, now) if written else []
    if people and any(each.bucket != there for each in along):
        books.shut[common] = books.heads[common].seq
        for which in [which for which in books.snapshots if which[0] == common]:
            del books.snapshots[which]
    return results


def lies_with(books: "Books", case: Row) -> list[Lies]:
    """``restricted.hold_still``: the case, and its sessions in the same bucket."""
    sessions = [
        row
        for row in books.rows.values()
        if KINDS[row.kind].lies_with and row.bucket == case.bucket and row.fields.get("case") == case.id
    ]
    return sorted(Lies(row.kind, row.id, row.bucket) for row in (case, *sessions))


# ---------------------------------------------------------------------- the desk without a file


def note_left(store: "DeskStore", bucket: str, keys: Iterable[Key]) -> None:
    """``buckets.note_left``."""
    gone = [list(key) for key in keys]
    if gone and store.places[bucket].info.bucket_class == BucketClass.CASE:
        store.metas[LEFT] = [*store.metas.get(LEFT, ()), *gone]


def note_elsewhere(store: "DeskStore", keys: Iterable[Key]) -> None:
    """``buckets.note_elsewhere``."""
    gone = [list(key) for key in sorted(keys) if key[0] in store.kinds and KINDS[key[0]].home is BucketClass.CASE]
    if gone:
        store.metas[LEFT] = [*store.metas.get(LEFT, ()), *gone]


def forget_left(store: "DeskStore") -> None:
    """``buckets.forget_left``."""
    left = [(each[0], each[1]) for each in store.metas.get(LEFT, ())]
    if not left or any(place.info.record and place.state == "loading" for place in store.places.values()):
        return
    kept = [key for key in dict.fromkeys(left) if store.outbox.states(key[1]) & {"new", "held", "attention"}]
    gone = {key[1] for key in left if key not in kept and key not in store.rows}
    stays = "accepted" if store.metas.get("backup", False) else ""
    if gone:
        store.outbox.forget(lambda each: each.change.record in gone and each.state != stays)
        kept += [key for key in dict.fromkeys(left) if key[1] in gone and store.outbox.of(key[1])]
    store.metas[LEFT] = [list(key) for key in kept]


# ---------------------------------------------------------------------- what must hold


def readers(books: "Books", kind: str, record: str) -> set[str] | None:
    """The people who alone may see the record; None: it is not for named people."""
    row = books.rows.get((kind, record))
    if row is None:
        return None
    if kind == "conflict":
        return readers(books, str(row.fields["record_kind"]), str(row.fields["record"]))
    if kind == SESSION:
        return readers(books, CASE, str(row.fields["case"]))
    there: dict[str, Any] = row.fields.get("readers") or {}
    return {str(each["staff"]) for each in there.values()} if kind == CASE and there else None


def strange(books: "Books", person: str, keys: Iterable[Key]) -> list[Key]:
    """I4: those of these records that are for others."""
    found = ((key, readers(books, *key)) for key in keys) if books.own else ()
    return [key for key, named in found if named is not None and person not in named]


def in_snapshot(books: "Books", body: bytes) -> list[Key]:
    """The records in a file; one that went bad is nobody's to read."""
    try:
        return [(wire["e"], wire["i"]) for wire in unpacked(body)[1]] if books.own else []
    except NotReadable:
        return []


def own_words(store: "DeskStore", kept_back: Container[str]) -> list[Key]:
    """The records of which a desk keeps own history that it need not keep. ``kept_back``: buckets in which something
    waits for a person; they stay whole, and so does what was written of what lies in them."""
    stays = {"accepted"} if store.metas.get("backup", False) else set()
    states = stays | {"new", "held", "attention"}

    def lies_back(entry: "Entry") -> bool:
        here = store.rows.get((entry.change.kind, entry.change.record))
        return here is not None and here.bucket in kept_back

    return [
        (e.change.kind, e.change.record)
        for e in store.outbox.entries
        if e.state not in states and e.change.bucket not in kept_back and not lies_back(e)
    ]
