"""An open store: the connection to the encrypted file and the tables that lie in it."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from gridworker.errors import NotFound
from gridworker.storage.connection import Connection, writing
from gridworker.storage.tables import KindTable


class BucketRow(NamedTuple):
    """Where a bucket stands in this file; ``state``: see ``buckets.Bucket``."""

    row_id: int
    id: str
    state: str


@dataclass(frozen=True, slots=True)
class File:
    """What the modules of this room work on; never shared between threads."""

    path: Path
    db: Connection
    tables: Mapping[str, KindTable]

    def writing(self) -> AbstractContextManager[None]:
        """One write transaction: all of it happens, or nothing."""
        return writing(self.db)

    def joining(self) -> AbstractContextManager[None]:
        """A part of the write transaction that is open, or one of its own."""
        return nullcontext() if self.db.in_transaction else self.writing()

    def meta(self, key: str, default: Any = None) -> Any:
        """What was noted under ``key``."""
        found = self.db.execute("SELECT v FROM meta WHERE k = ?", (key,)).fetchone()
        return default if found is None else orjson.loads(found[0])

    def note(self, key: str, value: Any) -> None:
        """Note ``value`` (anything JSON can hold) under ``key``, inside the transaction that is open."""
        self.db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, orjson.dumps(value, default=list)))

    def bucket(self, bucket: str) -> BucketRow | None:
        """The bucket with this id; None when this desk does not hold it."""
        found = self.db.execute("SELECT _row, id, state FROM bucket WHERE id = ?", (bucket,)).fetchone()
        return None if found is None else BucketRow(*found)

    def held_bucket(self, bucket: str) -> BucketRow:
        """The bucket with this id. Raises ``NotFound``."""
        found = self.bucket(bucket)
        if found is None:
            raise NotFound(f"bucket {bucket}")
        return found

    def unseen(self) -> list[int]:
        """The buckets that are not complete, or no longer: what lies in them is not shown."""
        return [row for (row,) in self.db.execute(UNSEEN)]


UNSEEN = "SELECT _row FROM bucket WHERE state IN ('loading', 'dropping')"
