"""The messages of a sync: what a desk pushes, what it pulls, and what the centre answers."""

import hashlib
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, Self

import orjson
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, SkipValidation

from gridworker.protocol import MOST_CHANGES, MOST_SNAPSHOT
from gridworker.protocol.codec import BZIP2, pack
from gridworker.protocol.orders import WipeOrder

Wire = dict[str, Any]

MOST_ASKED = 500
"""Groups that came back, of which a desk may ask at once."""


class Message(BaseModel):
    """Base of all messages: unknown keys from a newer side are left alone."""

    model_config = ConfigDict(extra="ignore")

    def plain(self) -> Wire:
        """As it is packed; what is usual stays away."""
        return self.model_dump(mode="json", exclude_defaults=True)

    @classmethod
    def of(cls, **fields: Any) -> Self:
        """One of which every field is given and right: nothing is looked at. ``model_construct`` reads the signature
        of each default that it does not need, and takes longer than to check everything."""
        made = cls.__new__(cls)
        object.__setattr__(made, "__dict__", fields)
        object.__setattr__(made, "__pydantic_fields_set__", set(fields))
        object.__setattr__(made, "__pydantic_extra__", None)
        object.__setattr__(made, "__pydantic_private__", None)
        return made


class Clock(Message):
    """What the device's clocks say: wall and monotonic, in ms, and which start of the machine it is."""

    wall: int
    """0: not told, as by what was days on its way."""
    mono: int = 0
    boot: str = ""


class Group(Message):
    """An all-or-nothing group of changes of one act (``records.change.Change.to_wire``)."""

    tx: str
    act: str = ""
    """ "": the group is the whole act, and its name is the act's."""
    changes: list[SkipValidation[Wire]]
    """Whoever takes them in looks at every one; none is copied for that."""


class Push(Message):
    """What a desk hands in. ``incarnation`` counts the lives of its store (restores, clones)."""

    epoch: str
    incarnation: int
    schema_version: int
    scope: int
    """The version of the scope that the desk knows."""
    clock: Clock
    groups: list[Group] = Field(max_length=4 * MOST_CHANGES)
    highest: int = 0
    """The last number that the desk has given; what is above those of ``groups`` still waits there. 0: not said."""

    def plain(self) -> Wire:
        """Changes are plain already, and there are thousands of them."""
        groups: list[Wire] = [{"tx": group.tx, "changes": group.changes} for group in self.groups]
        for group, wire in zip(self.groups, groups, strict=True):
            if group.act != group.tx:
                wire["act"] = group.act
        return {**self.model_dump(mode="json", exclude={"groups"}, exclude_defaults=True), "groups": groups}


class Written(NamedTuple):
    """A change as it was written when it was made: nobody reads it again before the centre does."""

    row: int
    """Its place among all that was ever made here."""
    n: int
    tx: str
    act: str
    body: bytes
    """JSON, as ``records.change.Change.to_wire`` tells it, with ``n`` in front."""


class Handing(Push):
    """What a desk hands in, as it leaves: ``groups`` stays empty, and what was written goes as it is."""

    written: list[SkipValidation[list[Written]]] = Field(default_factory=list)
    """Groups, in their order."""
    reads: list[str] = Field(default_factory=list)
    """What the centre said that it reads; it does not travel."""
    _packed: tuple[bytes, bool] | None = PrivateAttr(None)

    def plain(self) -> Wire:
        """As the centre reads it: a ``Push``."""
        return {
            **self.model_dump(mode="json", exclude={"groups", "written", "reads"}, exclude_defaults=True),
            "groups": orjson.Fragment(b"[" + b",".join([_group_of(group) for group in self.written]) + b"]"),
        }

    def packed(self) -> tuple[bytes, bool]:
        """The bytes that go out, made once, and whether they are compressed."""
        if self._packed is None:
            self._packed = pack(self.plain(), bzip2=BZIP2 in self.reads)
        return self._packed


def _group_of(group: list[Written]) -> bytes:
    """A ``Group`` as JSON; its names are UUIDs, which need no care."""
    _, _, tx, act, body = group[0]
    changes = body if len(group) == 1 else b",".join([each.body for each in group])
    head = f'{{"tx":"{tx}",' if act == tx else f'{{"tx":"{tx}","act":"{act}",'
    return b'%s"changes":[%s]}' % (head.encode(), changes)


