"""The way in: enrolment by a one-time code, sign-in with or without a line, and what helps when a password is lost."""

import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gridworker import settings
from gridworker.errors import (
    CentreError,
    NotAccepted,
    NotTheCentre,
    SignInNeeded,
    SignInRefused,
    TlsFailed,
    TooManyTries,
    WrongPassword,
)
from gridworker.protocol import enrolment, sealing
from gridworker.protocol.enrolment import EnrolmentCode
from gridworker.protocol.people import ChangePassword, Enrol, Recover, SignedIn
from gridworker.settings import Enrolment
from gridworker.storage.keys import check_strength
from gridworker.storage.store import Store
from gridworker.storage.vault import WorkerEntry
from gridworker.sync import address, session
from gridworker.sync.badge import public_key_of, raw_of, text_of
from gridworker.sync.centre import Centre, CentreKeys
from gridworker.sync.machine import Machine
from gridworker.sync.pending import PendingKey

_NO_CODE = "这不是登记码。登记码由管理员打印，是几组字母和数字，请对照核对。"
_OTHER_CENTRE = "登记码属于另一个中心，或者地址被人冒用。请核对地址，暂时不要再输入密码。"
_NO_CERTIFICATE = "根证书文件读不出来，或者不是 PEM 格式的证书，请向管理员重新要一份。"
_NO_ADDRESS = "请填写中心的地址，向管理员要。"

Cancelled = Callable[[], bool]


@dataclass(frozen=True)
class Opened:
    """A worker's store that may be opened now."""

    entry: WorkerEntry
    key: bytes
    """32 bytes."""


@dataclass(frozen=True)
class Application:
    """What a worker fills in to be enrolled on this machine."""

    user: str
    password: str
    code: str
    place: str = ""
    """Address of the centre; may be left out when the code carries it."""
    ca: Path | None = None
    """Certificate file (PEM) of the centre's own authority."""
    local_password: str = ""
    """What opens the store that he began without a line, where that is another password."""


def _never() -> bool:
    return False


def enrol(machine: Machine, asked: Application, cancelled: Cancelled = _never) -> Opened:
    """The first sign-in of a device. Broken off anywhere, it may simply be asked for again.

    Makes the worker's store, or takes over the one that is here: begun without a line, or of a device that was
    cut off; nothing in it is lost. Raises ``NotAccepted`` (field ``code`` or ``address``), ``WeakPassword``,
    ``SignInRefused``, ``TooManyTries``, ``WrongPassword``, ``CentreError``, ``StoreError``, ``Cancelled``.
    """
    code = _read(asked.code)
    place = str(address.read(asked.place or code.address or _missing_address()))
    here = _worker(machine, asked.user)
    opened = _open_here(machine, here, asked, cancelled) if here is not None else None
    store_id = here.store if here is not None else machine.vault.new_store()
    secret = machine.new_secret(store_id) if here is None else None
    if here is None:
        check_strength(asked.password, secret)
    pem = _trusted(machine, place, code, asked.ca, cancelled)
    pending = PendingKey(machine.home, code.secret, asked.password)
    device_key = pending.take(machine.chance)
    answer = _enrolled(machine, place, pem, asked, code, device_key, cancelled)
    if opened is None:
        account = answer.account
        made = machine.vault.create(store_id, account.user, account.name, account.role, asked.password, secret)
        opened = Opened(*made)
    _take_over(machine, opened, answer, device_key, place, pem)
    pending.done()
    return opened


def begin_offline(machine: Machine, user: str, password: str, name: str = "") -> Opened:
    """先不联网: a store for somebody whom no centre knows yet.

    It keeps his drafts and what he set up for himself. Records need a bucket, which only a centre gives; when
    he is enrolled the drafts are there to be saved. Raises ``WeakPassword``, ``StoreBusy``.
    """
    vault = machine.vault
    store_id = vault.new_store()
    secret = machine.new_secret(store_id)
    return Opened(*vault.create(store_id, user, name or user, "", password, secret))


def unlock(machine: Machine, user: str, password: str, *, noted: bool = True) -> Opened:
    """Opens a worker's key by his password (or PIN); no line is needed. ``noted``: he is the last who came in, and
    offered first the next time.

    Raises ``NotFound``, ``WrongPassword``, ``LockedOut``, ``KeyringNeeded``, ``StoreDamaged``.
    """
    vault = machine.vault
    entry = vault.worker(user)
    secret = machine.secret(entry.store) if vault.slots(user).needs_keyring() else None
    if noted:
        return Opened(entry, vault.unlock(user, password, secret, machine.now()))
    return Opened(entry, vault.slots(user).unlock(password, secret, machine.now()))


