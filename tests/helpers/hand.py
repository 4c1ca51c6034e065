"""A worker's hand: makes the changes that a desk would, as they travel, without a desk around it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import uuid_utils

from gridworker.protocol.sync import Clock, Group, Push
from gridworker.records import KINDS
from gridworker.records.change import Change, Verb
from gridworker.records.merge import seen_of, seen_of_entry
from gridworker.records.row import Row


@dataclass
class Hand:
    """One author: counts his changes and has a clock of his own."""

    now: int
    """His clock, ms UTC; a change takes one."""
    incarnation: int = 1
    n: int = 0

    def new_id(self) -> str:
        """A UUIDv7."""
        return str(uuid_utils.uuid7())

    def change(self, verb: Verb, kind: str, record: str, bucket: str, **more: Any) -> Change:
        """The next change."""
        self.now += 1
        self.n += 1
        return Change(self.new_id(), verb, kind, record, bucket, self.now << 16, self.now, n=self.n, **more)

    def create(self, kind: str, bucket: str, fields: Mapping[str, Any], record: str = "") -> Change:
        """A new record with these fields and the usual ones."""
        return self.change(Verb.CREATE, kind, record or self.new_id(), bucket, value=KINDS[kind].clean(fields))

    def set(self, row: Row, path: str, value: Any, parent: str | None = None) -> Change:
        """Another value, by somebody who sees ``row``."""
        seen = row.writer(path).change if parent is None else parent
        more = {"seen": seen_of_entry(row, path)} if path.count("/") == 1 and row.value(path) is not None else {}
        return self.change(Verb.SET, row.kind, row.id, row.bucket, path=path, value=value, parent=seen, **more)

    def add(self, row: Row, path: str) -> Change:
        """One more tag (``field/tag``)."""
        return self.change(Verb.ADD, row.kind, row.id, row.bucket, path=path)

    def rem(self, row: Row, path: str) -> Change:
        """A tag or an entry less."""
        is_entry = isinstance(row.fields.get(path.partition("/")[0]), dict)
        seen = seen_of_entry(row, path) if is_entry else [stamp.change for stamp in row.adds(path)]
        return self.change(Verb.REM, row.kind, row.id, row.bucket, path=path, seen=seen)

    def move(self, row: Row, target: str) -> Change:
        """Another state."""
        machine = KINDS[row.kind].machine
        assert machine is not None
        value = {"from": row.fields[machine.field], "to": target}
        parent = row.writer(machine.field).change
        return self.change(Verb.MOVE, row.kind, row.id, row.bucket, value=value, parent=parent)

    def remove(self, row: Row) -> Change:
        """The record goes."""
        return self.change(Verb.DEL, row.kind, row.id, row.bucket, seen=seen_of(row))

    def restore(self, row: Row) -> Change:
        """The record comes back."""
        assert row.removed is not None
        return self.change(Verb.RESTORE, row.kind, row.id, row.bucket, parent=row.removed.change)

    def group(self, *changes: Change) -> Group:
        """The changes as one group."""
        return Group(tx=self.new_id(), act=self.new_id(), changes=[change.to_wire() for change in changes])

    def push(self, epoch: str, *groups: Group | Change, scope: int = 1) -> Push:
        """What the desk sends; a change alone is a group of its own."""
        grouped = [each if isinstance(each, Group) else self.group(each) for each in groups]
        return Push(
            epoch=epoch,
            incarnation=self.incarnation,
            schema_version=1,
            scope=scope,
            clock=Clock(wall=self.now),
            groups=grouped,
        )


def household(grid: str, **fields: Any) -> dict[str, Any]:
    """A household as it is written down first."""
    return {"head_name": "王建国", "grid": grid, "address": "谷来镇马村 12 号", **fields}


def page_rows(pages: Sequence[Any], bucket: str) -> list[Row]:
    """The rows of one bucket in an answer."""
    return [Row.from_wire(wire, bucket) for page in pages if page.bucket == bucket for wire in page.rows]
