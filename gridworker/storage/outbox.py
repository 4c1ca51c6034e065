"""The outbox: every change that a person made here, from the moment of saving until it is history.

new -> accepted (at the centre; laid over the centre's row until the feed has brought it) -> durable (in a backup of
the centre). held: to be tried again. attention: refused, kept for the person to repair or to discard. discarded:
given up by the person. What a change says is never altered, so that nobody has to note which are on their way: the
same is handed in until it is answered.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import takewhile
from typing import Any, NamedTuple

import orjson

from gridworker.protocol.sync import RELEASED, GroupResult, Standing
from gridworker.records import schema
from gridworker.records.change import Change, Verb
from gridworker.records.upcasts import upcast
from gridworker.storage.file import File

WAITS = ("new", "held")
"""States of what the centre has not taken yet."""
LATE = "late_scope"
"""The centre's code for what was made in good faith and came after its bucket had left the scope."""
_DAY_MS = 86_400_000
KEPT_MS = 90 * _DAY_MS
"""How long own history is kept after it is durable, at least: the centre may be restored from an older backup."""
LONGEST_MS = 366 * 86_400_000
"""How long it is kept at most, however old the oldest backup of the centre is."""
_MARGIN_MS = 86_400_000
"""By which clocks, and what was on its way when a backup was begun, may differ."""

_BODY = "SELECT body, tx, act, n FROM outbox"


class Laid(NamedTuple):
    """A change that is laid over the centre's row, and who made it."""

    change: Change
    author: str


class Answered(NamedTuple):
    """A change that the centre took just as it is."""

    row_id: int
    bucket: str
    kind: str
    record: str
    id: str
    body: bytes
    author: str

    @property
    def is_create(self) -> bool:
        """Whether it made the record; told by how a body begins (``Change.to_wire``)."""
        return b'"k":"create"' in self.body[:100]

    @property
    def field(self) -> str:
        """The plain field that it writes; "" when it does anything else, or was written by a former program."""
        wire = orjson.loads(self.body)
        path = str(wire.get("p", ""))
        is_plain = wire["k"] == Verb.SET and wire.get("y", 1) >= schema.SCHEMA and "/" not in path
        return path if is_plain else ""

    @property
    def change(self) -> Change:
        """As it was made; its number and group do not matter here."""
        return upcast(Change.kept(orjson.loads(self.body), 0, "", ""))


class Settled(NamedTuple):
    """What the centre's answer changed here."""

    records: set[tuple[str, str]]
    """(kind, record) whose standing may differ now."""
    told_again: set[tuple[str, str]]
    """Those of them over which a change no longer lies."""
    accepted: int
    refused: int
    conflicts: int
    held: int
    elsewhere: frozenset[tuple[str, str]] = frozenset()
    """Those of them that the centre took, and has in another bucket than the one in which they were written here, or
    in one that was not the writer's any more."""


def put(file: File, change: Change, author: str, incarnation: int, before: Any) -> None:
    """Add a change that has its number."""
    wire = change.to_wire()
    file.db.execute(
        "INSERT INTO outbox (incarnation, n, id, tx, act, author, kind, record, bucket, hlc, body, before,"
        " made_at, state, laid) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'new', 1)",
        (
            incarnation,
            change.n,
            change.id,
            change.tx,
            change.act,
            author,
            change.kind,
            change.record,
            change.bucket,
            change.hlc,
            orjson.dumps(wire),
            None if before is None else orjson.dumps(before),
            change.at,
        ),
    )


class Numbers(NamedTuple):
    """Where the counting stands in this life of the store."""

    incarnation: int = 1
    next_n: int = 1
    hlc: int = 0


def numbers(file: File) -> Numbers:
    """Read from the last change; what was noted counts after a renumbering, and when the last ones are forgotten."""
    noted = "(SELECT v FROM meta WHERE k = 'numbers')"
    last = file.db.execute(f"SELECT incarnation, n + 1, hlc, {noted} FROM outbox ORDER BY _row DESC LIMIT 1").fetchone()
    if last is None:
        return Numbers(*file.meta("numbers", ()))
    counted = Numbers(*(() if last[3] is None else orjson.loads(last[3])))
    next_n = max(counted.next_n, last[1]) if last[0] == counted.incarnation else counted.next_n
    return Numbers(counted.incarnation, next_n, max(counted.hlc, last[2]))


