"""A change: one edit of one record, as a person made it, for ever the same once it was sent."""

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from gridworker.records.fields import ENTRY_ID
from gridworker.records.schema import SCHEMA
from gridworker.records.wrong import Wrong


class Verb(StrEnum):
    """What a change does."""

    CREATE = "create"
    """``value`` holds all first fields."""
    SET = "set"
    """Gives ``path`` a value; a whole entry when ``path`` is ``list/entry``."""
    ADD = "add"
    """Puts the tag of ``path`` (``field/tag``) into the set."""
    REM = "rem"
    """Takes a tag out (``seen``: ids of the adds that were seen) or an entry (``seen``: its writers)."""
    MOVE = "move"
    """Moves the machine: ``value`` is ``{"from": state, "to": state}``."""
    DEL = "del"
    """Removes the record; ``seen`` holds the writers that the person had before his eyes."""
    RESTORE = "restore"
    """Brings a removed record back; ``parent`` is the change that removed it."""
    HOME = "home"
    """Brings the record to another region (``value``), where what it follows lies; the centre alone does that."""


_VERBS = {verb.value: verb for verb in Verb}
"""``Verb(text)`` takes six times as long, and changes are read by the thousand."""


class Change(NamedTuple):
    """One edit. Ids are UUIDv7 texts; ``hlc`` = milliseconds << 16 | counter; ``at`` = raw device time in ms.

    A tuple, since thousands are made at once: a frozen dataclass of so many fields takes three times as long."""

    id: str
    verb: Verb
    kind: str
    record: str
    bucket: str
    hlc: int
    at: int
    path: str = ""
    value: Any = None
    parent: str = ""
    """The change that wrote the value which the person was looking at."""
    seen: Any = None
    base: str | None = None
    """Of a long text, what the person was looking at: the desk knows it from its outbox, the centre from its ledger.
    It does not travel."""
    n: int = 0
    """Number on the device, counted without gaps inside one incarnation."""
    tx: str = ""
    """The all-or-nothing group."""
    act: str = ""
    """The act of a person that the group belongs to."""
    schema: int = SCHEMA
    """The catalogue of kinds by which it was made. A desk that was updated hands in what its former program wrote."""

    def counted(self, n: int, hlc: int) -> "Change":
        """The same with its number and its hybrid time."""
        return self._replace(n=n, hlc=hlc)

    def looking_at(self, base: str | None) -> "Change":
        """The same, of somebody who was looking at this text."""
        return self._replace(base=base)

    def to_wire(self) -> dict[str, Any]:
        """As it travels; what is empty stays away. The group carries ``tx`` and ``act``."""
        wire: dict[str, Any] = {
            "n": self.n,
            "id": self.id,
            "k": self.verb._value_,
            "e": self.kind,
            "i": self.record,
            "b": self.bucket,
            "h": self.hlc,
            "t": self.at,
        }
        if self.schema != 1:
            wire["y"] = self.schema
        if self.path:
            wire["p"] = self.path
        if self.value is not None:
            wire["v"] = self.value
        if self.parent:
            wire["w"] = self.parent
        if self.seen is not None:
            wire["s"] = self.seen
        return wire

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any], tx: str, act: str) -> "Change":
        """The change that ``to_wire`` wrote. Raises ``Wrong`` when it is malformed."""
        try:
            change = cls.kept(wire, wire["n"], tx, act)
        except (KeyError, ValueError, TypeError):
            raise Wrong("修改的格式不对。") from None
        change._check()
        return change

    @classmethod
    def kept(cls, wire: Mapping[str, Any], n: int, tx: str, act: str) -> "Change":
        """The change that ``to_wire`` wrote, for whoever wrote it himself: nothing is checked."""
        told = wire.get
        return cls(
            wire["id"],
            _VERBS[wire["k"]],
            wire["e"],
            wire["i"],
            wire["b"],
            wire["h"],
            wire["t"],
            told("p", ""),
            told("v"),
            told("w", ""),
            told("s"),
            None,
            n,
            tx,
            act,
            told("y", 1),
        )

    def _check(self) -> None:
        if not self._is_usual():
            self._look_closely()

    def _is_usual(self) -> bool:
        """Whether it can be seen at a glance that all is well: so are nearly all, and there are thousands."""
        name = ENTRY_ID.match
        return (
            type(self.id) is str
            and type(self.record) is str
            and type(self.bucket) is str
            and name(self.id) is not None
            and name(self.record) is not None
            and name(self.bucket) is not None
            and type(self.kind) is type(self.path) is type(self.parent) is str
            and len(self.kind) <= 200
            and len(self.path) <= 200
            and len(self.parent) <= 200
            and type(self.hlc) is type(self.at) is type(self.n) is int
            and 0 <= self.hlc < 2**63
            and 0 <= self.at < 2**63
            and 0 <= self.n < 2**63
            and type(self.schema) is int
            and self.schema == 1
            and (self.verb is not Verb.CREATE or type(self.value) is dict)
        )

    def _look_closely(self) -> None:
        for name in (self.id, self.record, self.bucket):
            if not isinstance(name, str) or not ENTRY_ID.match(name):
                raise Wrong("修改的编号不对。")
        for text in (self.kind, self.path, self.parent):
            if not isinstance(text, str) or len(text) > 200:
                raise Wrong("修改的格式不对。")
        for number in (self.hlc, self.at, self.n):
            if not isinstance(number, int) or not 0 <= number < 2**63:
                raise Wrong("修改的时间或序号不对。")
        if type(self.schema) is not int or not 0 < self.schema < 2**31:
            raise Wrong("修改的格式不对。")
        if self.verb is Verb.CREATE and not isinstance(self.value, dict):
            raise Wrong("新建的内容不对。")


def derived_id(change: Change, *parts: str) -> str:
    """A UUIDv7 that follows from a change: the same change has the same consequences, also after a restore."""
    digest = hashlib.sha256("\0".join((change.id, *parts)).encode()).hexdigest()
    time, variant = f"{(change.hlc >> 16) & (1 << 48) - 1:012x}", "89ab"[int(digest[3], 16) % 4]
    return f"{time[:8]}-{time[8:]}-7{digest[:3]}-{variant}{digest[4:7]}-{digest[7:19]}"
