"""The outbox of a desk without a file: what ``gridworker.storage.outbox`` promises, on a list."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import orjson

from gridworker.protocol.sync import RELEASED, GroupResult, Standing, Written
from gridworker.records.change import Change, Verb
from gridworker.records.upcasts import upcast
from gridworker.storage.outbox import KEPT_MS, LATE, STATE_OF, WAITS, Laid, Numbers, Settled, lies
from gridworker.storage.own_changes import OutboxRow

Key = tuple[str, str]
"""(kind, id) of a record."""
MINE = ("new", "held", "attention")
"""What the centre has not taken."""


@dataclass(slots=True)
class Entry:
    """One change with what became of it."""

    incarnation: int
    change: Change
    author: str
    before: Any
    state: str = "new"
    laid: bool = True
    seq: int | None = None
    code: str = ""
    reason: str = ""
    settled_at: int | None = None
    row: int = 0
    """Its place among all that were ever written here."""

    def copy(self) -> "Entry":
        """The same, to go its own way."""
        return Entry(
            self.incarnation,
            self.change,
            self.author,
            self.before,
            self.state,
            self.laid,
            self.seq,
            self.code,
            self.reason,
            self.settled_at,
            self.row,
        )


def _nobody_minds(entries: Sequence[Entry]) -> None:
    """Entries are forgotten."""


class Outbox:
    """The changes of one desk in the order of the acts. State and laid of an entry are changed by ``turn`` and
    ``lift_off`` alone, since a desk has thousands and most questions are about a few."""

    def __init__(self, numbers: Numbers | None = None) -> None:
        self.entries: list[Entry] = []
        self._of: dict[str, list[Entry]] = {}
        self._of_act: dict[str, list[Entry]] = {}
        self._in: dict[str, dict[int, Entry]] = {}
        """By state, and by place."""
        self._laid: dict[int, Entry] = {}
        self._rows = 0
        self._noted = numbers or Numbers()
        self._covered: tuple[int, int] | None = None
        self._since: list[Entry] = []
        """What was accepted since ``make_durable`` looked, by that standing."""
        self.released: list[str] = []
        """Groups that were put aside, taken later, and are in no backup that is known."""
        self.forgotten: Callable[[Sequence[Entry]], None] = _nobody_minds
        self.understood: Callable[[Change], Change] = upcast
        """What a change means to this program."""

    def copy(self) -> "Outbox":
        """As it is at this moment."""
        other = Outbox(self._noted)
        for entry in self.entries:
            other.add(entry.copy())
        other.released = list(self.released)
        other.understood = self.understood
        return other

    def add(self, entry: Entry) -> None:
        """An entry behind the others."""
        entry.row = entry.row or self._rows + 1
        self._rows = max(self._rows, entry.row)
        self.entries.append(entry)
        self._of.setdefault(entry.change.record, []).append(entry)
        self._of_act.setdefault(entry.change.act, []).append(entry)
        self._in.setdefault(entry.state, {})[entry.row] = entry
        if entry.laid:
            self._laid[entry.row] = entry

    def turn(self, entry: Entry, state: str) -> None:
        """The entry is in this state from now on."""
        if entry.state != state:
            del self._in[entry.state][entry.row]
            self._in.setdefault(state, {})[entry.row] = entry
            entry.state = state
            if state == "accepted":
                self._since.append(entry)

    def lift_off(self, entry: Entry) -> None:
        """The entry does not lie over the centre's row any more."""
        entry.laid = False
        self._laid.pop(entry.row, None)

    def among(self, *states: str) -> list[Entry]:
        """All in one of these states, in the order of the acts."""
        found = [each for state in states for each in self._in.get(state, {}).values()]
        return sorted(found, key=_place)

    def laid(self) -> list[Entry]:
        """All that lie over a row, in the order of the acts."""
        return sorted(self._laid.values(), key=_place)

    def standing(self) -> dict[str, frozenset[int]]:
        """Which are in each state."""
        return {state: frozenset(entries) for state, entries in self._in.items() if entries}

    def count(self, state: str) -> int:
        """How many are in this state."""
        return len(self._in.get(state, ()))

    def of(self, record: str) -> Sequence[Entry]:
        """The changes of a record."""
        return self._of.get(record, ())

    def put(self, change: Change, author: str, incarnation: int, before: Any) -> None:
        """Add a change that has its number."""
        self.add(Entry(incarnation, change, author, before))

    def numbers(self) -> Numbers:
        """Where the counting stands."""
        noted = self._noted
        if not self.entries:
            return noted
        last = self.entries[-1]
        same = last.incarnation == noted.incarnation
        next_n = max(noted.next_n, last.change.n + 1) if same else noted.next_n
        return Numbers(noted.incarnation, next_n, max(noted.hlc, last.change.hlc))

    def laid_over(self, record: str) -> list[Laid]:
        """The changes that lie over the centre's row of a record."""
        return [self._laid_one(each) for each in self._of.get(record, ()) if each.laid]

    def _laid_one(self, each: Entry) -> Laid:
        """A change as it is understood here, with the text that its author was looking at."""
        base, change = each.before, self.understood(each.change)
        return Laid(change.looking_at(base) if isinstance(base, str) else change, each.author)

    def records_laid_over(self) -> set[str]:
        """The records over which changes lie."""
        return {each.change.record for each in self._laid.values()}

    def states(self, record: str) -> set[str]:
        """The states of all own changes of a record."""
        return {each.state for each in self._of.get(record, ())}

    def bound_for(self, record: str, path: str) -> OutboxRow | None:
        """The last own change at ``path`` that the feed has not brought yet."""
        mine = (e for e in reversed(self.of(record)) if e.change.path == path and e.change.verb is Verb.SET and e.laid)
        found = next(mine, None)
        return None if found is None else _row(found)

    def answered(self, incarnation: int, numbers: Iterable[tuple[int, int]]) -> list[Entry]:
        """The changes with these numbers that wait, oldest first."""
        lines = list(numbers)
        mine = (each for each in self.among("new") if each.incarnation == incarnation)
        return [each for each in mine if any(first <= each.change.n <= last for first, last in lines)]

    def waiting(self, most: int) -> list[Change]:
        """The next changes to hand in: whole groups, in order."""
        found = [each.change for each in self.among("new")]
        if len(found) <= most:
            return found
        cut = found[most].tx
        whole = [each for each in found[:most] if each.tx != cut]
        return whole or list(takewhile(lambda change: change.tx == cut, found))

    def handing(self, most: int, after: int = 0) -> list[Written]:
        """The same as they are written, behind the place ``after``."""
        found = [each for each in self.among("new") if each.row > after]
        if len(found) > most:
            cut = found[most].change.tx
            whole = [each for each in found[:most] if each.change.tx != cut]
            found = whole or list(takewhile(lambda each: each.change.tx == cut, found))
        return [_written(each.row, each.change) for each in found]

    def settle(self, results: Iterable[GroupResult], cursor: Callable[[str], int | None], now: int) -> Settled:
        """Note the centre's answers."""
        touched: set[Key] = set()
        unlaid: set[Key] = set()
        elsewhere: set[Key] = set()
        counts = {"accepted": 0, "held": 0, "attention": 0, "conflict": 0}
        answered = list(results)
        groups = self._groups({result.tx for result in answered})
        for result in answered:
            state = STATE_OF[result.verdict]
            members = groups.get(result.tx, [])
            for each in members:
                key = (each.change.kind, each.change.record)
                seq, laid = lies(state, result, each.change.bucket, cursor)
                self.turn(each, state)
                each.code, each.reason, each.seq, each.settled_at = result.code, result.reason, seq, now
                if not laid:
                    self.lift_off(each)
                touched.add(key)
                if not laid:
                    unlaid.add(key)
                if result.code == LATE or (result.seqs and each.change.bucket not in result.seqs):
                    elsewhere.add(key)
            counts[state] += len(members)
            counts["conflict"] += len(result.conflicts) or (result.verdict == "conflict")
        told = (counts["accepted"], counts["attention"], counts["conflict"], counts["held"])
        return Settled(touched, unlaid, *told, frozenset(elsewhere))

    def _groups(self, txs: set[str]) -> dict[str, list[Entry]]:
        groups: dict[str, list[Entry]] = {}
        for state in ("new", "held"):
            if groups.keys() >= txs:
                break
            for each in self.among(state):
                if each.change.tx in txs:
                    groups.setdefault(each.change.tx, []).append(each)
        return groups

    def read_up_to(self, bucket: str, seq: int, complete: bool) -> set[Key]:
        """What the centre took up to this place of the feed no longer lies over its rows."""
        touched = set()
        for each in self.laid():
            taken = each.state in ("accepted", "durable") and each.change.bucket == bucket
            if taken and (complete or (each.seq is not None and each.seq <= seq)):
                self.lift_off(each)
                touched.add((each.change.kind, each.change.record))
        return touched

    def lift(self, record: str, bucket: str) -> None:
        """What the centre took of the record while it lay in another bucket is in the row that has come."""
        for each in self.of(record):
            if each.state in ("accepted", "durable") and each.change.bucket != bucket:
                self.lift_off(each)

    def make_durable(self, standing: Standing) -> set[Key]:
        """What the centre's backup covers is durable."""
        touched: set[Key] = set()
        if not standing.backup:
            return touched
        covered = (standing.incarnation, standing.durable_n)
        looked = self.among("accepted") if covered != self._covered else self._since
        self._covered, self._since = covered, []
        for each in looked:
            known = each.code != RELEASED and each.incarnation == standing.incarnation
            if each.state == "accepted" and known and each.change.n <= standing.durable_n:
                self.turn(each, "durable")
                touched.add((each.change.kind, each.change.record))
        return touched

    def came_back(self, most: int) -> list[str]:
        """Groups that came back, and those released since of which no backup is known."""
        found = dict.fromkeys(each.change.tx for each in self.among("attention"))
        return list(dict.fromkeys([*list(found)[:most], *self.released]))[:most]

    def hear_late(self, results: Iterable[GroupResult], now: int) -> set[Key]:
        """What a person at the centre decided about groups that had come back."""
        touched: set[Key] = set()
        for result in results:
            taken = result.code == RELEASED
            state = ("durable" if result.durable else "accepted") if taken else "attention"
            for each in self.among("attention", "accepted"):
                late = each.state == "attention" or each.code == RELEASED
                told = (each.state, each.code, each.reason) == (state, result.code, result.reason)
                if each.change.tx == result.tx and late and not told:
                    self.turn(each, state)
                    each.code, each.reason, each.settled_at = result.code, result.reason, now
                    touched.add((each.change.kind, each.change.record))
            again = [result.tx] if taken and not result.durable else []
            self.released = [tx for tx in self.released if tx != result.tx] + again
        return touched

    def requeue_not_durable(self, kept: tuple[int, int] | None) -> set[Key]:
        """Hand in again what may be lost at the centre."""
        touched = set()
        for each in self.entries:
            late = (
                kept is not None
                and each.state == "durable"
                and ((each.incarnation, each.change.n) > kept or each.code == RELEASED)
            )
            if each.state == "accepted" or late:
                self.turn(each, "new")
                each.seq = None
                touched.add((each.change.kind, each.change.record))
        return touched

    def renumber(self, first: int, incarnation: int) -> int:
        """Number everything that is to be handed in from ``first`` on."""
        counted = self.numbers()
        for each in self.entries:
            if each.incarnation == incarnation and each.change.n >= first and each.state not in WAITS:
                each.change = each.change.counted(0, each.change.hlc)
        n = first
        for each in self.entries:
            if each.state in WAITS:
                each.change = each.change.counted(n, each.change.hlc)
                self.turn(each, "new")
                each.incarnation, n = incarnation, n + 1
        self._noted = Numbers(incarnation, n, counted.hlc)
        self._covered = None
        return n

    def retry_held(self) -> int:
        """What was held is offered once more."""
        held = self.among("held")
        for each in held:
            self.turn(each, "new")
        return len(held)

    def give_up(self, tx: str, now: int) -> set[Key]:
        """The person gives up a refused group."""
        touched = set()
        for each in self.among("attention"):
            if each.change.tx == tx:
                self.turn(each, "discarded")
                self.lift_off(each)
                each.settled_at = now
                touched.add((each.change.kind, each.change.record))
        return touched

    def refused(self, tx: str) -> list[Laid]:
        """The changes of a refused group."""
        return [self._laid_one(each) for each in self.among("attention") if each.change.tx == tx]

    def waits_in(self, bucket: str) -> int:
        """How many changes of a bucket the centre has not taken yet, or has refused."""
        return sum(each.change.bucket == bucket for each in self.among(*MINE))

    def local_records(self, bucket: str) -> list[Key]:
        """The records of a bucket over which own changes lie."""
        found = (each.change for each in self.laid() if each.change.bucket == bucket)
        return list(dict.fromkeys((change.kind, change.record) for change in found))

    def forget(self, done: Callable[[Entry], bool]) -> int:
        """Own history that is of no more use; the counting goes on."""
        self._noted = self.numbers()
        gone = [each for each in self.entries if done(each)]
        if gone:
            self.forgotten(gone)
            left = [each for each in self.entries if not done(each)]
            self.entries, self._of, self._of_act, self._in, self._laid = [], {}, {}, {}, {}
            self._covered, self._since = None, []
            for each in left:
                self.add(each)
        return len(gone)

    def prune(self, now: int) -> int:
        """Forget what has been durable, or given up, for 90 days."""
        before = now - KEPT_MS

        def old(each: Entry) -> bool:
            over = each.state in ("durable", "discarded") and not each.laid
            return over and each.settled_at is not None and each.settled_at < before

        return self.forget(old)

    def of_act(self, act: str) -> list[OutboxRow]:
        """Every change of one act, oldest first."""
        return [_row(each) for each in self._of_act.get(act, ())]


def _place(entry: Entry) -> int:
    return entry.row


def _written(row: int, change: Change) -> Written:
    return Written(row, change.n, change.tx, change.act, orjson.dumps(change.to_wire()))


def _row(each: Entry) -> OutboxRow:
    change = each.change
    return OutboxRow(
        id=change.id,
        tx=change.tx,
        act=change.act,
        n=change.n,
        kind=change.kind,
        record=change.record,
        bucket=change.bucket,
        state=each.state,
        verb=change.verb.value,
        path=change.path,
        value=change.value,
        before=each.before,
        code=each.code,
        reason=each.reason,
        made_at=change.at,
        author=each.author,
        is_laid=each.laid,
    )
