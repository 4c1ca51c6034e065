"""The last acts that can be taken back, newest first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

KEPT: Final = 50


@dataclass(frozen=True)
class Undoable:
    """One act: its words (移走 王桂英 一户), how to take it back and how to do it again."""

    words: str
    undo: Callable[[], object]
    redo: Callable[[], object] | None = None


class UndoStack:
    """Acts done and acts taken back, as in any editor."""

    def __init__(self) -> None:
        self._done: list[Undoable] = []
        self._undone: list[Undoable] = []

    def push(self, act: Undoable) -> None:
        """An act was done; what had been taken back can no longer be done again."""
        self._done = [*self._done, act][-KEPT:]
        self._undone = []

    def undo(self, act: Undoable | None = None) -> Undoable | None:
        """Take back *act*, or the last one; ``None`` when it is gone or there is nothing."""
        if act is None and self._done:
            act = self._done[-1]
        if act is None or act not in self._done:
            return None
        self._done.remove(act)
        act.undo()
        if act.redo is not None:
            self._undone.append(act)
        return act

    def redo(self) -> Undoable | None:
        """Do again what was taken back last."""
        if not self._undone:
            return None
        act = self._undone.pop()
        if act.redo is not None:
            act.redo()
        self._done.append(act)
        return act
