"""A plain desk's copy of what the centre sends: rows by bucket, and whether they add up."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gridworker.protocol.sync import PullAnswer
from gridworker.records.row import SET_HASH_MODULUS, Row, row_digest
from tests.helpers.hand import page_rows
from tests.helpers.writer import Writer


@dataclass
class Copy:
    """What a desk makes of the pages: rows by bucket, as a plain desk would keep them."""

    rows: dict[str, dict[tuple[str, str], Row]] = field(default_factory=dict)
    cursors: dict[str, int] = field(default_factory=dict)

    def take(self, answer: PullAnswer) -> None:
        """Applies one answer."""
        for info in answer.add:
            self.rows.setdefault(info.id, {})
            self.cursors.setdefault(info.id, 0)
        for bucket in answer.drop:
            self.rows.pop(bucket)
            self.cursors.pop(bucket)
        for page in answer.pages:
            if page.reset:
                self.rows[page.bucket] = {}
            here = self.rows[page.bucket]
            for row in page_rows([page], page.bucket):
                here[row.kind, row.id] = row
            for kind, record, ver, _ in page.gone:
                if (known := here.get((kind, record))) is not None and known.ver < ver:
                    del here[kind, record]
            self.cursors[page.bucket] = page.to
            if not page.more:
                assert page.hash == set_hash(here)

    def sync(self, writer: Writer, most: int = 2000) -> int:
        """Pulls until there is no more; returns how often."""
        for times in range(1, 1000):
            self.take(answer := writer.pull(self.cursors, most))
            if not answer.more:
                return times
        raise AssertionError("no end of it")


def set_hash(rows: Mapping[tuple[str, str], Row]) -> str:
    """The sum over all rows, worked out from nothing."""
    total = sum(row_digest(row.kind, row.id, row.ver, row.mark) for row in rows.values())
    return f"{total % SET_HASH_MODULUS:032x}"
