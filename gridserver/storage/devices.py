"""Devices and what opens the door to them: one-time codes, tokens, cut-offs."""

from dataclasses import dataclass

from gridserver.storage.engine import Connection, text


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """One device: one worker's store on one machine."""

    id: str
    account: str
    key: bytes
    """Ed25519, public, 32 bytes."""
    status: str
    refresh: bytes | None
    """Hash of the refresh token that was given out last."""
    refresh_before: bytes | None
    """Hash of the one before, good until the last one is first used."""
    refresh_at: int


@dataclass(frozen=True, slots=True)
class ListedDevice:
    """One device as the administrator sees it; times in ms UTC."""

    id: str
    login: str
    label: str
    machine: str
    status: str
    made_at: int
    seen_at: int | None
    app_version: str
    last_n: int
    durable_n: int
    waiting: int | None
    clock_offset: int
    wipe: str
    """The order to wipe it, JSON; "" when there is none."""
    wiped_at: int | None
    """When it said that this was done."""


@dataclass(frozen=True, slots=True)
class Code:
    """An enrolment code that was printed."""

    account: str
    until: int
    used_at: int | None
    device: str | None
    """The device that used it."""


def add_device(conn: Connection, *, device: str, account: str, machine: str, label: str, key: bytes, now: int) -> None:
    """A new device."""
    made = {"id": device, "account": account, "machine": machine, "label": label, "key": key, "now": now}
    conn.execute(_ADD, made)


def device_of(conn: Connection, device: str) -> DeviceRow | None:
    """The device, locked until the transaction ends: two requests for its tokens queue."""
    row = conn.execute(_DEVICE, {"id": device}).one_or_none()
    return None if row is None else DeviceRow(*row)


def count_up(conn: Connection, device: str, changes: int) -> int:
    """Takes so many numbers of a device's lane, which is locked from here on; returns the last of them."""
    return int(conn.execute(_COUNT_UP, {"id": device, "changes": changes}).scalar_one())


def listed(conn: Connection) -> list[ListedDevice]:
    """All devices of people, the oldest first."""
    return [ListedDevice(*row) for row in conn.execute(_LISTED)]


def cut_off(conn: Connection, device: str, status: str, now: int) -> bool:
    """Suspends or revokes a device from now on; False when there is none, or it is revoked already."""
    changed = conn.execute(_CUT_OFF, {"id": device, "status": status, "now": now})
    return bool(changed.rowcount)


def lift(conn: Connection, device: str) -> bool:
    """A suspended device may read again; False when it is not suspended."""
    return bool(conn.execute(_LIFT, {"id": device}).rowcount)


def order_wipe(conn: Connection, device: str, order: str, now: int) -> bool:
    """Cuts a device off for good and keeps the order (JSON) for it; False when there is none, or it was wiped."""
    return bool(conn.execute(_ORDER_WIPE, {"id": device, "order": order, "now": now}).rowcount)


def wiped(conn: Connection, device: str, now: int) -> None:
    """It has carried out the order; nothing opens the door to it any more."""
    conn.execute(_WIPED, {"id": device, "now": now})
    conn.execute(text("DELETE FROM access_token WHERE device = CAST(:id AS uuid)"), {"id": device})


def keep_tokens(
    conn: Connection, device: str, *, access: bytes, until: int, refresh: bytes, before: bytes | None, now: int
) -> None:
    """Keeps the hashes of new tokens; ``before``: the refresh token that stays good until the new one is used."""
    conn.execute(_DROP_STALE_ACCESS, {"device": device, "now": now})
    conn.execute(_KEEP_ACCESS, {"hash": access, "device": device, "until": until})
    conn.execute(_KEEP_REFRESH, {"device": device, "refresh": refresh, "before": before, "now": now})


def add_code(conn: Connection, code: bytes, account: str, until: int) -> None:
    """Keeps the hash of a code; those that ran out a while ago are cleared away."""
    conn.execute(text("DELETE FROM enrolment_code WHERE until < :long_ago"), {"long_ago": until - _KEPT})
    conn.execute(
        text("INSERT INTO enrolment_code (hash, account, until) VALUES (:hash, :account, :until)"),
        {"hash": code, "account": account, "until": until},
    )


def code_of(conn: Connection, code: bytes) -> Code | None:
    """The code with this hash, locked until the transaction ends: it is used once."""
    row = conn.execute(_CODE, {"hash": code}).one_or_none()
    return None if row is None else Code(*row)


def use_code(conn: Connection, code: bytes, device: str, now: int) -> None:
    """Spends it."""
    conn.execute(_USE_CODE, {"hash": code, "device": device, "now": now})


_KEPT = 90 * 24 * 3_600_000
"""ms for which a spent code is remembered."""
_ADD = text("""
    INSERT INTO device (id, account, machine, label, key, made_at)
    VALUES (:id, :account, :machine, :label, :key, :now)
""")
_DEVICE = text("""
    SELECT id, account, key, status, refresh, refresh_before, coalesce(refresh_at, 0) FROM device
    WHERE id = CAST(:id AS uuid) FOR UPDATE
""")
_COUNT_UP = text("""
    UPDATE device SET last_n = last_n + :changes WHERE id = CAST(:id AS uuid) RETURNING last_n
""")
_LISTED = text("""
    SELECT device.id, login, label, machine, status, device.made_at, seen_at, app_version, last_n, durable_n,
        waiting, clock_offset, wipe_order, wiped_at
    FROM device JOIN account ON account.id = account WHERE role <> 'centre' ORDER BY device.made_at, device.id
""")
_CUT_OFF = text("""
    UPDATE device SET status = :status, cutoff = :now
    WHERE id = CAST(:id AS uuid) AND status NOT IN ('revoked', :status)
        AND account IN (SELECT id FROM account WHERE role <> 'centre')
""")
_LIFT = text("""
    UPDATE device SET status = 'active', cutoff = NULL WHERE id = CAST(:id AS uuid) AND status = 'suspended'
""")
_ORDER_WIPE = text("""
    UPDATE device SET status = 'revoked', cutoff = coalesce(cutoff, :now), wipe_order = :order
    WHERE id = CAST(:id AS uuid) AND wiped_at IS NULL AND account IN (SELECT id FROM account WHERE role <> 'centre')
""")
_WIPED = text("""
    UPDATE device SET wiped_at = coalesce(wiped_at, :now), refresh = NULL, refresh_before = NULL, waiting = NULL,
        waiting_since = NULL
    WHERE id = CAST(:id AS uuid)
""")
_DROP_STALE_ACCESS = text("DELETE FROM access_token WHERE device = CAST(:device AS uuid) AND until <= :now")
_KEEP_ACCESS = text("INSERT INTO access_token (hash, device, until) VALUES (:hash, :device, :until)")
_KEEP_REFRESH = text("""
    UPDATE device SET refresh = :refresh, refresh_before = :before, refresh_at = :now
    WHERE id = CAST(:device AS uuid)
""")
_CODE = text("SELECT account, until, used_at, device FROM enrolment_code WHERE hash = :hash FOR UPDATE")
_USE_CODE = text("UPDATE enrolment_code SET used_at = :now, device = :device WHERE hash = :hash")
