"""Two records of one thing: how they come about, how the stand-in's centre finds them, and what must hold of them."""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gridserver.storage.twins import MOST_ALIKE
from gridworker.ledger import conflicts
from gridworker.ledger.ground import Ground
from gridworker.records import KINDS
from gridworker.records.fields import Merge, Ref
from gridworker.records.identity import check_digit
from gridworker.records.kind import NOTHING
from gridworker.records.row import Row
from simulation.dice import Dice

if TYPE_CHECKING:
    from simulation.centre import Books
    from simulation.desk_store import DeskStore

_BORN = "33068319800101"
NUMBERS = [f"{_BORN}{n:03d}" + check_digit(f"{_BORN}{n:03d}") for n in range(1, 6)]
HOUSES = [f"{n:04d}" for n in range(1, 5)]
WORDS = "今日无事。"
HOUR = 3_600_000
KEPT = (Merge.FIXED, Merge.HOME, Merge.STATE, Merge.CENTRE)
"""What each record keeps as it was made, also when it goes into another."""


def named_alike(kind: str, now: int, dice: Dice) -> dict[str, Any]:
    """What a person fills in besides, so that now and then two records say the same of themselves."""
    if kind == "household" and dice.percent(60):
        return {"household_no": dice.one(HOUSES)}
    if kind == "person" and dice.percent(80):
        return {"id_number": dice.one(NUMBERS)}
    if kind == "visit" and dice.percent(30):
        return {"text": WORDS, "visited_at": now // HOUR * HOUR}
    return {}


class Register:
    """``gridserver.storage.twins.Register``, on the stand-in's books."""

    def __init__(self, books: "Books") -> None:
        self._books = books

    def secret(self) -> bytes:
        """Nobody guesses here."""
        return b"twins"

    def claim(self, marks: Sequence[tuple[bytes, str, str]]) -> Iterable[Row]:
        """Who was known by the same before."""
        books, found = self._books, []
        for key in dict.fromkeys(mark[0] for mark in marks):
            rows = (books.rows[each] for each in sorted(books.known_by.get(key, ()), key=_by_id))
            found += [row for row in rows if row.removed is None][: MOST_ALIKE + 1]
        for key, kind, record in marks:
            here = books.known_by.get(key, ())
            if (kind, record) not in here:
                books.known_by[key] = (*here, (kind, record))
        return found

    def asked_about(self, names: Sequence[str]) -> Iterable[str]:
        """Which of these conflicts there are."""
        return [name for name in names if ("conflict", name) in self._books.rows]


def _by_id(key: tuple[str, str]) -> str:
    return key[1]


# ---------------------------------------------------------------------- deciding


def eyes(store: "DeskStore", conflict: Row) -> list[Row]:
    """All that somebody looks at who says whether two records are one: both, and what points at them."""
    both = {str(conflict.fields["record"]), *(str(each["value"]) for each in conflict.fields["others"].values())}
    found = [row for row in store.shown() if row.id in both or not both.isdisjoint(map(str, row.fields.values()))]
    return [row for row in found if row.id != conflict.id]


def settle(ground: Ground, conflict: Row, keep: int) -> None:
    """The two are one. What only the one knew has to stand in the other, at once and at this desk."""
    store: Any = ground.store
    kind, one = str(conflict.fields["record_kind"]), str(conflict.fields["record"])
    (other,) = (str(each["value"]) for each in conflict.fields["others"].values())
    stays, gone = (one, other) if keep == 1 else (other, one)
    before, lost = store.get(kind, stays), store.get(kind, gone)
    conflicts.settle(ground, conflict.id, keep)
    after = store.get(kind, stays)
    if before is None or lost is None or after is None or "same_as" not in store.kinds[kind].by_name:
        return
    for field in store.kinds[kind].fields:
        value = lost.fields.get(field.name)
        new = value not in NOTHING and before.fields.get(field.name) in NOTHING
        if new and field.merge not in KEPT and field.name not in ("same_as", "also"):
            assert after.fields.get(field.name) == value, f"merged, and {field.name} did not come along"


# ---------------------------------------------------------------------- what must hold at rest


def unasked(books: "Books") -> Iterable[str]:
    """M11: two that say the same of themselves, of which nobody was asked whether they are one."""
    alike: dict[tuple[Any, ...], list[str]] = defaultdict(list)
    for row in books.rows.values():
        for each in KINDS[row.kind].alike if row.removed is None else ():
            if (said := each.said(row.fields)) is not None:
                alike[(row.kind, each.fields, *map(str, said))].append(row.id)
    tied = _tied(books) if any(len(ids) > 1 for ids in alike.values()) else {}
    for what, ids in alike.items():
        if 1 < len(ids) < MOST_ALIKE and len({_top(tied, each) for each in ids}) > 1:
            yield f"{what} {ids}"


def _tied(books: "Books") -> dict[str, str]:
    """Which records were put beside one another, or merged."""
    tied: dict[str, str] = {}
    for row in books.rows.values():
        others = row.fields.get("others", {}).values() if row.kind == "conflict" else ()
        pairs = [(str(row.fields["record"]), str(each.get("value"))) for each in others if _is_twin(row)]
        if row.fields.get("same_as"):
            pairs.append((row.id, str(row.fields["same_as"])))
        for one, other in pairs:
            tied[_top(tied, one)] = _top(tied, other)
    return tied


def _is_twin(conflict: Row) -> bool:
    return conflict.fields.get("type") == "duplicate"


def _top(tied: Mapping[str, str], record: str) -> str:
    while tied.get(record, record) != record:
        record = tied[record]
    return record


def left_behind(books: "Books", merges: Container[str]) -> Iterable[str]:
    """M11: what still points at a record that went into another, and might point at that one. ``merges``: the changes
    that removed one of two. Where somebody is asked which of two it is to point at, it may be the gone one until he
    says."""
    asked = {
        (row.fields["record"], row.fields["field"])
        for row in books.rows.values()
        if row.kind == "conflict" and row.fields.get("type") == "field" and row.fields.get("state") == "open"
    }
    gone = {row.id for row in books.rows.values() if row.removed is not None and row.removed.change in merges}
    for row in books.rows.values() if gone else ():
        for field in KINDS[row.kind].pointers if row.removed is None else ():
            fixed = not isinstance(field, Ref) or field.merge in KEPT or field.name == "same_as"
            if not fixed and row.fields.get(field.name) in gone and (row.id, field.name) not in asked:
                yield f"{row.kind} {row.id} {field.name}"