def laid_over(file: File, record: str) -> list[Laid]:
    """The changes that lie over the centre's row of a record, oldest first."""
    found = file.db.execute(
        "SELECT body, tx, act, n, author, before FROM outbox WHERE record = ? AND laid ORDER BY _row",
        (record,),
    )
    return [_laid(line) for line in found]


def records_laid_over(file: File) -> set[str]:
    """The records over which changes lie, and those of which some came back: what comes of them is more than itself."""
    test = "open AND (laid OR state = 'attention')"
    # With DISTINCT all that was ever made here would be walked through in the order of its records.
    return {r for (r,) in file.db.execute(f"SELECT record FROM outbox WHERE {test}")}


def laid_records(file: File) -> list[tuple[str, str]]:
    """(kind, record) over which changes lie."""
    return [(kind, r) for kind, r in file.db.execute("SELECT DISTINCT kind, record FROM outbox WHERE open AND laid")]


def states(file: File, record: str) -> set[str]:
    """The states of all own changes of a record."""
    return {s for (s,) in file.db.execute("SELECT DISTINCT state FROM outbox WHERE record = ?", (record,))}


def update(file: File, sets: str, values: Sequence[Any], rows: list[int]) -> None:
    """Changes lines of the outbox; those that follow each other in one go."""
    if not rows:
        return
    rows.sort()
    if rows[-1] - rows[0] == len(rows) - 1:
        file.db.execute(f"UPDATE outbox SET {sets} WHERE _row BETWEEN ? AND ?", (*values, rows[0], rows[-1]))
    else:
        file.db.executemany(f"UPDATE outbox SET {sets} WHERE _row = ?", [(*values, row_id) for row_id in rows])


def settle(file: File, results: Iterable[GroupResult], cursors: Callable[[str], int | None], now: int) -> Settled:
    """Note the centre's answers. ``cursors`` tells how far the feed of a bucket has been read."""
    touched: set[tuple[str, str]] = set()
    unlaid: set[tuple[str, str]] = set()
    elsewhere: set[tuple[str, str]] = set()
    counts = {"accepted": 0, "held": 0, "attention": 0, "conflict": 0}
    answered = list(results)
    groups = _groups(file, {result.tx for result in answered})
    for result in answered:
        state = STATE_OF[result.verdict]
        lines = groups.get(result.tx, [])
        for row_id, kind, record, bucket in lines:
            seq, laid = lies(state, result, bucket, cursors)
            file.db.execute(
                "UPDATE outbox SET state = ?, code = ?, reason = ?, seq = ?, laid = min(laid, ?),"
                " settled_at = ? WHERE _row = ?",
                (state, result.code, result.reason, seq, laid, now, row_id),
            )
            touched.add((kind, record))
            if not laid:
                unlaid.add((kind, record))
            if result.code == LATE or (result.seqs and bucket not in result.seqs):
                elsewhere.add((kind, record))
        counts[state] += len(lines)
        counts["conflict"] += len(result.conflicts) or (result.verdict == "conflict")
    told = (counts["accepted"], counts["attention"], counts["conflict"], counts["held"])
    return Settled(touched, unlaid, *told, frozenset(elsewhere))


def answered(file: File, incarnation: int, numbers: Iterable[tuple[int, int]]) -> list[Answered]:
    """The changes with these numbers that wait, oldest first."""
    spans = sorted(numbers)
    if not spans:
        return []
    firsts = [first for first, _ in spans]
    query = (
        "SELECT n, _row, bucket, kind, record, id, body, author FROM outbox"
        " WHERE open AND state = 'new' AND incarnation = ? ORDER BY _row"
    )
    found = file.db.execute(query, (incarnation,))
    # Of what waits in one life the numbers rise with the places: what comes behind the last is not asked for.
    first_ones = takewhile(lambda line: line[0] <= spans[-1][1], found)
    taken = [Answered(*line[1:]) for line in first_ones if line[0] <= spans[bisect_right(firsts, line[0]) - 1][1]]
    found.close()
    return taken


