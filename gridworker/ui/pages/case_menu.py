"""更多: every step of a dispute with what it means; those that cannot be taken say why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gridworker.errors import NotAllowed
from gridworker.records.kinds.dispute import MACHINE
from gridworker.records.machine import Move
from gridworker.ui.drawer import NARROW, Drawer
from gridworker.ui.page import Frame
from gridworker.ui.pages.case_forms import WHAT_HAPPENS
from gridworker.ui.widgets import Card, Label, ListRow, RowList, SectionTitle

Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Offer:
    """Something that can be done with a case; *reason*: why it cannot, "" when it can."""

    title: str
    line: str
    icon_name: str
    run: Callable[[], object]
    reason: str = ""
    law: str = ""


def offers_of_moves(dispute: Fields, role: str, run: Callable[[Move], object]) -> list[Offer]:
    """All steps of the machine, one for each target."""
    state = str(dispute.get("state"))
    found = []
    for move in MACHINE.moves:
        law = f"{move.source_of_law} 条" if move.source_of_law else ""
        found.append(
            Offer(
                move.title,
                WHAT_HAPPENS.get(move.target, ""),
                "chevron_right",
                lambda move=move: run(move),  # type: ignore[misc]
                "现在就在这一步。" if move.target == state else MACHINE.why_not(state, move.target, role, {}),
                law,
            )
        )
    return found


class MoreDrawer(Drawer):
    """What can be done now, and what cannot, with the reason."""

    def __init__(self, frame: Frame, acts: list[Offer], moves: list[Offer]) -> None:
        super().__init__("更多", width=NARROW)
        self._frame = frame
        self._list("下一步", [offer for offer in moves if not offer.reason], "已经办完，没有下一步。")
        self._list("资料", acts, "")
        self._list("现在不能办理", [offer for offer in moves if offer.reason], "")
        self.body.addStretch(1)

    def _list(self, title: str, offers: list[Offer], none: str) -> None:
        if not (offers or none):
            return
        card = Card(margins=(0, 12, 0, 6), gap=4)
        heading = SectionTitle(title)
        heading.setContentsMargins(18, 0, 0, 0)
        card.body.addWidget(heading)
        rows = RowList()
        for offer in offers:
            rows.add(self._row(offer))
        card.body.addWidget(rows)
        if not offers:
            words = Label(none, "second", wrap=True)
            words.setContentsMargins(18, 0, 18, 10)
            card.body.addWidget(words)
        self.body.addWidget(card)

    def _row(self, offer: Offer) -> ListRow:
        blocked = bool(offer.reason)
        row = ListRow(
            offer.title,
            tags=[(offer.law, "neutral")] if offer.law else [],
            line=offer.reason or offer.line,
            icon_name="lock_closed" if blocked else offer.icon_name,
            icon_tone="text3" if blocked else "primary",
            height=60,
        )
        if blocked:
            row.opened.connect(lambda: self._frame.say_error(NotAllowed(offer.reason)))
        else:
            row.opened.connect(offer.run)
        return row
