"""Random days of several people over a few records, and an oracle that knows nothing of the merge.

The oracle writes down who typed what and what he had before his eyes. Every value that was ever typed must
stand somewhere, or somebody who saw it must have written what stands in its place.
"""

import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from gridworker.protocol.sync import Group, GroupResult
from gridworker.records import KINDS
from gridworker.records.change import Change
from gridworker.records.codes import HOUSEHOLD_TAGS
from gridworker.records.merge import lay
from gridworker.records.row import Row
from tests.helpers.hand import Hand, household

TOKEN = re.compile(r"t\d+x\d+z")
"""What every typed value holds, once in the world."""
TAGS = sorted(HOUSEHOLD_TAGS)[:2]
PLAIN = ("address", "note", "head_name")
"""Two ordinary fields and a guarded one. What is typed as a telephone, no telephone can be."""

Key = tuple[str, str]


def tokens(value: Any) -> set[str]:
    """All typed values in something."""
    return set(TOKEN.findall(orjson.dumps(value).decode()))


@dataclass
class Person:
    """One author: what he saw last, and what he wrote since."""

    name: str
    hand: Hand
    base: dict[Key, Row] = field(default_factory=dict)
    laid: list[Change] = field(default_factory=list)
    queue: list[Group] = field(default_factory=list)

    def view(self) -> dict[Key, Row]:
        """The rows before his eyes."""
        rows = dict(self.base)
        for change in self.laid:
            key = (change.kind, change.record)
            rows[key] = lay(KINDS[change.kind], rows.get(key), change, self.name)
        return rows


@dataclass
class Act:
    """Something that a person did, and all values that he had before his eyes in that place."""

    saw: set[str]
    typed: set[str]
    changes: list[str]
    record: str
    tag: str = ""
    adds: set[str] = field(default_factory=set)
    settles: str = ""
    takes_out: bool = False
    verdict: str = "waiting"


