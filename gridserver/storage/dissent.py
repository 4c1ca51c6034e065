"""Two people, one thing: how the version that lost gets into a conflict record, and how it is settled."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from gridworker.records.change import Change, Verb, derived_id
from gridworker.records.conflicts import conflict_of, joined, overtaken
from gridworker.records.kinds.conflict import CONFLICT
from gridworker.records.merge import Clash, lay
from gridworker.records.row import CREATED, Row, Stamp

Key = tuple[str, str]
"""(kind, id) of a record."""


@dataclass(slots=True)
class Draft:
    """Rows as one group would leave them, over the rows as they stand; thrown away when the group fails."""

    rows: dict[Key, Row]
    """As they stand; only read."""
    about: dict[str, list[Key]]
    """By record: the conflicts about it; only read."""
    fresh: dict[Key, Row] = field(default_factory=dict)
    opened: list[tuple[str, Key]] = field(default_factory=list)
    """Conflicts made here, with the record that they are about."""
    notes: list[Change] = field(default_factory=list)
    """Changes that the centre itself makes, in conflicts."""
    clashed: dict[str, None] = field(default_factory=dict)
    """Ids of the conflicts that the group ran into."""
    late: bool = False
    """Some of it was made while its author held the bucket, and came after."""
    plain: bool = True
    """Every change did just what its author saw it do."""

    def row(self, key: Key) -> Row | None:
        """The row as it would be."""
        return self.fresh.get(key) or self.rows.get(key)

    def conflicts(self, record: str) -> Iterator[Row]:
        """The conflicts about a record."""
        opened = [key for about, key in self.opened if about == record]
        for key in (*self.about.get(record, ()), *opened):
            row = self.row(key)
            if row is not None:
                yield row


@dataclass(frozen=True, slots=True)
class Dissent:
    """Keeps the conflict records, as the centre."""

    author: str
    now: int
    base: Callable[[str, str, str, str], Any]
    """What a change had written into a record at a path: (kind, record, change, path)."""

    def keep(self, draft: Draft, row: Row, change: Change, clash: Clash) -> None:
        """The loser joins the open conflict about the same thing, or opens one."""
        if row.kind == CONFLICT.name:
            return  # two people settled one conflict: what they wrote stands in the record that it was about
        place = derived_id(change, clash.path, "version")
        found = _open(draft, row, clash.path, clash.type)
        if found is not None:
            self._write(draft, found, change, joined(found, clash, place))
            draft.clashed[found.id] = None
            return
        name = derived_id(change, clash.path, "conflict")
        fields = conflict_of(clash, row.kind, row.id, self.base(row.kind, row.id, clash.base, clash.path), place)
        note = self._note(change, Verb.CREATE, name, row.bucket, "", fields)
        draft.fresh[CONFLICT.name, name] = lay(CONFLICT, None, note, self.author)
        draft.opened.append((row.id, (CONFLICT.name, name)))
        draft.notes.append(note)
        draft.clashed[name] = None

    def overtake(self, draft: Draft, row: Row, change: Change, path: str, by: str) -> None:
        """A value about which there is an open conflict was changed by somebody who saw it: that is shown now."""
        for conflict in draft.conflicts(row.id):
            if _is_open(conflict, row, path) and change.id != conflict.fields.get("shown_change"):
                sets = overtaken(conflict, row.value(path), by, change.hlc >> 16, change.id)
                self._write(draft, conflict, change, sets)

    def _write(self, draft: Draft, conflict: Row, change: Change, sets: list[tuple[str, Any]]) -> None:
        for path, value in sets:
            note = self._note(change, Verb.SET, conflict.id, conflict.bucket, path, value)
            conflict = lay(CONFLICT, conflict, note, self.author)
            draft.notes.append(note)
        draft.fresh[CONFLICT.name, conflict.id] = conflict

    def _note(self, change: Change, verb: Verb, conflict: str, bucket: str, path: str, value: Any) -> Change:
        return Change(
            id=derived_id(change, conflict, path),
            verb=verb,
            kind=CONFLICT.name,
            record=conflict,
            bucket=bucket,
            hlc=self.now << 16,
            at=self.now,
            path=path,
            value=value,
            tx=change.tx,
            act=change.act,
        )


def settles_unseen(conflict: Row, change: Change) -> bool:
    """Whether the change would close a conflict in which there is more than its author saw."""
    if change.verb is not Verb.MOVE or conflict.kind != CONFLICT.name or conflict.fields.get("state") != "open":
        return False
    parent = change.parent or Stamp(*conflict.writers[CREATED]).change
    versions = {version.get("change") for version in conflict.fields.get("others", {}).values()}
    # After a restore of the centre the same writer may stand over versions that came in another order.
    seen = set(change.seen) if isinstance(change.seen, list) else versions
    return parent != conflict.writer("state").change or not versions <= seen


def _open(draft: Draft, row: Row, path: str, clash_type: str) -> Row | None:
    found = (c for c in draft.conflicts(row.id) if _is_open(c, row, path) and c.fields["type"] == clash_type)
    return next(found, None)


def _is_open(conflict: Row, row: Row, path: str) -> bool:
    fields = conflict.fields
    return (
        fields.get("state") == "open"
        and conflict.removed is None
        and fields.get("record_kind") == row.kind
        and fields.get("field", "") == path
    )
