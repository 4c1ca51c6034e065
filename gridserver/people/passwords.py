"""Passwords: kept as Argon2id, checked a few at a time, and never quicker for a name that nobody has."""

import threading
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gridserver.errors import Refused
from gridserver.settings import PasswordCost

SHORTEST = 8
LONGEST = 1000
"""Characters."""

_AT_ONCE = 2
"""Each takes tens of MiB and a core; more at once would only make all of them late."""
_PATIENCE = 5.0
"""Seconds to wait for one's turn."""


class Passwords:
    """Hashes and checks; safe to share between threads."""

    def __init__(self, cost: PasswordCost) -> None:
        self._hasher = PasswordHasher(cost.time, cost.memory_kib, cost.lanes)
        self._turns = threading.BoundedSemaphore(_AT_ONCE)

    @cached_property
    def _nobodys(self) -> str:
        """What is compared when there is nothing to compare with."""
        return self._hasher.hash("nobody's password")

    def hash(self, password: str) -> str:
        """The text to keep."""
        self._take_turn()
        try:
            return self._hasher.hash(password)
        finally:
            self._turns.release()

    def fits(self, kept: str | None, password: str) -> bool:
        """Whether ``password`` is the one behind ``kept``; takes as long for None."""
        self._take_turn()
        try:
            return self._hasher.verify(kept or self._nobodys, password) and kept is not None
        except (VerificationError, InvalidHashError):
            return False
        finally:
            self._turns.release()

    def is_cheap(self, kept: str) -> bool:
        """Whether ``kept`` was made with less work than is asked for now."""
        return self._hasher.check_needs_rehash(kept)

    def _take_turn(self) -> None:
        if not self._turns.acquire(timeout=_PATIENCE):
            raise Refused("busy", retry_after=5)


def why_not(password: str) -> str:
    """Why this cannot be a password, in Chinese; "" when it can."""
    if len(password) < SHORTEST:
        return f"密码至少 {SHORTEST} 个字符，请换一个长一些的。"
    if len(password) > LONGEST:
        return f"密码最多 {LONGEST} 个字符。"
    if password != password.strip() or "\0" in password:
        return "密码的开头和结尾不能有空格。"
    return ""
