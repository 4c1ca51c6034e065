"""Groups that could not be taken: kept whole, with the reason, until a person has looked at them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from gridserver.storage.change_ledger import Author, Judged
from gridserver.storage.engine import Connection, text
from gridserver.storage.handed import Handed
from gridworker.protocol.sync import Group
from gridworker.records.fields import ENTRY_ID


@dataclass(frozen=True, slots=True)
class PutAside:
    """A group that waits for a person."""

    id: int
    device: str
    person: str
    verdict: str
    code: str
    reason: str
    at: int
    """When it came, ms UTC."""
    group: Group


def write(conn: Connection, author: Author, judged: Sequence[Judged]) -> None:
    """Puts aside what was refused or quarantined; the same group twice is kept once."""
    aside = [each for each in judged if each.verdict.verdict in ("refused", "quarantined")]
    if not aside:
        return
    rows = []
    for each in aside:
        body = each.group.text()
        rows.append(
            {
                "device": author.device,
                "person": author.person,
                "tx": each.group.tx,
                "verdict": each.verdict.verdict,
                "code": each.verdict.code,
                "reason": each.verdict.reason,
                "buckets": _buckets(each.group),
                "body": body.decode(),
                "digest": "\\x" + hashlib.sha256(body).hexdigest(),
                "at": author.now,
            }
        )
    conn.execute(_PUT, {"rows": [orjson.dumps(row).decode() for row in rows]})


def waiting(conn: Connection, buckets: Sequence[str] | None = None, most: int = 200) -> list[PutAside]:
    """What waits for a person, oldest first; ``buckets``: only what was meant for one of these."""
    found = conn.execute(_WAITING, {"buckets": None if buckets is None else list(buckets), "most": most})
    return [_put_aside(row) for row in found]


def one(conn: Connection, put_aside: int) -> PutAside | None:
    """A group that still waits, locked; None when there is no such one."""
    row = conn.execute(_ONE, {"id": put_aside}).one_or_none()
    return None if row is None else _put_aside(row)


def settle(conn: Connection, put_aside: int, state: str, by: str, now: int) -> None:
    """Somebody looked at it: ``taken`` or ``dismissed``. The body stays."""
    conn.execute(_SETTLE, {"id": put_aside, "state": state, "by": by, "now": now})


def _put_aside(row: Any) -> PutAside:
    facts = row._asdict()
    return PutAside(**{**facts, "group": Group.model_validate(orjson.loads(facts["group"]))})


def _buckets(group: Handed) -> list[str]:
    said = {str(orjson.loads(item.body).get("b")) for item in group.items}
    return sorted(each for each in said if ENTRY_ID.match(each))


_COLUMNS = 'id, device, person, verdict, code, reason, at, body AS "group"'
_PUT = text("""
    INSERT INTO quarantine (device, person, tx, verdict, code, reason, buckets, body, digest, at)
    SELECT row.* FROM unnest(CAST(:rows AS text[])) AS sent (json),
        json_to_record(sent.json::json) AS row (device uuid, person uuid, tx uuid, verdict text, code text,
            reason text, buckets uuid[], body text, digest bytea, at bigint)
    ON CONFLICT (device, digest) DO NOTHING
""")
_WAITING = text(f"""
    SELECT {_COLUMNS} FROM quarantine WHERE state = 'open'
        AND (CAST(:buckets AS uuid[]) IS NULL OR buckets && CAST(:buckets AS uuid[]))
    ORDER BY at, id LIMIT :most
""")
_ONE = text(f"SELECT {_COLUMNS} FROM quarantine WHERE id = :id AND state = 'open' FOR UPDATE")
_SETTLE = text("""
    UPDATE quarantine SET state = :state, settled_by = :by, settled_at = :now WHERE id = :id
""")
