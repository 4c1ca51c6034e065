"""What was put aside at the centre and waits for this supervisor: asked for and decided over the line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridworker.protocol.oversight import Decision
from gridworker.ui.background import Progress

if TYPE_CHECKING:
    from gridworker.app.desk import Desk
    from gridworker.protocol.oversight import AsideWhole, Decided


class AsideOf:
    """Answers ``ui.pages.oversight_aside.AsideDoor`` for one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def whole(self, number: int, progress: Progress) -> AsideWhole:
        """What somebody wrote. Raises ``CentreError``, ``NotFound``."""
        return self._desk.put_aside(number, lambda: progress.cancelled)

    def decide(self, number: int, take: bool, reason: str, progress: Progress) -> Decided:
        """What became of it. Raises ``CentreError``, ``NotFound``."""
        return self._desk.decide(number, Decision(take=take, reason=reason), lambda: progress.cancelled)