def recover(machine: Machine, user: str, password: str, cancelled: Cancelled = _never) -> Opened:
    """Opens a store with the password that the centre knows by now; it opens the store here from then on.

    The centre opens the sealed key for the store's owner, and nobody else. Nothing in the store changes.
    Raises ``SignInRefused``, ``SignInNeeded`` (the store was never enrolled), ``DeviceRevoked``,
    ``TooManyTries``, ``CentreError``, ``WeakPassword``.
    """
    entry = machine.vault.worker(user)
    slots = machine.vault.slots(user)
    box = slots.sealed_for_centre()
    known = settings.load(machine.home).enrolments.get(user)
    if box is None or known is None:
        raise SignInNeeded("no sealed key", advice="这份资料还没有登记到中心，只能用原来的密码或恢复码打开。")
    private = machine.chance(sealing.KEY_BYTES)
    message = Recover(
        user=user,
        password=password,
        device=known.device,
        at=machine.now(),
        sealed=text_of(box),
        reply_key=text_of(sealing.public_of(private)),
    )
    centre = machine.connect(known.centre, ca=Path(known.ca) if known.ca else None, cancelled=cancelled)
    try:
        answer = centre.recover(message)
    finally:
        centre.close()
    try:
        key = sealing.open(private, raw_of(answer.sealed))
    except ValueError:
        raise NotTheCentre("the key came back in the wrong box") from None
    slots.set_password(key, password, machine.new_secret(entry.store))
    return Opened(entry, key)


def unlock_anyhow(machine: Machine, user: str, password: str, cancelled: Cancelled = _never) -> Opened:
    """Opens with the password of this machine, or else with the one that the centre knows by now; notes nobody.

    Raises ``WrongPassword`` when neither side knows it, or the centre cannot be asked.
    """
    try:
        return unlock(machine, user, password, noted=False)
    except WrongPassword as wrong:
        if user not in settings.load(machine.home).enrolments:
            raise
        try:
            return recover(machine, user, password, cancelled)
        except (SignInRefused, TooManyTries, CentreError):
            raise wrong from None


def sign_in(machine: Machine, opened: Opened, store: Store, password: str, cancelled: Cancelled = _never) -> SignedIn:
    """Signs an enrolled store in at its centre, for new tokens.

    Raises ``SignInNeeded`` (never enrolled), ``SignInRefused``, ``DeviceRevoked``, ``CentreError``.
    """
    centre = session.line_of(store, machine.home, machine.clock, connect=machine.connect, cancelled=cancelled)
    try:
        answer = centre.sign_in(opened.entry.user, password)
    finally:
        centre.close()
    if answer.account.person != store.meta("person"):
        raise NotTheCentre("another person", advice="中心认得的是另一位人员，请联系管理员核对登录名。")
    _keep_sealed(machine, opened, answer)
    machine.vault.note(opened.entry.user, now=machine.now(), name=answer.account.name, role=answer.account.role)
    return answer


def move_centre(machine: Machine, opened: Opened, store: Store, place: str) -> None:
    """The centre answers at another address from now on. Raises ``NotTheCentre`` when that is another centre."""
    new = str(address.read(place))
    if new == session.address_of(store):
        return
    ca = session.ca_of(store, machine.home)
    centre = machine.connect(new, ca=ca)
    try:
        keys = centre.keys()
    finally:
        centre.close()
    if text_of(bytes.fromhex(keys.centre_key)) != store.meta("centre_key"):
        raise NotTheCentre("another centre's key", advice="这个地址是另一个中心。请核对地址，暂时不要输入密码。")
    store.set_meta("centre", new)
    _note_enrolment(machine, opened, store)


def change_password(
    machine: Machine, opened: Opened, store: Store, old: str, new: str, cancelled: Cancelled = _never
) -> None:
    """A worker changes his password: at the centre first, then here. Broken off between the two, the new one
    opens this machine too, by way of the centre (``recover``).

    Raises ``WeakPassword``, ``NotAccepted``, ``NotAllowed`` (the old one is wrong), ``CentreError``.
    """
    secret = machine.new_secret(opened.entry.store)
    check_strength(new, secret)
    if session.is_enrolled(store):
        centre = session.line_of(store, machine.home, machine.clock, connect=machine.connect, cancelled=cancelled)
        try:
            centre.change_password(ChangePassword(password=old, new_password=new))
        finally:
            centre.close()
    machine.vault.slots(opened.entry.user).set_password(opened.key, new, secret)


