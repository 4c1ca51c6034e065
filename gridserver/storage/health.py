"""How the centre stands, in counts and times: what an administrator looks at, and nothing that a person typed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from gridserver.settings import DAY
from gridserver.storage import chores, recount
from gridserver.storage.chores import Chore
from gridserver.storage.engine import Connection, text

SILENT_AFTER = 3 * DAY
"""A desk that was not heard from for so long is silent."""
STALE_AFTER = DAY
"""What waits for longer than this wants somebody to look at it."""
ARCHIVE_EVERY = DAY // 48
"""The log is archived every ten seconds, or at least every five minutes: after half an hour something is wrong."""
BACKUP_EVERY = 2 * DAY
"""A centre whose last backup is older says so."""


@dataclass(frozen=True, slots=True)
class Silent:
    """A desk that was not heard from."""

    device: str
    seen_at: int | None
    """ms UTC; None: never."""


@dataclass(frozen=True, slots=True)
class DeskFigures:
    """The desks that may speak with the centre."""

    active: int
    cut_off: int
    silent: int
    never: int
    """Enrolled, and not heard from since."""
    wrong_clock: int
    """Their clocks are more than five minutes off."""
    longest_silent: Sequence[Silent]


@dataclass(frozen=True, slots=True)
class WaitingFigures:
    """What desks still hold, as they said themselves when last heard from."""

    desks: int
    changes: int
    oldest: int | None
    """ms UTC: the oldest of it was made then, or later."""


@dataclass(frozen=True, slots=True)
class HeldFigures:
    """Groups that wait at the centre's wish for something else; offered again at each sync."""

    groups: int
    changes: int
    oldest: int | None


@dataclass(frozen=True, slots=True)
class QuarantineFigures:
    """Groups that wait for a person."""

    open: int
    refused: int
    quarantined: int
    oldest: int | None
    by_code: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ConflictFigures:
    """What two people changed without seeing each other's value, and nobody has settled."""

    open: int
    changes: int
    """Changes that the centre has ever taken in."""
    per_thousand: float


@dataclass(frozen=True, slots=True)
class SumFigures:
    """Buckets whose sum was counted again."""

    buckets: int
    checked: int
    oldest: int | None
    """ms UTC of the recount that lies back longest; None while some bucket was never counted."""
    wrong: Sequence[str]


@dataclass(frozen=True, slots=True)
class Health:
    """All of it at one moment."""

    as_of: int
    desks: DeskFigures
    waiting: WaitingFigures
    held: HeldFigures
    quarantine: QuarantineFigures
    conflicts: ConflictFigures
    sums: SumFigures
    backup_at: int | None
    chores: Mapping[str, Chore]
    database_bytes: int

    @property
    def alarms(self) -> list[str]:
        """Codes of what somebody should look at; empty on a good day."""
        drill, archive = self.chores.get("drill"), self.chores.get("archive")
        found = {
            "hash_mismatch": bool(self.sums.wrong),
            "no_backup": self.backup_at is None,
            "backup_old": self.backup_at is not None and self.as_of - self.backup_at > BACKUP_EVERY,
            "drill_failed": drill is not None and not drill.ok,
            "archive_failing": archive is not None and (not archive.ok or self.as_of - archive.at > ARCHIVE_EVERY),
            "quarantine_waits": self._is_stale(self.quarantine.oldest),
            "held_long": self._is_stale(self.held.oldest),
            "desks_hold_work": self._is_stale(self.waiting.oldest),
        }
        return [code for code, here in found.items() if here]

    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        told = asdict(self)
        return {"ok": "hash_mismatch" not in self.alarms, "alarms": self.alarms, **told}

    def _is_stale(self, since: int | None) -> bool:
        return since is not None and self.as_of - since > STALE_AFTER


