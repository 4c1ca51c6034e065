"""Accounts, devices and tokens, as the database keeps them."""

from dataclasses import dataclass

from gridserver.storage.engine import Connection, text
from gridworker.protocol.sync import Standing


@dataclass(frozen=True, slots=True)
class Caller:
    """Who speaks: a person on one of his devices, and what the centre knows of both."""

    person: str
    """Id of the account, and of the staff member's record."""
    user: str
    name: str
    role: str
    county: str
    """Id of the county's region; "" when none."""
    device: str
    status: str
    """Of the device: active, suspended or revoked."""
    cutoff: int
    """When it was suspended or revoked, ms UTC; 0 while it is active."""
    incarnation: int
    last_n: int
    durable_n: int
    scope: int
    """Version of the person's scope."""
    epoch: str
    backup: bool
    seen_at: int
    app_version: str


def standing_of(caller: Caller, now: int) -> Standing:
    """What goes with every answer. After a push hand in ``replace(caller, last_n=…)``."""
    status = {"revoked": "wipe"}.get(caller.status, caller.status)
    return Standing.model_validate(
        {
            "epoch": caller.epoch,
            "incarnation": caller.incarnation,
            "last_n": caller.last_n,
            "durable_n": caller.durable_n if caller.backup else 0,
            "scope": caller.scope,
            "now": now,
            "backup": caller.backup,
            "status": status,
        }
    )


def caller_of_token(conn: Connection, token_hash: bytes, now: int) -> Caller | None:
    """Who shows this access token; None when nobody may any more. One indexed query."""
    row = conn.execute(_BY_TOKEN, {"hash": token_hash, "now": now}).one_or_none()
    return None if row is None else Caller(*row)


def caller_of_device(conn: Connection, device: str) -> Caller | None:
    """The person and device of a device's id."""
    row = conn.execute(_BY_DEVICE, {"device": device}).one_or_none()
    return None if row is None else Caller(*row)


def seen(conn: Connection, device: str, now: int, app_version: str) -> None:
    """Notes when a device was heard from; never waits for somebody who holds its row."""
    conn.execute(_SEEN, {"device": device, "now": now, "version": app_version})


_SEEN = text("""
    UPDATE device SET seen_at = :now, app_version = coalesce(nullif(:version, ''), app_version)
    WHERE id = (SELECT id FROM device WHERE id = CAST(:device AS uuid) FOR NO KEY UPDATE SKIP LOCKED)
""")
_CALLER = """
    SELECT account.id, account.login, account.name, account.role, coalesce(account.county::text, ''),
        device.id, device.status, coalesce(device.cutoff, 0), device.incarnation, device.last_n, device.durable_n,
        account.scope_version, meta.epoch, meta.backup_at IS NOT NULL, coalesce(device.seen_at, 0),
        device.app_version
"""
_BY_TOKEN = text(f"""
    {_CALLER} FROM access_token JOIN device ON device.id = access_token.device
    JOIN account ON account.id = device.account CROSS JOIN meta
    WHERE access_token.hash = :hash AND access_token.until > :now AND account.active
""")
_BY_DEVICE = text(f"""
    {_CALLER} FROM device JOIN account ON account.id = device.account CROSS JOIN meta
    WHERE device.id = CAST(:device AS uuid) AND account.active
""")
