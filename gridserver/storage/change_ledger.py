"""The ledger of changes: what was handed in, by whom, and what became of it; repeated questions are answered here."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from gridserver.storage import bulk
from gridserver.storage.engine import Connection, Lines, Question, Sheaf, text
from gridserver.storage.handed import Handed, Known
from gridserver.storage.merging import WAIT_FOR_OTHERS, Verdict
from gridserver.storage.rows import Key
from gridworker.protocol.sync import GroupResult
from gridworker.records.change import Change


@dataclass(frozen=True, slots=True)
class Author:
    """Who hands in, on which device, in which life of its store."""

    device: str
    incarnation: int
    person: str
    now: int


class Judged(NamedTuple):
    """A group and what became of it."""

    group: Handed
    verdict: Verdict


def known(conn: Connection, ids: Iterable[str]) -> dict[str, Known]:
    """What the ledger remembers of these changes."""
    rows = conn.execute(_KNOWN, {"ids": bulk.uuids(ids)})
    return {row[0]: Known(*row[1:]) for row in rows}


def remembering(ids: Iterable[str], device: str, now: int) -> Question:
    """For ``known`` and ``not_made`` at once; see ``remembered``. The device's lane is to be locked before."""
    return Question(_REMEMBERED, {"ids": bulk.uuids(ids), "device": device, "since": now - WAIT_FOR_OTHERS})


def remembered(found: Lines) -> tuple[dict[str, Known], set[str]]:
    """What ``remembering`` brought: as ``known`` and ``not_made`` tell it."""
    told: dict[str, Known] = {}
    missing: set[str] = set()
    for row in found:
        if row[1] is None:
            missing.add(row[0])
        else:
            told[row[0]] = Known(*row[1:])
    return told, missing


def not_made(conn: Connection, device: str, now: int) -> set[str]:
    """Ids of records whose making by this device was refused of late, and that were not made since."""
    found = conn.execute(_NOT_MADE, {"device": device, "since": now - WAIT_FOR_OTHERS})
    return {row.record for row in found}


def write(
    sheaf: Sheaf,
    author: Author,
    judged: Sequence[Judged],
    places: Mapping[Key, tuple[str, int]],
    held_before: Mapping[str, Known],
    centre: str,
) -> None:
    """Notes what became of each change. ``places``: bucket and seq of every record that was spoken of."""
    if held_before:
        sheaf.add(_FORGET, {"ids": bulk.uuids(held_before)})
    bulk.put(sheaf, "change", _COLUMNS, _all_lines(author, judged, places, held_before, centre))
    _write_answers(sheaf, author.device, judged)


def answers(conn: Connection, groups: Sequence[tuple[Handed, Sequence[Known]]]) -> dict[str, GroupResult]:
    """The answers that these groups had before, by their tx."""
    which = [(marks[0].device, group.tx) for group, marks in groups if any(k.verdict != "ok" or k.late for k in marks)]
    told = {}
    if which:
        found = conn.execute(_ANSWERS, {"devices": [d for d, _ in which], "groups": [tx for _, tx in which]})
        told = {row.tx: row for row in found}
    return {group.tx: answer(group, marks, told.get(group.tx)) for group, marks in groups}


def result(group: Handed, verdict: Verdict, places: Mapping[Key, tuple[str, int]]) -> GroupResult:
    """What a group is answered."""
    seqs: dict[str, int] = {}
    for key in verdict.touched:
        bucket, seq = places[key]
        seqs[bucket] = max(seq, seqs.get(bucket, 0))
    return GroupResult.of(
        tx=group.tx,
        verdict=verdict.verdict,
        numbers=group.numbers,
        code=verdict.code,
        reason=verdict.reason,
        conflicts=list(verdict.conflicts),
        seqs=seqs,
        durable=False,
    )


def answer(group: Handed, marks: Sequence[Known], told: Any) -> GroupResult:
    """What a group is answered that comes again. ``told``: code, reason and conflicts, when there was more to say."""
    seqs: dict[str, int] = {}
    for mark in marks:
        if mark.bucket is not None and mark.seq is not None:
            seqs[mark.bucket] = max(mark.seq, seqs.get(mark.bucket, 0))
    code, reason, conflicts = (told.code, told.reason, told.conflicts) if told is not None else ("", "", ())
    return GroupResult.of(
        tx=group.tx,
        verdict=marks[0].verdict,
        numbers=group.numbers,
        code=code,
        reason=reason,
        conflicts=list(conflicts),
        seqs=seqs,
        durable=False,
    )


def _all_lines(
    author: Author,
    judged: Sequence[Judged],
    places: Mapping[Key, tuple[str, int]],
    held_before: Mapping[str, Known],
    centre: str,
) -> Iterator[bytes]:
    for each in judged:
        yield from _lines(author, each, places, held_before)
        for note in each.verdict.notes:
            yield _note_line(author, each.verdict, note, places, centre)


