"""The secret of this device in the system's keyring: half of what opens a store, and worth nothing alone.

Nothing else is kept there: tokens live inside the encrypted store, and several workers share one
account of the operating system. A keyring may be missing, locked, or waiting for somebody to
answer a prompt that nobody sees; so it is asked in a thread of its own and never waited for
longer than a few seconds. keyring itself is loaded there too.
"""

import base64
import binascii
import logging
import os
import queue
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "gridworker"
SECRET_BYTES = 32
PATIENCE = 5.0
"""Seconds to wait for the keyring."""

NONE_HERE = "这台电脑没有系统钥匙串。程序照常可用，请使用至少 10 个字符的密码。"
NOT_SAFE = "这台电脑的钥匙串不加密保存，程序没有使用它。请使用至少 10 个字符的密码。"
NO_ANSWER = "系统钥匙串没有回应，可能还没有解锁。请解锁后再试，或使用密码。"
LOCKED = "系统钥匙串没有打开。请用系统登录密码解锁后再试。"
BROKEN = "系统钥匙串不能使用。程序照常可用，请使用至少 10 个字符的密码。"

_NO_KEYRING = ("keyring.backends.fail", "keyring.backends.null")
_READABLE = ("keyrings.alt",)
"""Files of their own, in plain text or under a password asked for at a terminal."""

_log = logging.getLogger(__name__)
T = TypeVar("T")


class _Unusable(Exception):
    """Why the keyring cannot be used, in Chinese."""


def device_secret(
    store: str,
    *,
    make: bool = True,
    patience: float = PATIENCE,
    chance: Callable[[int], bytes] = os.urandom,
) -> bytes | None:
    """The 32 bytes kept on this device for the store with this id; None without a usable keyring.

    ``make``: put new ones there when there are none. Pass False for a store that exists already:
    new ones would open nothing.
    """
    try:
        return _asked(lambda: _secret(_backend(), store, make, chance), patience)
    except _Unusable as reason:
        _log.info("no device secret: %s", reason)
        return None


def available(*, patience: float = PATIENCE) -> str:
    """Why the system's keyring cannot be used, in Chinese; "" when it can."""
    try:
        _asked(lambda: _backend().get_password(SERVICE, "probe"), patience)
    except _Unusable as reason:
        return str(reason)
    return ""


def forget(store: str, *, patience: float = PATIENCE) -> None:
    """Remove the secret of a store that was wiped, if it can be reached; alone it opens nothing."""
    try:
        _asked(lambda: _forgotten(_backend(), store), patience)
    except _Unusable as reason:
        _log.info("device secret not removed: %s", reason)


def _secret(backend: "KeyringBackend", store: str, make: bool, chance: Callable[[int], bytes]) -> bytes | None:
    kept = _decoded(backend.get_password(SERVICE, store))
    if kept is not None or not make:
        return kept
    backend.set_password(SERVICE, store, base64.b64encode(chance(SECRET_BYTES)).decode())
    # Read again: some backends take a secret and lose it.
    return _decoded(backend.get_password(SERVICE, store))


def _decoded(kept: str | None) -> bytes | None:
    try:
        secret = base64.b64decode(kept or "", validate=True)
    except (binascii.Error, ValueError):
        return None
    return secret if len(secret) == SECRET_BYTES else None


def _forgotten(backend: "KeyringBackend", store: str) -> None:
    if backend.get_password(SERVICE, store) is not None:
        backend.delete_password(SERVICE, store)


def _backend() -> "KeyringBackend":
    """The first safe backend that keyring would use. Raises ``_Unusable``."""
    import keyring
    from keyring.backends.chainer import ChainerBackend

    chosen = keyring.get_keyring()
    candidates = list(chosen.backends) if isinstance(chosen, ChainerBackend) else [chosen]
    modules = [type(each).__module__ for each in candidates]
    for module, each in zip(modules, candidates, strict=True):
        if not module.startswith(_NO_KEYRING + _READABLE):
            return each
    raise _Unusable(NOT_SAFE if any(each.startswith(_READABLE) for each in modules) else NONE_HERE)


def _asked(question: Callable[[], T], patience: float) -> T:
    """The answer of the keyring. Raises ``_Unusable`` for whatever goes wrong there, time too."""
    answers: queue.SimpleQueue[T | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(question())
        except Exception as error:  # backends raise what their desktop's libraries raise
            answers.put(error)

    # A daemon: one that hangs in a prompt must not keep the program from ending.
    threading.Thread(target=ask, name="keyring", daemon=True).start()
    try:
        answer = answers.get(timeout=patience)
    except queue.Empty as silence:
        raise _Unusable(NO_ANSWER) from silence
    if isinstance(answer, _Unusable):
        raise answer
    if isinstance(answer, Exception):
        raise _Unusable(_said_of(answer)) from answer
    return answer


def _said_of(error: Exception) -> str:
    from keyring.errors import KeyringLocked

    return LOCKED if isinstance(error, KeyringLocked) else BROKEN