RELEASED = "released"
"""The code of a group that was put aside, and taken when a person had looked at it."""

Verdict = Literal["ok", "conflict", "held", "refused", "quarantined"]


class GroupResult(Message):
    """What became of a group. ``seqs``: bucket id to the seq at which its rows stand in the feed."""

    tx: str
    verdict: Verdict
    numbers: list[int]
    code: str = ""
    reason: str = ""
    conflicts: list[str] = Field(default_factory=list)
    seqs: dict[str, int] = Field(default_factory=dict)
    durable: bool = False
    """Of a group that was released: a backup made after that covers it. Numbers do not tell, as it has an old one."""


class Standing(Message):
    """What the centre knows of this device; goes with every answer."""

    epoch: str
    incarnation: int
    last_n: int
    durable_n: int
    scope: int
    now: int
    """The centre's time, ms UTC."""
    backup: bool
    """Whether the centre has a backup configured at all; without one nothing is ever promised durable."""
    status: Literal["active", "suspended", "wipe"] = "active"
    """suspended: reads nothing, and what it hands in goes to a person's eyes. wipe: the same, and see ``order``."""
    order: WipeOrder | None = None
    files_durable: int = 0
    """The backup covers the files that the centre stored under a number up to this one."""


class Stretch(Message):
    """A piece of a bucket's feed in which nothing stands but what a push wrote, just as its author sees it: he need
    not read it again. Between ``before`` and ``to`` nobody else wrote."""

    before: int
    to: int
    hash: str
    """Set hash over the bucket's rows at ``to``, 32 hex digits."""


class Taken(Message):
    """The groups of a push of which there is no more to say than that they were taken."""

    numbers: list[tuple[int, int]] = Field(default_factory=list)
    """First and last number of changes in a row."""
    seqs: dict[str, int] = Field(default_factory=dict)
    """Bucket id to the last seq at which rows of theirs stand in the feed."""
    own: dict[str, Stretch] = Field(default_factory=dict)
    """By bucket id."""


class PushAnswer(Message):
    """The centre's answer to a push: what it has to say of single groups, and all that were simply taken."""

    standing: Standing
    results: list[GroupResult] = Field(default_factory=list)
    taken: Taken = Field(default_factory=Taken)
    reads: list[str] = Field(default_factory=list)
    """How else than by zstd the next push may be packed (``codec.CODINGS``)."""


class SealedGroups(Message):
    """Groups of this device that only the centre can read: boxes (``protocol.sealing``, base64) around JSON of
    ``scope`` (the version of the scope under which they were made), ``tx``, ``act`` and ``changes``."""

    epoch: str
    incarnation: int
    boxes: list[str] = Field(max_length=100)


class SealedAnswer(Message):
    """What became of each box, in their order: a verdict, or ``unreadable``."""

    standing: Standing
    verdicts: list[str]


class BucketInfo(Message):
    """A bucket that this device holds."""

    id: str
    bucket_class: str
    region: str
    """Region id; for a user bucket the person's id."""
    record: str = ""
    rows: int = 0
    """How many rows it has at the centre, and how many bytes a first reading of them takes, about."""
    bytes: int = 0


NOT_WANTED = -1
"""The cursor of a bucket that the desk may have and does not want: nothing of it is sent."""


class Pull(Message):
    """Asks for what is new. ``cursors``: bucket id to the last seq that was applied; 0 for a new bucket."""

    epoch: str
    incarnation: int
    schema_version: int
    scope: int
    clock: Clock = Field(default_factory=lambda: Clock(wall=0))
    cursors: dict[str, int] = Field(default_factory=dict)
    vector: str = ""
    """``vector_of`` the cursors after the last whole answer; then ``cursors`` names only those that moved since.
    A centre that does not remember them answers with the problem ``vector``: send them in full."""
    most: int = 2000
    floors: dict[str, int] = Field(default_factory=dict)
    """``Page.floor`` of the buckets of which a reading from the beginning is not complete."""
    asked: list[str] = Field(default_factory=list, max_length=MOST_ASKED)
    """Groups (tx) that came back: what did a person at the centre decide since?"""
    snapshots: bool = True
    """Whether large buckets may come as snapshots; False: as pages alone."""
    begun: dict[str, str] = Field(default_factory=dict)
    """Bucket id to the SHA-256 of the snapshot of which the desk has a part: that one is offered again, if it is
    still there."""
    paged: list[str] = Field(default_factory=list)
    """Buckets that are to come as pages all the same: a snapshot of them did not hold what it promised."""
    form: int = Field(default=1, ge=1)
    """The newest form of snapshots that this desk reads; it reads those before it, too."""


