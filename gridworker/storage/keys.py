"""The key slots of a store: one random key that never changes, wrapped once for each way to get at it.

The file ``<store>.keys`` is JSON and holds nothing readable. Slots: ``password`` and ``pin``
(Argon2id, joined with a secret of this device from the system's keyring where there is one),
``code`` (printed, 140 random bits) and ``centre`` (a sealed box, see ``protocol.sealing``).
Changing a password rewrites a slot, never the store. Whoever destroys all slots has wiped the
store and every local copy of it.

How a slot is wrapped: AES-256-GCM over the store's key, with HKDF-SHA256 of the secret as key, the
slot's 16 random bytes as salt, and the names of store and slot as associated data. The secret is
the 32 bytes of Argon2id, followed by the 32 bytes of the device where it takes part; or the
signs of the printed code.
"""

import base64
import os
import unicodedata
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gridworker.errors import (
    KeyringNeeded,
    LockedOut,
    StoreDamaged,
    StoreTooNew,
    WeakPassword,
    WrongPassword,
)
from gridworker.protocol import recovery, sealing
from gridworker.storage.lockout import Lockout
from gridworker.storage.recovery_code import RANDOM_BYTES, new_code, read_code
from gridworker.storage.whole_file import read_json, shred, write_json

KEY_BYTES = 32
FORMAT = 1
SHORTEST = 8
"""Characters of a password that is joined with a device's secret; the centre asks for as many."""
SHORTEST_ALONE = 10
"""Characters of a password that has to protect the store alone (no keyring)."""
SHORTEST_PIN = 6

Slot = dict[str, Any]


@dataclass(frozen=True)
class Cost:
    """What a guess costs (Argon2id). The default is RFC 9106's second choice: 0.1 to 0.3 s on our laptops."""

    memory_kib: int = 64 * 1024
    passes: int = 3
    lanes: int = 4