def accept(file: File, rows: Iterable[int], seq: int | None, laid: int, now: int) -> None:
    """These changes were taken; they stand in their bucket's feed at ``seq`` at the latest."""
    sets = "state = 'accepted', code = '', reason = '', seq = ?, laid = min(laid, ?), settled_at = ?"
    update(file, sets, (seq, laid, now), list(rows))


def still_laid(file: File, records: Iterable[str]) -> set[str]:
    """Those of the records over which changes lie."""
    asked = orjson.dumps(list(records)).decode()
    query = "SELECT DISTINCT record FROM outbox WHERE record IN (SELECT value FROM json_each(?)) AND laid"
    return {record for (record,) in file.db.execute(query, (asked,))}


def alone_open(file: File, keys: Iterable[tuple[str, str]]) -> dict[str, int]:
    """By record (``keys``: kind, id), of those whose open changes all wait and are laid: how many they are."""
    asked = orjson.dumps([record for _, record in keys]).decode()
    query = (
        "SELECT record, count(*) FROM outbox WHERE record IN (SELECT value FROM json_each(?)) AND open"
        " GROUP BY record HAVING min(laid AND state = 'new')"
    )
    return dict(file.db.execute(query, (asked,)).fetchall())


def unsettled(file: File, records: Iterable[str]) -> set[str]:
    """Those of the records of which a change waits, or came back."""
    asked = orjson.dumps(list(records)).decode()
    query = (
        "SELECT DISTINCT record FROM outbox WHERE record IN (SELECT value FROM json_each(?))"
        " AND state IN ('new', 'held', 'attention')"
    )
    return {record for (record,) in file.db.execute(query, (asked,))}


def open_of(file: File, records: Iterable[str]) -> set[str]:
    """Those of the records of which a change waits, came back, or lies over the centre's row."""
    asked = orjson.dumps(list(records)).decode()
    query = "SELECT DISTINCT record FROM outbox WHERE record IN (SELECT value FROM json_each(?)) AND open"
    return {record for (record,) in file.db.execute(query, (asked,))}


def _groups(file: File, txs: set[str]) -> dict[str, list[tuple[int, str, str, str]]]:
    """The changes of these groups that an answer can be about; nearly always they are the first that wait."""
    groups: dict[str, list[tuple[int, str, str, str]]] = {}
    for state in ("new", "held"):
        if groups.keys() >= txs:
            break
        query = "SELECT tx, _row, kind, record, bucket FROM outbox WHERE open AND state = ? ORDER BY _row"
        found = file.db.execute(query, (state,))
        for tx, *line in found:
            if tx in txs:
                groups.setdefault(tx, []).append((line[0], line[1], line[2], line[3]))
            elif groups.keys() >= txs:  # a group was written in one go: no more of it comes
                break
        found.close()
    return groups


STATE_OF = {
    "ok": "accepted",
    "conflict": "accepted",
    "held": "held",
    "refused": "attention",
    "quarantined": "attention",
}
"""By the centre's verdict on its group: the state of a change afterwards."""


def stands(seq: int | None, cursor: int | None) -> tuple[int | None, int]:
    """Where a change that was taken stands in a feed read up to ``cursor``, and whether it still lies over its row."""
    if cursor is None:
        return seq, 0
    # An answer that repeats an earlier one may not know the place any more: then the next page settles it.
    place = cursor + 1 if seq is None else seq
    return place, int(place > cursor)


def lies(state: str, result: GroupResult, bucket: str, cursors: Callable[[str], int | None]) -> tuple[int | None, int]:
    """Where the change stands in the feed, and whether it still lies over the centre's row."""
    if state == "held":
        return None, 1
    if state == "attention":
        return None, 0
    # No page of this bucket may come any more: the record lies in another one by now, or the bucket left the scope.
    if result.code == LATE or (result.seqs and bucket not in result.seqs):
        return result.seqs.get(bucket), 0
    return stands(result.seqs.get(bucket), cursors(bucket))