def health(conn: Connection, now: int) -> Health:
    """Looks at everything; nothing of it walks through the records. ``now``: ms UTC."""
    return Health(
        as_of=now,
        desks=_desks(conn, now),
        waiting=WaitingFigures(*conn.execute(_WAITING).one()),
        held=HeldFigures(*conn.execute(_HELD).one()),
        quarantine=_quarantine(conn),
        conflicts=_conflicts(conn),
        sums=_sums(conn),
        backup_at=conn.scalar(text("SELECT backup_at FROM meta")),
        chores=chores.last(conn),
        database_bytes=int(conn.scalar(text("SELECT pg_database_size(current_database())")) or 0),
    )


def _desks(conn: Connection, now: int) -> DeskFigures:
    row = conn.execute(_DESKS, {"silent": now - SILENT_AFTER}).one()
    longest = conn.execute(_LONGEST, {"silent": now - SILENT_AFTER})
    active, cut_off, silent, never, wrong_clock = row
    named = [Silent(*each) for each in longest]
    return DeskFigures(active, cut_off, silent, never, wrong_clock, named)


def _quarantine(conn: Connection) -> QuarantineFigures:
    rows = conn.execute(_QUARANTINE).all()
    by_code: dict[str, int] = {}
    for row in rows:
        by_code[row.code] = by_code.get(row.code, 0) + row.n
    refused = sum(row.n for row in rows if row.verdict == "refused")
    total = sum(by_code.values())
    oldest = min((row.oldest for row in rows), default=None)
    return QuarantineFigures(total, refused, total - refused, oldest, dict(sorted(by_code.items())))


def _conflicts(conn: Connection) -> ConflictFigures:
    row = conn.execute(_CONFLICTS).one()
    per_thousand = round(1000 * row.open / row.changes, 2) if row.changes else 0.0
    return ConflictFigures(row.open, row.changes, per_thousand)


def _sums(conn: Connection) -> SumFigures:
    row = conn.execute(_SUMS).one()
    oldest = row.oldest if row.checked == row.buckets else None
    return SumFigures(row.buckets, row.checked, oldest, recount.wrong(conn))


_PEOPLES = "device JOIN account ON account.id = device.account WHERE account.role <> 'centre' AND account.active"
_WRONG_CLOCK = 5 * 60_000
_DESKS = text(f"""
    SELECT count(*) FILTER (WHERE status = 'active'), count(*) FILTER (WHERE status <> 'active'),
        count(*) FILTER (WHERE status = 'active' AND coalesce(seen_at, device.made_at) < :silent),
        count(*) FILTER (WHERE status = 'active' AND seen_at IS NULL),
        count(*) FILTER (WHERE status = 'active' AND abs(clock_offset) > {_WRONG_CLOCK})
    FROM {_PEOPLES}
""")
_LONGEST = text(f"""
    SELECT device.id, seen_at FROM {_PEOPLES} AND status = 'active' AND coalesce(seen_at, device.made_at) < :silent
    ORDER BY seen_at NULLS FIRST, device.id LIMIT 20
""")
_WAITING = text("""
    SELECT count(*), coalesce(sum(waiting), 0)::bigint, min(waiting_since) FROM device
    WHERE waiting > 0 AND status = 'active'
""")
_HELD = text("SELECT count(DISTINCT tx), count(*), min(at) FROM change WHERE verdict = 'held'")
_QUARANTINE = text("""
    SELECT verdict, code, count(*) AS n, min(at) AS oldest FROM quarantine WHERE state = 'open' GROUP BY verdict, code
""")
# The sequence knows how many changes there were; counting them would read them all.
_CONFLICTS = text("""
    SELECT (SELECT count(*) FROM record WHERE about IS NOT NULL AND NOT removed
            AND wire LIKE '%"state":"open"%') AS open,
        (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM change_arrived_seq) AS changes
""")
_SUMS = text("""
    SELECT count(*) AS buckets, count(bucket_check.bucket) AS checked, min(bucket_check.at) AS oldest
    FROM bucket_head LEFT JOIN bucket_check ON bucket_check.bucket = bucket_head.bucket
""")
