"""A row: one record as it stands, with who wrote each of its fields."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

CREATED = ""
"""The path under which the writer of the record's first fields stands."""


class Stamp(NamedTuple):
    """Who wrote a value: the change, the person's id, and the change's hybrid time."""

    change: str
    by: str
    hlc: int

    @property
    def at(self) -> int:
        """Milliseconds since 1970, UTC."""
        return self.hlc >> 16


@dataclass(slots=True)
class Row:
    """One record. ``writers`` is sparse: a path that is missing was written by the change that made the record.

    ``writers`` maps a path to ``[change, person, hlc]``; the path of a tag (``tags/<code>``) to a list of such;
    ``list/<entry>`` to who added that entry; ``-list/<entry>`` to who took it out, and what it said then.
    """

    kind: str
    id: str
    bucket: str
    ver: int = 0
    mark: str = ""
    """The last change that touched the row; with ``ver`` it makes the bucket's set hash."""
    fields: dict[str, Any] = field(default_factory=dict)
    writers: dict[str, Any] = field(default_factory=dict)
    removed: Stamp | None = None

    def writer(self, path: str) -> Stamp:
        """Who wrote the value at ``path``; of a tag, who put it in last."""
        found = self.writers.get(path)
        if found is None and path.count("/") == 2:
            found = self.writers.get(path.rpartition("/")[0])
        if found is None:
            found = self.writers[CREATED]
        if isinstance(found[0], list):
            found = max(found, key=lambda stamp: int(stamp[2]))
        return Stamp(*found[:3])

    def taken_out(self, entry: str) -> Any:
        """What the entry (``list/entry``) said when it was taken out of its list; None when that is not known."""
        found = self.writers.get("-" + entry)
        return found[3] if found is not None and len(found) > 3 else None

    def adds(self, path: str) -> list[Stamp]:
        """Who put the tag at ``path`` (``field/tag``) into its set; empty when it is not in it."""
        name, _, tag = path.partition("/")
        if tag not in self.fields.get(name, ()):
            return []
        return [Stamp(*each) for each in self.writers.get(path, [self.writers[CREATED]])]

    @property
    def author(self) -> str:
        """The id of the person who made the record."""
        return str(self.writers[CREATED][1])

    def value(self, path: str) -> Any:
        """The value at ``path``; None when there is none."""
        found: Any = self.fields
        for step in path.split("/"):
            if isinstance(found, list):
                return step if step in found else None
            found = found.get(step) if isinstance(found, dict) else None
        return found

    def copy(self) -> "Row":
        """A row of which fields and writers can be replaced without touching this one. What lies inside a value is
        the same in both: who changes that takes a copy of the way to it."""
        fields, writers = self.fields.copy(), self.writers.copy()
        return Row(self.kind, self.id, self.bucket, self.ver, self.mark, fields, writers, self.removed)

    def to_wire(self) -> dict[str, Any]:
        """As it travels from the centre; the bucket stands on the page around it."""
        wire: dict[str, Any] = {
            "e": self.kind,
            "i": self.id,
            "v": self.ver,
            "m": self.mark,
            "d": self.fields,
            "w": self.writers,
        }
        if self.removed is not None:
            wire["x"] = list(self.removed)
        return wire

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any], bucket: str) -> "Row":
        """The row that ``to_wire`` wrote."""
        removed = wire.get("x")
        return cls(
            kind=wire["e"],
            id=wire["i"],
            bucket=bucket,
            ver=wire["v"],
            mark=wire["m"],
            fields=wire["d"],
            writers=wire["w"],
            removed=Stamp(*removed) if removed else None,
        )


def row_digest(kind: str, record: str, ver: int, mark: str) -> int:
    """What one live row adds to its bucket's set hash: BLAKE2b-128 as a number; sums are taken modulo 2**128."""
    text = f"{kind}\0{record}\0{ver}\0{mark}"
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=16).digest(), "big")


def digest_sum(kind: str, records: Iterable[str], versions: Iterable[int], marks: Iterable[str]) -> int:
    """The same of many rows of a kind, added up."""
    blake2b, number = hashlib.blake2b, int.from_bytes
    told = zip(records, versions, marks, strict=True)
    return sum(
        number(blake2b(f"{kind}\0{record}\0{ver}\0{mark}".encode(), digest_size=16).digest(), "big")
        for record, ver, mark in told
    )


SET_HASH_MODULUS = 1 << 128
