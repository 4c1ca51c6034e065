"""The rules of coming in. A refusal is raised after it was noted: its route commits the note."""

import hashlib
import re

from gridserver.doors import CallerVisit, Visit
from gridserver.errors import Refused
from gridserver.people import tokens
from gridserver.people.passwords import Passwords, why_not
from gridserver.settings import REFRESH_LASTS
from gridserver.storage import chores, devices, lease, people, scope, watch
from gridserver.storage.engine import Connection
from gridserver.storage.people import AccountRow, token_hash
from gridworker.protocol import enrolment, recovery, sealing
from gridworker.protocol.people import (
    Account,
    ChangePassword,
    Enrol,
    Recover,
    Recovered,
    Refresh,
    SignedIn,
    SignIn,
    Tokens,
    Wiped,
)

WRONG_CODE = "登录名、密码或登记码不对，请核对；登记码 7 天内有效，只能用一次。"
WRONG_PASSWORD = "登录名或密码不对，请核对后再试。"
WRONG_STORE = "这份资料不属于您的账号，请联系管理员。"

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


class _Attempt:
    """One try to come in: asked to wait when there were too many in vain, noted when it fails."""

    def __init__(self, visit: Visit, act: str, user: str, device: str = "") -> None:
        self._visit = visit
        self._act = act
        self._who = (hashlib.sha256(user.strip().lower().encode()).hexdigest(), device, visit.address)
        self._device = device or None
        wait = watch.must_wait(visit.conn, *self._who, visit.now)
        if wait:
            raise Refused("throttled", retry_after=-(-wait // 1000))

    def fail(self, account: AccountRow | None, reason: str, error: str = "auth") -> Refused:
        """Notes that it was in vain; the caller raises what comes back."""
        watch.failed(self._visit.conn, *self._who, self._visit.now)
        self._note(account, ok=False, code=error)
        return Refused(error, reason)

    def pass_(self, account: AccountRow, device: str) -> None:
        """Notes that it was not."""
        watch.succeeded(self._visit.conn, *self._who)
        self._device = device
        self._note(account, ok=True)

    def _note(self, account: AccountRow | None, *, ok: bool, code: str = "") -> None:
        visit = self._visit
        watch.note(
            visit.conn,
            self._act,
            now=visit.now,
            ok=ok,
            account=account.id if account else None,
            device=self._device,
            address=visit.address,
            code=code,
        )


def enrol(visit: Visit, passwords: Passwords, asked: Enrol) -> SignedIn:
    """First sign-in of a device. May be repeated with the same key, should the answer be lost."""
    attempt = _Attempt(visit, "enrol", asked.user)
    key = tokens.raw_of(asked.device_key)
    if not tokens.is_device_key(key):
        raise Refused("bad_request")
    account = people.account_of(visit.conn, asked.user.strip())
    device = _device_for_code(visit, account, asked.code, key)
    # Only who has a code may have a password checked: it is work that nobody else may cause.
    if account is None or device is None or not passwords.fits(account.password, asked.password):
        raise attempt.fail(account, WRONG_CODE)
    if device == "":
        device = _new_device(visit, account, asked, key)
    attempt.pass_(account, device)
    return _signed_in(visit, device, tokens.give(visit, device))


def sign_in(visit: Visit, passwords: Passwords, asked: SignIn) -> SignedIn:
    """A later sign-in of an enrolled device. Without the device's key no password is even looked at."""
    account = people.account_of(visit.conn, asked.user.strip())
    device = _device(visit, asked.device)
    known = account is not None and device is not None and account.active and device.account == account.id
    signed = known and tokens.is_signed(
        device.key if device else b"", asked.proof, "sign-in", asked.device, asked.user, asked.at
    )
    attempt = _Attempt(visit, "sign_in", asked.user, asked.device if signed else "")
    if not signed or account is None or not passwords.fits(account.password, asked.password):
        raise attempt.fail(account, WRONG_PASSWORD)
    if passwords.is_cheap(account.password):
        people.set_password(visit.conn, account.id, passwords.hash(asked.password), visit.now)
    attempt.pass_(account, asked.device)
    return _signed_in(visit, asked.device, tokens.give(visit, asked.device))


def refresh(visit: Visit, asked: Refresh) -> SignedIn:
    """New tokens for a refresh token and the signature of its device."""
    device = _device(visit, asked.device)
    shown = token_hash(asked.refresh)
    if (
        device is None
        or shown not in (device.refresh, device.refresh_before)
        or visit.now - device.refresh_at > REFRESH_LASTS
        or not tokens.is_signed(device.key, asked.proof, "refresh", asked.device, asked.refresh, asked.at)
    ):
        raise Refused("auth")
    return _signed_in(visit, asked.device, tokens.give(visit, asked.device, used=asked.refresh))


def change_password(visit: CallerVisit, passwords: Passwords, asked: ChangePassword) -> None:
    """A person changes his password."""
    caller = visit.caller
    if caller.status != "active":
        raise Refused("device")
    attempt = _Attempt(visit, "change_password", caller.user, caller.device)
    account = people.account_by_id(visit.conn, caller.person)
    if account is None or not passwords.fits(account.password, asked.password):
        raise attempt.fail(account, "原来的密码不对，请核对后再试。", "not_allowed")
    if reason := why_not(asked.new_password):
        raise Refused("bad_request", reason)
    people.set_password(visit.conn, account.id, passwords.hash(asked.new_password), visit.now)
    attempt.pass_(account, caller.device)


def wiped(visit: Visit, asked: Wiped) -> None:
    """A desk has carried out the order to wipe its store. Its tokens went with the store; its signature, made
    before that, is good for nothing else.
    """
    note_wiped(visit.conn, asked, visit.now, visit.address)


def note_wiped(conn: Connection, asked: Wiped, now: int, address: str = "") -> None:
    """The same, by whatever way it came. Raises ``Refused``: ``auth``, ``not_allowed``."""
    device = devices.device_of(conn, asked.device) if _UUID.match(asked.device) else None
    secret = str(asked.ordered)
    if device is None or not tokens.is_signed(device.key, asked.proof, "wiped", asked.device, secret, asked.at):
        raise Refused("auth")
    if device.status != "revoked":
        raise Refused("not_allowed")
    devices.wiped(conn, device.id, now)
    watch.note(conn, "wiped", now=now, account=device.account, device=device.id, address=address)


def recover(visit: Visit, passwords: Passwords, asked: Recover) -> Recovered:
    """Opens the sealed key of a store for its owner, who knows the password of now, and for nobody else."""
    attempt = _Attempt(visit, "recover", asked.user)
    account = people.account_of(visit.conn, asked.user.strip())
    device = _device(visit, asked.device)
    known = account is not None and device is not None and account.active and device.account == account.id
    if not passwords.fits(account.password if account and known else None, asked.password):
        raise attempt.fail(account, WRONG_PASSWORD)
    assert account is not None
    assert device is not None
    if device.status != "active":
        raise attempt.fail(account, "", "device")
    answer = _opened(visit, account, asked)
    if answer is None:
        raise attempt.fail(account, WRONG_STORE, "not_allowed")
    attempt.pass_(account, device.id)
    return Recovered(sealed=tokens.text_of(answer))


def _opened(visit: Visit, account: AccountRow, asked: Recover) -> bytes | None:
    """The store's key, sealed anew to the one who asks; None when the box is not his, or none of ours."""
    reply_key = tokens.raw_of(asked.reply_key)
    try:
        box = sealing.open(visit.ground.keys.seal, tokens.raw_of(asked.sealed))
        person, key = recovery.read_sealed_text(box)
        return sealing.seal(reply_key, key) if person == account.id else None
    except ValueError:
        return None


def _device_for_code(visit: Visit, account: AccountRow | None, code: str, key: bytes) -> str | None:
    """The device that the code stands for: "" for one still to be made, None when the code opens nothing."""
    try:
        secret = enrolment.read_code(code).secret
    except ValueError:
        return None
    found = devices.code_of(visit.conn, token_hash(secret))
    if found is None or account is None or not account.active:
        return None
    if found.account != account.id or found.until <= visit.now:
        return None
    if found.device is None:
        return ""
    made = devices.device_of(visit.conn, found.device)
    return made.id if made is not None and made.key == key else None


def _new_device(visit: Visit, account: AccountRow, asked: Enrol, key: bytes) -> str:
    device = visit.ground.new_id()
    devices.add_device(
        visit.conn,
        device=device,
        account=account.id,
        machine=asked.machine,
        label=asked.label,
        key=key,
        now=visit.now,
    )
    devices.use_code(visit.conn, token_hash(enrolment.read_code(asked.code).secret), device, visit.now)
    return device


def _device(visit: Visit, device: str) -> devices.DeviceRow | None:
    return devices.device_of(visit.conn, device) if _UUID.match(device) else None


def _signed_in(visit: Visit, device: str, given: Tokens) -> SignedIn:
    caller = people.caller_of_device(visit.conn, device)
    if caller is None:  # the account was closed
        raise Refused("auth")
    account = Account(
        person=caller.person,
        user=caller.user,
        name=caller.name,
        role=caller.role,
        regions=people.assigned(visit.conn, caller.person),
        county=caller.county,
    )
    active = caller.status == "active"
    return SignedIn(
        device=device,
        account=account,
        tokens=given,
        standing=people.standing_of(caller, visit.now),
        recovery_key=tokens.text_of(visit.ground.keys.seal_public),
        centre_key=tokens.text_of(visit.ground.keys.sign_public),
        buckets=scope.buckets_of(visit.conn, caller.person) if active else [],
        lease_days=lease.days_of(visit.conn, caller.role),
        backups_since=chores.backups_since(visit.conn),
    )
