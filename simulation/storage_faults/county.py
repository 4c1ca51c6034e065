"""The centre at the other end of a desk's line: the one of the made-up histories, and what others do there."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from gridserver.errors import Refused
from gridworker.errors import DeviceRevoked
from gridworker.protocol.sync import Clock, Fetch, Group, Problem, Pull, PullAnswer, Push, PushAnswer
from gridworker.records import KINDS
from gridworker.records.change import Change, Verb
from gridworker.records.row import Row
from gridworker.sync.answers import Disagreement, SnapshotGone
from simulation.centre import Centre, Device
from simulation.district import GRIDS, HOMES, INFOS, MORNING, PEOPLE, Person, buckets_of, first_books, name_of

WANG: Person = PEOPLE[1]
"""A grid worker with two grids."""
DEVICE = name_of(0xD0, 1)
PAGE = 40
"""Rows in one answer."""


class LineCut(Exception):
    """The line is gone in the middle of a sync."""


@dataclass(slots=True)
class County:
    """A centre, its time, and the line to one desk (``sync.driver.Line``)."""

    now: int = MORNING
    requests_left: int = -1
    """Then the line is cut; -1: never."""
    loses_answers: int = 0
    """So many answers to what is handed in never arrive."""
    far: set[str] = field(default_factory=set)
    """Records of snapshots that this centre does not have."""
    _ids: int = 0
    centre: Centre = field(init=False)

    def __post_init__(self) -> None:
        self.centre = Centre(first_books(self.new_id), HOMES, INFOS, PAGE)
        self.centre.books.devices[DEVICE] = Device(WANG.id)

    def copy(self) -> "County":
        """The same county, to go on in another way."""
        other = County(self.now, self.requests_left)
        other._ids = self._ids
        other.centre.books = self.centre.books.copy()
        return other

    def new_id(self) -> str:
        """An id that nobody has."""
        self._ids += 1
        return name_of(0x1, self._ids)

    def clock(self) -> Clock:
        """The desk's clock."""
        return Clock(wall=self.now, mono=self.now - MORNING)

    def standing(self) -> dict[str, Any]:
        """What a desk is told when it is enrolled."""
        problem = self.centre.problem(Refused("busy"), DEVICE, self.now)
        assert problem.standing is not None
        return problem.standing.model_dump()

    # ------------------------------------------------------------------ the line

    def push(self, message: Push, meanwhile: Callable[[], None] | None = None) -> PushAnswer:
        """The desk hands in."""
        sent = Push.model_validate(orjson.loads(orjson.dumps(message.plain())))
        if meanwhile is not None:
            meanwhile()
        try:
            answer = self.centre.push(DEVICE, self._over(sent), self.now)
        except Refused as refused:
            raise Disagreement(self._problem(refused)) from None
        if self.loses_answers:
            self.loses_answers -= 1
            raise LineCut
        return PushAnswer.model_validate(orjson.loads(orjson.dumps(answer.model_dump(mode="json"))))

    def pull(self, message: Pull) -> PullAnswer:
        """The desk asks for what is new."""
        try:
            answer = self.centre.pull(DEVICE, self._over(message), self.now)
        except Refused as refused:
            if refused.error == "device":
                raise DeviceRevoked from None
            raise Disagreement(self._problem(refused)) from None
        return PullAnswer.model_validate(orjson.loads(orjson.dumps(answer.message())))

    def fetch(self, wanted: Fetch) -> Iterator[bytes]:
        """This centre offers no snapshots."""
        raise SnapshotGone

    def _over(self, message: Any) -> Any:
        if self.requests_left == 0:
            raise LineCut
        self.requests_left -= 1
        return message

    def _problem(self, refused: Refused) -> Problem:
        return self.centre.problem(refused, DEVICE, self.now)

    # ------------------------------------------------------------------ what others do

    def others_make(self, kind: str, fields: dict[str, Any], grid: str = GRIDS[0]) -> str:
        """Somebody else's new record; its id."""
        record = self.new_id()
        bucket = HOMES[KINDS[kind].home, grid]
        self._write(Change(verb=Verb.CREATE, value=fields, **self._names(kind, record, bucket)))
        return record

    def others_write(self, kind: str, record: str, path: str, value: Any) -> None:
        """Somebody else's edit of what stands at the centre now."""
        row = self.centre.books.rows[kind, record]
        parent = row.writer(path).change
        names = self._names(kind, record, row.bucket)
        self._write(Change(verb=Verb.SET, path=path, value=value, parent=parent, **names))

    def others_remove(self, kind: str, record: str) -> None:
        """Somebody else takes a record out, having seen all of it."""
        row = self.centre.books.rows[kind, record]
        seen = [stamp[0] if isinstance(stamp, list) else stamp.change for stamp in row.writers.values()]
        names = self._names(kind, record, row.bucket)
        self._write(Change(verb=Verb.DEL, seen=seen, **names))

    def _names(self, kind: str, record: str, bucket: str) -> dict[str, Any]:
        return {
            **{"id": self.new_id(), "kind": kind, "record": record, "bucket": bucket},
            **{"hlc": self.now << 16, "at": self.now},
        }

    def _write(self, change: Change) -> None:
        group = Group(tx=self.new_id(), act=self.new_id(), changes=[change.to_wire()])
        (result,) = self.centre.write([group], self.now)
        if result.verdict not in ("ok", "conflict"):
            raise RuntimeError(f"the centre's own write: {result.verdict} {result.code} {result.reason}")

    def backs_up(self) -> None:
        """A backup holds what is at the centre now."""
        self.centre.mark_backup(self.now)

    def restores(self, books: Any) -> None:
        """An older backup takes the centre's place."""
        self.centre.restored(books, self.new_id())

    def grants(self, *grids: str) -> None:
        """These grids are the worker's now."""
        self.centre.regrant(WANG.id, buckets_of(WANG.role, WANG.id, grids))

    def row(self, kind: str, record: str) -> Row | None:
        """A record as the centre has it."""
        return self.centre.books.rows.get((kind, record))

    def has_left(self, key: Sequence[str]) -> bool:
        """Whether that is a record, or a change of one, that has left what the worker may see."""
        if key[-1] in self.far:
            return True
        if key[0] == "record":
            row = self.row(key[1], key[2])
            bucket = None if row is None else row.bucket
        else:
            mark = self.centre.books.ledger.get(key[1]) if key[0] == "change" else None
            bucket = None if mark is None else mark.known.bucket
        return bucket is not None and bucket not in self.centre.books.accounts[WANG.id].holds()

    def refuses_next(self) -> None:
        """The desk is cut off: what it hands in is put aside."""
        devices = self.centre.books.devices
        devices[DEVICE] = dataclasses.replace(devices[DEVICE], status="suspended")
