"""What a worker chose for himself: kept in his encrypted store; the look also beside it, for the unlock page."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from gridworker import settings
from gridworker.ui.theme import MODES, SCALES, Mode, Theme, carried

if TYPE_CHECKING:
    from gridworker.ui.work import Preferences

PHRASES: Final = "phrases"
"""The worker's own sentences for a diary: a list of texts."""
SIGNATURE: Final = "signature"
"""The name under papers, where it differs from the account's."""
AUTOMATIC_SYNC: Final = "automatic_sync"
"""Whether syncs start by themselves; true unless switched off."""
LOCK_MINUTES: Final = "lock_minutes"
"""Minutes without a key or a click until the desk locks itself; 0: never."""
LOOK: Final = "look"
"""Size and theme: ``[1.2, "dark"]``."""

WELL: Final = "一切正常"
"""Always the first: with it a visit without anything special is written in three clicks."""
FIRST_PHRASES: Final = (WELL, "身体不适", "反映问题", "需要帮助", "已提醒用火用电安全", "家中无人，邻居转告")
"""What 常用语 begins with; all but the first may be changed or removed."""
MOST_PHRASES: Final = 30
LONGEST_PHRASE: Final = 200
USUAL_LOCK_MINUTES: Final = 10
LOCK_CHOICES: Final = (5, 10, 15, 30, 60)


class Meta(Protocol):
    """The part of a store that keeps single values."""

    def meta(self, key: str, default: Any = None) -> Any:
        """A value, or *default*."""

    def set_meta(self, key: str, value: Any) -> None:
        """Keep a value."""


class StorePreferences:
    """One worker's choices inside his own store; kept at once."""

    def __init__(self, store: Meta) -> None:
        self._store = store

    def get(self, key: str, default: Any = None) -> Any:
        """A choice, or *default* when none was made."""
        return self._store.meta(f"preference.{key}", default)

    def put(self, key: str, value: Any) -> None:
        """Keep a choice; *value* is JSON."""
        self._store.set_meta(f"preference.{key}", value)


def phrases(preferences: Preferences) -> list[str]:
    """The worker's sentences in his own order, ``WELL`` first."""
    kept = preferences.get(PHRASES)
    if not isinstance(kept, list):
        return list(FIRST_PHRASES)
    return _in_order(phrase for phrase in kept if isinstance(phrase, str) and phrase)


def put_phrases(preferences: Preferences, kept: Iterable[str]) -> None:
    """Keep exactly these, in this order; the same sentence once."""
    preferences.put(PHRASES, _in_order(kept))


def _in_order(kept: Iterable[str]) -> list[str]:
    return list(dict.fromkeys((WELL, *kept)))[:MOST_PHRASES]


def lock_minutes(choices: Preferences) -> int:
    """Minutes until the desk locks itself; 0: never."""
    kept = choices.get(LOCK_MINUTES, USUAL_LOCK_MINUTES)
    return kept if isinstance(kept, int) and 0 <= kept <= 240 else USUAL_LOCK_MINUTES


def automatic_sync(choices: Preferences) -> bool:
    """Whether syncs start by themselves."""
    return choices.get(AUTOMATIC_SYNC, True) is not False


class LookMemory(QObject):
    """Remembers size and theme at every switch.

    They go into ``settings.json`` of *home*, so that the unlock page looks as its worker left it,
    and, while somebody is signed in, into his own choices: on a shared laptop each has his size.
    """

    def __init__(self, theme: Theme, home: Path) -> None:
        super().__init__(theme)
        self._theme, self._home = theme, home
        self._choices: Preferences | None = None
        self._kept = self._look()
        theme.changed.connect(self._changed)

    def follow(self, choices: Preferences) -> None:
        """*choices* belong to the worker who came in: take his look, and keep what he switches."""
        self._choices = None
        match choices.get(LOOK):
            case [float() | int() as scale, str() as mode] if scale in SCALES and mode in MODES:
                self._theme.set_mode(mode)
                self._theme.set_scale(float(scale))
        self._choices = choices

    def leave(self) -> None:
        """The worker has left; his store may be closed."""
        self._choices = None

    def _look(self) -> tuple[float, str]:
        return self._theme.scale, self._theme.mode

    def _changed(self) -> None:
        look = self._look()
        if look == self._kept:
            return
        self._kept = look
        # A full disk must not undo the switch: the next start has the old look, nothing more.
        with suppress(OSError):
            kept = settings.load(self._home)
            settings.save(self._home, replace(kept, text_size=look[0], theme=look[1]))
        if self._choices is not None:
            self._choices.put(LOOK, list(look))


def dress(app: QApplication, home: Path) -> LookMemory:
    """Give *app* the look that was left in *home*, and remember every switch from now on.

    Called once, before the first window is made.
    """
    kept = settings.load(home)
    mode: Mode = kept.theme if kept.theme in MODES else "system"
    theme = carried(app)
    if theme is None:
        theme = Theme(app, mode, kept.text_size)
        theme.dress()
    else:
        theme.set_mode(mode)
        theme.set_scale(kept.text_size)
    return LookMemory(theme, home)