def read_up_to(file: File, bucket: str, seq: int, complete: bool) -> set[tuple[str, str]]:
    """The feed of a bucket has been read: what the centre took up to there no longer lies over its rows."""
    test = "open AND state IN ('accepted', 'durable') AND bucket = ? AND laid AND (seq <= ? OR ?)"
    found = file.db.execute(f"SELECT kind, record FROM outbox WHERE {test}", (bucket, seq, complete))
    touched = set(found.fetchall())
    if touched:
        file.db.execute(f"UPDATE outbox SET laid = 0 WHERE {test}", (bucket, seq, complete))
    return touched


def lift(file: File, record: str, bucket: str) -> None:
    """A row of ``bucket`` has come: what the centre took of the record while it lay in another bucket is in it."""
    file.db.execute(
        "UPDATE outbox SET laid = 0 WHERE record = ? AND laid AND state IN ('accepted', 'durable') AND bucket <> ?",
        (record, bucket),
    )


def make_durable(file: File, standing: Standing) -> set[tuple[str, str]]:
    """What the centre's backup covers is durable; a centre without a backup promises nothing."""
    if not standing.backup:
        return set()
    test = f"state = 'accepted' AND code <> '{RELEASED}' AND incarnation = ? AND n <= ?"
    known = (standing.incarnation, standing.durable_n)
    touched = set(file.db.execute(f"SELECT DISTINCT kind, record FROM outbox WHERE {test}", known))
    if touched:
        file.db.execute(f"UPDATE outbox SET state = 'durable' WHERE {test}", known)
    return touched


def came_back(file: File, most: int) -> list[str]:
    """Groups that came back, and those released since of which no backup is known: what was decided about them?"""
    found = file.db.execute("SELECT DISTINCT tx FROM outbox WHERE open AND state = 'attention' LIMIT ?", (most,))
    return list(dict.fromkeys([*(tx for (tx,) in found), *file.meta(RELEASED, [])]))[:most]


def hear_late(file: File, results: Iterable[GroupResult], now: int) -> set[tuple[str, str]]:
    """What a person at the centre decided about groups that had come back; the records of which that says more."""
    touched: set[tuple[str, str]] = set()
    released: list[str] = list(file.meta(RELEASED, []))
    before = list(released)
    for result in results:
        taken = result.code == RELEASED
        state = ("durable" if result.durable else "accepted") if taken else "attention"
        asked = (result.tx, RELEASED, state, result.code, result.reason)
        touched.update(file.db.execute(f"SELECT DISTINCT kind, record FROM outbox WHERE {_LATE}", asked).fetchall())
        file.db.execute(
            f"UPDATE outbox SET state = ?, code = ?, reason = ?, settled_at = ? WHERE {_LATE}",
            (state, result.code, result.reason, now, *asked),
        )
        released = [tx for tx in released if tx != result.tx] + ([result.tx] if taken and not result.durable else [])
    if released != before:
        file.note(RELEASED, released)
    return touched


_LATE = "tx = ? AND (state = 'attention' OR state = 'accepted' AND code = ?) AND (state, code, reason) IS NOT (?, ?, ?)"
"""Lines of a group that a late answer changes."""


def requeue_not_durable(file: File, kept: tuple[int, int] | None = None) -> set[tuple[str, str]]:
    """The centre may have lost what was not in its backup: hand it in again, with the same ids. ``kept``: it was
    restored, and has what was counted up to this (life, number); what is above was lost though it was durable once,
    and so may be what a person released, which was counted when it came and taken later.
    """
    test = f"(state = 'accepted' OR state = 'durable' AND ((incarnation, n) > (?, ?) OR ? AND code = '{RELEASED}'))"
    lost = (*(kept or (2**31, 0)), kept is not None)
    touched = set(file.db.execute(f"SELECT DISTINCT kind, record FROM outbox WHERE {test}", lost).fetchall())
    file.db.execute(f"UPDATE outbox SET state = 'new', seq = NULL WHERE {test}", lost)
    return touched


