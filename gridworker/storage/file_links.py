"""Which files the records of this desk speak of: told by the tables beside the kinds, which each save keeps."""

from collections.abc import Iterator
from typing import NamedTuple

from gridworker.storage.file import File
from gridworker.storage.tables import quoted


class FileLink(NamedTuple):
    """One entry of a list of files, in a live record."""

    kind: str
    record: str
    field: str
    entry: str
    bucket: str
    sha256: str
    size: int
    media_type: str
    stored: int | None
    """The number under which the centre has it; None: not yet."""


def unstored(file: File) -> list[FileLink]:
    """The files that the centre does not have yet, as far as this desk knows; those of others too."""
    return list(_links(file, "c.stored IS NULL"))


def of_hash(file: File, sha256: str) -> list[FileLink]:
    """Every entry that speaks of these bytes."""
    return list(_links(file, "c.sha256 = ?", sha256))


def in_bucket(file: File, bucket: str) -> set[str]:
    """The hashes of all files of a bucket, whatever the centre has of them."""
    return {link.sha256 for link in _links(file, "b.id = ?", bucket)}


def not_after(file: File, covered: int) -> dict[str, bool]:
    """By hash: whether every entry that speaks of it has a number up to ``covered``."""
    found: dict[str, bool] = {}
    for link in _links(file, "1"):
        is_covered = link.stored is not None and link.stored <= covered
        found[link.sha256] = found.get(link.sha256, True) and is_covered
    return found


def _links(file: File, test: str, *values: str) -> Iterator[FileLink]:
    for kind, table in file.tables.items():
        for field in table.kind.file_fields:
            query = (
                "SELECT t.id, c.entry, b.id, c.sha256, c.size, c.media_type, c.stored"
                f" FROM {table.child(field.name)} c JOIN {quoted(kind)} t ON t._row = c._row"
                f" JOIN bucket b ON b._row = t._bucket WHERE {test}"
            )
            for record, entry, *rest in file.db.execute(query, values):
                yield FileLink(kind, record, field.name, entry, *rest)
