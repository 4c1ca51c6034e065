"""Groups as they are handed in: read once, weighed, and numbered without gaps."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from gridserver.errors import Refused
from gridworker.protocol import MOST_CHANGES, MOST_IN_GROUP
from gridworker.protocol.sync import Group, Verdict
from gridworker.records.change import Change
from gridworker.records.fields import ENTRY_ID
from gridworker.records.upcasts import upcast
from gridworker.records.wrong import Wrong

_DEEPEST = 50
"""Lists within lists, more than any kind has: a row around them must still be written as JSON (254 levels)."""

_CUT_OFF = "这台电脑已被停用，内容已交给督导核对，没有丢。"
_OTHER_BODY = "同一编号的修改有两份不同的内容，已交给督导核对，没有丢。"
_KIND = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")


class Item(NamedTuple):
    """One change as it came. ``body`` is its JSON without the number, keys sorted; ``sha`` the SHA-256 of that."""

    id: str
    n: int
    body: bytes
    sha: bytes
    change: Change | None
    """None when it could not be read."""
    translated: bool = False
    """Whether a former program wrote it, and it means what stands in ``change``."""


class Handed(NamedTuple):
    """One group as it came."""

    tx: str
    act: str
    items: Sequence[Item]
    changes: Sequence[Change]
    """What could be read of it."""
    wrong: str = ""
    """Why it can never be taken, in Chinese; "" when it can be read."""

    @property
    def numbers(self) -> list[int]:
        """The numbers of its changes on the device."""
        return [item.n for item in self.items]

    def text(self) -> bytes:
        """The whole group as JSON, to be kept for a person to look at."""
        bodies = [orjson.Fragment(item.body) for item in self.items]
        return orjson.dumps({"tx": self.tx, "act": self.act, "changes": bodies})


class Known(NamedTuple):
    """What the ledger remembers of a change that came before."""

    device: str
    incarnation: int
    person: str
    tx: str
    verdict: Verdict
    late: bool
    sha: bytes
    bucket: str | None
    seq: int | None
    at: int
    n: int = 0
    """The number under which it came."""


@dataclass(slots=True)
class Lane:
    """Where a device stands: which life of its store, and the last number in it."""

    incarnation: int
    last_n: int
    known: Mapping[str, Known] = field(default_factory=dict)


class Sorted(NamedTuple):
    """What is to be done with the groups of a push."""

    repeats: list[tuple[Handed, Sequence[Known]]]
    """Answered before, with what the ledger remembers of their changes."""
    fresh: list[Handed]
    """To be taken now, in their order, those of ``aside`` among them."""
    aside: dict[str, tuple[str, str]]
    """By tx, code and reason of those that are only to be kept for a person to look at."""


def read(groups: Sequence[Group]) -> list[Handed]:
    """The groups of a push. Raises ``Refused``: ``too_big``, or ``bad_request`` for what has no number or name."""
    if sum(len(group.changes) for group in groups) > MOST_CHANGES:
        raise Refused("too_big")
    read_ones = [_read_group(group) for group in groups]
    ids = [item.id for group in read_ones for item in group.items]
    if len(set(ids)) < len(ids) or len({group.tx for group in read_ones}) < len(read_ones):
        raise Refused("bad_request")
    return read_ones


def read_again(group: Group) -> Handed:
    """A group that was kept aside, without numbers: its device has counted it already."""
    numbered = [{**wire, "n": place} for place, wire in enumerate(group.changes, start=1)]
    handed = _read_group(Group(tx=group.tx, act=group.act, changes=numbered))
    return handed._replace(items=[item._replace(n=0) for item in handed.items])


def lane(incarnation: int, known: int, last_n: int) -> Lane:
    """Where a store of this incarnation stands, when the centre knows ``known`` and ``last_n`` of its device. A
    store that begins a new life counts from one again. Raises ``Refused("fork")`` for an old life.
    """
    if incarnation < known:
        raise Refused("fork")
    return Lane(incarnation, last_n if incarnation == known else 0)


def count(lane: Lane, groups: Sequence[Handed]) -> None:
    """Moves the lane over the numbers of the groups. Raises ``Refused``: ``gap``, or ``fork`` when a number or an
    id was used before for something else, as a restored or doubled store does.
    """
    for group in groups:
        for item in group.items:
            known = lane.known.get(item.id)
            if item.n > lane.last_n + 1:
                raise Refused("gap", want=lane.last_n + 1)
            if item.n <= lane.last_n and known is None:
                raise Refused("fork")
            if (
                known is not None
                and known.verdict == "held"
                and item.n <= lane.last_n
                and not _is_where(known, item, lane)
            ):
                raise Refused("fork")  # a second copy of the store gave this number to something else since
            if known is not None and known.sha != item.sha and known.incarnation == lane.incarnation:
                raise Refused("fork")
            lane.last_n = max(lane.last_n, item.n)


def _is_where(known: Known, item: Item, lane: Lane) -> bool:
    """Whether the ledger has the change under the number, and in the life, under which it comes."""
    return (known.incarnation, known.n) == (lane.incarnation, item.n)


def sorted_out(groups: Sequence[Handed], known: Mapping[str, Known], person: str, cut_off: bool) -> Sorted:
    """Parts what was answered before from what is to be taken. ``cut_off``: the device may not write any more."""
    done = Sorted([], [], {})
    if not known and not cut_off:
        done.fresh.extend(groups)
        return done
    for group in groups:
        marks = [known[item.id] for item in group.items if item.id in known]
        if marks and not _is_same(group, marks, known, person):
            done.aside[group.tx] = ("other_body", _OTHER_BODY)
        elif marks and marks[0].verdict != "held":
            done.repeats.append((group, marks))
            continue
        elif cut_off:
            done.aside[group.tx] = ("device_cut_off", _CUT_OFF)
        done.fresh.append(group)
    return done


def first_at(group: Handed, known: Mapping[str, Known], now: int) -> int:
    """When the group was first offered, ms UTC."""
    return min([known[item.id].at for item in group.items if item.id in known], default=now) if known else now


def _is_same(group: Handed, marks: Sequence[Known], known: Mapping[str, Known], person: str) -> bool:
    """Whether the ledger remembers exactly this group."""
    return len(marks) == len(group.items) and all(
        known[item.id].sha == item.sha and known[item.id].tx == group.tx and known[item.id].person == person
        for item in group.items
    )


def _read_group(group: Group) -> Handed:
    act = group.act or group.tx
    if not (ENTRY_ID.match(group.tx) and ENTRY_ID.match(act) and group.changes):
        raise Refused("bad_request")
    wrong = "" if len(group.changes) <= MOST_IN_GROUP else f"一次办理最多 {MOST_IN_GROUP} 项修改，请分几次保存。"
    items, changes = [], []
    for wire in group.changes:
        item, reason = _read_item(wire, group.tx, act)
        items.append(item)
        if item.change is not None:
            changes.append(item.change)
        wrong = wrong or reason
    return Handed(group.tx, act, items, changes, wrong)


def _read_item(wire: dict[str, Any], tx: str, act: str) -> tuple[Item, str]:
    """The change, and why it can never be taken. Raises ``Refused`` when it has not even a name or a number."""
    if not isinstance(wire, dict):
        raise Refused("bad_request")
    said = {key: value for key, value in wire.items() if key != "n"}
    try:
        body = orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:  # nested deeper than anybody writes by hand
        raise Refused("bad_request") from None
    sha = hashlib.sha256(body).digest()
    try:
        written = Change.from_wire(wire, tx, act)
        change = upcast(written)
    except Wrong as wrong:
        return Item(*_name(wire), body, sha, None), wrong.reason
    if change.n is True or change.n < 1 or not _KIND.match(change.kind):
        return Item(*_name(wire), body, sha, None), "资料类型的名称不对。"
    if body.count(b"{") + body.count(b"[") > _DEEPEST and _depth(wire) > _DEEPEST:
        return Item(change.id, change.n, body, sha, None), "内容的层次太多。"
    translated = change is not written and change != written._replace(schema=change.schema)
    return Item(change.id, change.n, body, sha, change, translated), ""


def _name(wire: Mapping[str, Any]) -> tuple[str, int]:
    """Id and number of a change that cannot be read otherwise."""
    name, n = wire.get("id"), wire.get("n")
    if not isinstance(name, str) or not ENTRY_ID.match(name):
        raise Refused("bad_request")
    if not isinstance(n, int) or isinstance(n, bool) or not 0 < n < 2**63:
        raise Refused("bad_request")
    return name, n


def _depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(_depth, inner), default=0)