def renumber(file: File, first: int, incarnation: int) -> int:
    """Number everything that is to be handed in from ``first`` on, in a new life of the store; the next number."""
    counted = numbers(file)
    # What was answered keeps no number that is given again now.
    file.db.execute("UPDATE outbox SET n = 0 WHERE incarnation = ? AND n >= ?", (incarnation, first))
    lines = file.db.execute("SELECT _row FROM outbox WHERE open AND state IN ('new', 'held') ORDER BY _row").fetchall()
    file.db.executemany(
        "UPDATE outbox SET n = ?, incarnation = ?, state = 'new' WHERE _row = ?",
        [(first + step, incarnation, row_id) for step, (row_id,) in enumerate(lines)],
    )
    file.note("numbers", [incarnation, first + len(lines), counted.hlc])
    file.note("renumbered", file.meta("renumbered", 0) + 1)
    return first + len(lines)


def retry_held(file: File) -> int:
    """What was held is offered once more; how many changes."""
    return int(file.db.execute("UPDATE outbox SET state = 'new' WHERE open AND state = 'held'").rowcount)


def give_up(file: File, tx: str, now: int) -> set[tuple[str, str]]:
    """The person gives up a refused group."""
    test = "open AND state = 'attention' AND tx = ?"
    touched = set(file.db.execute(f"SELECT DISTINCT kind, record FROM outbox WHERE {test}", (tx,)))
    file.db.execute(f"UPDATE outbox SET state = 'discarded', laid = 0, settled_at = ? WHERE {test}", (now, tx))
    return touched


def refused(file: File, tx: str) -> list[Laid]:
    """The changes of a refused group, and who made them."""
    found = file.db.execute(
        "SELECT body, tx, act, n, author, before FROM outbox"
        " WHERE open AND state = 'attention' AND tx = ? ORDER BY _row",
        (tx,),
    )
    return [_laid(line) for line in found]


def again(changes: Sequence[Change], new_id: Callable[[], str]) -> list[Change]:
    """The same edits as new changes of a new group: the centre has answered the old ones for good."""
    tx, act = new_id(), new_id()
    return [c._replace(id=new_id(), tx=tx, act=act, n=0, hlc=0) for c in changes]


def waits_in(file: File, bucket: str) -> int:
    """How many changes of a bucket the centre has not taken yet, or has refused."""
    found = file.db.execute(
        "SELECT count(*) FROM outbox WHERE open AND state IN ('new', 'held', 'attention') AND bucket = ?",
        (bucket,),
    )
    return int(found.fetchone()[0])


def waits_of(file: File, record: str) -> bool:
    """Whether the centre has not taken all changes of a record, or has refused one."""
    test = "record = ? AND open AND state IN ('new', 'held', 'attention')"
    return file.db.execute(f"SELECT 1 FROM outbox WHERE {test} LIMIT 1", (record,)).fetchone() is not None


def local_records(file: File, bucket: str) -> list[tuple[str, str]]:
    """(kind, record) of a bucket over which own changes lie: among them those that the centre does not know yet."""
    found = file.db.execute("SELECT DISTINCT kind, record FROM outbox WHERE open AND laid AND bucket = ?", (bucket,))
    return [(kind, record) for kind, record in found]


def prune(file: File, now: int) -> int:
    """Forget own history that is durable, or given up, and that no restore of the centre could ask for; how many. Once
    a day: all of it is looked through for that."""
    if abs(now - file.meta("pruned", 0)) < _DAY_MS:
        return 0
    file.note("pruned", now)
    file.note("numbers", list(numbers(file)))
    done = file.db.execute(
        "DELETE FROM outbox WHERE state IN ('durable', 'discarded') AND laid = 0 AND settled_at < ?",
        (forgets_before(file, now),),
    )
    return int(done.rowcount)


def forgets_before(file: File, now: int) -> int:
    """What was handed in before this moment is in every backup that the centre keeps, as far as it has told."""
    usual, oldest = now - KEPT_MS, int(file.meta("backups_since", 0))
    return max(min(usual, oldest - _MARGIN_MS), now - LONGEST_MS) if oldest else usual


def _laid(line: Sequence[Any]) -> Laid:
    """A change as it was made, with the text that its author was looking at."""
    change, before = upcast(kept(line[:4])), None if line[5] is None else orjson.loads(line[5])
    return Laid(change.looking_at(before) if isinstance(before, str) else change, line[4])


def kept(line: Sequence[Any]) -> Change:
    """The change in a line of body, group, act and number."""
    body, tx, act, n = line
    return Change.kept(orjson.loads(body), n, tx, act)
