"""What the centre took just as it was made: the rows that it has now are worked out here, and not fetched again.

The centre says of a bucket: from here to there nobody wrote but you, and the rows then add up to this. A desk that
had read the bucket up to there lays its changes on the rows that it has; when they add up to the same, it knows
all that a download would tell. When anything differs, nothing is done, and the rows come with the next pull.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gridworker.protocol.sync import GroupResult, Standing, Stretch, Taken
from gridworker.records.merge import lay
from gridworker.records.row import SET_HASH_MODULUS, Row, row_digest
from gridworker.storage import buckets, outbox, project
from gridworker.storage.file import BucketRow, File
from gridworker.storage.outbox import Answered, Settled
from gridworker.storage.project import Held, Stood

_Key = tuple[str, str]


class _Next(NamedTuple):
    """A record, and the centre's row before and after what was taken."""

    ver: int
    mark: str
    before: Row | None
    after: Row | None
    """None for a new record that is just as it was made: it is shown so already."""
    here: Held | None = None
    """As it is shown."""
    row_id: int = 0
    """Of a record that was edited and is shown just as it is now at the centre: its row, which nobody had to read."""


def settle(
    file: File, results: Sequence[GroupResult], standing: Standing, now: int, taken: Taken | None = None
) -> Settled:
    """Notes the centre's answers and what follows from them for what is shown."""
    settled = project.settle(file, results, standing, now)
    buckets.note_elsewhere(file, settled.elsewhere)
    if taken is None or not taken.numbers:
        return settled
    by_bucket: dict[str, list[Answered]] = {}
    for change in outbox.answered(file, standing.incarnation, taken.numbers):
        by_bucket.setdefault(change.bucket, []).append(change)
    records = set(settled.records)
    for bucket, changes in by_bucket.items():
        _take(file, bucket, changes, taken, now)
        records.update(_keys(changes))
    project.stand_again(file, outbox.make_durable(file, standing))
    count = sum(map(len, by_bucket.values()))
    return settled._replace(records=records, accepted=settled.accepted + count)


def _take(file: File, bucket: str, changes: list[Answered], taken: Taken, now: int) -> None:
    place, stretch = file.bucket(bucket), taken.own.get(bucket)
    cursor = buckets.cursor(file, bucket)
    rows = [change.row_id for change in changes]
    if stretch is not None and place is not None and _is_at(file, place, stretch):
        after = _worked_out(file, place, changes, stretch)
        if after is not None:
            outbox.accept(file, rows, stretch.to, 0, now)
            _write(file, place, after, changes, stretch)
            return
    seq, laid = outbox.stands(taken.seqs.get(bucket), cursor)
    outbox.accept(file, rows, seq, laid, now)
    if laid:
        project.accepted(file, _keys(changes))
    else:
        project.tell_all_again(file, _keys(changes))


def _is_at(file: File, place: BucketRow, stretch: Stretch) -> bool:
    """Whether all before the stretch is here, and whole."""
    return (
        place.state == "live"
        and buckets.cursor(file, place.id) == stretch.before
        and not buckets.is_naming(file, place)
        and not buckets.has_put_aside(file, place.row_id)
    )


def _worked_out(
    file: File, place: BucketRow, changes: Iterable[Answered], stretch: Stretch
) -> dict[_Key, _Next] | None:
    """The centre's rows with the changes on them; None when they do not add up to what the centre has."""
    found: dict[_Key, list[Answered]] = {}
    for change in changes:
        found.setdefault((change.kind, change.record), []).append(change)
    after: dict[_Key, _Next] = {}
    total = int(buckets.set_hash(file, place.row_id), 16)
    edited, known = _edited(file, place, found)
    total += known
    after |= edited
    for (kind, record), mine in found.items():
        if (kind, record) in edited:
            continue
        step = _next(file, kind, record, mine)
        if step is None:
            return None
        if step.before is not None:
            total -= row_digest(kind, record, step.before.ver, step.before.mark)
        total += row_digest(kind, record, step.ver, step.mark)
        after[kind, record] = step
    return after if f"{total % SET_HASH_MODULUS:032x}" == stretch.hash else None


def _edited(file: File, place: BucketRow, found: dict[_Key, list[Answered]]) -> tuple[dict[_Key, _Next], int]:
    """The records of which plain fields were written and nothing else is open, and what that adds to the set hash.

    What is shown of such a one is the centre's row with just these changes on it, which is what the centre has now:
    only its version and its mark are others, and the sum tells whether they are these.
    """
    edits = {key: mine for key, mine in found.items() if key[0] in file.tables and _are_edits(file, mine)}
    alone = outbox.alone_open(file, edits)
    by_kind: dict[str, list[str]] = {}
    for kind, record in edits:
        if alone.get(record) == len(edits[kind, record]):
            by_kind.setdefault(kind, []).append(record)
    after: dict[_Key, _Next] = {}
    added = 0
    for kind, records in by_kind.items():
        for row_id, record, ver, mark in project.stand_in(file, kind, records, place):
            mine = edits[kind, record]
            step = _Next(ver + len(mine), mine[-1].id, None, None, row_id=row_id)
            added += row_digest(kind, record, step.ver, step.mark) - row_digest(kind, record, ver, mark)
            after[kind, record] = step
    return after, added


def _are_edits(file: File, changes: Sequence[Answered]) -> bool:
    """Whether each writes one plain field, and does not take its record elsewhere."""
    home = file.tables[changes[0].kind].kind.home_field
    return all((name := each.field) and name != home for each in changes)


def _next(file: File, kind: str, record: str, changes: list[Answered]) -> _Next | None:
    table = file.tables.get(kind)
    if table is None:
        return None
    before = here = None
    if changes[0].is_create:
        if len(changes) == 1:
            return _Next(1, changes[0].id, None, None)
    else:
        here = project.held(file, kind, record)
        before = project.centre_row(file, kind, record, here)
        if before is None:
            return None
    row = before
    for each in changes:
        change = each.change
        if not project.lies_on(table.kind, row, change):
            return None
        row = lay(table.kind, row, change, each.author)
    return None if row is None else _Next(row.ver, row.mark, before, row, here)


def _write(file: File, place: BucketRow, after: dict[_Key, _Next], changes: list[Answered], stretch: Stretch) -> None:
    ids = [record for (_, record), step in after.items() if not step.row_id]
    more = outbox.still_laid(file, ids) | outbox.unsettled(file, ids) if ids else set()
    made: dict[str, list[tuple[str, str]]] = {}
    stood: dict[str, list[Stood]] = {}
    for (kind, record), step in after.items():
        if step.row_id:
            stood.setdefault(kind, []).append(Stood(step.ver, step.mark, step.row_id, record))
        elif step.after is None and record not in more:
            made.setdefault(kind, []).append((record, step.mark))
        elif step.after and step.here and record not in more and project.shows(step.here, step.after, place):
            stood.setdefault(kind, []).append(Stood(step.ver, step.mark, step.here.row_id, record))
        else:
            project.set_centre(file, kind, record, step.after or _made(file, changes, record), place)
    for kind, records in made.items():
        project.set_made(file, kind, records)
    for kind, rows in stood.items():
        project.set_stood(file, kind, rows)
    buckets.move_on(file, place.row_id, stretch.to, stretch.hash)


def _made(file: File, changes: list[Answered], record: str) -> Row:
    """The centre's row of a new record."""
    (made,) = [each for each in changes if each.record == record]
    return lay(file.tables[made.kind].kind, None, made.change, made.author)


def _keys(changes: Iterable[Answered]) -> set[_Key]:
    return {(each.kind, each.record) for each in changes}
