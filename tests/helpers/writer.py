"""An author at the centre's book: a hand, a device that the centre knows, and what the centre answers it."""

from collections.abc import Mapping
from typing import Any

from gridserver.storage import book, rows, scope
from gridserver.storage.engine import snapshot
from gridserver.storage.people import Caller, caller_of_device
from gridworker.protocol.sync import Clock, Group, GroupResult, Pull, PullAnswer
from gridworker.records.change import Change, Verb
from gridworker.records.row import Row
from tests.helpers.centre import Centre, Desk
from tests.helpers.hand import Hand

GRID = "330683106211001"
"""The first grid of the first village of 谷来镇."""
TOWN = "330683106"


class Writer:
    """One person at one desk that keeps nothing: he sees what the centre has at that moment."""

    def __init__(self, centre: Centre, desk: Desk) -> None:
        self.centre = centre
        self.desk = desk
        self.hand = Hand(centre.clock())

    @classmethod
    def at(cls, centre: Centre, name: str, role: str, *codes: str) -> "Writer":
        """A new person of this role, responsible for these regions."""
        return cls(centre, centre.desk(name, role, *codes))

    @property
    def caller(self) -> Caller:
        """Who he is to the centre."""
        with self.centre.conn() as conn:
            caller = caller_of_device(conn, self.desk.device)
        assert caller is not None
        return caller

    def bucket(self, bucket_class: str, code: str = "") -> str:
        """The id of a bucket; without a code his own."""
        return scope.bucket_id(bucket_class, self.centre.regions[code] if code else self.desk.person)

    def send(self, *groups: Group | Change, scope: int | None = None) -> list[GroupResult]:
        """Hands in, and hears what became of each group."""
        caller = self.caller
        push = self.hand.push(caller.epoch, *groups, scope=caller.scope if scope is None else scope)
        with self.centre.conn() as conn:
            return book.push(conn, caller, push, self.centre.clock()).results

    def keep(self, *changes: Change) -> GroupResult:
        """Hands in one group."""
        (result,) = self.send(self.hand.group(*changes))
        return result

    def create(self, kind: str, bucket: str, fields: Mapping[str, Any]) -> Row:
        """A new record, taken by the centre."""
        change = self.hand.create(kind, bucket, fields)
        assert self.keep(change).verdict == "ok"
        return self.row(kind, change.record)

    def set(self, row: Row, path: str, value: Any) -> GroupResult:
        """A new value by somebody who sees ``row``."""
        return self.keep(self.hand.set(row, path, value))

    def row(self, kind: str, record: str) -> Row:
        """The record as it stands at the centre."""
        with self.centre.conn() as conn:
            return rows.read(conn, [record], []).rows[kind, record]

    def conflicts(self, record: str) -> list[Row]:
        """The conflicts about a record, the oldest first."""
        with self.centre.conn() as conn:
            standing = rows.read(conn, [], [record])
        return [standing.rows[key] for key in sorted(standing.about.get(record, []))]

    def pull(self, cursors: Mapping[str, int] | None = None, most: int = 2000, **more: Any) -> PullAnswer:
        """What is new."""
        caller = self.caller
        asked = Pull(
            epoch=caller.epoch,
            incarnation=1,
            schema_version=1,
            scope=caller.scope,
            clock=Clock(wall=self.hand.now),
            cursors=dict(cursors or {}),
            most=most,
            **more,
        )
        with snapshot(self.centre.engine) as conn:
            return book.pull(conn, caller, asked, self.centre.clock()).answer()

    def settle(self, conflict: Row, row: Row, state: str, *chosen: Change) -> Group:
        """The group by which a person settles a conflict."""
        moved = self.hand.move(conflict, state)
        signed = self.hand.change(
            Verb.SET,
            "conflict",
            conflict.id,
            conflict.bucket,
            path="settled_by",
            value=self.desk.person,
            parent=conflict.writer("settled_by").change,
        )
        return self.hand.group(*chosen, moved, signed)