@dataclass
class History:
    """One little world: some records, the people, and the oracle's notes."""

    dice: random.Random
    people: list[Person]
    grid: str
    bucket: str
    number: int
    acts: dict[str, Act] = field(default_factory=dict)
    """By the group's tx."""
    records: set[str] = field(default_factory=set)
    aside: list[Group] = field(default_factory=list)
    count: int = 0

    def new(self) -> str:
        """A value that was never typed before."""
        self.count += 1
        return f"t{self.number}x{self.count}z"

    # ------------------------------------------------------------------ what people do

    def live(self, person: Person) -> None:
        """A few things that a person does without a line."""
        for _ in range(self.dice.randint(1, 3)):
            view = person.view()
            mine = [row for (kind, _), row in view.items() if kind != "conflict"]
            if not mine or (len(self.records) < 2 and self.dice.random() < 0.5):
                self._create(person)
            else:
                self._one(person, self.dice.choice(mine), view)

    def _one(self, person: Person, row: Row, view: Mapping[Key, Row]) -> None:
        open_ones = [each for each in view.values() if _is_open(each, row)]
        if open_ones and self.dice.random() < 0.4:
            return self._settle(person, row, self.dice.choice(open_ones))
        if row.removed is not None:
            return self._do(person, [person.hand.restore(row)], set(), set())
        if self.dice.random() < 0.06:
            return self._do(person, [person.hand.remove(row)], tokens(row.fields), set())
        return self._edit_dispute(person, row) if row.kind == "dispute" else self._edit_household(person, row)

    def _create(self, person: Person) -> None:
        typed = [self.new(), self.new()]
        if self.dice.random() < 0.5:
            change = person.hand.create("household", self.bucket, household(self.grid, note=typed[0], address=typed[1]))
        else:
            parties = {person.hand.new_id(): {"name": typed[1]}}
            fields = {"title": typed[0], "grid": self.grid, "dispute_type": "03", "parties": parties}
            change = person.hand.create("dispute", self.bucket, fields)
        self.records.add(change.record)
        self._do(person, [change], set(), set(typed))

    def _edit_household(self, person: Person, row: Row) -> None:
        if self.dice.random() < 0.3:
            return self._tag(person, row)
        field = "phone" if self.dice.random() < 0.08 else self.dice.choice(PLAIN)
        return self._set(person, row, field, self.new())

    def _edit_dispute(self, person: Person, row: Row) -> None:
        entries = list(row.fields.get("parties", {}))
        if self.dice.random() < 0.2 or not entries:
            return self._set(person, row, f"parties/{person.hand.new_id()}", {"name": self.new()})
        path = f"parties/{self.dice.choice(entries)}"
        way = self.dice.random()
        if way < 0.15:
            return self._do(person, [person.hand.rem(row, path)], tokens(row.value(path)), set(), takes_out=True)
        if way < 0.3:
            return self._set(person, row, path, {"name": self.new(), "address": self.new()})
        return self._set(person, row, f"{path}/{self.dice.choice(['name', 'address'])}", self.new())

    def _set(self, person: Person, row: Row, path: str, value: Any) -> None:
        saw = tokens(row.value(path))
        self._do(person, [person.hand.set(row, path, value)], saw, tokens(value))

    def _tag(self, person: Person, row: Row) -> None:
        path = f"tags/{self.dice.choice(TAGS)}"
        adds = {stamp.change for stamp in row.adds(path)}
        change = person.hand.rem(row, path) if adds and self.dice.random() < 0.6 else person.hand.add(row, path)
        self._do(person, [change], set(), set(), tag=path, adds=adds if change.verb == "rem" else {change.id})

    def _settle(self, person: Person, row: Row, conflict: Row) -> None:
        path, typed = conflict.fields.get("field", ""), self.new()
        changes, saw = [], tokens(conflict.fields)
        merges = path in PLAIN and row.removed is None and self.dice.random() < 0.7
        if merges:
            changes.append(person.hand.set(row, path, typed))
            saw |= tokens(row.value(path))
        changes.append(person.hand.move(conflict, "merged" if merges else "kept"))
        self._do(person, changes, saw, {typed} if merges else set(), settles=conflict.id)

    def _do(self, person: Person, changes: list[Change], saw: set[str], typed: set[str], **more: Any) -> None:
        group = person.hand.group(*changes)
        person.laid += changes
        person.queue.append(group)
        self.acts[group.tx] = Act(saw, typed, [change.id for change in changes], changes[0].record, **more)

    # ------------------------------------------------------------------ what becomes of it

    def heard(self, person: Person, group: Group, result: GroupResult) -> None:
        """What the centre said of a group."""
        act = self.acts[group.tx]
        act.verdict = result.verdict
        if result.verdict == "held":
            return
        person.queue.remove(group)
        if result.verdict in ("refused", "quarantined"):
            person.laid = [change for change in person.laid if change.id not in act.changes]
            self.aside.append(group)

    def look(self, person: Person, rows: Mapping[Key, Row]) -> None:
        """The person fetches what is new; what the centre took is in it."""
        waiting = {change["id"] for group in person.queue for change in group.changes}
        person.base = dict(rows)
        person.laid = [change for change in person.laid if change.id in waiting]

    def check(self, rows: Mapping[Key, Row]) -> None:
        """Nothing that was typed is gone unseen."""
        stands = {token for row in rows.values() for token in tokens(row.fields)}
        for act in self.acts.values():
            if act.takes_out and act.verdict == "ok":
                stands |= act.saw
        kept = {token for group in self.aside for token in tokens(group.changes)}
        waits = {token for act in self.acts.values() if act.verdict in ("waiting", "held") for token in act.typed}
        lost = {token for act in self.acts.values() for token in act.typed} - self._closure(stands) - kept - waits
        assert not lost, f"lost unseen: {lost}"
        self._check_removed(rows)
        self._check_settled(rows)
        self._check_tags(rows)

    def _check_removed(self, rows: Mapping[Key, Row]) -> None:
        """What is removed was removed by somebody who saw all of it."""
        for row in rows.values():
            if row.removed is not None:
                (act,) = (act for act in self.acts.values() if row.removed.change in act.changes)
                unseen = tokens(row.fields) - self._closure(act.saw)
                assert not unseen, f"removed unseen: {unseen}"

    def _closure(self, values: Iterable[str]) -> set[str]:
        """These values, and all that those saw who typed them."""
        by_value = {token: act for act in self.acts.values() for token in act.typed}
        found: set[str] = set()
        todo = list(values)
        while todo:
            value = todo.pop()
            if value not in found:
                found.add(value)
                todo += by_value[value].saw if value in by_value else ()
        return found

    def _check_settled(self, rows: Mapping[Key, Row]) -> None:
        """A conflict that is closed was closed by people who saw all that is in it."""
        for (kind, record), row in rows.items():
            if kind == "conflict" and row.fields["state"] != "open":
                settlers = [act for act in self.acts.values() if act.settles == record and act.verdict != "waiting"]
                seen = self._closure({token for act in settlers for token in act.saw})
                unseen = tokens(row.fields["others"]) - seen
                assert not unseen, f"closed over what nobody saw: {unseen}"

    def _check_tags(self, rows: Mapping[Key, Row]) -> None:
        """A tag is there exactly when somebody put it in and nobody who saw that took it out."""
        taken = [act for act in self.acts.values() if act.tag and act.verdict == "ok"]
        for row in rows.values():
            if row.kind != "household":
                continue
            for tag in TAGS:
                path = f"tags/{tag}"
                here = [act for act in taken if act.tag == path and act.record == row.id]
                out = {add for act in here if act.changes[0] not in act.adds for add in act.adds}
                put_in = {act.changes[0] for act in here if act.changes[0] in act.adds}
                assert (tag in row.fields.get("tags", ())) == bool(put_in - out), (row.id, tag)


def _is_open(conflict: Row, row: Row) -> bool:
    fields = conflict.fields
    return conflict.kind == "conflict" and fields["record"] == row.id and fields["state"] == "open"
