"""What the centre remembers of attempts: how often in vain, and by whom what was done."""

from gridserver.storage.engine import Connection, text

_FREE = 5
"""So many wrong attempts cost nothing but a wrong answer."""
_FIRST_WAIT = 30_000
_LONGEST_WAIT = 15 * 60_000
"""ms; the wait doubles from the first to the longest."""
_FORGOTTEN = 24 * 3_600_000
"""ms after which an attempt is forgotten."""


def wait_of(failures: int) -> int:
    """ms to wait after so many wrong attempts in a row."""
    if failures < _FREE:
        return 0
    return min(_FIRST_WAIT << min(failures - _FREE, 20), _LONGEST_WAIT)


def must_wait(conn: Connection, account: str, device: str, address: str, now: int) -> int:
    """ms until the next attempt is looked at; 0: now. Attempts of one kind queue here, so that many at once
    count as many.
    """
    row = conn.execute(_LOOK, {"account": account, "device": device, "address": address, "now": now}).one()
    if now - row.last_at > _FORGOTTEN:
        conn.execute(_FORGET, {"account": account, "device": device, "address": address})
        return 0
    return max(int(row.last_at) + wait_of(row.failures) - now, 0)


def failed(conn: Connection, account: str, device: str, address: str, now: int) -> None:
    """One more in vain."""
    conn.execute(_FAILED, {"account": account, "device": device, "address": address, "now": now})
    conn.execute(_CLEAR, {"long_ago": now - _FORGOTTEN})


def succeeded(conn: Connection, account: str, device: str, address: str) -> None:
    """All is forgiven."""
    conn.execute(_FORGET, {"account": account, "device": device, "address": address})


def note(
    conn: Connection,
    act: str,
    *,
    now: int,
    ok: bool = True,
    account: str | None = None,
    device: str | None = None,
    address: str = "",
    code: str = "",
) -> None:
    """One line of the audit log: ids and codes, never names. No ``address``: the centre's own console."""
    told = {"at": now, "act": act, "ok": ok, "account": account, "device": device, "address": address, "code": code}
    conn.execute(_NOTE, told)


def notes(conn: Connection) -> list[dict[str, object]]:
    """The audit log, the oldest first."""
    return [row._asdict() for row in conn.execute(_NOTES)]


_ONE = "account = :account AND device = :device AND address = :address"
_LOOK = text("""
    INSERT INTO throttle (account, device, address, failures, last_at) VALUES (:account, :device, :address, 0, :now)
    ON CONFLICT (account, device, address) DO UPDATE SET failures = throttle.failures
    RETURNING failures, last_at
""")
_FAILED = text(f"UPDATE throttle SET failures = failures + 1, last_at = :now WHERE {_ONE}")
_FORGET = text(f"DELETE FROM throttle WHERE {_ONE}")
_CLEAR = text("DELETE FROM throttle WHERE last_at < :long_ago")
_NOTE = text("""
    INSERT INTO audit_log (at, act, ok, account, device, address, code)
    VALUES (:at, :act, :ok, :account, :device, :address, :code)
""")
_NOTES = text("SELECT at, act, ok, account, device, address, code FROM audit_log ORDER BY id")
