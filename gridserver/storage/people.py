"""Who somebody is to the centre: accounts, the regions assigned to them, and who speaks at this moment."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from gridserver.storage.engine import Connection, asked, text
from gridworker.protocol.orders import WipeOrder
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
    order: str = ""
    """The signed order to wipe it, JSON; "" when there is none."""
    files_durable: int = 0
    """The backup covers the files up to this number."""
    centre: str = ""
    """The id under which the centre itself writes."""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account. ``password`` is an Argon2id hash."""

    id: str
    login: str
    name: str
    role: str
    county: str | None
    password: str
    active: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """One account as the administrator sees it."""

    id: str
    login: str
    name: str
    role: str
    regions: list[str]
    """Codes of the regions assigned."""
    devices: int
    """Active ones."""
    active: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A region as scope knows it."""

    id: str
    code: str
    name: str
    level: str
    county: str | None


def standing_of(caller: Caller, now: int) -> Standing:
    """What goes with every answer. After a push hand in ``replace(caller, last_n=…)``."""
    return Standing.of(
        epoch=caller.epoch,
        incarnation=caller.incarnation,
        last_n=caller.last_n,
        durable_n=caller.durable_n if caller.backup else 0,
        scope=caller.scope,
        now=now,
        backup=caller.backup,
        status=_status(caller),
        order=WipeOrder.model_validate_json(caller.order) if caller.order else None,
        files_durable=caller.files_durable if caller.backup else 0,
    )


def _status(caller: Caller) -> str:
    """As a desk hears it: for good or for a while makes no difference there."""
    if caller.status == "active":
        return "active"
    return "wipe" if caller.order else "suspended"


def token_hash(token: str) -> bytes:
    """How a token is kept: whoever reads the database learns none."""
    return hashlib.sha256(token.encode()).digest()


def caller_of_token(conn: Connection, token_hash: bytes, now: int) -> Caller | None:
    """Who shows this access token; None when nobody may any more. One indexed query."""
    rows = asked(conn, _BY_TOKEN, {"hash": token_hash, "now": now})
    return Caller(*rows[0]) if rows else None


def caller_of_device(conn: Connection, device: str) -> Caller | None:
    """The person and device of a device's id."""
    row = conn.execute(_BY_DEVICE, {"device": device}).one_or_none()
    return None if row is None else Caller(*row)


def seen(conn: Connection, device: str, now: int, app_version: str) -> None:
    """Notes when a device was heard from; never waits for somebody who holds its row."""
    conn.execute(_SEEN, {"device": device, "now": now, "version": app_version})


def add_account(conn: Connection, account: AccountRow, now: int) -> None:
    """A new account, with a bucket of its own still to be made."""
    values = {name: getattr(account, name) for name in ("id", "login", "name", "role", "county", "password")}
    conn.execute(_ADD, {**values, "now": now})


def account_of(conn: Connection, login: str) -> AccountRow | None:
    """The account of a login name, whatever its letters' size."""
    row = conn.execute(_BY_LOGIN, {"login": login}).one_or_none()
    return None if row is None else AccountRow(*row)


def account_by_id(conn: Connection, account: str) -> AccountRow | None:
    """The account of an id."""
    row = conn.execute(_BY_ID, {"id": account}).one_or_none()
    return None if row is None else AccountRow(*row)


def set_password(conn: Connection, account: str, password: str, now: int) -> None:
    """Keeps a new hash."""
    conn.execute(_SET_PASSWORD, {"id": account, "password": password, "now": now})


def assign(conn: Connection, account: str, region: str, now: int) -> bool:
    """Gives a person a node of the tree; False when he had it. Scope is worked out by ``scope.regrant``."""
    return bool(conn.execute(_ASSIGN, {"account": account, "region": region, "now": now}).rowcount)


def unassign(conn: Connection, account: str, region: str) -> bool:
    """Takes it away; False when he had it not."""
    return bool(conn.execute(_UNASSIGN, {"account": account, "region": region}).rowcount)


def assigned(conn: Connection, account: str) -> list[str]:
    """Ids of the regions assigned to a person, in the order in which he got them."""
    return [str(row.region) for row in conn.execute(_ASSIGNED, {"account": account})]


def listed(conn: Connection) -> list[Listed]:
    """All accounts of people, by login name."""
    return [Listed(*row) for row in conn.execute(_LISTED)]


def place_of_code(conn: Connection, code: str) -> Place | None:
    """The living region with this code."""
    return places_of_codes(conn, [code]).get(code)


def places_of_codes(conn: Connection, codes: Sequence[str]) -> dict[str, Place]:
    """The living regions with these codes, by code."""
    rows = conn.execute(_PLACES_OF_CODES, {"codes": list(codes)})
    return {row.code: Place(*row) for row in rows}


def codes_below(conn: Connection, parent: str) -> list[str]:
    """The codes of all regions directly below one, of the dead ones too: no code is given twice."""
    return [str(row.code) for row in conn.execute(_CODES_BELOW, {"parent": parent})]


_CALLER = """
    SELECT account.id, account.login, account.name, account.role, coalesce(account.county::text, ''),
        device.id, device.status, coalesce(device.cutoff, 0), device.incarnation, device.last_n, device.durable_n,
        account.scope_version, meta.epoch, meta.backup_at IS NOT NULL, coalesce(device.seen_at, 0),
        device.app_version, device.wipe_order, meta.files_durable, meta.author
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
_SEEN = text("""
    UPDATE device SET seen_at = :now, app_version = coalesce(nullif(:version, ''), app_version)
    WHERE id = (SELECT id FROM device WHERE id = CAST(:device AS uuid) FOR NO KEY UPDATE SKIP LOCKED)
""")
_ADD = text("""
    INSERT INTO account (id, login, name, role, county, password, password_at, made_at)
    VALUES (:id, :login, :name, :role, :county, :password, :now, :now)
""")
_ACCOUNT = "SELECT id, login, name, role, county, password, active FROM account WHERE role <> 'centre'"
_BY_LOGIN = text(f"{_ACCOUNT} AND lower(login) = lower(:login)")
_BY_ID = text(f"{_ACCOUNT} AND id = CAST(:id AS uuid)")
_SET_PASSWORD = text("UPDATE account SET password = :password, password_at = :now WHERE id = CAST(:id AS uuid)")
_ASSIGN = text("""
    INSERT INTO assignment (account, region, since) VALUES (:account, :region, :now) ON CONFLICT DO NOTHING
""")
_UNASSIGN = text("""
    DELETE FROM assignment WHERE account = CAST(:account AS uuid) AND region = CAST(:region AS uuid)
""")
_ASSIGNED = text("SELECT region FROM assignment WHERE account = CAST(:account AS uuid) ORDER BY since, region")
_LISTED = text("""
    SELECT account.id, login, account.name, role,
        coalesce((SELECT array_agg(code ORDER BY code) FROM assignment JOIN region ON region.id = region
            WHERE account = account.id), '{}'),
        (SELECT count(*) FROM device WHERE account = account.id AND status = 'active'), active
    FROM account WHERE role <> 'centre' ORDER BY login
""")
_PLACES_OF_CODES = text("""
    SELECT id, code, name, level, county FROM region WHERE live AND code = ANY(CAST(:codes AS text[])) ORDER BY id DESC
""")
_CODES_BELOW = text("SELECT code FROM region WHERE parent = CAST(:parent AS uuid)")