def vector_of(cursors: Mapping[str, int]) -> str:
    """A name for all cursors of a desk, the same on both sides: BLAKE2b-128, hex."""
    text = "\n".join(f"{bucket} {seq}" for bucket, seq in sorted(cursors.items()))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


class Page(Message):
    """New rows of one bucket in the order of their seq."""

    bucket: str
    to: int
    """The cursor after this page."""
    more: bool
    reset: bool = False
    """The desk's rows of this bucket are to be replaced: rows not named up to the end of this run are gone."""
    floor: int = 0
    """Of a reading from the beginning that takes several pages: below this the feed tells no more what left. To be
    sent along until the bucket is complete; when it is another by then, the reading starts again."""
    rows: list[Wire] = Field(default_factory=list)
    gone: list[tuple[str, str, int, Literal["m", "d"]]] = Field(default_factory=list)
    """(kind, id, ver, moved or dropped): leaves this bucket."""
    hash: str = ""
    """Set hash over the bucket's rows, 32 hex digits; only when ``more`` is false."""


class Offer(Message):
    """A snapshot of a bucket, to be fetched instead of pages: a file that never changes, named by its SHA-256."""

    bucket: str
    sha: str = Field(pattern="^[0-9a-f]{64}$")
    seq: int = Field(gt=0)
    """The cursor of whoever has read it."""
    bytes: int = Field(gt=0, le=MOST_SNAPSHOT)
    rows: int = Field(ge=0)


class SnapshotHead(Message):
    """What a snapshot (``protocol.snapshot``) says of itself."""

    bucket: str
    seq: int
    hash: str
    """Set hash over the rows, 32 hex digits."""
    schema_version: int
    rows: int
    form: int = 1
    """How its blocks are written (``SNAPSHOT_FORM``); the first line of the file tells."""


class Fetch(Message):
    """Asks for a snapshot from a byte on; no message on the wire, but its address and its ``Range``."""

    bucket: str
    sha: str
    start: int
    bytes: int
    """Where it ends."""


class PullAnswer(Message):
    """The centre's answer to a pull."""

    standing: Standing
    add: list[BucketInfo] = Field(default_factory=list)
    drop: list[str] = Field(default_factory=list)
    pages: list[Page] = Field(default_factory=list)
    snapshots: list[Offer] = Field(default_factory=list)
    """Large buckets of which the desk has nothing. Those that are still being made follow when it pulls again."""
    more: bool = False
    results: list[GroupResult] = Field(default_factory=list)
    """What became of the groups that were ``asked`` for, where there is something new."""


class Hello(Message):
    """Who the centre is and what it knows of the caller."""

    product: Literal["gridworker-centre"] = "gridworker-centre"
    protocol: tuple[int, int]
    schema_version: int
    standing: Standing | None = None
    buckets: list[BucketInfo] = Field(default_factory=list)


class Problem(Message):
    """Why a whole request was not served."""

    error: str
    """epoch, fork, gap, vector, too_big, busy, auth, device, upgrade, throttled, bad_request, not_allowed, not_found"""
    reason: str = ""
    want: int = 0
    """For ``gap``: the number that should come next."""
    kept: tuple[int, int] = (0, 0)
    """For ``epoch``: (life, number) up to which the centre still has what this desk handed in under its old epoch."""
    standing: Standing | None = None


class HistoryEntry(Message):
    """One write of one field."""

    path: str
    value: Any = None
    by: str
    at: int
    change: str
    verb: str


class History(Message):
    """The full history of a record, newest first."""

    entries: list[HistoryEntry]
