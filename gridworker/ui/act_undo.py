"""Taking an act of the ledger back, and doing it again: each is the undoing of the last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridworker.ui.undo import Undoable

if TYPE_CHECKING:
    from gridworker.ledger import Ledger, Saved
    from gridworker.ui.page import Frame


def undoable(ledger: Ledger, frame: Frame, words: str, saved: Saved) -> Undoable:
    """What 撤销 and 重做 do after *saved*. They raise the ledger's errors; the window says them."""
    last = [saved.act]

    def turn() -> None:
        turned = ledger.undo(last[0])
        last[0] = turned.act or last[0]
        frame.redraw(turned.changed.kinds)

    return Undoable(words, turn, turn)
