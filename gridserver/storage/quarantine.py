"""Groups that could not be taken: kept whole, with the reason, until a person has looked at them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from gridserver.storage.change_ledger import Author, Judged
from gridserver.storage.engine import Connection, text
from gridserver.storage.handed import Handed
from gridworker.protocol.sync import RELEASED, Group, GroupResult
from gridworker.records.fields import ENTRY_ID

REJECTED = "rejected"
"""The code of a group that a person looked at and did not take."""


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
    buckets: list[str]
    """Where it was meant to go."""
    group: Group


@dataclass(frozen=True, slots=True)
class Listed:
    """A group that waits, as a list shows it: ids and codes."""

    id: int
    device: str
    person: str
    login: str
    verdict: str
    code: str
    reason: str
    at: int
    kinds: list[str]
    changes: int


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


def judge_again(conn: Connection, put_aside: int, code: str, reason: str, now: int) -> None:
    """It was looked at and still waits: why, as of now."""
    conn.execute(_JUDGE_AGAIN, {"id": put_aside, "code": code, "reason": reason, "now": now})


def reject(conn: Connection, put_aside: int, reason: str, by: str, now: int) -> bool:
    """It is not to be taken; its author reads why at his next sync, and has it still. False: it does not wait."""
    found = one(conn, put_aside)
    if found is None:
        return False
    judge_again(conn, put_aside, REJECTED, reason, now)
    settle(conn, put_aside, "dismissed", by, now)
    conn.execute(_TELL, {"device": found.device, "tx": found.group.tx, "code": REJECTED, "reason": reason})
    return True


def listed(conn: Connection, code: str = "", most: int = 1000) -> list[Listed]:
    """What waits, oldest first; ``code``: only what waits for this reason."""
    found = conn.execute(_LISTED, {"code": code, "most": most})
    return [_listed(row) for row in found]


def since_heard(conn: Connection, person: str, groups: Sequence[str], covered: int) -> list[GroupResult]:
    """What became of groups that a desk of this person still has as refused; those of which there is nothing new
    stay away. ``covered``: what was settled before this (ms UTC) is in a backup.
    """
    asked = [each for each in groups if ENTRY_ID.match(each)]
    if not asked:
        return []
    told = {}
    for row in conn.execute(_SINCE, {"person": person, "groups": asked}):
        told[row.tx] = GroupResult(
            tx=row.tx,
            verdict="ok" if row.state == "taken" else row.verdict,
            numbers=[],
            code=RELEASED if row.state == "taken" else row.code,
            reason="" if row.state == "taken" else row.reason,
            durable=row.state == "taken" and row.settled_at < covered,
        )
    return list(told.values())


def _listed(row: Any) -> Listed:
    changes = orjson.loads(row.body)["changes"]
    kinds = sorted({str(wire.get("e")) for wire in changes})
    facts = {name: value for name, value in row._asdict().items() if name != "body"}
    return Listed(**facts, kinds=kinds, changes=len(changes))


def _put_aside(row: Any) -> PutAside:
    facts = row._asdict()
    facts["buckets"] = [str(each) for each in facts["buckets"]]
    return PutAside(**{**facts, "group": Group.model_validate(orjson.loads(facts["group"]))})


def _buckets(group: Handed) -> list[str]:
    said = {str(orjson.loads(item.body).get("b")) for item in group.items}
    return sorted(each for each in said if ENTRY_ID.match(each))


_COLUMNS = 'id, device, person, verdict, code, reason, at, buckets, body AS "group"'
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
_JUDGE_AGAIN = text("""
    UPDATE quarantine SET code = :code, reason = :reason, judged_at = :now WHERE id = :id
""")
_TELL = text("""
    INSERT INTO group_answer (device, tx, verdict, code, reason, conflicts)
    VALUES (CAST(:device AS uuid), CAST(:tx AS uuid), 'refused', :code, :reason, '{}')
    ON CONFLICT (device, tx) DO UPDATE SET code = excluded.code, reason = excluded.reason
""")
_LISTED = text("""
    SELECT quarantine.id, device, person, coalesce(login, '') AS login, verdict, code, reason, at, body
    FROM quarantine LEFT JOIN account ON account.id = person
    WHERE state = 'open' AND (:code = '' OR code = :code) ORDER BY at, quarantine.id LIMIT :most
""")
# Of two groups with one name the one that was taken counts, else the last.
_SINCE = text("""
    SELECT tx, verdict, code, reason, state, settled_at FROM quarantine
    WHERE tx = ANY(CAST(:groups AS uuid[])) AND person = CAST(:person AS uuid)
        AND (state <> 'open' OR judged_at IS NOT NULL)
    ORDER BY state = 'taken', id
""")