def _lines(
    author: Author, judged: Judged, places: Mapping[Key, tuple[str, int]], held_before: Mapping[str, Known]
) -> Iterable[bytes]:
    group, verdict = judged.group, judged.verdict
    start = f"{author.device}\t{author.incarnation}\t"
    middle = f"\t{group.tx}\t{group.act}\t{author.person}\t"
    end = f"\t{verdict.verdict}\t{'t' if verdict.late else 'f'}\t\\x"
    for item in group.items:
        change, before = item.change, held_before.get(item.id)
        where = _place(change, places if verdict.touched else {})
        at = before.at if before is not None else author.now
        line = f"{item.id}\t{start}{item.n}{middle}{where}{end}{item.sha.hex()}\t{at}\t"
        yield line.encode() + item.body


def _note_line(
    author: Author, verdict: Verdict, note: Change, places: Mapping[Key, tuple[str, int]], centre: str
) -> bytes:
    wire = note.to_wire()
    del wire["n"]
    line = (
        f"{note.id}\t{centre}\t1\t0\t{note.tx}\t{note.act}\t{centre}\t{_place(note, places)}"
        f"\tok\t{'t' if verdict.late else 'f'}\t\\x\t{author.now}\t"
    )
    return line.encode() + orjson.dumps(wire)


def _place(change: Change | None, places: Mapping[Key, tuple[str, int]]) -> str:
    """kind, record, bucket and seq as ``bulk.put`` reads them."""
    if change is None:
        return f"\t{bulk.NOTHING}\t{bulk.NOTHING}\t{bulk.NOTHING}"
    place = places.get((change.kind, change.record))
    bucket, seq = place if place is not None else (bulk.NOTHING, bulk.NOTHING)
    return f"{change.kind}\t{change.record}\t{bucket}\t{seq}"


def _write_answers(sheaf: Sheaf, device: str, judged: Sequence[Judged]) -> None:
    told = [each for each in judged if each.verdict.verdict not in ("ok", "held") or each.verdict.late]
    if not told:
        return
    rows = [
        {
            "device": device,
            "tx": each.group.tx,
            "verdict": each.verdict.verdict,
            "code": each.verdict.code,
            "reason": each.verdict.reason,
            "conflicts": list(each.verdict.conflicts),
        }
        for each in told
    ]
    sheaf.add(_TELL, {"rows": orjson.dumps(rows).decode()})


_COLUMNS = {
    **{"id": "uuid", "device": "uuid", "incarnation": "integer", "n": "bigint", "tx": "uuid", "act": "uuid"},
    **{"person": "uuid", "kind": "text", "record": "uuid", "bucket": "uuid", "seq": "bigint", "verdict": "text"},
    **{"late": "boolean", "sha": "bytea", "at": "bigint", "body": "text"},
}
_FORGET = text("DELETE FROM change WHERE id = ANY(CAST(:ids AS uuid[]))")
_OF_IDS = """
    SELECT id, device, incarnation, person, tx, verdict, late, sha, bucket, seq, at, n FROM change
    WHERE id = ANY(CAST(:ids AS uuid[]))
"""
_NOT_MADE_BY = """
    FROM change
    WHERE device = CAST(:device AS uuid) AND verdict IN ('refused', 'quarantined') AND at > :since
        AND body LIKE '%"k":"create"%'
        AND NOT EXISTS (SELECT FROM record WHERE record.id = change.record AND record.kind = change.kind)
"""
_KNOWN = text(_OF_IDS)
_NOT_MADE = text(f"SELECT DISTINCT change.record {_NOT_MADE_BY}")
_REMEMBERED = text(f"""
    {_OF_IDS} UNION ALL
    SELECT record, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL {_NOT_MADE_BY}
        AND record IS NOT NULL
""")
_ANSWERS = text("""
    SELECT told.tx, code, reason, conflicts FROM group_answer AS told
    JOIN unnest(CAST(:devices AS uuid[]), CAST(:groups AS uuid[])) AS asked (device, tx)
        ON told.device = asked.device AND told.tx = asked.tx
""")
_TELL = text("""
    INSERT INTO group_answer (device, tx, verdict, code, reason, conflicts)
    SELECT device, tx, verdict, code, reason, conflicts
    FROM json_to_recordset(CAST(:rows AS json))
        AS row (device uuid, tx uuid, verdict text, code text, reason text, conflicts uuid[])
    ON CONFLICT (device, tx) DO UPDATE SET verdict = excluded.verdict, code = excluded.code,
        reason = excluded.reason, conflicts = excluded.conflicts
""")