def _read(code: str) -> EnrolmentCode:
    try:
        return enrolment.read_code(code)
    except ValueError:
        raise NotAccepted(_NO_CODE, field="code") from None


def _missing_address() -> str:
    raise NotAccepted(_NO_ADDRESS, field="address")


def _worker(machine: Machine, user: str) -> WorkerEntry | None:
    """The store of this login name, whatever the size of its letters."""
    wanted = user.strip().lower()
    return next((each for each in machine.vault.workers() if each.user.lower() == wanted), None)


def _open_here(machine: Machine, here: WorkerEntry, asked: Application, cancelled: Cancelled) -> Opened:
    return unlock_anyhow(machine, here.user, asked.local_password or asked.password, cancelled)


def _trusted(machine: Machine, place: str, code: EnrolmentCode, ca: Path | None, cancelled: Cancelled) -> str:
    """The certificate (PEM) of the authority to trust at this centre; "" for the public ones.

    The code tells a false centre: it carries the fingerprint of the keys, and of the authority, if any.
    """
    given = _pem(ca) if ca is not None else ""
    centre = machine.connect(place, ca=ca, cancelled=cancelled)
    try:
        keys = _keys(centre, code)
    finally:
        centre.close()
    signs, seals = bytes.fromhex(keys.centre_key), bytes.fromhex(keys.recovery_key)
    if not code.fits(signs, seals, keys.ca):
        raise NotAccepted(_OTHER_CENTRE, field="code")
    return given or (keys.ca if code.fingerprint else "")


def _pem(ca: Path) -> str:
    try:
        text = ca.read_text("ascii")
    except (OSError, UnicodeDecodeError):
        text = ""
    if "-----BEGIN CERTIFICATE-----" not in text:
        raise NotAccepted(_NO_CERTIFICATE, field="ca")
    return text


def _keys(centre: Centre, code: EnrolmentCode) -> CentreKeys:
    try:
        return centre.keys()
    except TlsFailed:
        if not code.fingerprint:
            raise
        keys = centre.keys_unverified()
        if not keys.ca:
            raise
        return keys


def _enrolled(
    machine: Machine,
    place: str,
    pem: str,
    asked: Application,
    code: EnrolmentCode,
    device_key: bytes,
    cancelled: Cancelled,
) -> SignedIn:
    ca = session.ca_file(machine.home, "enrolling", pem) if pem else None
    centre = machine.connect(place, ca=ca, cancelled=cancelled)
    message = Enrol(
        user=asked.user.strip(),
        password=asked.password,
        code=str(EnrolmentCode(code.secret, code.fingerprint)),
        machine=settings.with_machine(machine.home, machine.new_id).machine,
        device_key=public_key_of(device_key),
        label=platform.node()[:80],
    )
    try:
        return centre.enrol(message)
    finally:
        centre.close()


def _take_over(machine: Machine, opened: Opened, answer: SignedIn, device_key: bytes, place: str, pem: str) -> None:
    _keep_sealed(machine, opened, answer)
    store = Store.open(opened.entry.path, opened.key)
    try:
        session.adopt(store, answer, device_key, place, pem)
        _note_enrolment(machine, opened, store)
    finally:
        store.close()
    account = answer.account
    machine.vault.note(opened.entry.user, now=machine.now(), name=account.name, role=account.role)


def _keep_sealed(machine: Machine, opened: Opened, answer: SignedIn) -> None:
    """The store's key stays sealed to the key that the centre has now."""
    slots = machine.vault.slots(opened.entry.user)
    public = raw_of(answer.recovery_key)
    if slots.centre_key() != public:
        slots.set_centre(opened.key, answer.account.person, public)


def _note_enrolment(machine: Machine, opened: Opened, store: Store) -> None:
    ca = session.ca_of(store, machine.home)
    noted = Enrolment(session.address_of(store), str(store.meta("device")), str(ca or ""))
    settings.save(machine.home, settings.load(machine.home).enrolled(opened.entry.user, noted))