class KeySlots:
    """The wrapped keys of one store. Secrets come in as arguments and are never kept.

    ``path``: the file of slots. ``cost``: for slots that are written from now on; each remembers
    its own. ``chance``: random bytes.
    """

    def __init__(self, path: Path, *, cost: Cost | None = None, chance: Callable[[int], bytes] = os.urandom) -> None:
        self._path = path
        self._before = path.with_name(path.name + ".before")
        self._cost = cost or Cost()
        self._chance = chance
        self._lockout = Lockout(path.with_suffix(".tries"))

    def create(self, store: str, password: str, device_secret: bytes | None) -> bytes:
        """A new random key for the store named ``store`` in its first slot; returns the key.

        Raises ``WeakPassword``, and ``StoreDamaged`` when there are slots already: to write over
        them would lose what they open.
        """
        if self._path.exists() or self._before.exists():
            raise StoreDamaged("slots exist", advice="这里已经有一份资料，请先登录它，或换一个位置。")
        check_strength(password, device_secret)
        key = self._chance(KEY_BYTES)
        empty = {"format": FORMAT, "store": store, "check": _check_of(key), "slots": {}}
        slot = self._stretched(store, "password", password, key, device_secret)
        self._write(empty | {"slots": {"password": slot}})
        return key

    def unlock(self, password: str, device_secret: bytes | None, now: int) -> bytes:
        """The store's key, for the password or the PIN; ``now``: ms UTC.

        Raises ``WrongPassword``, ``LockedOut``, ``KeyringNeeded``, ``StoreDamaged``, ``StoreTooNew``.
        """
        self._check_lockout(now)
        kept = self._read()
        slots = kept["slots"]
        names = [name for name in ("pin", "password") if name in slots]
        if not (password.isdigit() and len(password) < SHORTEST_ALONE):
            names = [name for name in names if name != "pin"]
        for name in names:
            key = _unstretched(kept, name, password, device_secret)
            if key is not None:
                self._came_in()
                return key
        left = self._lockout.failed(now)
        self._check_lockout(now)
        raise WrongPassword(
            advice=f"请检查大小写和输入法，还可以试 {left} 次。忘记密码可请管理员重置，未上传的内容不会丢。"
        )

    def unlock_with_code(self, typed: str) -> bytes:
        """The store's key, for the printed code as a person typed it. Raises ``WrongPassword``.

        Guesses are not counted: there are 2 to the 140th codes.
        """
        code, kept = read_code(typed), self._read()
        slot = kept["slots"].get("code")
        key = _opened(kept, "code", code) if slot else None
        if key is None:
            raise WrongPassword("recovery code", advice="这个恢复码打不开本机资料，请核对是不是这台电脑、这位人员的。")
        self._came_in()
        return key

    def set_password(self, key: bytes, password: str, device_secret: bytes | None) -> None:
        """Make ``password`` the one that opens the store; a PIN goes.

        Raises ``WeakPassword``, and ``WrongPassword`` when ``key`` is not this store's.
        """
        check_strength(password, device_secret)
        kept = self._read_for(key)
        slot = self._stretched(kept["store"], "password", password, key, device_secret)
        slots = {name: each for name, each in kept["slots"].items() if name != "pin"}
        self._write(kept | {"slots": slots | {"password": slot}})
        self._lockout.clear()

    def set_pin(self, key: bytes, pin: str, device_secret: bytes | None) -> None:
        """Let ``pin`` (6 to 9 digits) stand for the password on this device.

        Raises ``KeyringNeeded`` without a device's secret: six digits alone are guessed in a day.
        """
        if device_secret is None:
            raise KeyringNeeded("pin", advice="这台电脑没有可用的系统钥匙串，不能设置 PIN，请使用密码。")
        if not (pin.isdecimal() and pin.isascii() and SHORTEST_PIN <= len(pin) < SHORTEST_ALONE):
            raise WeakPassword("PIN 应为 6 到 9 位数字。")
        if len(set(pin)) < 3:
            raise WeakPassword("PIN 太容易猜到，请至少用 3 个不同的数字。")
        self._set(key, "pin", self._stretched(self._read()["store"], "pin", pin, key, device_secret))

    def drop_pin(self) -> None:
        """The password alone opens the store again."""
        kept = self._read()
        slots = {name: each for name, each in kept["slots"].items() if name != "pin"}
        self._write(kept | {"slots": slots})

    def set_centre(self, key: bytes, person: str, public: bytes) -> None:
        """Seal ``key`` to the centre's X25519 key ``public`` (32 bytes) for the account ``person``."""
        box = sealing.seal(public, recovery.sealed_text(person, key), self._chance)
        self._set(key, "centre", {"public": _text(public), "sealed": _text(box)})

    def sealed_for_centre(self) -> bytes | None:
        """The box that the centre can open for its owner; None when there is none.

        The way back: send it (``protocol.people.Recover``) with the public half of a fresh key;
        ``sealing.open`` the answer with the private half; hand the result to ``set_password``.
        """
        slot = self._read()["slots"].get("centre")
        return _raw(slot["sealed"]) if slot else None

    def centre_key(self) -> bytes | None:
        """The key that the box was sealed to: ``set_centre`` again when the centre has another."""
        slot = self._read()["slots"].get("centre")
        return _raw(slot["public"]) if slot else None

    def new_recovery_code(self, key: bytes) -> str:
        """A new printed code, which is kept nowhere; the code before it opens nothing any more."""
        code = new_code(self._chance(RANDOM_BYTES))
        self._set(key, "code", self._wrapped(self._read()["store"], "code", read_code(code), key))
        return code

    def ways(self) -> frozenset[str]:
        """The slots that are filled: ``password``, ``pin``, ``code``, ``centre``."""
        return frozenset(self._read()["slots"])

    def needs_keyring(self) -> bool:
        """Whether the password opens the store only together with the device's secret."""
        return bool(self._read()["slots"]["password"]["device"])

    def locked_for(self, now: int) -> int:
        """ms until the next password may be tried; 0: now."""
        return self._lockout.locked_for(now)

    def destroy(self) -> None:
        """Destroy every slot: the store and its copies on this machine can never be read again."""
        # Those before first: alone they would let in who knows an old password.
        for path in (self._before, self._path):
            shred(path)
        self._lockout.clear()

    def _check_lockout(self, now: int) -> None:
        if wait := self._lockout.locked_for(now):
            minutes = -(-wait // 60_000)
            raise LockedOut(advice=f"请过 {minutes} 分钟再试，资料没有受影响。")

    def _came_in(self) -> None:
        """The slots have proved good: those before them, with an old password, may go."""
        self._lockout.clear()
        if self._before.exists() and read_json(self._path):
            shred(self._before)

    def _set(self, key: bytes, name: str, slot: Slot) -> None:
        kept = self._read_for(key)
        self._write(kept | {"slots": kept["slots"] | {name: slot}})

    def _read_for(self, key: bytes) -> dict[str, Any]:
        kept = self._read()
        if kept["check"] != _check_of(key):
            raise WrongPassword("another store's key", advice="这把钥匙不是本机这份资料的，请核对人员和电脑。")
        return kept

    def _read(self) -> dict[str, Any]:
        kept = read_json(self._path) or read_json(self._before)
        if kept is None:
            raise StoreDamaged("no key slots", advice="本机资料的钥匙不见了或已被销毁，请联系管理员重新登记这台电脑。")
        if kept.get("format") != FORMAT:
            raise StoreTooNew("key slots")
        if not {"store", "check", "slots"} <= kept.keys():
            raise StoreDamaged("key slots")
        return kept

    def _write(self, kept: dict[str, Any]) -> None:
        """Whole or not at all; the slots before stay beside it until the new ones have opened the store."""
        before = read_json(self._path)
        if before is not None:
            write_json(self._before, before)
        write_json(self._path, kept)

    def _stretched(self, store: str, name: str, password: str, key: bytes, device_secret: bytes | None) -> Slot:
        salt = self._chance(16)
        about = {
            "cost": asdict(self._cost),
            "salt": _text(salt),
            "device": _check_of(device_secret) if device_secret else None,
        }
        secret = _stretch(password, salt, self._cost) + (device_secret or b"")
        return about | self._wrapped(store, name, secret, key)

    def _wrapped(self, store: str, name: str, secret: bytes, key: bytes) -> Slot:
        mix, nonce = self._chance(16), self._chance(12)
        wrapped = _cipher(secret, mix, name).encrypt(nonce, key, _about(store, name))
        return {"mix": _text(mix), "nonce": _text(nonce), "wrapped": _text(wrapped)}


def check_strength(password: str, device_secret: bytes | None) -> None:
    """Raises ``WeakPassword`` when ``password`` would be guessed too soon on this machine."""
    least = SHORTEST if device_secret else SHORTEST_ALONE
    if len(password) < least:
        why = "" if device_secret else "这台电脑没有可用的系统钥匙串，"
        raise WeakPassword(f"{why}密码至少 {least} 个字符，现在是 {len(password)} 个。")
    if len(set(password)) < 4:
        raise WeakPassword("密码太容易猜到，请至少用 4 个不同的字符。")


def _unstretched(kept: dict[str, Any], name: str, password: str, device_secret: bytes | None) -> bytes | None:
    slot = kept["slots"][name]
    if slot["device"] is not None:
        if device_secret is None:
            raise KeyringNeeded("no secret of this device")
        if slot["device"] != _check_of(device_secret):
            raise KeyringNeeded(
                "another secret", advice="系统钥匙串里的本机凭据换过了，请用“忘记密码”进入，资料不会丢。"
            )
    secret = _stretch(password, _raw(slot["salt"]), Cost(**slot["cost"]))
    return _opened(kept, name, secret + (device_secret or b"" if slot["device"] else b""))


def _opened(kept: dict[str, Any], name: str, secret: bytes) -> bytes | None:
    slot = kept["slots"][name]
    cipher = _cipher(secret, _raw(slot["mix"]), name)
    try:
        return cipher.decrypt(_raw(slot["nonce"]), _raw(slot["wrapped"]), _about(kept["store"], name))
    except InvalidTag:
        return None


def _stretch(password: str, salt: bytes, cost: Cost) -> bytes:
    typed = unicodedata.normalize("NFC", password).encode()
    return hash_secret_raw(typed, salt, cost.passes, cost.memory_kib, cost.lanes, KEY_BYTES, Type.ID)


def _cipher(secret: bytes, mix: bytes, name: str) -> AESGCM:
    info = f"gridworker {name} slot {FORMAT}".encode()
    return AESGCM(HKDF(SHA256(), KEY_BYTES, mix, info).derive(secret))


def _about(store: str, name: str) -> bytes:
    return f"gridworker key slot {FORMAT}\0{store}\0{name}".encode()


def _check_of(secret: bytes) -> str:
    """Tells one random secret of 32 bytes from another and gives nothing of it away."""
    return _text(HKDF(SHA256(), 8, None, b"gridworker check 1").derive(secret))


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _raw(text: str) -> bytes:
    return base64.b64decode(text)
