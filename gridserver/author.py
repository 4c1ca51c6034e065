"""The centre as an author like any desk: imports and administrators' commands pass through the same merge."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from gridserver.errors import CommandFailed, Refused
from gridserver.storage import book, devices, files, meta, rows
from gridserver.storage.engine import Connection, Engine, transaction
from gridserver.storage.people import caller_of_device
from gridworker.protocol import MOST_CHANGES, MOST_IN_GROUP
from gridworker.protocol.sync import Group, GroupResult
from gridworker.records import KINDS
from gridworker.records.change import Change, Verb
from gridworker.records.merge import seen_of_entry
from gridworker.records.row import Row
from gridworker.records.wrong import Wrong

Each = TypeVar("Each")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Author:
    """The centre's hand, for one act. ``now``: ms UTC; ``new_id`` makes UUIDv7 texts."""

    conn: Connection
    now: int
    new_id: Callable[[], str]

    def create(self, kind: str, record: str, bucket: str, fields: Mapping[str, Any]) -> Change:
        """A new record. Raises ``CommandFailed`` when a field does not fit."""
        try:
            kept = KINDS[kind].clean(fields)
        except Wrong as wrong:
            raise CommandFailed(f"{kind}: {wrong.reason}") from None
        return self._change(Verb.CREATE, kind, record, bucket, value=kept)

    def set(self, row: Row, path: str, value: Any) -> Change:
        """A new value at ``path`` of a record that was read with ``row_of``."""
        return self._of(row, Verb.SET, path, value=value, parent=row.writer(path).change)

    def add_entry(self, row: Row, path: str, value: Mapping[str, Any]) -> Change:
        """A new entry of a list; ``path``: ``list/entry``."""
        return self._of(row, Verb.SET, path, value=dict(value))

    def remove_entry(self, row: Row, path: str) -> Change:
        """Takes an entry out of a list; ``path``: ``list/entry``."""
        return self._of(row, Verb.REM, path, seen=seen_of_entry(row, path))

    def bring_home(self, kind: str, record: str, bucket: str, region: str) -> Change:
        """Takes a record from its bucket to another region, whatever its fields say."""
        return self._change(Verb.HOME, kind, record, bucket, value=region)

    def row_of(self, kind: str, record: str) -> Row | None:
        """A record as it stands."""
        return rows.read(self.conn, [record], []).rows.get((kind, record))

    def write(self, changes: Sequence[Change]) -> list[GroupResult]:
        """Merges the changes as one act, in the transaction at hand. Raises ``CommandFailed`` when one is not taken."""
        if not changes:
            return []
        known = meta.read(self.conn)
        assert known is not None
        last = devices.count_up(self.conn, known.author, len(changes))
        caller = caller_of_device(self.conn, known.author)
        assert caller is not None
        first = last - len(changes) + 1
        numbered = [self._numbered(change, first + place, place) for place, change in enumerate(changes)]
        results: list[GroupResult] = []
        act = self.new_id()
        for some in _pieces(numbered, MOST_CHANGES):
            groups = [self._group(act, each) for each in _pieces(some, MOST_IN_GROUP)]
            results += book.apply_groups(self.conn, caller, groups, self.now, caller.scope)
        for result in results:
            if result.verdict != "ok":
                raise CommandFailed(result.reason or f"the book did not take it ({result.verdict} {result.code})")
        return results

    def _numbered(self, change: Change, n: int, place: int) -> Change:
        return change._replace(n=n, hlc=(self.now << 16) + place)

    def _group(self, act: str, changes: Sequence[Change]) -> Group:
        return Group(tx=self.new_id(), act=act, changes=[change.to_wire() for change in changes])

    def _of(self, row: Row, verb: Verb, path: str, **more: Any) -> Change:
        return self._change(verb, row.kind, row.id, row.bucket, path=path, **more)

    def _change(self, verb: Verb, kind: str, record: str, bucket: str, **more: Any) -> Change:
        return Change(id=self.new_id(), verb=verb, kind=kind, record=record, bucket=bucket, hlc=0, at=self.now, **more)


def tell_of_files(engine: Engine, now: int, new_id: Callable[[], str]) -> None:
    """Writes into records that their files are here, as far as it is not written yet. What cannot be told now, the
    database being busy, is told with the next file.
    """
    try:
        with transaction(engine) as conn:
            author = Author(conn, now, new_id)
            author.write(list(_news_of_files(author)))
    except Refused:
        pass
    except CommandFailed:
        _log.warning("records could not be told that their files are here", exc_info=True)


def _news_of_files(author: Author) -> Iterator[Change]:
    for kind, record, path, n in files.waiting(author.conn):
        row = author.row_of(kind, record)
        if row is not None and isinstance(row.value(path), dict):
            yield author.set(row, f"{path}/stored", n)


def _pieces(whole: Sequence[Each], most: int) -> Iterator[Sequence[Each]]:
    return (whole[at : at + most] for at in range(0, len(whole), most))
